"""What the index is asked, and what it answers."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Sort = Literal["relevance", "newest"]
Mode = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A search as people type it. `category` is a code, `since` and `until` are both included.

    Without words everything that passes the filters is found, newest first.
    """

    words: str = ""
    category: str | None = None
    since: date | None = None
    until: date | None = None
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found; `score` compares hits of one answer only, and is 0 where the answer is ordered by date."""

    paper_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of an answer.

    `total` counts all papers found. `mode` is "any" when too few papers hold all the words and papers with some of
    them were taken in. `terms` are the words worth marking in the text, `notes` are sentences for the reader.
    """

    total: int
    rows: tuple[Hit, ...]
    mode: Mode
    terms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
