"""Own records: the form that describes a paper, read into a draft."""

from datetime import date

import pytest

from broadsheet.errors import BadInput
from broadsheet.own_record import Written, read_authors, record_of
from broadsheet.taxonomy import load

TODAY = date(2026, 5, 29)
WHOLE = {
    "title": "On Tides",
    "abstract": "We measured the tide for forty days, and it came each time.",
    "authors": "A. Example",
}


def record(**changes):
    return record_of(Written(**{**WHOLE, **changes}), load(), TODAY)


def test_a_form_becomes_a_draft_without_a_name_of_its_own_yet():
    draft = record(
        day="2026-01-05", categories=("physics.ao-ph", "", "physics.ao-ph"), links={"code": "https://e.example/x"}
    )
    assert (draft.published.day, draft.categories) == (date(2026, 1, 5), ("physics.ao-ph",))
    assert [(link.kind, link.url, link.said_by) for link in draft.links] == [("code", "https://e.example/x", "user")]
    assert draft.identifiers == ()


def test_without_a_date_it_is_of_today():
    assert record().published.day == TODAY


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Mira Okafor", ("Mira Okafor", "", "")),
        ("Mira Okafor; Lakeside", ("Mira Okafor", "", "Lakeside")),
        ("Mira Okafor; 0000-0002-1825-0097; Lakeside", ("Mira Okafor", "0000-0002-1825-0097", "Lakeside")),
        ("Mira Okafor; https://orcid.org/0000-0002-1694-233x", ("Mira Okafor", "0000-0002-1694-233X", "")),
    ],
)
def test_an_author_is_a_line(line, author):
    (found,) = read_authors(f"\n {line} \r\n")
    assert (found.name, found.orcid, found.affiliation) == author


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "\u200b"},
        {"authors": " ; Lakeside"},
        {"authors": "A\n" * 501},
        {"abstract": " " * 100},
        {"day": "5 May"},
        {"day": "2026-05-30"},
        {"categories": ("none",)},
        {"links": {"data": "ftp://e.example"}},
    ],
)
def test_what_cannot_be_read_is_refused(changes):
    with pytest.raises(BadInput):
        record(**changes)
