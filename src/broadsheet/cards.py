"""Cards and pages: what the store hands to those who show papers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from broadsheet.drafts import PartialDate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a page of its own: an author, an organisation, a venue, a category, a tag."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address that belongs to a paper, with who says so and since when."""

    kind: str
    url: str
    said_by: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as lists show it. `authors` holds the first few; `author_count` is how many there are, 0 if unknown."""

    id: int
    key: str
    title: str
    abstract: str
    summary: str
    summary_by: str
    published: PartialDate | None
    withdrawn: bool
    votes: int
    comments: int
    author_count: int
    authors: tuple[Named, ...] = ()
    organisations: tuple[Named, ...] = ()
    categories: tuple[Named, ...] = ()
    code: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as the paper's page lists it."""

    number: int
    day: date | None
    source: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A record the paper was made from."""

    source: str
    key: str
    fetched_at: datetime
    payload_hash: str


@dataclass(frozen=True, slots=True)
class MatchLine:
    """Why a record belongs to the paper: what the rule rested on, in plain words."""

    source: str
    key: str
    rule: str
    evidence: str
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class EditionLine:
    """A place the paper had in a day's edition."""

    day: date
    position: int


@dataclass(frozen=True, slots=True)
class AuthorLine:
    """An author as printed on the paper; `slug` leads to the identity's page."""

    slug: str
    name: str
    orcid: str
    affiliation: str


@dataclass(frozen=True, slots=True)
class PaperDetail:
    """All that a paper's page shows. `provenance` maps a field to the source its value came from."""

    card: Card
    authors: tuple[AuthorLine, ...]
    identifiers: tuple[tuple[str, str], ...]
    tags: tuple[Named, ...]
    venue: Named | None
    links: tuple[Link, ...]
    versions: tuple[VersionLine, ...]
    editions: tuple[EditionLine, ...]
    sources: tuple[SourceLine, ...]
    matches: tuple[MatchLine, ...]
    provenance: Mapping[str, str]
    updated: date | None
    version: int | None
    language: str
    licence: str
    comment: str

    def identifier(self, kind: str) -> str:
        """The paper's identifier of a kind, empty where it has none."""
        return next((value for of_kind, value in self.identifiers if of_kind == kind), "")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of an ordered list: its items, where it starts (from 0) and how long the whole list is."""

    items: tuple[T, ...]
    offset: int
    total: int
