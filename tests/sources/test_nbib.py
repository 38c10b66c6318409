"""PubMed's text form: what belongs to which author, dates of three kinds, and records without a number."""

from datetime import date

import pytest
from tests.sources.mutations import read_all

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import nbib
from broadsheet.sources.files import open_file

FULL = """PMID- 12345
OWN - NLM
DCOM- 20200101
DP  - 2019 May-Jun
DEP - 20190402
TI  - Where people look
      in pictures.
LID - 10.5555/look.2 [doi]
LID - S1 [pii]
AB  - BACKGROUND: People look.
FAU - Okafor, Mira
AU  - Okafor M
AUID- ORCID: https://orcid.org/0000000218250097
AD  - Institute of Sight,
      Lagos.
FAU - Lindqvist, Jonas
CN  - The Looking Group
LA  - eng
PT  - Journal Article
PT  - Retracted Publication
TA  - J Look
JT  - Journal of looking
MH  - *Eye/physiology
MH  - Humans
OT  - gaze
SO  - J Look. 2019.
"""


def test_every_field_is_read():
    (found,) = read_all(nbib, FULL)
    assert (found.key, found.title) == ("12345", "Where people look in pictures")
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight, Lagos."),
        PrintedAuthor("Jonas Lindqvist"),
        PrintedAuthor("The Looking Group"),
    )
    assert found.identifiers == (Identifier("pubmed", "12345"), Identifier("doi", "10.5555/look.2"))
    assert found.published == PartialDate(date(2019, 4, 2))
    assert (found.venue, found.language, found.withdrawn) == ("Journal of looking", "eng", True)
    assert (found.tags, found.abstract) == (("Eye", "Humans", "gaze"), "BACKGROUND: People look.")


def test_the_days_of_indexing_are_no_news():
    (one,), (other,) = read_all(nbib, FULL), read_all(nbib, FULL.replace("20200101", "20260101"))
    assert one.payload_hash == other.payload_hash
    (changed,) = read_all(nbib, FULL.replace("People look.", "People see."))
    assert one.payload_hash != changed.payload_hash


@pytest.mark.parametrize(
    ("day", "published"),
    [
        ("2013 06 10", PartialDate(date(2013, 6, 10))),
        ("2000 Spring-Summer", PartialDate(date(2000, 1, 1), "year")),
        ("1998 Dec-1999 Jan", PartialDate(date(1998, 12, 1), "month")),
        ("soon", None),
    ],
)
def test_dates(day, published):
    (found,) = read_all(nbib, f"PMID- 1\nTI  - T\nDP  - {day}\n")
    assert found.published == published


@pytest.mark.parametrize(
    ("title", "shown"),
    [("[A title in translation].", "A title in translation"), ("By Smith et al.", "By Smith et al.")],
)
def test_titles_as_pubmed_sets_them(title, shown):
    (found,) = read_all(nbib, f"PMID- 1\nTI  - {title}\n")
    assert found.title == shown


def test_a_record_without_title_stands_under_its_number():
    found = read_all(nbib, f"PMID- 7\nPT  - Editorial\n\nNobody's line.\n\n{FULL}")
    assert [(type(each), each.key) for each in found] == [(Problem, "7"), (Draft, "12345")]


@pytest.mark.parametrize("head", [b"", b"PMID: 123\n", b"TY  - JOUR\n", b"<PMID>1</PMID>"])
def test_not_recognised(head):
    assert not nbib.recognises(head)


def test_recorded_file(shared):
    (path,) = (shared / "wire" / "nbib").iterdir()
    with open_file(path) as (stream, head):
        assert nbib.recognises(head)
        found = list(nbib.read(stream, path.name))
    assert [type(each) for each in found].count(Draft) == 2
    assert (found[0].key, found[0].venue) == ("20481061", "20 century British history")
