"""Semantic Scholar: every field that is read, all shapes of answers, and how it refuses."""

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import semanticscholar
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, UpstreamError, WrongContent

OWN = "0123456789abcdef0123456789abcdef01234567"
PAPER = {
    "paperId": OWN,
    "externalIds": {"ArXiv": "2401.00001", "DOI": "10.5555/Gaze.1", "ACL": "2024.acl-long.1", "PubMed": "123",
                    "DBLP": "conf/acl/Okafor24", "MAG": "77", "CorpusId": 88},
    "corpusId": 88,
    "title": "Where People Look",
    "abstract": "We look.",
    "venue": "Annual Meeting of Lookers",
    "journal": {"name": "ArXiv", "volume": "abs/2401.00001"},
    "year": 2024,
    "publicationDate": "2024-03-09",
    "s2FieldsOfStudy": [{"category": "Computer Science"}, {"category": "Computer Science"}, {"category": "Art"}],
    "openAccessPdf": {"url": "https://example.org/1.pdf", "license": "CCBY"},
    "authors": [{"authorId": "1", "name": "Mira Okafor"}, {"authorId": None, "name": "J. Lind"}],
    "tldr": {"model": "tldr@v2.0.0", "text": "People look."},
    "citationCount": 5,
}  # fmt: skip


def one(**changes):
    (found,) = read_all(semanticscholar, PAPER | changes)
    assert isinstance(found, Draft)
    return found


def answer(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(
        "https://api.semanticscholar.org/graph/v1/paper/search/bulk?query=x", body, datetime(2026, 1, 5, tzinfo=UTC)
    )


def test_every_field_is_read():
    found = one()
    assert (found.source, found.key, found.title, found.abstract) == (
        "semanticscholar",
        OWN,
        "Where People Look",
        "We look.",
    )
    assert found.identifiers == (
        Identifier("arxiv", "2401.00001"),
        Identifier("doi", "10.5555/gaze.1"),
        Identifier("acl", "2024.acl-long.1"),
        Identifier("pubmed", "123"),
        Identifier("other", f"s2:{OWN}"),
        Identifier("other", "dblp:conf/acl/Okafor24"),
        Identifier("other", "mag:77"),
        Identifier("other", "corpusid:88"),
    )
    assert found.authors == (PrintedAuthor("Mira Okafor"), PrintedAuthor("J. Lind"))
    assert found.published == PartialDate(date(2024, 3, 9))
    assert (found.venue, found.licence) == ("Annual Meeting of Lookers", "CCBY")
    assert found.tags == ("Computer Science", "Art")
    assert (found.summary, found.summary_by) == ("People look.", "tldr@v2.0.0")


def test_small_differences():
    assert one(publicationDate=None).published == PartialDate(date(2024, 1, 1), "year")
    assert one(journal={"name": "Journal of Looking"}).venue == "Journal of Looking"
    assert one(venue="arXiv.org").venue == ""
    assert one(citationCount=6).payload_hash == one().payload_hash
    assert one(paperId=None).key == "CorpusId:88"


@pytest.mark.parametrize(
    "body",
    [
        [None, PAPER],
        {"total": 1, "offset": 0, "next": 10, "data": [PAPER]},
        {"total": 1, "token": "t", "data": [PAPER]},
        {"recommendedPapers": [PAPER]},
        {"offset": 0, "data": [{"contexts": [], "citingPaper": PAPER}]},
        {"isInfluential": True, "citedPaper": PAPER},
        json.dumps(PAPER) + "\n",
    ],
)
def test_all_shapes(body):
    assert [each.key for each in read_all(semanticscholar, body)] == [OWN]


@pytest.mark.parametrize("body", [[None], {"total": 0, "offset": 0}, {"total": 0, "token": None, "data": []}])
def test_nothing_found_is_no_refusal(body):
    assert read_all(semanticscholar, body) == []


def test_a_paper_of_a_number_only_is_set_aside():
    found = read_all(semanticscholar, {"total": 2, "data": [{"paperId": OWN, "citationCount": 5}, PAPER]})
    assert [type(each) for each in found] == [Problem, Draft]
    assert found[0].reason == "it has no title"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"error": "Paper with id x not found"}, NoSuchThing),
        ({"error": "Unrecognized or unsupported fields: [x]"}, UpstreamError),
        ({"message": "Too Many Requests. Please wait", "code": "429"}, UpstreamError),
        ({"message": "Forbidden"}, UpstreamError),
        ({"authorId": "1", "name": "Mira Okafor", "papers": [PAPER]}, WrongContent),
        ({"total": 1, "data": [{"authorId": "1", "name": "Mira Okafor"}]}, WrongContent),
        ({"data": 5}, Malformed),
        ({}, Malformed),
        (b"<html>", Malformed),
        (b'{"total": 1, "data": [', Malformed),
    ],
)
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        semanticscholar.read_page(answer(body), Window())


def test_pages_follow_the_token():
    url = semanticscholar.first_url("https://api.semanticscholar.org", "gaze + art", Window(date(2026, 1, 1)))
    query = parse_qs(urlsplit(url).query)
    assert (query["query"], query["publicationDateOrYear"]) == (["gaze + art"], ["2026-01-01:"])
    page = semanticscholar.read_page(answer({"total": 3, "token": "AB=", "data": [PAPER]}), Window())
    assert (page.total, parse_qs(urlsplit(page.next_url).query)["token"]) == (3, ["AB="])
    assert semanticscholar.read_page(answer({"total": 3, "token": None, "data": [PAPER]}), Window()).next_url == ""
    with pytest.raises(BadInput):
        semanticscholar.check_stream(" ")


def test_anything_may_stand_anywhere():
    survives(semanticscholar, {"total": 1, "token": "t", "data": [PAPER, {"citingPaper": PAPER}]})
    survives(semanticscholar, [PAPER])


def test_recorded_answers(shared):
    found, wrong = [], 0
    for path in sorted((shared / "wire" / "semanticscholar").iterdir()):
        with open_file(path) as (stream, head):
            assert semanticscholar.recognises(head)
            try:
                found += semanticscholar.read(stream, path.name)
            except WrongContent:
                wrong += 1
    drafts = {each.title: each for each in found if isinstance(each, Draft)}
    assert (len(drafts), wrong, len(found)) == (12, 1, 6_082)
    assert drafts["Attention Is All You Need"].identifiers[0] == Identifier("arxiv", "1706.03762")
    assert drafts["Neural Variational Inference and Learning in Belief Networks"].published == PartialDate(
        date(2014, 1, 31)
    )
