"""What the index is told of a paper."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One paper as the index sees it; `paper_id` replaces whatever was indexed under it before.

    `key` and `identifiers` are found whole (an arXiv number, a DOI). `categories` hold every code a filter may name,
    archives and groups included. `published` counts days from 1970-01-01, None when unknown; such a paper sorts last
    by date and passes no date filter.
    """

    paper_id: int
    key: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    venue: str = ""
    published: int | None = None
    votes: int = 0
