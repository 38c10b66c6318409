"""bioRxiv and medRxiv: versions of preprints, windows by the month, and pages within them."""

import json
from datetime import UTC, date, datetime

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import biorxiv
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, UpstreamError

ROOT = "https://api.biorxiv.org"
RECORD = {
    "doi": "10.1101/2024.03.09.123456",
    "title": "Where Mice Look",
    "authors": "Okafor, M.; de Lind, J. K.; ",
    "author_corresponding": "Mira Okafor",
    "date": "2024-03-11",
    "version": "1",
    "type": "new results",
    "license": "cc_by",
    "category": "neuroscience",
    "jatsxml": "https://www.biorxiv.org/x.xml",
    "abstract": "Mice look.",
    "published": "NA",
    "server": "biorxiv",
}


def listed(*records, **message):
    return {
        "messages": [{"status": "ok", "cursor": 0, "count": len(records), "total": "3"} | message],
        "collection": list(records),
    }


def one(**changes):
    (found,) = read_all(biorxiv, listed(RECORD | changes))
    assert isinstance(found, Draft)
    return found


def answer(value, since="2024-03-01", until="2024-03-31", place=0, received=(2024, 4, 20)):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(f"{ROOT}/details/biorxiv/{since}/{until}/{place}/json", body, datetime(*received, tzinfo=UTC))


def test_every_field_is_read():
    found = one()
    assert (found.source, found.key, found.title, found.abstract) == (
        "biorxiv",
        RECORD["doi"],
        "Where Mice Look",
        "Mice look.",
    )
    assert found.identifiers == (Identifier("doi", RECORD["doi"]),)
    assert found.authors == (PrintedAuthor("M. Okafor"), PrintedAuthor("J. K. de Lind"))
    assert (found.published, found.updated, found.version) == (PartialDate(date(2024, 3, 11)), date(2024, 3, 11), 1)
    assert found.version_days == ((1, date(2024, 3, 11)),)
    assert (found.licence, found.tags, found.venue, found.withdrawn) == ("cc_by", ("neuroscience",), "", False)


def test_a_later_version_tells_its_own_day_only():
    found = one(version="2", date="2025-01-05", published="10.5555/Gaze.1")
    assert (found.published, found.updated) == (PartialDate(date(2024, 3, 1), "month"), date(2025, 1, 5))
    assert found.identifiers[1] == Identifier("doi", "10.5555/gaze.1")
    assert one(doi="10.1101/456574", version="2").published is None


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "withdrawn"},
        {"abstract": "This manuscript has been withdrawn by the authors."},
        {"title": "WITHDRAWN: Where Mice Look"},
    ],
)
def test_withdrawn(changes):
    assert one(**changes).withdrawn


def test_one_bad_record_is_set_aside():
    found = read_all(biorxiv, listed(RECORD, RECORD | {"title": 5}, None, RECORD | {"doi": "x"}))
    assert [type(each) for each in found] == [Draft, Problem, Problem, Problem]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"messages": [{"status": "Error: invalid interval"}], "collection": []}, UpstreamError),
        ({"messages": [{"status": "ok"}]}, Malformed),
        ({}, Malformed),
        (b"<html>", Malformed),
        (b'{"messages": [', Malformed),
    ],
)
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        biorxiv.read_page(answer(body), Window())


def test_windows_go_by_the_month_up_to_the_end_asked_for_or_today():
    window = Window(date(2024, 3, 1))
    assert biorxiv.first_url(ROOT, "biorxiv", window) == f"{ROOT}/details/biorxiv/2024-03-01/2024-03-31/0/json"
    assert biorxiv.first_url(ROOT, "medrxiv", Window()).startswith(f"{ROOT}/details/medrxiv/2019-06-01/")
    page = biorxiv.read_page(answer(listed(RECORD, RECORD)), window)
    assert page.next_url == f"{ROOT}/details/biorxiv/2024-03-01/2024-03-31/2/json"
    page = biorxiv.read_page(answer(listed(RECORD), place=2), window)
    assert page.next_url == f"{ROOT}/details/biorxiv/2024-04-01/2024-05-01/0/json"
    assert biorxiv.read_page(answer(listed(RECORD), place=2), Window(None, date(2024, 3, 31))).next_url == ""
    assert biorxiv.read_page(answer(listed(RECORD), place=2, received=(2024, 3, 20)), window).next_url == ""


def test_no_posts_is_an_empty_page():
    body = {"messages": [{"status": "no posts found"}], "collection": []}
    assert read_all(biorxiv, body) == []
    page = biorxiv.read_page(answer(body), Window(None, date(2024, 3, 31)))
    assert (page.items, page.next_url) == ((), "")


def test_streams():
    biorxiv.check_stream("medrxiv")
    with pytest.raises(BadInput):
        biorxiv.check_stream("arxiv")


def test_anything_may_stand_anywhere():
    survives(biorxiv, listed(RECORD))
    survives(biorxiv, listed({**RECORD, "rel_authors": [{"author_name": "A", "author_inst": "B"}]}))


def test_recorded_answers(shared):
    with open_file(shared / "wire" / "biorxiv" / "details_456574.json") as (stream, head):
        assert biorxiv.recognises(head)
        (found,) = biorxiv.read(stream, "x")
    assert found.title == "Complementary subnetworks of cortical somatostatin interneurons"
    assert (len(found.authors), found.authors[0].name) == (7, "A. Naka")
    assert found.identifiers == (Identifier("doi", "10.1101/456574"), Identifier("doi", "10.7554/elife.43696"))
