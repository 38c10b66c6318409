"""Drafts: what a source says of a paper, before anything is decided or stored."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

IdentifierKind = Literal["arxiv", "doi", "openreview", "acl", "pubmed", "hub", "url", "other"]
LinkKind = Literal["code", "project", "data", "model", "media"]
Precision = Literal["day", "month", "year"]
Basis = Literal["list", "announcement", "estimate", "submission"]
"""How a paper came by its place in an edition: a dated list names it, it was announced, its date tells when, or a
member put it forward."""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One name of a paper in one naming scheme; unique over the whole catalogue by (kind, value)."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class PrintedAuthor:
    """A name as the paper prints it. `orcid` is bare (0000-0002-1825-0097), `affiliation` is free text."""

    name: str
    orcid: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class DraftLink:
    """An address that belongs to a paper; `said_by` tells who claims so (a source's name, "user", "auto")."""

    kind: LinkKind
    url: str
    said_by: str


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month or the year; `day` is the first day of what is known."""

    day: date
    precision: Precision = "day"


@dataclass(frozen=True, slots=True)
class Counts:
    """Votes, comments and stars as another system showed them at one moment; None where it did not say."""

    votes: int | None
    comments: int | None
    stars: int | None
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class EditionPlace:
    """A place in a dated daily edition; `position` counts from 1. A paper is announced once, but on many lists."""

    day: date
    position: int
    basis: Basis = "list"


@dataclass(frozen=True, slots=True)
class Organisation:
    """`slug` is the organisation's handle in URLs, `name` is what people read."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What one record of one source says. Empty text, empty tuples and None mean "the source does not say".

    `source` and `key` name the record for good; `payload_hash` is the digest of its raw bytes, so that a record
    seen before costs nothing. `observed_at` is when the source was looked at, if the record tells; `author_count` is
    for sources that count the authors without naming them. `version_days` tells when numbered versions appeared.
    `gone` says that the source has deleted its record: such a draft needs no title, and makes no paper. `encoded` is
    the draft as `draftcode` writes it, where a process with time to spare has done so before.
    """

    source: str
    key: str
    payload_hash: str
    title: str
    abstract: str = ""
    identifiers: tuple[Identifier, ...] = ()
    authors: tuple[PrintedAuthor, ...] = ()
    author_count: int | None = None
    published: PartialDate | None = None
    updated: date | None = None
    version: int | None = None
    language: str = ""
    licence: str = ""
    comment: str = ""
    withdrawn: bool = False
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    venue: str = ""
    organisation: Organisation | None = None
    links: tuple[DraftLink, ...] = ()
    summary: str = ""
    summary_by: str = ""
    counts: Counts | None = None
    edition: EditionPlace | None = None
    observed_at: datetime | None = None
    version_days: tuple[tuple[int, date], ...] = ()
    gone: bool = False
    encoded: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that could not become a draft, or a draft that could not be stored, and why."""

    source: str
    key: str
    reason: str
    excerpt: str = field(default="")
