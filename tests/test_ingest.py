"""Ingest: drafts become papers once, and again changes nothing."""

import itertools
import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from broadsheet import reading
from broadsheet.drafts import Counts, DraftLink, EditionPlace, Identifier, Organisation, PartialDate, Problem
from broadsheet.errors import BadInput
from broadsheet.ingest import ingest
from broadsheet.sources import read_file
from broadsheet.store.catalogue import count_papers, find_paper, get_paper
from broadsheet.store.content import content_hash
from broadsheet.store.intake import list_problems
from broadsheet.store.query import rows

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 1, 7, 8, tzinfo=UTC)


def paper(name):
    return get_paper(find_paper(name)[0])


def dump():
    """Every row of every table, with surrogate ids and arrival times."""
    tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {name: sorted(map(repr, rows(f"SELECT * FROM {name}"))) for name in tables}


def write_lines(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def generated(count, seed):
    """Drafts of fewer papers than drafts: versions, spellings, links and titles that come again, in shuffled order."""
    dice = random.Random(seed)
    return [_generated(number, dice) for number in range(count)]


def _generated(number, dice):
    from broadsheet.drafts import Draft, PrintedAuthor

    source = dice.choice(["seed", "hub", "jsonl"])
    work = dice.randrange(40)
    version = dice.choice([None, 1, 2, 3])
    arxiv, doi = Identifier("arxiv", f"2601.{work:05}"), Identifier("doi", f"10.1000/{work}")
    return Draft(
        source=source,
        key=f"{source}-{work}-{dice.randrange(2)}",
        payload_hash=f"{number}",
        title=f"The Work on Subject Number {work:03}" + dice.choice(["", " Revised"]),
        abstract=dice.choice(["", "We do it.", f"We do it again {number}."]),
        identifiers=dice.choice([(arxiv,), (doi,), (arxiv, doi), ()]),
        authors=tuple(PrintedAuthor(dice.choice(["Ada Lovelace", "ADA LOVELACE", "Lovelace, Ada"])) for _ in range(2)),
        published=dice.choice([None, PartialDate(date(2026, 1, 1), "year"), PartialDate(date(2026, 1, 5))]),
        updated=dice.choice([None, date(2026, 1, 5 + (version or 1))]),
        version=version,
        categories=dice.choice([(), ("cs.CV", "cs.AI"), ("cs.AI",)]),
        tags=dice.choice([(), ("Deep Learning", "deep-learning"), ("deep learning",)]),
        venue=dice.choice(["", "NeurIPS", "neurips"]),
        organisation=dice.choice([None, Organisation("acme", "Acme"), Organisation("acme", "ACME Inc.")]),
        links=dice.choice([(), (DraftLink("code", f"https://example.org/{work}", source),)]),
        edition=dice.choice([None, EditionPlace(date(2026, 1, 6), number + 1)]),
        withdrawn=dice.random() < 0.1,
    )


def test_a_draft_becomes_a_paper(draft):
    outcome = ingest([draft()])
    assert (outcome.read, outcome.new) == (1, 1)
    found = paper("arXiv:2601.00001v2")
    assert [author.name for author in found.authors] == ["Mira Okafor", "Jonas Lindqvist"]
    assert found.provenance["title"] == "jsonl"


def test_the_same_draft_twice_changes_nothing(draft):
    ingest([draft()])
    outcome = ingest([draft()])
    assert (outcome.new, outcome.changed, outcome.known) == (0, 0, 1)


def test_the_same_file_twice_leaves_every_row_alone(tmp_path):
    records = [{"id": f"arxiv:2601.{n:05}", "title": f"A Paper of Number {n}", "authors": ["A B"]} for n in range(50)]
    path = write_lines(tmp_path / "papers.jsonl", [*records, {"id": "arxiv:2601.99999"}, records[3]])
    first = ingest(read_file(path))
    before = dump()
    again = ingest(read_file(path))
    assert (first.new, first.set_aside) == (50, 1)
    assert (again.new, again.changed) == (0, 0)
    assert dump() == before


def test_generated_records_twice_leave_every_row_alone():
    drafts = generated(300, 5)
    newest = list({(d.source, d.key): d for d in drafts}.values())
    ingest(newest)
    before = dump()
    ingest(newest)
    assert dump() == before


def three_views(draft):
    """One paper as the seed page, the arXiv metadata and the hub tell of it."""
    name = (Identifier("arxiv", "2601.00001"),)
    seed = draft(
        source="seed", key="2601.00001", payload_hash="s", title="A study of scanpaths", abstract="", authors=(),
        author_count=2, categories=(), organisation=Organisation("lab", "The Lab"), identifiers=name,
        edition=EditionPlace(date(2026, 1, 6), 3),
    )  # fmt: skip
    hub = draft(
        source="hub", key="2601.00001", payload_hash="h", categories=(), tags=("gaze",), identifiers=name,
        links=(DraftLink("code", "https://example.org/code", "hub"),), summary="It works.", summary_by="a model",
        counts=Counts(7, 1, None, MOMENT), observed_at=MOMENT,
    )  # fmt: skip
    return seed, draft(identifiers=(*name, Identifier("doi", "10.1000/1")), venue="ETRA", licence="CC BY"), hub


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_sources_make_one_paper_in_any_order(draft, order):
    views = three_views(draft)
    for place in order:
        ingest([views[place]])
    assert count_papers() == 1
    found = paper("2601.00001")
    assert set(found.identifiers) == {("arxiv", "2601.00001"), ("doi", "10.1000/1")}
    assert [link.url for link in found.links] == ["https://example.org/code"]
    assert [tag.slug for tag in found.tags] == ["gaze"]
    assert found.card.title == "A Study of Scanpaths, Part 2601.00001"
    assert (found.card.votes, found.card.comments, found.card.summary) == (7, 1, "It works.")
    assert len(found.authors) == found.card.author_count == 2
    assert {"title": "jsonl", "abstract": "jsonl", "authors": "jsonl", "summary": "hub", "venue": "jsonl"}.items() <= (
        found.provenance.items()
    )
    assert len(found.sources) == 3


def test_a_doi_ties_two_records_together(draft):
    doi = Identifier("doi", "10.1000/1")
    ingest([draft(identifiers=(doi,), key="a")])
    ingest([draft(identifiers=(doi, Identifier("arxiv", "2601.00002")), key="b", payload_hash="b")])
    assert count_papers() == 1
    assert find_paper("doi:10.1000/1") == find_paper("2601.00002")


@pytest.mark.parametrize("name", ["hep-th/9901001", "arXiv:hep-th/9901001v3", "https://arxiv.org/abs/hep-th/9901001"])
def test_an_old_id_finds_its_paper(draft, name):
    ingest([draft(identifiers=(Identifier("arxiv", "hep-th/9901001"),))])
    assert find_paper(name)[1] == "hep-th/9901001"


def test_an_arxiv_id_becomes_the_key_and_the_old_key_leads_on(draft):
    doi = Identifier("doi", "10.1000/1")
    ingest([draft(identifiers=(doi,), key="a")])
    old = find_paper("10.1000/1")
    ingest([draft(identifiers=(doi, Identifier("arxiv", "2601.00001")), key="b", payload_hash="b")])
    assert old[1].startswith("bs-")
    assert find_paper(old[1]) == (old[0], "2601.00001")
    before = dump()
    ingest([draft(identifiers=(doi, Identifier("arxiv", "2601.00001")), key="b", payload_hash="b")])
    assert dump() == before


def version(draft, number, **changes):
    given = {"version": number, "title": f"A Study in Version {number}", "payload_hash": f"v{number}"}
    return draft(**(given | {"updated": date(2026, 1, 4 + number)} | changes))


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_newer_version_stands_and_the_older_text_is_kept(draft, order):
    for number in order:
        ingest([version(draft, number)])
    found = paper("2601.00001")
    assert (found.card.title, found.version) == ("A Study in Version 2", 2)
    assert rows("SELECT number, title FROM paper_version ORDER BY number") == [(1, "A Study in Version 1"), (2, "")]


def test_an_older_version_of_a_better_source_does_not_overwrite(draft):
    ingest([version(draft, 2, source="hub", key="h")])
    ingest([version(draft, 1)])
    assert paper("2601.00001").card.title == "A Study in Version 2"


def test_withdrawn_stays_until_a_later_version(draft):
    ingest([version(draft, 1)])
    ingest([version(draft, 2, withdrawn=True)])
    assert paper("2601.00001").card.withdrawn
    ingest([version(draft, 1, payload_hash="again")])
    assert paper("2601.00001").card.withdrawn
    ingest([version(draft, 3)])
    assert not paper("2601.00001").card.withdrawn


def test_a_draft_that_names_two_papers_joins_neither_wrongly(draft):
    ingest([draft("2601.00001"), draft("2601.00002", title="Another Work Altogether, Not Alike")])
    both = (Identifier("arxiv", "2601.00001"), Identifier("arxiv", "2601.00002"))
    outcome = ingest([draft(key="both", payload_hash="both", identifiers=both)])
    assert (outcome.set_aside, count_papers()) == (0, 2)
    assert find_paper("2601.00001") != find_paper("2601.00002")
    assert paper("2601.00002").card.title == "Another Work Altogether, Not Alike"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_batch_size_makes_no_difference(monkeypatch, seed):
    drafts, hashes = generated(250, seed), {}
    for size in (1, 7, 1000):
        monkeypatch.setattr(reading, "BATCH", size)
        with rolled_back():
            ingest(drafts)
            hashes[size] = content_hash()
    assert hashes[7] == hashes[1]
    assert hashes[1000] == hashes[1]


class rolled_back:  # noqa: N801 - reads as a statement
    """What happens inside is undone at the end."""

    def __enter__(self):
        self.savepoint = connection.savepoint()

    def __exit__(self, *_):
        connection.savepoint_rollback(self.savepoint)


def test_the_hash_tells_a_changed_letter(draft):
    ingest([draft()])
    before = content_hash()
    ingest([draft(abstract="People look at pictures!", payload_hash="b")])
    assert content_hash() != before


def test_one_draft_that_is_refused_does_not_hold_up_the_rest(draft):
    drafts = [draft(f"2601.{n:05}") for n in range(1, 20)]
    drafts[7] = replace(drafts[7], version=2**40)
    outcome = ingest(drafts)
    assert (outcome.new, outcome.set_aside) == (18, 1)
    assert list_problems(9)[0].key == "arxiv:2601.00008"


def test_a_problem_leaves_the_list_when_its_record_goes_in(draft):
    ingest([draft(title="\0 ")])
    assert [problem.reason for problem in list_problems(9)] == ["it has no title"]
    ingest([draft(payload_hash="mended")])
    assert list_problems(9) == []


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(("titles", "standing"), [(["", "A Title"], 0), (["A Title", ""], 1)])
def test_of_a_record_that_comes_twice_the_last_is_judged(monkeypatch, draft, size, titles, standing):
    monkeypatch.setattr(reading, "BATCH", size)
    for _ in range(2):
        ingest([draft(title=title, payload_hash=title) for title in titles])
        assert len(list_problems(9)) == standing
        assert count_papers() == 1


def test_what_was_read_before_a_source_failed_goes_in(draft):
    def failing():
        yield draft()
        yield Problem("jsonl", "line 2", "not JSON", "{")
        raise BadInput("the file is cut short")

    with pytest.raises(BadInput, match="cut short"):
        ingest(failing())
    assert (count_papers(), len(list_problems(9))) == (1, 1)
