"""Cleaning: whatever a source sends, what comes out can be stored, compared and shown."""

from datetime import date

import pytest

from broadsheet.cleaning import MAX_AUTHORS, MAX_IDENTIFIERS, MAX_TAGS, clean, is_web_address
from broadsheet.drafts import DraftLink, EditionPlace, Identifier, Organisation, PartialDate, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.taxonomy import load

POISON = "\0\ud800\x1b[31m\u202e"


def cleaned(draft):
    return clean(draft, load())


def test_texts_are_normalised(draft):
    found = cleaned(
        draft(
            title="  Poincar\\'e  maps\n of Schro\u0308dinger",
            abstract="First line\nsecond line\n  New paragraph",
            comment="12 pages,\n  3 figures",
        )
    )
    assert found.title == "Poincaré maps of Schrödinger"
    assert found.abstract == "First line second line\n\nNew paragraph"
    assert found.comment == "12 pages, 3 figures"


@pytest.mark.parametrize("title", ["", "  \n ", "\0", "\u200b\u202e", "\ud800"])
def test_a_paper_needs_a_title(draft, title):
    with pytest.raises(BadInput, match="title"):
        cleaned(draft(title=title))


@pytest.mark.parametrize(
    "name", ["title", "abstract", "comment", "venue", "summary", "summary_by", "language", "licence"]
)
def test_no_text_field_keeps_what_breaks_storage(draft, name):
    value = getattr(cleaned(draft(**{name: f"some {POISON} words"})), name)
    assert value.startswith("some")
    assert not set(POISON) - set("[31m") & set(value)


def test_nor_do_authors_links_and_organisation(draft):
    found = cleaned(
        draft(
            authors=(PrintedAuthor(f"Ada{POISON}", f"0000{POISON}", f"Lab{POISON}"), PrintedAuthor(POISON[:2])),
            links=(DraftLink("code", "https://example.org/x", f"user{POISON}"),),
            organisation=Organisation(POISON, f"Acme{POISON}"),
            tags=(f"deep{POISON}learning",),
            categories=(f"no{POISON}category",),
        )
    )
    repr(found).encode("utf-8")
    assert found.authors == (PrintedAuthor("Ada[31m", "", "Lab[31m"),)
    assert "\\x00" not in repr(found)
    assert "\\ud800" not in repr(found)


def test_lists_have_an_end(draft):
    found = cleaned(
        draft(
            authors=tuple(PrintedAuthor(f"Author {n}") for n in range(100_000)),
            identifiers=tuple(Identifier("url", f"https://example.org/{n}") for n in range(1_000)),
            tags=tuple(f"tag {n}" for n in range(10_000)),
            categories=tuple(f"unknown {n}" for n in range(10_000)),
            title="x" * 1_000_000,
            abstract="\\frac{1}{" * 110_000,
        )
    )
    assert len(found.authors) == MAX_AUTHORS
    assert len(found.identifiers) == MAX_IDENTIFIERS
    assert len(found.tags) == MAX_TAGS
    assert len(found.title) <= 1_000
    assert len(found.abstract) <= 20_000


@pytest.mark.parametrize("value", ["10.1/a\0b", "10.1/\ud800", "10.1/" + "長" * 1_000, ""])
def test_an_identifier_that_cannot_be_stored_is_left_out(draft, value):
    found = cleaned(draft(identifiers=(Identifier("doi", value or "\n"),)))
    assert found.identifiers == (Identifier("other", "jsonl:arxiv:2601.00001"),)


@pytest.mark.parametrize("year", [1, 1499, 2201, 9999])
def test_dates_of_no_age_of_papers_are_left_out(draft, year):
    day = date(year, 1, 1)
    found = cleaned(draft(published=PartialDate(day), updated=day, edition=EditionPlace(day, 1)))
    assert (found.published, found.updated, found.edition) == (None, None, None)


def test_categories_are_the_taxonomys_and_the_rest_are_tags(draft):
    found = cleaned(
        draft(categories=("CS.cv", "cs.CV", "cmp-lg", "Gaze"), tags=("gaze", "Deep Learning", "deep-learning"))
    )
    assert found.categories == ("cs.CV", "cs.CL")
    assert found.tags == ("Gaze", "Deep Learning")


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://example.org/a?b#c", True),
        ("http://[::1]:8000/", True),
        ("javascript:alert(1)", False),
        ("//example.org", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://example.org:99999/", False),
        ("https://[broken/", False),
        ("https://example.org/\n", False),
        ("https://example.org/" + "x" * 2_000, False),
        ("data:text/html,x", False),
    ],
)
def test_links_are_web_addresses(draft, url, usable):
    assert is_web_address(url) is usable
    assert len(cleaned(draft(links=(DraftLink("code", url, "jsonl"),))).links) == usable


def test_bad_links_do_not_crowd_out_good_ones(draft):
    links = (*(DraftLink("code", "ftp://x", "hub") for _ in range(99)), DraftLink("code", "https://example.org", "hub"))
    assert [link.url for link in cleaned(draft(links=links)).links] == ["https://example.org"]


@pytest.mark.parametrize(
    ("orcid", "kept"),
    [("0000-0002-1825-0097", True), ("0000-0002-1825-009X", True), ("0000", False), ("x" * 19, False)],
)
def test_an_orcid_has_its_form(draft, orcid, kept):
    (author,) = cleaned(draft(authors=(PrintedAuthor("Ada Lovelace", orcid),))).authors
    assert bool(author.orcid) is kept
