"""Search: a reader's words into papers with their matches marked, and papers like a given one."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from broadsheet import schedule
from broadsheet.cards import Card, Named
from broadsheet.errors import BadInput
from broadsheet.index import Reader, TextQuery, highlight
from broadsheet.listing import PageNumber, parse_page
from broadsheet.store.catalogue import list_cards
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.tex import math_spans
from broadsheet.text import opening

PAGE_SIZE = 20
MAX_FOUND = 10_000
SNIPPET = 360

DATE = re.compile(r"(\d{4})(-\d{2}){0,2}", re.ASCII)

Marked = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Request:
    """A search as a form or a command line states it, understood."""

    words: str
    category: Named | None
    since: date | None
    until: date | None
    sort: Literal["relevance", "newest"]
    page: PageNumber


@dataclass(frozen=True, slots=True)
class Match:
    """A paper found, its title and the telling part of its abstract cut at the marks."""

    card: Card
    title: Marked
    snippet: Marked


@dataclass(frozen=True, slots=True)
class Results:
    """One page of matches. `total` counts all, `shown_to` is how far paging goes, `milliseconds` is wall time."""

    matches: tuple[Match, ...]
    total: int
    shown_to: int
    notes: tuple[str, ...]
    milliseconds: float


def parse_request(fields: Mapping[str, str]) -> Request:
    """Understand `q`, `category`, `from`, `to`, `sort` and `page`. Raises BadInput naming the field."""
    since = _day("from", fields.get("from", "").strip(), first=True)
    until = _day("to", fields.get("to", "").strip(), first=False)
    if since and until and since > until:
        raise BadInput(f"from={since} is later than to={until}: no paper lies between.")
    return Request(
        words=fields.get("q", "").strip(),
        category=_category(fields.get("category", "").strip()),
        since=since,
        until=until,
        sort=_sort(fields.get("sort", "") or "relevance"),
        page=_page(fields.get("page", "")),
    )


def _category(code: str) -> Named | None:
    if not code:
        return None
    category = load_taxonomy().get(code)
    if category is None:
        raise BadInput(f"category={code[:40]}: there is no such category. The list is at /categories.")
    return Named(category.code, category.name)


def _day(name: str, text: str, *, first: bool) -> date | None:
    """A day, or the first or last day of a month or a year."""
    if not text:
        return None
    try:
        if not DATE.fullmatch(text):
            raise ValueError(text)
        if len(text) == 4:
            return date(int(text), 1, 1) if first else date(int(text), 12, 31)
        if len(text) == 7:
            month = schedule.parse_month(text)
            return month.first if first else month.last
        return date.fromisoformat(text)
    except (ValueError, BadInput) as error:
        raise BadInput(f"{name}={text[:40]}: write a date as 2026-05-29, 2026-05 or 2026.") from error


def _sort(text: str) -> Literal["relevance", "newest"]:
    if text not in ("relevance", "newest"):
        raise BadInput(f"sort={text[:40]}: choose relevance or newest.")
    return cast(Literal["relevance", "newest"], text)


def _page(text: str) -> PageNumber:
    page = parse_page(text, PAGE_SIZE)
    if page.offset >= MAX_FOUND:
        raise BadInput(f"page={text}: search shows the first {MAX_FOUND:,} papers. Add a word or a filter.")
    return page


def search(reader: Reader, request: Request) -> Results:
    """One page of what was asked for."""
    start = time.perf_counter()
    hits = reader.search(
        TextQuery(
            words=request.words,
            category=request.category.slug if request.category else None,
            since=request.since,
            until=request.until,
            sort=request.sort,
            offset=request.page.offset,
            limit=request.page.size,
        )
    )
    cards = list_cards([hit.paper_id for hit in hits.rows])
    matches = tuple(_match(card, hits.terms) for card in cards)
    elapsed = (time.perf_counter() - start) * 1000
    return Results(matches, hits.total, min(hits.total, MAX_FOUND), hits.notes, elapsed)


def _match(card: Card, terms: Sequence[str]) -> Match:
    return Match(card, highlight(card.title, terms), _snippet(card.abstract, terms))


def _snippet(abstract: str, terms: Sequence[str]) -> Marked:
    """The abstract's opening; where no word stands there, a stretch from the sentence that holds the first one."""
    start = highlight(opening(abstract, SNIPPET), terms)
    if any(hit for _, hit in start):
        return start
    before = 0
    for piece, hit in highlight(abstract, terms):
        if hit:
            at = _sentence_start(abstract, before)
            return [("… ", False), *highlight(opening(abstract[at:], SNIPPET), terms)]
        before += len(piece)
    return start


def _sentence_start(text: str, position: int) -> int:
    """Where the sentence around a position begins, or a word not far before it; never inside a formula."""
    at = max(text.rfind(". ", 0, position) + 2, text.rfind("\n", 0, position) + 1)
    if position - at > SNIPPET // 2:
        at = text.rfind(" ", 0, position - SNIPPET // 4) + 1
    return next((start for start, end, _, _ in math_spans(text) if start < at < end), at)


def similar(reader: Reader, card: Card, limit: int = 6) -> list[Card]:
    """Papers that use the same telling words."""
    hits = reader.similar(card.title, card.abstract, exclude=card.id, limit=limit)
    return list_cards([hit.paper_id for hit in hits])
