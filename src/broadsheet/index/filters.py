"""Filters: what papers must be, whatever their words."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Filters:
    """Papers of a category (a code of the taxonomy), between two days (both included), of a venue or an organisation
    (by slug), with code. What is empty filters nothing.
    """

    category: str = ""
    since: date | None = None
    until: date | None = None
    venue: str = ""
    organisation: str = ""
    has_code: bool = False

    @property
    def are_empty(self) -> bool:
        """Whether every paper passes."""
        return self == NO_FILTERS


NO_FILTERS = Filters()


def narrowed(filters: Filters, *, since: date | None, until: date | None) -> Filters:
    """The same filters between two more days; both ranges must hold."""
    return replace(
        filters,
        since=max((day for day in (filters.since, since) if day), default=None),
        until=min((day for day in (filters.until, until) if day), default=None),
    )
