"""Answers by words alone, as tests ask for them: papers that hold some of the words follow where few hold all."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import BadInput
from broadsheet.index import Filters, Reader, Selection

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


ENOUGH = 5
"""With fewer papers that hold all the words, papers that hold some of them are taken in."""
DEEPEST = 10_000
"""Hits that can be paged through; ranking deeper costs memory and nobody reads there."""

_SOME_WORDS = "Few papers hold all of these words, so papers that hold some of them follow."


def answer(reader: Reader, query: TextQuery) -> Hits:
    """Answer one page. Raises BadInput for a query that is too long or a page that is too deep."""
    if query.offset > DEEPEST:
        raise BadInput(f"Only the first {DEEPEST:,} papers of a search can be paged through. Narrow the search.")
    selection = reader.snapshot().select(query.words, Filters(query.category or "", query.since, query.until))
    parsed, total = selection.parsed, selection.total()
    several = parsed.has_several_words and not len(selection.named)
    if total < ENOUGH and several and len(some := _some_words(selection)) > total:
        return Hits(len(some), _page(some, query), "any", parsed.terms, (*parsed.notes, _SOME_WORDS))
    return Hits(total, _page(_all_words(selection, query), query), "all", parsed.terms, parsed.notes)


def _all_words(selection: Selection, query: TextQuery) -> NDArray[np.int64]:
    most = max(query.offset, 0) + max(query.limit, 1)
    if query.sort == "newest" or not selection.parsed.counts:
        return selection.ordered("new", None, most).papers
    return np.concatenate([selection.named, selection.rest(selection.named, 0, most)])


def _some_words(selection: Selection) -> NDArray[np.int64]:
    """Papers with some of the words; those with all of them in front."""
    papers = selection.best(DEEPEST).papers
    holding = selection.holding(papers)
    return np.concatenate([papers[holding], papers[~holding]])


def _page(papers: NDArray[np.int64], query: TextQuery) -> tuple[Hit, ...]:
    offset = max(query.offset, 0)
    shown = papers[offset : offset + max(query.limit, 0)]
    return tuple(
        Hit(int(paper), 0.0 if query.sort == "newest" else 1 / (offset + at)) for at, paper in enumerate(shown, 1)
    )
