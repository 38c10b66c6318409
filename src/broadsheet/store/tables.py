"""How a paper's record lies in tables: the rows of each, made from the record and the ids of what it names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from broadsheet.identity import author_key
from broadsheet.records import PaperRecord
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.terms import slug

Row = tuple[Any, ...]
Ids = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Names:
    """Ids of the authors, tags, venues and organisations that a batch names, by key or slug."""

    authors: Ids
    tags: Ids
    venues: Ids
    organisations: Ids


@dataclass(frozen=True, slots=True)
class Part:
    """A table of things that hang on a paper: its columns (the first `key_width` are its key) and how to fill them."""

    table: str
    columns: tuple[str, ...]
    key_width: int
    rows: Callable[[int, PaperRecord, Names], Iterable[Row]]


def _identifiers(paper: int, record: PaperRecord, _: Names) -> Iterable[Row]:
    return [(identifier.kind, identifier.value, paper) for identifier in record.identifiers]


def _authorships(paper: int, record: PaperRecord, names: Names) -> Iterable[Row]:
    return [
        (paper, position, names.authors[author_key(author.name)], author.name, author.orcid, author.affiliation)
        for position, author in enumerate(record.authors, start=1)
    ]


def _categories(paper: int, record: PaperRecord, _: Names) -> Iterable[Row]:
    """The paper's own categories from position 1; their archives and fields at position 0."""
    own = {code: position for position, code in enumerate(record.categories, start=1)}
    above = {ancestor.code: 0 for code in own for ancestor in load_taxonomy().ancestors(code)}
    published = record.published.day if record.published else None
    return [(paper, code, position, published) for code, position in {**above, **own}.items()]


def _tags(paper: int, record: PaperRecord, names: Names) -> Iterable[Row]:
    return [(paper, tag) for tag in dict.fromkeys(names.tags[slug(tag)] for tag in record.tags)]


def _links(paper: int, record: PaperRecord, _: Names) -> Iterable[Row]:
    return [(paper, link.kind, link.url, link.said_by) for link in record.links]


def _versions(paper: int, record: PaperRecord, _: Names) -> Iterable[Row]:
    return [(paper, v.number, v.day, v.source, v.title, v.abstract) for v in record.versions]


def _organisations(paper: int, record: PaperRecord, names: Names) -> Iterable[Row]:
    rows = {names.organisations[o.slug]: source for source, o in reversed(record.organisations)}
    return [(paper, organisation, source) for organisation, source in rows.items()]


def _counts(paper: int, record: PaperRecord, _: Names) -> Iterable[Row]:
    return [(paper, source, c.votes, c.comments, c.stars, c.observed_at) for source, c in record.counts]


def _entries(paper: int, record: PaperRecord, _: Names) -> Iterable[Row]:
    return [(paper, place.day, place.position, source, place.basis) for source, place in record.entries]


PARTS: tuple[Part, ...] = (
    Part("paper_identifier", ("kind", "value", "paper_id"), 2, _identifiers),
    Part("authorship", ("paper_id", "position", "author_id", "name", "orcid", "affiliation"), 2, _authorships),
    Part("paper_category", ("paper_id", "category_id", "position", "published"), 2, _categories),
    Part("paper_tag", ("paper_id", "tag_id"), 2, _tags),
    Part("paper_link", ("paper_id", "kind", "url", "said_by"), 3, _links),
    Part("paper_version", ("paper_id", "number", "day", "source", "title", "abstract"), 2, _versions),
    Part("paper_organisation", ("paper_id", "organisation_id", "said_by"), 2, _organisations),
    Part("imported_count", ("paper_id", "source", "votes", "comments", "stars", "observed_at"), 2, _counts),
    Part("edition_entry", ("paper_id", "edition_day", "position", "source", "basis"), 2, _entries),
)
