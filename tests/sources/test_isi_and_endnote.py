"""Web of Science and EndNote exports: names one a line or in one, dates in two fields, what is no paper."""

from datetime import date

import pytest
from tests.sources.mutations import read_all

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import endnote, isi
from broadsheet.sources.files import open_file

ISI = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Okafor, M
   Lindqvist, J
AF Okafor, Mira
   Lindqvist, Jonas
TI Where People Look
   in Pictures
SO JOURNAL OF LOOKING
LA English
DE gaze; attention
AB People look at pictures.
PD JUN 23
PY 2019
DI 10.5555/look.3
PM 12345
UT WOS:000000000000001
ER

EF"""
ENDNOTE = """%0 Journal Article
%A Okafor, Mira
%A Lindqvist, Jonas
%E Itor, Ed
%T Where People Look
%J Journal of Looking
%D 2019
%8 June 23, 2019
%R 10.5555/look.4
%U https://example.org/look
%K gaze, attention
%X People look.

They see.
%@ 1234-5678
%F okafor19
"""


def test_isi_every_field():
    (found,) = read_all(isi, ISI)
    assert (found.source, found.key, found.title) == ("isi", "doi:10.5555/look.3", "Where People Look in Pictures")
    assert found.authors == (PrintedAuthor("Mira Okafor"), PrintedAuthor("Jonas Lindqvist"))
    assert found.identifiers == (Identifier("doi", "10.5555/look.3"), Identifier("pubmed", "12345"))
    assert found.published == PartialDate(date(2019, 6, 23))
    assert (found.venue, found.tags) == ("JOURNAL OF LOOKING", ("gaze", "attention"))


@pytest.mark.parametrize(
    ("day", "published"),
    [
        ("06 2019", PartialDate(date(2019, 6, 1), "month")),
        ("2019 May-Jun", PartialDate(date(2019, 5, 1), "month")),
        ("JUN", PartialDate(date(2019, 6, 1), "month")),
        ("2019", PartialDate(date(2019, 1, 1), "year")),
        ("SPR", PartialDate(date(2019, 1, 1), "year")),
    ],
)
def test_isi_dates(day, published):
    (found,) = read_all(isi, ISI.replace("JUN 23", day))
    assert found.published == published


def test_isi_of_medline_has_all_names_in_one_line():
    (found,) = read_all(
        isi, "FN ISI Export Format\nVR 1.0\nPT J\nTI T\nAU Okafor, M; Lindqvist, J\nUT MEDLINE:77\nER\n"
    )
    assert ([each.name for each in found.authors], found.key) == (["M Okafor", "J Lindqvist"], "pubmed:77")


def test_endnote_every_field():
    (found,) = read_all(endnote, ENDNOTE)
    assert (found.source, found.key, found.title) == ("endnote", "doi:10.5555/look.4", "Where People Look")
    assert found.authors == (PrintedAuthor("Mira Okafor"), PrintedAuthor("Jonas Lindqvist"))
    assert found.published == PartialDate(date(2019, 6, 23))
    assert (found.venue, found.abstract) == ("Journal of Looking", "People look.\n\nThey see.")
    assert (found.tags, found.identifiers[-1]) == (("gaze", "attention"), Identifier("url", "https://example.org/look"))


def test_endnote_of_other_kinds():
    found = read_all(endnote, "%0 Dataset\n%T Numbers\n%0 Edited Book\n%T Whole\n%E A, B\n%0 Book\n%A C, D\n%T Mine\n")
    assert [type(each) for each in found] == [Problem, Draft]
    assert (found[1].authors, found[1].venue) == ((PrintedAuthor("D C"),), "")


@pytest.mark.parametrize(
    "head", [b"", b"%0 is a percentage\n", b"% Encoding: UTF-8\n@article{a}", b"PT is short\n", b"FN x\n"]
)
def test_not_recognised(head):
    assert not isi.recognises(head)
    assert not endnote.recognises(head)


@pytest.mark.parametrize(
    ("source", "folder", "part", "drafts"),
    [
        (isi, "ris", "example_wos", 2),
        (isi, "other_citation", "Test2.isi", 3),
        (isi, "other_citation", "Inspec", 2),
        (isi, "other_citation", "TestMedline", 2),
        (endnote, "other_citation", "enw", 1),
    ],
)
def test_recorded_files(shared, source, folder, part, drafts):
    (path,) = (each for each in (shared / "wire" / folder).iterdir() if part in each.name)
    with open_file(path) as (stream, head):
        assert source.recognises(head)
        found = list(source.read(stream, path.name))
    assert len(found) == drafts
    assert all(isinstance(each, Draft) for each in found)
