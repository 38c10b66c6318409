"""RIS: the line forms that programs write, what the tags mean, and what is set aside."""

from datetime import date

import pytest
from tests.sources.mutations import read_all

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import ris
from broadsheet.sources.files import open_file

FULL = """TY  - JOUR
T1  - Where People Look in <i>Pictures</i>
AU  - Okafor, Mira
A1  - Lindqvist, Jonas, Jr.
JF  - Journal of Looking
JO  - J. Look.
Y1  - 2019/03/07/
PY  - 2019
Y2  - 2024/01/01
DO  - https://doi.org/10.5555/LOOK.1
UR  - https://example.org/look; https://example.org/look.pdf
N2  - People look
      at pictures.
KW  - gaze; attention
KW  - * saliency
SN  - 1234-5678
ER  -
"""


def one(*lines, kind="JOUR"):
    (found,) = read_all(ris, "\n".join([f"TY  - {kind}", "TI  - A Long Enough Title of Mine", *lines, "ER  - "]))
    assert isinstance(found, Draft)
    return found


def test_every_field_is_read():
    (found,) = read_all(ris, FULL)
    assert (found.source, found.key) == ("ris", "doi:10.5555/look.1")
    assert found.title == "Where People Look in Pictures"
    assert found.authors == (PrintedAuthor("Mira Okafor"), PrintedAuthor("Jonas Lindqvist Jr."))
    assert found.identifiers == (
        Identifier("doi", "10.5555/look.1"),
        Identifier("url", "https://example.org/look"),
        Identifier("url", "https://example.org/look.pdf"),
    )
    assert found.published == PartialDate(date(2019, 3, 7))
    assert (found.venue, found.tags) == ("Journal of Looking", ("gaze", "attention", "saliency"))
    assert found.abstract.split() == ["People", "look", "at", "pictures."]


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("PY  - 2016/12//", PartialDate(date(2016, 12, 1), "month")),
        ("Y1  - 2015/october", PartialDate(date(2015, 10, 1), "month")),
        ("PY  - 2001/00/00/", PartialDate(date(2001, 1, 1), "year")),
        ("DA  - 3 May 2019", PartialDate(date(2019, 5, 3))),
        ("DA  - May 3, 2019", PartialDate(date(2019, 5, 3))),
        ("PY  - 99", None),
        ("PY  - ///", None),
    ],
)
def test_dates(line, published):
    assert one(line).published == published


@pytest.mark.parametrize(
    "text",
    [
        FULL.replace("\n", "\r\n"),
        FULL.replace("\n", "\r"),
        "\ufeff" + FULL,
        "Provider: Somebody\n1.\n" + FULL,
        FULL.replace("ER  -\n", ""),
        "".join(f"{line[:2].lower()}{line[2:]}\n" for line in FULL.splitlines()),
    ],
)
def test_forms_of_lines(text):
    (found,) = read_all(ris, text)
    assert (found.key, len(found.authors)) == ("doi:10.5555/look.1", 2)
    assert ris.recognises(text.encode())


def test_a_record_without_end_does_not_swallow_the_next():
    found = read_all(ris, "TY  - JOUR\nTI  - First of Two\nTY  - JOUR\nTI  - Second of Two\n")
    assert [each.title for each in found] == ["First of Two", "Second of Two"]


def test_arxiv_is_no_venue_but_names_the_paper():
    assert one("JO  - arXiv preprint arXiv:2401.00001").venue == ""
    assert one("JO  - arXiv preprint arXiv:2401.00001").identifiers == (Identifier("arxiv", "2401.00001"),)
    assert one("JO  - CoRR", "VL  - abs/1706.03762").identifiers == (Identifier("arxiv", "1706.03762"),)


def test_the_books_doi_is_not_looked_for_in_the_isbn_and_editors_are_no_authors():
    found = one("SN  - 10.5555/not-mine", "A2  - Itor, Ed", "T2  - The Whole Book", kind="CHAP")
    assert (found.identifiers, found.authors, found.venue) == ((), (), "The Whole Book")


def test_what_is_set_aside_and_what_is_passed_over():
    text = "TY  - JOUR\nAU  - A, B\nER  -\nTY  - BOOK\nTI  - Edited\nED  - C, D\nER  -\nTY  - DATA\nTI  - Data\nER  -"
    found = read_all(ris, text)
    assert [(type(each), each.key) for each in found] == [(Problem, "a file, line 1"), (Problem, "a file, line 4")]
    assert [each.reason for each in found] == ["it has no title", "a BOOK without authors is no paper"]


def test_one_record_longer_than_any_is_a_problem():
    found = read_all(ris, "TY  - JOUR\nTI  - T\n" + "AU  - Somebody, A.\n" * 60_000 + FULL)
    assert [type(each) for each in found] == [Problem, Draft]


@pytest.mark.parametrize(
    "head", [b"", b"TY is a name\n", b"@article{a, title={TY  - JOUR}}", b"<TY  - JOUR>\n", b"PT J\nTI x\n"]
)
def test_not_recognised(head):
    assert not ris.recognises(head)


@pytest.mark.parametrize(
    ("part", "drafts", "problems", "key"),
    [
        ("RisImporterTest3_", 1, 0, "doi:10.1201/b19107-2"),
        ("RisImporterTest4b", 0, 1, ""),
        ("RisImporterTest5a", 1, 0, "doi:10.1016/j.powtec.2012.01.008"),
        ("RisImporterTestScience", 1, 0, "doi:10.1016/j.actamat.2016.09.028"),
        ("example_extraneous", 2, 0, ""),
        ("example_full_write", 2, 0, ""),
        ("example_multiline", 0, 3, ""),
        ("example_urls", 4, 0, ""),
        ("commonmeta-py__crossref", 1, 0, "doi:10.7554/elife.01567"),
    ],
)
def test_recorded_files(shared, part, drafts, problems, key):
    (path,) = (each for each in (shared / "wire" / "ris").iterdir() if part in each.name)
    with open_file(path) as (stream, head):
        assert ris.recognises(head)
        found = list(ris.read(stream, path.name))
    made = [each for each in found if isinstance(each, Draft)]
    assert (len(made), len(found) - len(made)) == (drafts, problems)
    assert not key or made[0].key == key
