"""Papers as JSON Lines: every field that is read, and what it becomes."""

import io
import json
from datetime import date

import pytest

from broadsheet.drafts import (
    Draft,
    DraftLink,
    EditionPlace,
    Identifier,
    Organisation,
    PartialDate,
    PrintedAuthor,
    Problem,
)
from broadsheet.sources import jsonl

FULL = {
    "id": "arxiv:2401.12345v2",
    "title": "A Paper",
    "abstract": "It says.",
    "authors": ["Ada Lovelace", {"name": "Emmy Noether", "orcid": "https://orcid.org/0000-0002-1825-0097"}, None],
    "date": "2024-01-23",
    "updated": "2024-02-01T08:00:00Z",
    "venue": "ETRA",
    "categories": ["cs.CV"],
    "tags": ["gaze", None, ""],
    "doi": "10.1000/ABC",
    "url": "https://arxiv.org/abs/2401.12345",
    "other_ids": ["openreview:xyz", "no identifier", "PMID:12345"],
    "code_url": "https://example.org/code",
    "comments": "8 pages",
    "organisation": {"name": "acme", "fullname": "Acme Inc."},
    "language": "en",
    "licence": "CC BY 4.0",
}


def read(*records, edition=None):
    lines = b"\n".join(json.dumps(record).encode() for record in records)
    return list(jsonl.read(io.BufferedReader(io.BytesIO(lines)), "papers.jsonl", edition))


def one(**changes):
    (found,) = read({"id": "mine", "title": "A Paper"} | changes)
    assert isinstance(found, Draft)
    return found


def test_every_field_is_read():
    (found,) = read(FULL)
    assert (found.source, found.key, found.version) == ("jsonl", "arxiv:2401.12345v2", 2)
    assert set(found.identifiers) == {
        Identifier("arxiv", "2401.12345"),
        Identifier("doi", "10.1000/abc"),
        Identifier("openreview", "xyz"),
        Identifier("pubmed", "12345"),
    }
    assert found.authors == (PrintedAuthor("Ada Lovelace"), PrintedAuthor("Emmy Noether", "0000-0002-1825-0097"))
    assert (found.published, found.updated) == (PartialDate(date(2024, 1, 23)), date(2024, 2, 1))
    assert found.links == (DraftLink("code", "https://example.org/code", "jsonl"),)
    assert found.organisation == Organisation("acme", "Acme Inc.")
    assert (found.venue, found.comment, found.tags) == ("ETRA", "8 pages", ("gaze",))


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("2024", PartialDate(date(2024, 1, 1), "year")),
        ("2024-03", PartialDate(date(2024, 3, 1), "month")),
        ("2024-03-05T10:00:00Z", PartialDate(date(2024, 3, 5))),
        ("2024-13", None),
        ("2024-02-30", None),
        ("0000-00-00", None),
        ("9999999-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_of_three_precisions(text, published):
    assert one(date=text).published == published


@pytest.mark.parametrize("venue", ["arXiv", "arxiv.org", " CoRR "])
def test_a_preprint_server_is_no_venue(venue):
    assert one(venue=venue).venue == ""


@pytest.mark.parametrize(
    ("changes", "withdrawn"),
    [
        ({"withdrawn": True}, True),
        ({"comments": "This paper has been withdrawn by the authors"}, True),
        ({"comments": "Withdrawn due to an error"}, True),
        ({"comments": "Supersedes a withdrawn paper"}, False),
        ({"withdrawn": "yes"}, False),
        ({}, False),
    ],
)
def test_withdrawn_by_field_or_comment(changes, withdrawn):
    assert one(**changes).withdrawn is withdrawn


@pytest.mark.parametrize("name", ["hep-th/9901001", "arXiv:hep-th/9901001v2", "http://arxiv.org/abs/hep-th/9901001"])
def test_old_arxiv_ids(name):
    assert one(id=name).identifiers == (Identifier("arxiv", "hep-th/9901001"),)


def test_a_name_of_ones_own_is_an_identifier():
    assert one(id="report-17").identifiers == (Identifier("other", "report-17"),)


def test_records_take_their_place_in_the_edition_named():
    found = read(FULL, FULL | {"id": "b"}, edition=date(2026, 1, 6))
    assert [each.edition for each in found] == [EditionPlace(date(2026, 1, 6), 1), EditionPlace(date(2026, 1, 6), 2)]


def test_a_problem_stands_under_the_records_id_or_its_place():
    found = read({"id": "a", "title": 5}, {"id": ["x"], "title": "T"}, {"id": "x\0", "title": "T"})
    assert [each.key for each in found] == ["a", "papers.jsonl, line 2", "papers.jsonl, line 3"]
    assert all(isinstance(each, Problem) for each in found)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (b'{"id": "a", "title" : "T"}', True),
        (b'{"id": "a", "tags": ["paper", "record"], "title": "T"}', True),
        (b'[{"title": "T"}]', False),
        (b'{"name": "title"}', False),
        (b"", False),
    ],
)
def test_recognised_by_a_title_of_its_own(head, ours):
    assert jsonl.recognises(head) is ours
