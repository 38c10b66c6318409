"""Crossref's REST API: every field that is read, what is passed over, and how pages follow each other."""

# ruff: noqa: E501 - records are written as compactly as they read well

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import crossref
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import (
    Malformed,
    NoSuchThing,
    Refusal,
    TokenExpired,
    TooLarge,
    UpstreamError,
    WrongContent,
)

WORK = {
    "DOI": "10.5555/Gaze.1",
    "type": "journal-article",
    "title": ["Where People Look at <i>Paintings</i> &amp; Prints", "Wohin man schaut"],
    "subtitle": ["A Study"],
    "author": [
        {"given": "Mira", "family": "Okafor", "ORCID": "http://orcid.org/0000-0002-1825-0097",
         "affiliation": [{"name": "Institute of Sight"}, {"name": "Town"}]},
        {"name": "The Gaze Group"},
        {"given": "Jo", "family": "Lind", "suffix": "Jr."},
    ],
    "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>We look: a &lt; b.</jats:p>"
                "</jats:sec><jats:p>It works.</jats:p>",
    "container-title": ["Journal of Looking"],
    "issued": {"date-parts": [[2024, 3]]},
    "published-print": {"date-parts": [[2024, 5, 1]]},
    "published-online": {"date-parts": [[2024, 3, 9]]},
    "created": {"date-parts": [[2001, 1, 1]]},
    "language": "en",
    "license": [{"URL": "https://example.org/tdm", "content-version": "tdm"},
                {"URL": "https://example.org/vor", "content-version": "vor"},
                {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}],
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2401.00001"}],
                 "has-review": [{"id-type": "doi", "id": "10.5555/review"}]},
    "reference": [{"DOI": "10.5555/cited"}],
    "ISSN": ["1234-5678"],
    "is-referenced-by-count": 3,
    "indexed": {"timestamp": 1},
}  # fmt: skip


def listed(*works, **more):
    return {"status": "ok", "message-type": "work-list", "message": {"items": list(works), "total-results": 9} | more}


def one(**changes):
    (found,) = read_all(crossref, listed(WORK | changes))
    assert isinstance(found, Draft)
    return found


def answer(value, url="https://api.crossref.org/works?rows=2&cursor=*"):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(url, body, datetime(2026, 1, 5, tzinfo=UTC))


def test_every_field_is_read():
    found = one()
    assert (found.source, found.key) == ("crossref", "10.5555/gaze.1")
    assert found.title == "Where People Look at Paintings & Prints: A Study"
    assert found.abstract == "Aim: We look: a < b.\n\nIt works."
    assert found.identifiers == (Identifier("doi", "10.5555/gaze.1"), Identifier("arxiv", "2401.00001"))
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight; Town"),
        PrintedAuthor("The Gaze Group"),
        PrintedAuthor("Jo Lind Jr."),
    )
    assert found.published == PartialDate(date(2024, 3, 9))
    assert (found.venue, found.language, found.withdrawn) == ("Journal of Looking", "en", False)
    assert found.licence == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("changes", "published"),
    [
        ({"published-online": None}, PartialDate(date(2024, 3, 1), "month")),
        ({"published-online": {"date-parts": [[2023]]}}, PartialDate(date(2023, 1, 1), "year")),
        ({"issued": {"date-parts": [[None]]}, "published-online": None, "published-print": None, "approved": {"date-parts": [[2013, 5]]}}, PartialDate(date(2013, 5, 1), "month")),
        ({"issued": {"date-parts": [[]]}, "published-online": None, "published-print": {"date-parts": [[2024, 13, 1]]}}, PartialDate(date(2024, 1, 1), "year")),
    ],
)  # fmt: skip
def test_the_earliest_honest_date(changes, published):
    assert one(**changes).published == published


def test_a_record_stamped_anew_is_known_and_a_new_title_is_news():
    assert one().payload_hash == one(indexed={"timestamp": 2}, **{"is-referenced-by-count": 9}).payload_hash
    assert one().payload_hash != one(title=["Another"]).payload_hash


@pytest.mark.parametrize(
    ("changes", "venue"),
    [
        ({"type": "posted-content", "container-title": ["bioRxiv"]}, ""),
        ({"type": "proceedings-article", "container-title": ["Lecture Notes", "Proceedings of Looking"]},
         "Proceedings of Looking"),
        ({"type": "book-chapter", "container-title": ["The Series", "The Book"]}, "The Book"),
        ({"container-title": []}, ""),
    ],
)  # fmt: skip
def test_venues(changes, venue):
    assert one(**changes).venue == venue


@pytest.mark.parametrize(
    ("changes", "withdrawn"),
    [
        ({"updated-by": [{"type": "retraction", "DOI": "10.5555/notice"}]}, True),
        ({"update-to": [{"type": "retraction", "DOI": "10.5555/another"}]}, False),
        ({"update-to": [{"type": "retraction", "DOI": "10.5555/GAZE.1"}]}, True),
        ({"updated-by": [{"type": "correction", "DOI": "10.5555/notice"}]}, False),
        ({"title": ["RETRACTED ARTICLE: Where People Look"]}, True),
        ({"title": ["Withdrawn from Society"]}, False),
    ],
)
def test_a_retraction_withdraws_the_work_and_not_the_notice(changes, withdrawn):
    assert one(**changes).withdrawn is withdrawn


@pytest.mark.parametrize(
    "kind", ["component", "journal", "journal-issue", "grant", "dataset", "peer-review", "proceedings"]
)
def test_what_is_no_paper_is_passed_over(kind):
    assert read_all(crossref, listed(WORK | {"type": kind})) == []


def test_one_bad_work_is_set_aside_and_the_others_are_read():
    found = read_all(crossref, listed(WORK, WORK | {"title": []}, WORK | {"title": 5}, "x", WORK | {"DOI": None}, WORK))
    assert [type(each) for each in found] == [Draft, Problem, Problem, Problem, Problem, Draft]
    assert [each.key for each in found[1:5]] == [
        "10.5555/Gaze.1",
        "10.5555/Gaze.1",
        "a file, record 4",
        "a file, record 5",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "ok", "message-type": "work", "message": WORK},
        WORK,
        [WORK],
        json.dumps(WORK) + "\n\n",
        json.dumps(WORK, indent=1),
    ],
)
def test_a_work_alone_bare_or_in_a_list(body):
    assert [each.key for each in read_all(crossref, body)] == ["10.5555/gaze.1"]


def test_works_one_a_line_of_which_one_is_broken():
    line = json.dumps(WORK)
    found = read_all(crossref, f"{line}\n{line[:50]}\n\n{line}\n")
    assert [type(each) for each in found] == [Draft, Problem, Draft]
    first_broken = read_all(crossref, f"{line[:50]}\n{line}\n{line}\n")
    assert [type(each) for each in first_broken] == [Problem, Draft, Draft]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"Resource not found.", NoSuchThing),
        ({"status": "failed", "message-type": "validation-failure", "message": [{"type": "x", "message": "m"}]}, UpstreamError),
        ({"status": "failed", "message-type": "f", "message": [{"type": "cursor-invalid", "message": "m"}]}, TokenExpired),
        ({"status": "failed", "message-type": "f", "message": [{"type": "resource-not-found"}]}, NoSuchThing),
        ({"status": "error", "message-type": "exception", "message": {"message": "oops"}}, UpstreamError),
        ({"status": "ok", "message-type": "funder-list", "message": {"items": []}}, WrongContent),
        ({"status": "ok", "message-type": "work-agency", "message": {}}, WrongContent),
        ({"status": "ok", "message-type": "work-list", "message": {"items": 5}}, Malformed),
        (b"<html><body>Just a moment</body></html>", Malformed),
        (b'{"status": "ok", "message-type": "work-list", "message": {"items": [', Malformed),
        (b'{"message-type": "work-list", "message": ' + b"[" * 100_000, TooLarge),
        (b'{"message": {"items": [' + b"{}," * 600_000, TooLarge),
        (b"", Malformed),
    ],
)  # fmt: skip
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        crossref.read_page(answer(body), Window())
    with pytest.raises(refusal):
        read_all(crossref, body)


def test_an_empty_list_is_no_refusal():
    assert read_all(crossref, listed()) == []
    assert crossref.read_page(answer(listed()), Window()).next_url == ""


@pytest.mark.parametrize(
    ("stream", "name", "value"),
    [
        ("issn:2167-8359", "filter", "from-update-date:2026-01-01,until-update-date:2026-01-03,issn:2167-8359"),
        ("prefix:10.1371", "filter", "from-update-date:2026-01-01,until-update-date:2026-01-03,prefix:10.1371"),
        ("member:98", "filter", "from-update-date:2026-01-01,until-update-date:2026-01-03,member:98"),
        ("eye movements", "query.bibliographic", "eye movements"),
    ],
)
def test_first_addresses(stream, name, value):
    crossref.check_stream(stream)
    url = crossref.first_url("https://api.crossref.org", stream, Window(date(2026, 1, 1), date(2026, 1, 3)))
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://api.crossref.org/works?")
    assert (query[name], query["cursor"]) == ([value], ["*"])


@pytest.mark.parametrize("stream", ["", "  ", "issn:", "prefix:10 1", "member: 1 2"])
def test_streams_that_cannot_be(stream):
    with pytest.raises(BadInput):
        crossref.check_stream(stream)


def test_pages_follow_the_cursor_until_one_is_not_full():
    full = crossref.read_page(answer(listed(WORK, WORK, **{"next-cursor": "a+/=&b", "items-per-page": 2})), Window())
    assert parse_qs(urlsplit(full.next_url).query) == {"rows": ["2"], "cursor": ["a+/=&b"]}
    assert full.total == 9
    last = crossref.read_page(answer(listed(WORK, **{"next-cursor": "c", "items-per-page": 2})), Window())
    assert (len(last.items), last.next_url) == (1, "")


def test_anything_may_stand_anywhere():
    survives(crossref, listed(WORK, **{"next-cursor": "c"}))
    survives(crossref, WORK)


@pytest.mark.parametrize(
    ("pattern", "drafts", "titles"),
    [
        ("*badsample*", 14, ["Progressive generalized alopecia due to systemic amyloidosis"]),
        ("*crossref__732ab9*", 1, ["Automated quantitative histology reveals vascular morphodynamics during "
                                   "Arabidopsis hypocotyl secondary growth"]),
        ("*cursor_max.yaml.3*", 17, []),
        ("*multipe_titles*", 1, ["Penisverletzung durch eine Moulinette: Folge einer autoerotischen Selbstverst\u00fcmmelung"]),
        ("*component.yaml*", 0, []),
        ("*cr_r_fails_well*", 0, []),
        ("*test_3_conference*", 1, []),
    ],
)  # fmt: skip
def test_recorded_answers(shared, pattern, drafts, titles):
    found = wire(shared, pattern)
    assert [type(each) for each in found].count(Draft) == drafts
    assert {each.title for each in found if isinstance(each, Draft)} >= set(titles)


def wire(shared, pattern):
    (path,) = (shared / "wire" / "crossref_json").glob(pattern)
    with open_file(path) as (stream, head):
        assert crossref.recognises(head)
        return list(crossref.read(stream, path.name))


def test_all_recorded_answers_are_read_or_refused_for_a_reason(shared):
    counts = {"drafts": 0, "problems": 0, "refusals": 0}
    for path in sorted((shared / "wire" / "crossref_json").iterdir()):
        with open_file(path) as (stream, head):
            if "citeproc_json" in path.name:
                assert not crossref.recognises(head)
                continue
            assert crossref.recognises(head), path.name
            try:
                found = list(crossref.read(stream, path.name))
            except Refusal:
                counts["refusals"] += 1
                continue
        counts["drafts"] += sum(isinstance(each, Draft) for each in found)
        counts["problems"] += sum(isinstance(each, Problem) for each in found)
        assert not any("<" in each.title or "&amp;" in each.title for each in found if isinstance(each, Draft))
    assert counts["drafts"] > 550
    assert counts["refusals"] > 30
    assert counts["problems"] == 2
