"""Own records: what somebody writes into a form about a paper that no source knows, as a draft. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from broadsheet.claim_rules import ORCID
from broadsheet.cleaning import clean, is_web_address
from broadsheet.drafts import Draft, DraftLink, LinkKind, PartialDate, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.schedule import parse_day
from broadsheet.taxonomy import Taxonomy

MOST_AUTHORS: Final = 500
MOST_CATEGORIES: Final = 3
LEAST_ABSTRACT: Final = 40
LINKS: Final[tuple[LinkKind, ...]] = ("code", "project", "data")


@dataclass(frozen=True, slots=True)
class Written:
    """The fields of the form as they were sent. `authors` has one a line: name; affiliation; ORCID."""

    title: str = ""
    abstract: str = ""
    authors: str = ""
    day: str = ""
    categories: Sequence[str] = ()
    links: Mapping[str, str] = field(default_factory=dict)


def record_of(written: Written, taxonomy: Taxonomy, today: date) -> Draft:
    """The record that a form tells. Raises BadInput, naming the field."""
    if len(" ".join(written.abstract.split())) < LEAST_ABSTRACT:
        raise BadInput(f"Abstract: say in {LEAST_ABSTRACT} characters or more what the paper does.")
    if not written.title.strip():
        raise BadInput("Title: every paper has one.")
    draft = Draft(
        source="member",
        key="",
        payload_hash="",
        title=written.title,
        abstract=written.abstract,
        authors=read_authors(written.authors),
        published=PartialDate(_day(written.day, today)),
        categories=_categories(written.categories, taxonomy),
        links=tuple(_links(written.links)),
    )
    draft = clean(draft, taxonomy)
    if not draft.authors:
        raise BadInput("Authors: name at least one, one a line.")
    return _without_stand_in(draft)


def _without_stand_in(draft: Draft) -> Draft:
    """The draft without the name that cleaning gives to what has none: its own comes with its number."""
    return replace(draft, identifiers=())


def read_authors(text: str) -> tuple[PrintedAuthor, ...]:
    """One author a line: a name, then in any order an affiliation and an ORCID, parted by semicolons."""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) > MOST_AUTHORS:
        raise BadInput(f"Authors: {len(lines)} lines, {MOST_AUTHORS} at most.")
    return tuple(_author(line) for line in lines)


def _author(line: str) -> PrintedAuthor:
    name, *rest = (part.strip() for part in line.split(";"))
    orcids = [found[1].upper() for part in rest if (found := ORCID.fullmatch(part))]
    places = [part for part in rest if part and not ORCID.fullmatch(part)]
    return PrintedAuthor(name, orcids[0] if orcids else "", ", ".join(places))


def _day(text: str, today: date) -> date:
    if not text.strip():
        return today
    try:
        day = parse_day(text.strip()).first
    except BadInput as error:
        raise BadInput(f"Date: {error}") from error
    if day > today:
        raise BadInput(f"Date: {day} is yet to come.")
    return day


def _categories(codes: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(code for code in codes if code))[:MOST_CATEGORIES]
    for code in chosen:
        if taxonomy.get(code) is None:
            raise BadInput(f"Category: there is none called {code[:40]!r}.")
    return chosen


def _links(given: Mapping[str, str]) -> list[DraftLink]:
    links = []
    for kind in LINKS:
        url = given.get(kind, "").strip()
        if url and not is_web_address(url):
            raise BadInput(f"{kind.capitalize()}: write a whole address, such as https://example.org/{kind}.")
        if url:
            links.append(DraftLink(kind, url, "user"))
    return links
