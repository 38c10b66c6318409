"""Records of a saved daily-papers page."""

import io
import json
from datetime import UTC, date, datetime

import pytest

from broadsheet.drafts import Counts, Draft, EditionPlace, Identifier, Organisation, PartialDate, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import read_file, seed

DAY = date(2025, 11, 12)
RECORD = {
    "position": 4,
    "arxiv_id": "2511.00001",
    "title": "A Paper",
    "abstract": "It says.",
    "author_count": 9,
    "organization": "Acme",
    "date": "2025-11-10",
    "comment_count": 2,
}


def read(*records, edition=DAY):
    return list(seed.read(io.BufferedReader(io.BytesIO(json.dumps(records).encode())), "page.json", edition))


def test_every_field_is_read():
    (found,) = read(RECORD)
    assert found.identifiers == (Identifier("arxiv", "2511.00001"),)
    assert (found.title, found.abstract, found.author_count) == ("A Paper", "It says.", 9)
    assert found.organisation == Organisation("", "Acme")
    assert found.published == PartialDate(date(2025, 11, 10))
    assert found.counts == Counts(None, 2, None, datetime(2025, 11, 12, tzinfo=UTC))
    assert found.edition == EditionPlace(DAY, 4)


def test_without_an_edition_there_is_no_place():
    (found,) = read(RECORD, edition=None)
    assert (found.edition, found.counts) == (None, None)


@pytest.mark.parametrize(
    "changes", [{"arxiv_id": "nothing"}, {"arxiv_id": 5}, {"title": []}, {"position": -1}, {"author_count": "9"}]
)
def test_a_bad_record_is_set_aside(changes):
    bad, good = read(RECORD | changes, RECORD)
    assert (type(bad), type(good)) == (Problem, Draft)


def test_what_is_no_record_is_set_aside():
    assert [each.key for each in read(5, None, [RECORD])] == [f"page.json, record {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("body", ['[{"position": 1, "arxiv_id": "2511.00001"', '{"position": 1}', "[" * 99_999])
def test_a_file_that_is_no_array_is_refused(tmp_path, body):
    path = tmp_path / "page.json"
    path.write_text(body)
    with pytest.raises(BadInput, match=r"page\.json"):
        list(read_file(path, "seed"))


@pytest.mark.shared
def test_the_page_we_start_from(shared):
    found = list(read_file(shared / "seed" / "papers.json", edition=DAY))
    assert len(found) == 90
    assert [each.edition.position for each in found] == list(range(1, 91))
