"""Replaying vote histories: what was known at the moment, what came of it, and the command that reports both."""

import gzip
import json
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from broadsheet import foretelling
from broadsheet.cli import app
from broadsheet.errors import BadInput
from broadsheet.foretelling import all_lists, foretell
from broadsheet.histories import History, Sighting, read_histories
from broadsheet.ranking import Weights

DAY = date(2026, 3, 2)
WEEK = timedelta(days=7)


def at(hours, day=DAY):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=hours)


def history(paper, *sightings, day=DAY, hour=0.0):
    return History(
        paper, day, at(hour, day), tuple(Sighting(at(when, day), votes, *rest) for when, votes, *rest in sightings)
    )


def first(papers):
    (listing,) = all_lists(papers, WEEK)["first_day"]
    return {entry.paper: entry for entry in listing.entries}


def test_nothing_that_was_counted_after_the_moment_is_known():
    known = first([history("a", (8, 3), (24, 5), (26, 50), (200, 90))])["a"]
    assert (known.evidence.voters, known.final) == (5, 90)


def test_the_newest_known_number_of_comments_and_the_growth_of_stars_are_taken():
    known = first([history("a", (8, 3, 4, 10), (20, 4, None, 17), (24, 5), (30, 9, 80, 900), (200, 90))])["a"]
    assert (known.evidence.imported_comments, known.evidence.stars) == (4, 7)


@pytest.mark.parametrize(
    "sightings", [[(24, 5), (167, 9)], [(26, 5), (200, 9)], [(-12, 5), (200, 9)], [(200, 9)], [(24, 5)]]
)
def test_a_paper_without_a_first_day_or_without_an_end_is_left_out(sightings):
    assert all_lists([history("a", *sightings)], WEEK)["first_day"] == []


def test_a_front_page_holds_five_days_as_they_stood_at_one_moment():
    days = [DAY + timedelta(days=back) for back in range(7)]
    papers = [
        history(f"{number}-{n}", (24, n), (48, n + 10), (72, n + 20), (96, n + 30), (120, n + 40), (300, 99), day=day)
        for number, day in enumerate(days)
        for n in range(5)
    ]
    fronts = all_lists(papers, WEEK)["front"]
    newest = {entry.paper: entry.evidence.voters for entry in fronts[-1].entries}
    assert {paper[0] for paper in newest} == set("23456")
    assert newest["6-1"] == 1
    assert newest["2-1"] == 41


@pytest.fixture
def folder(tmp_path):
    """Nine weeks of papers whose votes grow from the first day on by nearly the same factor."""
    draw, observations, records = random.Random(3), [], []
    for number in range(63 * 8):
        day, paper = DAY + timedelta(days=number // 8), f"2603.{number:05}"
        votes, hour = draw.randrange(1, 60), draw.randrange(13)
        records.append(
            {"arxiv_id": paper, "first_daily_date": day.isoformat(),
             "record": {"paper": {"submittedOnDailyAt": at(hour, day).isoformat().replace("+00:00", "Z")}}}
        )  # fmt: skip
        for hours, factor in ((24, 1), (48, 1.3), (72, 1.5), (96, 1.6), (120, 1.7), (200, 2 + draw.random() / 2)):
            observations.append(
                {
                    "arxiv_id": paper,
                    "observed_at": at(hours, day).isoformat(),
                    "upvotes": round(votes * factor),
                    "num_comments": 1,
                }
            )
    write(tmp_path, "observations", observations)
    write(tmp_path, "records", records)
    return tmp_path


def write(folder, name, lines):
    (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))


def evaluate(folder, *options):
    return CliRunner().invoke(app, ["evaluate", "ranking", str(folder), *options])


def test_the_command_prints_every_formula_and_writes_the_numbers(folder, tmp_path):
    result = evaluate(folder, "--json", str(tmp_path / "found.json"))
    assert result.exit_code == 0, result.output
    assert "504 papers read" in result.output
    for name in ("Broadsheet hot", "Reddit hot", "Lobsters", "Hacker News", "votes alone", "newest first"):
        assert result.output.count(name) == 3
    found = json.loads((tmp_path / "found.json").read_text())
    assert [kind["kind"] for kind in found["kinds"]] == ["edition", "front", "first_day"]
    for kind in found["kinds"]:
        for rival in ("Reddit hot", "Lobsters", "Hacker News", "newest first"):
            assert kind["formulas"][rival]["ours_better_spearman"]["low"] > 0
    assert [point["days_per_ten"] for point in found["curve"]] == [1, 2, 3, 4, 6, 8, 12]


def test_the_two_halves_share_no_week_and_are_all(folder, monkeypatch):
    monkeypatch.setattr(foretelling, "LEAST_IN_A_HALF", 10)
    papers = read_histories(folder).papers
    lists = {half: foretell(papers, Weights(), WEEK, half).kinds[0].lists for half in ("fit", "report", "all")}
    assert lists["fit"] > 5
    assert lists["report"] > 5
    assert lists["fit"] + lists["report"] == lists["all"] == 63


def test_few_papers_are_reported_whole(folder):
    report = foretell(read_histories(folder).papers, Weights(), WEEK, "fit")
    assert (report.half, report.kinds[0].lists) == ("all", 63)
    assert "too few papers for two halves" in evaluate(folder).output


def test_records_that_lack_fields_and_lines_without_counts_do_no_harm(folder):
    lines = [json.loads(line) for line in gzip.decompress((folder / "observations.jsonl.gz").read_bytes()).splitlines()]
    first_day = "2026-03-02T00:00:00+00:00"
    odd = [
        {},
        {"arxiv_id": "n", "observed_at": "yesterday", "upvotes": 3},
        {"arxiv_id": 5, "observed_at": None, "upvotes": "7"},
        {"arxiv_id": "n", "observed_at": first_day, "upvotes": -1},
        {"arxiv_id": "n", "observed_at": "0001-01-01T00:00:00+14:00", "upvotes": 1},
    ]
    write(folder, "observations", odd + lines + [{"arxiv_id": "new", "observed_at": at(3).isoformat(), "upvotes": 1}])
    write(
        folder,
        "records",
        [{"arxiv_id": "2603.00001"}, {"arxiv_id": "2603.00002", "first_daily_date": 3, "record": [1]}],
    )
    histories = read_histories(folder)
    assert histories.left_out == len(odd)
    assert len(histories.papers) == 505
    assert evaluate(folder).exit_code == 0


CUT_SHORT = gzip.compress(b'{"a": 1}\n' * 9, mtime=0)[:-9]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"not json\n", "line 1: not JSON"),
        (b"[1]\n", "a JSON object was expected"),
        (CUT_SHORT, "ends in the middle"),
        (b"{}\n", "holds no sighting"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder, content, says):
    (folder / "observations.jsonl.gz").unlink()
    (folder / "observations.jsonl").write_bytes(content)
    with pytest.raises(BadInput, match=says):
        read_histories(folder)


def test_a_folder_without_histories_and_histories_that_are_too_short_say_what_to_do(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"has no observations.jsonl"):
        read_histories(tmp_path / "empty")
    with pytest.raises(BadInput, match="longer histories"):
        foretell(read_histories(folder).papers, Weights(), timedelta(days=300), "report")
