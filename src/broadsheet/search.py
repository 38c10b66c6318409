"""Search: a reader's words into papers with their matches marked and told why, and papers like a given one."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from broadsheet import index
from broadsheet.asking import PAGE_SIZE, Request, parse_request
from broadsheet.cards import Card
from broadsheet.embedding import PaperText
from broadsheet.errors import Unavailable
from broadsheet.finding import CONFINED, Answer, Finder, Placed, Question, row_filter
from broadsheet.index import Completions, highlight
from broadsheet.index.vectors import RowFilter
from broadsheet.likeness import Examples, near
from broadsheet.snippets import Explainer, Marked, Why, snippet
from broadsheet.store.catalogue import list_cards
from broadsheet.store.orderings import newest_papers, venue_names
from broadsheet.taxonomy import load as load_taxonomy

__all__ = [
    "PAGE_SIZE",
    "FacetCount",
    "Facets",
    "Match",
    "Request",
    "Results",
    "Why",
    "complete",
    "parse_request",
    "search",
    "search_by_example",
    "similar",
]

log = logging.getLogger("broadsheet.search")

REPAIRED = "Search is being repaired. These are the newest papers; your words come into effect in some minutes."

Nearness = Literal["near", "new", "votes"]


@dataclass(frozen=True, slots=True)
class Match:
    """A paper found: its title and the telling part of its abstract cut at the marks, and why it is here."""

    card: Card
    title: Marked
    snippet: Marked
    why: Why


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value that the answer can be narrowed to, and how many papers then remain."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What the answer can be narrowed to; fields and venues with most papers first, years newest first."""

    fields: tuple[FacetCount, ...] = ()
    years: tuple[FacetCount, ...] = ()
    venues: tuple[FacetCount, ...] = ()
    with_code: int = 0


@dataclass(frozen=True, slots=True)
class Results:
    """One page of matches. `total` counts all; `cursor` leads to the next page; `milliseconds` is wall time."""

    matches: tuple[Match, ...]
    total: int
    facets: Facets | None
    notes: tuple[str, ...]
    suggestion: str
    cursor: str
    milliseconds: float


def search(finder: Finder, request: Request) -> Results:
    """One page of what was asked for. Raises BadInput, and Unavailable without any index."""
    start = time.perf_counter()
    question = Question(
        words=request.words,
        filters=request.filters,
        order=request.order,
        offset=request.page.offset,
        limit=request.page.size,
        cursor=request.cursor,
        facets=True,
    )
    try:
        answer = finder.find(question)
        suggestion = finder.suggestion(request.words) if request.words else ""
    except Unavailable as error:
        log.warning("search goes without words: %s", error)
        answer, suggestion = _without_words(finder, question), ""
    return _results(answer, Explainer(finder.meaning.tiers(), request.words), suggestion, start)


def _without_words(finder: Finder, question: Question) -> Answer:
    """While the index of words is being repaired: what is near in meaning, else the newest papers there are."""
    try:
        return finder.find_by_meaning(question)
    except Unavailable:
        page = newest_papers()(question.offset, question.limit)
        return Answer(tuple(Placed(paper) for paper in page.items), page.total, notes=(REPAIRED,))


def search_by_example(
    finder: Finder,
    liked: Sequence[PaperText | int],
    disliked: Sequence[PaperText | int],
    request: Request,
) -> Results:
    """Papers near to the liked ones and far from the disliked, within the request's filters.

    An int is a paper of the catalogue. Raises Unavailable while there are no vectors.
    """
    start = time.perf_counter()
    found = near(finder.meaning, _examples(liked), _examples(disliked), _row_filter(finder, request))
    papers = [int(paper) for paper in found.papers]
    if request.order != "relevance":
        papers = [card.id for card in _sorted(list_cards(papers), request.order)]
    stretch = papers[request.page.offset : request.page.offset + request.page.size]
    answer = Answer(tuple(Placed(paper, by="meaning") for paper in stretch), len(papers))
    return _results(answer, Explainer(tiers=finder.meaning.tiers()), "", start)


def similar(finder: Finder, card: Card, *, order: Nearness = "near", limit: int = 6) -> list[Card]:
    """Papers near in meaning to one, nearest first, or the nearest ones by date or votes. Raises Unavailable."""
    text = () if finder.holds(card.id) else (PaperText(card.title, card.abstract),)
    found = near(finder.meaning, Examples((card.id,), text), depth=limit if order == "near" else 5 * limit)
    cards = list_cards([int(paper) for paper in found.papers])
    return (cards if order == "near" else _sorted(cards, order))[:limit]


def complete(finder: Finder, text: str, limit: int = 8) -> Completions:
    """What somebody may be about to type: titles, authors, categories, venues, organisations."""
    return finder.reader.snapshot().complete(text, limit)


def _sorted(cards: Sequence[Card], order: str) -> list[Card]:
    """Cards by votes, or newest first; of equal ones the nearer first."""
    if order == "votes":
        return sorted(cards, key=lambda card: -card.votes)
    return sorted(cards, key=lambda card: -(card.published.day.toordinal() if card.published else 0))


def _examples(given: Sequence[PaperText | int]) -> Examples:
    return Examples(
        papers=tuple(each for each in given if isinstance(each, int)),
        texts=tuple(each for each in given if isinstance(each, PaperText)),
    )


def _row_filter(finder: Finder, request: Request) -> RowFilter:
    within = row_filter(request.filters)
    if not request.organisation:
        return within
    members = finder.reader.snapshot().select("", request.filters).confined(CONFINED)
    return replace(within, only=members)


def _results(answer: Answer, explainer: Explainer, suggestion: str, start: float) -> Results:
    cards = {card.id: card for card in list_cards([row.paper_id for row in answer.rows])}
    return Results(
        matches=tuple(
            _match(cards[row.paper_id], row, answer, explainer) for row in answer.rows if row.paper_id in cards
        ),
        total=answer.total,
        facets=_facets(answer.facets) if answer.facets else None,
        notes=answer.notes,
        suggestion=suggestion,
        cursor=answer.cursor,
        milliseconds=(time.perf_counter() - start) * 1000,
    )


def _match(card: Card, row: Placed, answer: Answer, explainer: Explainer) -> Match:
    return Match(
        card=card,
        title=highlight(card.title, answer.terms),
        snippet=snippet(card.abstract, answer.terms),
        why=explainer.why(card, row.by, answer.terms),
    )


def _facets(found: index.Facets) -> Facets:
    taxonomy, venues = load_taxonomy(), venue_names([slug for slug, _ in found.venues])
    return Facets(
        fields=tuple(FacetCount(code, each.name, n) for code, n in found.fields if (each := taxonomy.get(code))),
        years=tuple(FacetCount(str(year), str(year), n) for year, n in found.years),
        venues=tuple(FacetCount(slug, venues[slug], n) for slug, n in found.venues if slug in venues),
        with_code=found.with_code,
    )
