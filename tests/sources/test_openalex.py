"""OpenAlex: every field that is read, abstracts put together, and what is no work."""

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import openalex
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, TooLarge, UpstreamError, WrongContent

ARXIV = {
    "landing_page_url": "http://arxiv.org/abs/2401.00001",
    "source": {"display_name": "arXiv", "type": "repository"},
}
WORK = {
    "id": "https://openalex.org/W123",
    "doi": "https://doi.org/10.5555/Gaze.1",
    "title": "Where People Look at <i>Paintings</i>",
    "publication_date": "2024-03-09",
    "publication_year": 2024,
    "ids": {"openalex": "https://openalex.org/W123", "mag": 77, "pmid": "https://pubmed.ncbi.nlm.nih.gov/24520159"},
    "language": "en",
    "primary_location": {
        "landing_page_url": "https://doi.org/10.5555/gaze.1",
        "license": "cc-by",
        "source": {"display_name": "Journal of Looking", "type": "journal"},
    },
    "locations": [{"landing_page_url": "https://repository.example/1"}, ARXIV],
    "type": "article",
    "authorships": [
        {"author": {"display_name": "M. Okafor", "orcid": "https://orcid.org/0000-0002-1825-0097"},
         "raw_author_name": "Mira Okafor", "raw_affiliation_strings": ["Institute of Sight"]},
        {"author": {"display_name": "Jo Lind", "orcid": None}, "raw_author_name": None,
         "institutions": [{"display_name": "Sight Inc."}]},
    ],
    "is_retracted": False,
    "topics": [{"display_name": "Gaze", "score": 0.9}, {"display_name": "Chemistry", "score": 0.01}],
    "keywords": [{"display_name": "Scanpath", "score": 0.8}],
    "abstract_inverted_index": {"Abstract": [0], "We": [1, 3], "look.": [2], "see.": [4], "far": [999_999_999]},
    "cited_by_count": 5,
    "updated_date": "2026-01-01",
}  # fmt: skip


def one(**changes):
    (found,) = read_all(openalex, WORK | changes)
    assert isinstance(found, Draft)
    return found


def answer(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer("https://api.openalex.org/works?cursor=*", body, datetime(2026, 1, 5, tzinfo=UTC))


def test_every_field_is_read():
    found = one()
    assert (found.source, found.key, found.title) == ("openalex", "W123", "Where People Look at Paintings")
    assert found.abstract == "We look. We see."
    assert found.identifiers == (
        Identifier("doi", "10.5555/gaze.1"),
        Identifier("arxiv", "2401.00001"),
        Identifier("pubmed", "24520159"),
        Identifier("other", "openalex:W123"),
        Identifier("other", "mag:77"),
    )
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight"),
        PrintedAuthor("Jo Lind", "", "Sight Inc."),
    )
    assert found.published == PartialDate(date(2024, 3, 9))
    assert (found.venue, found.language, found.licence) == ("Journal of Looking", "en", "cc-by")
    assert (found.tags, found.withdrawn) == (("Gaze", "Scanpath"), False)


def test_small_differences():
    assert one(is_retracted=True).withdrawn
    assert one(primary_location=ARXIV).venue == ""
    assert one(publication_date="2024-01-01").published == PartialDate(date(2024, 1, 1), "year")
    assert one(publication_date=None).published == PartialDate(date(2024, 1, 1), "year")
    assert one(abstract_inverted_index=None).abstract == ""
    assert one(cited_by_count=6, updated_date="2026-02-02").payload_hash == one().payload_hash


@pytest.mark.parametrize("changes", [{"type": "dataset"}, {"is_paratext": True}, {"type": "peer-review"}])
def test_what_is_no_paper_is_passed_over(changes):
    assert read_all(openalex, WORK | changes) == []


def test_one_bad_work_is_set_aside():
    found = read_all(openalex, {"results": [WORK, WORK | {"title": None, "display_name": None}, None, WORK]})
    assert [type(each) for each in found] == [Draft, Problem, Problem, Draft]
    assert found[1].key == "https://openalex.org/W123"


def test_a_snapshot_has_a_work_a_line():
    found = read_all(openalex, f"{json.dumps(WORK)}\n{json.dumps(WORK)}\n")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"results": [{"id": "https://openalex.org/A5", "display_name": "Mira Okafor"}]}, WrongContent),
        ({"id": "https://openalex.org/I5", "display_name": "Institute of Sight"}, WrongContent),
        ({"meta": {"count": 2}, "results": [], "group_by": [{"key": "2024", "count": 2}]}, WrongContent),
        ({"error": "Invalid query parameters error.", "message": "no"}, UpstreamError),
        ({"error": "Not Found", "status": 404}, NoSuchThing),
        ({"results": 5}, Malformed),
        ({"meta": {}}, Malformed),
        (b"<!doctype html>", Malformed),
        (b'{"results": [', Malformed),
        (b'{"id": ' + b"[" * 100_000, TooLarge),
    ],
)
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        openalex.read_page(answer(body), Window())


def test_pages_follow_the_cursor():
    url = openalex.first_url("https://api.openalex.org", "concepts.id:C41008148", Window(date(2026, 1, 1)))
    query = parse_qs(urlsplit(url).query)
    assert query["filter"] == ["from_publication_date:2026-01-01,concepts.id:C41008148"]
    page = openalex.read_page(answer({"meta": {"count": 9, "next_cursor": "Ab=="}, "results": [WORK]}), Window())
    assert (page.total, len(page.items)) == (9, 1)
    assert parse_qs(urlsplit(page.next_url).query)["cursor"] == ["Ab=="]
    end = openalex.read_page(answer({"meta": {"count": 9, "next_cursor": None}, "results": []}), Window())
    assert (end.items, end.next_url) == ((), "")
    with pytest.raises(BadInput):
        openalex.LIVE.check_stream("")


def test_anything_may_stand_anywhere():
    survives(openalex, {"meta": {"next_cursor": "a", "count": 1}, "results": [WORK]})


def test_recorded_answers(shared):
    found = []
    for path in sorted((shared / "wire" / "openalex").iterdir()):
        with open_file(path) as (stream, head):
            assert openalex.recognises(head)
            found += openalex.read(stream, path.name)
    drafts = {each.key: each for each in found if isinstance(each, Draft)}
    assert len(drafts) == 22
    assert [each.reason for each in found if isinstance(each, Problem)] == ["it has no title"]
    preprint = drafts["W2581393460"]
    assert preprint.abstract.startswith("This article presents a practical roadmap for scholarly data repositories")
    assert (preprint.venue, len(preprint.authors)) == ("", 11)
    assert Identifier("pubmed", "23572122") in drafts["W2026325500"].identifiers
