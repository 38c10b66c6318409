"""What the index is told of a paper."""

from dataclasses import dataclass
from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)
_LAST_DAY = (date.max - _EPOCH).days
_FIRST_DAY = (date.min - _EPOCH).days


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One paper as the index sees it; `paper_id` replaces whatever was indexed under it before.

    `key` and `identifiers` are found whole (an arXiv number, a DOI). `categories` hold every code a filter may name,
    archives and groups included. `published` counts days from 1970-01-01, None when unknown; such a paper sorts last
    by date and passes no date filter. `organisation_slugs` stand beside `organisations`, one for one. `hot` is the
    caller's measure of what is new and liked, in days: larger comes first.
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
    venue_slug: str = ""
    organisation_slugs: tuple[str, ...] = ()
    has_code: bool = False
    hot: float = 0.0

    @property
    def year(self) -> int | None:
        """The year it was published in, None when unknown or outside of the calendar."""
        if self.published is None or not _FIRST_DAY <= self.published <= _LAST_DAY:
            return None
        return (_EPOCH + timedelta(days=self.published)).year
