"""Live sources: how a source is asked over the network. Addresses and answers only; who fetches stands elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from broadsheet.drafts import Draft, Problem

Rhythm = Literal["announcements", "hourly", "daily"]
"""When a source has news: with arXiv's announcements (`timetable`), every hour, or once a day."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days asked for, both included; `since` None means from the beginning, `until` None up to now."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer with status 200, where it came from, and when."""

    url: str
    body: bytes
    received: datetime
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer holds, and the address of the next one (empty at the end of the list).

    `answered` is the source's own clock, where it tells; `total` how many records it says the whole list has.
    """

    items: Sequence[Draft | Problem]
    next_url: str = ""
    answered: datetime | None = None
    total: int | None = None


def any_stream(_stream: str) -> None:
    """Accepts every stream."""


@dataclass(frozen=True, slots=True)
class Live:
    """How a source is asked: pure functions from a stream and a window to addresses, and from answers to pages.

    A stream is one thing that an operator chose: a category, a set, a query, a feed's address. All sources of one
    `group` share one connection and one pace. `first_url(root, stream, window)` may be asked for any window;
    `read_page(answer, window)` raises Refusal. `check_stream` raises BadInput for a stream that cannot be.
    """

    group: str
    root: str
    pace_s: float
    rhythm: Rhythm
    stream: str
    first_url: Callable[[str, str, Window], str]
    read_page: Callable[[Answer, Window], Page]
    check_stream: Callable[[str], None] = any_stream
    default_streams: tuple[str, ...] = field(default=("",))
    overlap_days: int = 2
    conditional: bool = False
    """Whether the first page is asked for with validators, and an unchanged one ends the run."""
    ranges: bool = True
    """Whether it can be asked for days of the past; feeds show the present only."""
    reads_errors: bool = False
    """Whether the body of an answer with status 400 is a page too: the source says so that a day has nothing."""
    exact_total: bool = False
    """Whether `total` counts what the pages hold, so that a list that ends earlier was cut short."""
    checks: str = ""
    """The source whose papers it is asked for once more, to see what was missed; empty for most."""
    by_ids: Callable[[Sequence[str]], str] | None = None
    """The stream that asks for these records by their keys, where that is possible."""
