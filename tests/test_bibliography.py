"""Bibliographies: many papers in one file that reference managers read back whole."""

import json

import pytest

from broadsheet.bibliography import FORMS, Reference, bibliography
from broadsheet.citation import Citable
from broadsheet.errors import NotFound
from broadsheet.reading import file_batches

PAPER = Citable("2601.00001", "A Study of Scanpaths", ("Mira Okafor",), 2026, arxiv_id="2601.00001")
TWIN = Citable("2601.00002", "A Study of Saccades", ("Mira Okafor",), 2026, arxiv_id="2601.00002")
NOTE = "See $x_t$ & {braces},\n100% of \\it."


def test_two_papers_that_would_share_a_key_have_two():
    text = bibliography("bib", [Reference(PAPER), Reference(TWIN), Reference(TWIN)])
    keys = [line.partition("{")[2].rstrip(",") for line in text.splitlines() if line.startswith("@")]
    assert keys == ["okafor2026study", "okafor2026study-2", "okafor2026study-3"]


def test_notes_and_tags_go_along():
    reference = Reference(PAPER, NOTE, ("gaze", "to cite"))
    bibtex = bibliography("bib", [reference])
    assert "  keywords = {gaze, to cite},\n" in bibtex
    assert bibtex.count("{") == bibtex.count("}")
    assert "N1  - " in bibliography("ris", [reference])
    assert bibliography("ris", [reference]).count("KW  - ") == 2
    assert bibliography("ris", [reference]).endswith("ER  - \r\n")
    assert json.loads(bibliography("csl.json", [reference]))[0]["keyword"] == "gaze, to cite"


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(form, tmp_path):
    file = tmp_path / f"papers.{form.rpartition('.')[2]}"
    text = bibliography(form, [Reference(PAPER, NOTE, ("gaze",)), Reference(TWIN)])
    file.write_bytes(text.encode())
    titles = [draft.title for batch in file_batches(file) for draft in batch]
    assert titles == [PAPER.title, TWIN.title]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_gives_an_empty_file(form):
    assert bibliography(form, []).strip() in ("", "[]")


def test_an_unknown_form_is_refused_by_name():
    with pytest.raises(NotFound, match="'docx'"):
        bibliography("docx", [])
