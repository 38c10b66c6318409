"""OpenReview: notes of both versions of its API, expertise files, and what is no public submission."""

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, DraftLink, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import openreview
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, UpstreamError, WrongContent


def ms(*day):
    return int(datetime(*day, tzinfo=UTC).timestamp() * 1000)


CONTENT = {
    "title": "Where Models Look",
    "authors": ["Mira Okafor", "Jo Lind"],
    "authorids": ["~Mira_Okafor1", "~Jo_Lind1"],
    "abstract": "We look at $x$.",
    "keywords": ["gaze", "attention"],
    "TLDR": "Models look.",
    "venue": "ICLR 2025 Poster",
    "venueid": "ICLR.cc/2025/Conference",
    "code": "[![github](https://img.example/b.svg)](https://github.com/okafor/look)",
}
NOTE = {
    "id": "aBc_12-x",
    "forum": "aBc_12-x",
    "cdate": ms(2024, 9, 28),
    "odate": ms(2024, 10, 15),
    "pdate": ms(2025, 1, 22),
    "mdate": ms(2025, 3, 1),
    "tmdate": ms(2025, 3, 2),
    "readers": ["everyone"],
    "license": "CC BY 4.0",
    "invitations": ["ICLR.cc/2025/Conference/-/Submission"],
    "externalIds": ["dblp:conf/iclr/OkaforL25"],
    "content": {name: {"value": value} for name, value in CONTENT.items()},
}


def note(content=None, **changes):
    return (
        NOTE
        | {"content": NOTE["content"] | {name: {"value": value} for name, value in (content or {}).items()}}
        | changes
    )


def one(content=None, **changes):
    (found,) = read_all(openreview, {"notes": [note(content, **changes)], "count": 1})
    assert isinstance(found, Draft)
    return found


def answer(value, offset=0):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(f"https://api2.openreview.net/notes?limit=2&offset={offset}", body, datetime(2026, 1, 5, tzinfo=UTC))


def test_every_field_is_read():
    found = one()
    assert (found.source, found.key, found.title) == ("openreview", "aBc_12-x", "Where Models Look")
    assert found.identifiers == (Identifier("openreview", "aBc_12-x"), Identifier("other", "dblp:conf/iclr/OkaforL25"))
    assert found.authors == (PrintedAuthor("Mira Okafor"), PrintedAuthor("Jo Lind"))
    assert (found.published, found.updated) == (PartialDate(date(2024, 9, 28)), date(2025, 3, 1))
    assert (found.abstract, found.tags) == ("We look at $x$.", ("gaze", "attention"))
    assert (found.summary, found.summary_by) == ("Models look.", "the authors")
    assert (found.venue, found.licence) == ("ICLR 2025 Poster", "CC BY 4.0")
    assert found.links == (DraftLink("code", "https://github.com/okafor/look", "openreview"),)
    assert (found.withdrawn, found.gone) == (False, False)


def test_both_versions_of_the_api_and_an_object_for_an_author():
    bare = {**NOTE, "content": CONTENT, "invitation": "x"}
    (found,) = read_all(openreview, {"notes": [bare]})
    assert (found.title, found.tags, found.venue) == ("Where Models Look", ("gaze", "attention"), "ICLR 2025 Poster")
    assert one({"authors": [{"fullname": "Mira Okafor", "username": "~M1"}]}).authors == (PrintedAuthor("Mira Okafor"),)
    assert one({"keywords": "gaze, attention"}).tags == ("gaze", "attention")


@pytest.mark.parametrize(
    ("changes", "content", "withdrawn", "venue"),
    [
        ({}, {"venue": "ICLR 2025 Conference Withdrawn Submission"}, True, ""),
        ({}, {"venueid": "ICLR.cc/2025/Conference/Desk_Rejected_Submission"}, True, "ICLR 2025 Poster"),
        ({}, {"venue": "Submitted to ICLR 2025"}, False, ""),
        ({}, {"venue": "CoRR 2021"}, False, ""),
        ({"invitations": ["ICLR.cc/2025/Conference/-/Withdrawn_Submission"]}, {"venue": ""}, True, ""),
    ],
)
def test_withdrawn_and_venue(changes, content, withdrawn, venue):
    found = one(content, **changes)
    assert (found.withdrawn, found.venue) == (withdrawn, venue)


def test_a_deleted_note_is_gone_and_an_anonymous_one_has_no_authors():
    assert one(ddate=ms(2025, 5, 5)).gone
    assert one({"authors": ["Anonymous"]}).authors == ()
    assert one({"authors": None}).authors == ()


@pytest.mark.parametrize(
    "changes", [{"forum": "other"}, {"replyto": "other"}, {"readers": ["ICLR.cc/2025/Conference"]}, {"readers": []}]
)
def test_reviews_and_what_is_not_for_everyone_are_passed_over(changes):
    assert read_all(openreview, {"notes": [note(**changes)]}) == []


def test_expertise_files():
    own = "0123456789abcdef0123456789abcdef01234567"
    content = {"title": "Where Models Look", "abstract": "We look.", "year": 2021, "ssId": own, "arXivId": "2109.00001",
               "link": None, "openAccess": True, "authors": ["Mira Okafor"]}  # fmt: skip
    expected = (Identifier("arxiv", "2109.00001"), Identifier("other", f"s2:{own}"))
    for body in (
        {own: {"id": own, "content": content}},
        [{"id": own, "content": content}],
        {"id": own, "content": content},
    ):
        assert openreview.recognises(json.dumps(body).encode())
        (found,) = read_all(openreview, body)
        assert (found.key, found.identifiers) == (own, expected)
        assert found.published == PartialDate(date(2021, 1, 1), "year")


def test_one_bad_note_is_set_aside():
    found = read_all(openreview, {"notes": [NOTE, note({"title": 5}), 7, note({"title": ""}), NOTE]})
    assert [type(each) for each in found] == [Draft, Problem, Problem, Problem, Draft]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"name": "NotFoundError", "message": "Not found", "status": 404}, NoSuchThing),
        ({"name": "RateLimitError", "message": "Too many requests", "status": 429}, UpstreamError),
        ({"profiles": [{"id": "~Mira_Okafor1", "content": {}}]}, WrongContent),
        ({"groups": []}, WrongContent),
        ({"notes": 5}, Malformed),
        ({}, Malformed),
        ([], Malformed),
        (b"<html>", Malformed),
        (b'{"notes": [', Malformed),
    ],
)
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        openreview.read_page(answer(body), Window())


def test_pages_follow_the_offset_until_all_are_old():
    url = openreview.first_url("https://api2.openreview.net", "ICLR.cc/2025/Conference", Window())
    assert parse_qs(urlsplit(url).query)["content.venueid"] == ["ICLR.cc/2025/Conference"]
    body = {"notes": [NOTE, NOTE], "count": 5}
    page = openreview.read_page(answer(body, 2), Window(date(2025, 3, 2)))
    assert (page.total, parse_qs(urlsplit(page.next_url).query)["offset"]) == (5, ["4"])
    assert openreview.read_page(answer(body, 3), Window()).next_url == ""
    assert openreview.read_page(answer(body, 0), Window(date(2025, 3, 3))).next_url == ""


@pytest.mark.parametrize("stream", ["", "a b", "~Mira_Okafor1"])
def test_streams_that_cannot_be(stream):
    with pytest.raises(BadInput):
        openreview.check_stream(stream)


def test_anything_may_stand_anywhere():
    survives(openreview, {"notes": [NOTE], "count": 1})
    survives(openreview, {"notes": [{**NOTE, "content": CONTENT}]})


def test_recorded_answers(shared):
    with open_file(shared / "wire" / "openreview_expertise" / "submissions.json") as (stream, head):
        assert openreview.recognises(head)
        found = list(openreview.read(stream, "x"))
    assert len(found) == 463
    assert sum(each.identifiers[0].kind == "arxiv" for each in found) == 411
    assert all(each.authors and each.abstract for each in found if isinstance(each, Draft))
    assert found[1].authors == (PrintedAuthor("Corinna Cortes"), PrintedAuthor("Neil D. Lawrence"))
