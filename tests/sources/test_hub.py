"""The hub's records: as an array or one a line, bare or as they were seen, and as its API is asked for them."""

import io
import json
from datetime import UTC, date, datetime

import pytest

from broadsheet.drafts import Counts, Draft, DraftLink, EditionPlace, Identifier, Organisation, PartialDate, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import hub
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, UpstreamError
from broadsheet.sources.registry import choose

DAY = date(2026, 1, 6)
NOW = datetime(2026, 1, 7, 9, tzinfo=UTC)


def record(number=1, **changes):
    paper = {
        "id": f"2601.{number:05}",
        "title": f"Paper {number}",
        "summary": "It says.",
        "authors": [{"name": "Ada Lovelace", "hidden": False}, {"name": "Somebody Wrong", "hidden": True}],
        "publishedAt": "2026-01-05T00:00:00.000Z",
        "submittedOnDailyAt": "2026-01-06T12:13:07.863Z",
        "upvotes": 7,
        "githubRepo": "https://example.org/code",
        "githubRepoAddedBy": "auto",
        "githubStars": 12,
        "projectPage": "https://example.org/project",
        "ai_summary": "It works.",
        "ai_keywords": ["gaze"],
        "organization": {"name": "acme", "fullname": "Acme Inc."},
    }
    return {"paper": paper | changes, "publishedAt": "2026-01-05T21:00:00.000Z", "numComments": 3}


def read(body, edition=None):
    return list(hub.read(io.BufferedReader(io.BytesIO(body)), "day.json", edition))


def array(*records):
    return json.dumps(records).encode()


def test_every_field_is_read():
    (found,) = read(array(record()))
    assert (found.key, found.identifiers) == ("2601.00001", (Identifier("arxiv", "2601.00001"),))
    assert (found.title, found.abstract, found.tags) == ("Paper 1", "It says.", ("gaze",))
    assert [author.name for author in found.authors] == ["Ada Lovelace"]
    assert found.published == PartialDate(date(2026, 1, 5))
    assert found.counts == Counts(7, 3, 12, datetime(2026, 1, 6, 12, 13, 7, 863000, UTC))
    assert DraftLink("code", "https://example.org/code", "auto") in found.links
    assert DraftLink("project", "https://example.org/project", "hub") in found.links
    assert found.organisation == Organisation("acme", "Acme Inc.")
    assert (found.summary, bool(found.summary_by)) == ("It works.", True)
    assert found.edition == EditionPlace(DAY, 1)


def test_a_sighting_tells_its_day_and_moment():
    seen = {"first_daily_date": "2026-01-08", "observed_at": "2026-01-09T10:00:00+02:00", "record": record()}
    (found,) = read(json.dumps(seen).encode())
    assert found.observed_at == datetime(2026, 1, 9, 8, tzinfo=UTC)
    assert found.counts.observed_at == found.observed_at
    assert found.edition == EditionPlace(date(2026, 1, 8), 1)


def test_places_are_counted_day_by_day_in_the_order_of_the_file():
    other_day = {"submittedOnDailyAt": "2026-01-07T10:00:00Z"}
    found = read(array(record(1), record(2, **other_day), record(3)))
    assert [each.edition.position for each in found] == [1, 1, 2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "id"),
        ({"title": 5}, "title"),
        ({"authors": ["Ada"]}, "authors"),
        ({"upvotes": "many"}, "upvotes"),
        ({"upvotes": 1e9}, "upvotes"),
        ({"upvotes": float("nan")}, "upvotes"),
        ({"organization": 5}, "organization"),
        ({"githubRepo": ["x"]}, "githubRepo"),
    ],
)
def test_a_field_of_the_wrong_kind_sets_the_record_aside(changes, reason):
    first, bad, last = read(array(record(1), record(2, **changes), record(3)))
    assert isinstance(bad, Problem)
    assert reason in bad.reason
    assert bad.key in ("2601.00002", "day.json, record 2")
    assert [first.edition.position, last.edition.position] == [1, 2]


@pytest.mark.parametrize("value", [{"paper": 5}, {"record": []}, {"paper": {}}, {}, {"paper": {"id": {"x": []}}}])
def test_what_holds_no_paper_is_set_aside(value):
    (found,) = read(json.dumps(value).encode())
    assert (type(found), found.key) == (Problem, "day.json, line 1")


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "yesterday", "1969-07-20"]
)
def test_a_moment_of_no_age_of_the_hub_is_none(moment):
    (found,) = read(json.dumps({"observed_at": moment, "record": record()}).encode())
    assert isinstance(found, Draft)
    assert found.observed_at is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'[{"paper": {"id"', "hub"),
        (b'{"paper":{"id"', "hub"),
        (b'{"first_daily_date":"2026-01-01","record":{"paper":{}', "hub"),
        (b'[\n {\n "position": 1,\n "arxiv_id": "2601.00001"', "seed"),
        (b'{"id": "a", "tags": ["paper"], "title": "T"}', "jsonl"),
    ],
)
def test_a_file_is_recognised_by_its_first_bytes(head, name):
    assert choose(head, "file").name == name


def test_the_service_is_asked_day_by_day_up_to_today():
    window, url = Window(date(2026, 1, 6)), hub.first_url("https://hub.example", "", Window(date(2026, 1, 6)))
    found, asked = [], []
    while url:
        asked.append(url)
        page = hub.read_page(Answer(url, array(record(len(asked))), NOW), window)
        found += page.items
        url = page.next_url
    assert [url.split("date=")[1][:10] for url in asked] == ["2026-01-06", "2026-01-07"]
    assert {each.observed_at for each in found} == {NOW}
    assert [each.edition.day.isoformat() for each in found] == ["2026-01-06"] * 2  # as the records say


def test_a_range_ends_with_its_last_day():
    url = hub.first_url("https://hub.example", "", Window(date(2025, 1, 1), date(2025, 1, 1)))
    page = hub.read_page(Answer(url, b"[]", NOW), Window(date(2025, 1, 1), date(2025, 1, 1)))
    assert (page.items, page.next_url) == ((), "")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b'{"error": "Too many requests"}', UpstreamError),
        (b"<!DOCTYPE html><html></html>", Malformed),
        (b"", Malformed),
        (b"[" * 100_000, BadInput),
        (b'{"paper": ', Malformed),
    ],
)
def test_what_is_no_list_is_refused(body, refusal):
    url = hub.first_url("https://hub.example", "", Window(date(2026, 1, 6)))
    with pytest.raises(refusal):
        hub.read_page(Answer(url, body, NOW), Window())


def test_a_day_without_a_list_yet_is_an_empty_page():
    body = b'{"error": "\\"date\\" must be less than or equal to 2026-01-05T00:00:00.000Z"}'
    page = hub.read_page(
        Answer(hub.first_url("https://hub.example", "", Window(date(2026, 1, 6))), body, NOW), Window()
    )
    assert (page.items, page.next_url[-20:]) == ((), "2026-01-07&limit=100")
