"""Ranked lists: the orders a reader may choose, and for each paper in one the answer to "why here?"."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from broadsheet import reasons
from broadsheet.cards import Card, Page
from broadsheet.closing import closing_hour
from broadsheet.errors import NotFound
from broadsheet.flooding import Candidate, spread
from broadsheet.listing import PageNumber
from broadsheet.reasons import Reason
from broadsheet.rising import rising_now
from broadsheet.store import closing as editions
from broadsheet.store import ranked
from broadsheet.store.catalogue import list_cards
from broadsheet.store.closing import Closing
from broadsheet.store.orderings import Ordering, period_papers
from broadsheet.store.standings import find_evidence, find_scores, weights


@dataclass(frozen=True, slots=True)
class Ranked:
    """One page of a ranked list: cards, the reason of each by its id, and what is to be said of the whole."""

    cards: Page[Card]
    reasons: Mapping[int, Reason]
    state: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order that a reader may choose: its name in addresses, its label, and what it says in one sentence."""

    name: str
    label: str
    sentence: str
    window: timedelta | None = None


ORDERS: Final = (
    Order("hot", "Hot", "Votes, discussion and code on a logarithm, with points for being new."),
    Order("new", "New", "The papers that came onto the list last."),
    Order("trending", "Trending", "Votes and comments of the last days; each counts half after a day."),
    Order("rising", "Rising", "What gathers more votes than papers of its field usually do."),
    Order("discussed", "Discussed", "Most comments first."),
    Order("top-day", "Top of the day", "Most votes first, of papers listed in the last 24 hours.", timedelta(days=1)),
    Order("top-week", "Top of the week", "Most votes first, of papers listed in the last 7 days.", timedelta(days=7)),
    Order(
        "top-month", "Top of the month", "Most votes first, of papers listed in the last 30 days.", timedelta(days=30)
    ),
    Order(
        "top-year", "Top of the year", "Most votes first, of papers listed in the last 365 days.", timedelta(days=365)
    ),
    Order("top-all", "Top of all time", "Most votes first, of all papers."),
)
CATEGORY_ORDERS: Final = ("new", "hot", "discussed", "top-month", "top-all")
"""Orders that the page of a category offers; there, new goes by the day of publication."""


def get_order(name: str) -> Order:
    """The order of a name. Raises NotFound."""
    found = next((order for order in ORDERS if order.name == name), None)
    if found is None:
        raise NotFound(f"There is no order {name[:40]!r}. There are: {', '.join(order.name for order in ORDERS)}.")
    return found


def ordering_of(order: Order, now: datetime, category: str = "") -> Ordering:
    """The ids of an order, of one category or of all papers."""
    simple: dict[str, Callable[[str], Ordering]] = {
        "hot": ranked.hot_papers,
        "new": ranked.listed_papers,
        "trending": ranked.trending_papers,
        "discussed": ranked.discussed_papers,
    }
    if order.name in simple:
        return simple[order.name](category)
    if order.name == "rising":
        return ranked.fixed([paper for paper, _ in rising_now(_minute(now))])
    return ranked.top_papers(now - order.window if order.window else None, category)


def list_ranked(order: Order, page: PageNumber, now: datetime) -> Ranked:
    """One page of an order with its reasons; on a page of hot papers the flood rule holds."""
    ids = ordering_of(order, now)(page.offset, page.size)
    cards = list_cards(ids.items)
    found = _reasons(order, cards, now)
    if order.name == "hot":
        cards, found = _without_flood(cards, found)
    return Ranked(Page(tuple(cards), ids.offset, ids.total), found)


def _without_flood(cards: Sequence[Card], found: Mapping[int, Reason]) -> tuple[list[Card], dict[int, Reason]]:
    by_id = {card.id: card for card in cards}
    # Scores of a page descend already; places stand for them, so that equals keep their order.
    order = spread([Candidate(card.id, -place, _category(card)) for place, card in enumerate(cards)])
    moved = {each.paper: each.why for each in order}
    told = {paper: replace(reason, moved=moved[paper]) for paper, reason in found.items()}
    return [by_id[each.paper] for each in order], told


def _category(card: Card) -> str:
    return card.categories[0].slug if card.categories else ""


def _reasons(order: Order, cards: Sequence[Card], now: datetime) -> Mapping[int, Reason]:
    papers = [card.id for card in cards]
    if order.name == "trending":
        return {paper: reasons.trending(momentum, now) for paper, (_, momentum) in find_scores(papers).items()}
    if order.name == "rising":
        found = dict(rising_now(_minute(now)))
        return {paper: found[paper] for paper in papers if paper in found}
    evidence = find_evidence(papers)
    if order.name == "hot":
        by = weights()
        return {paper: reasons.hot(known, by, _minute(now)) for paper, known in evidence.items()}
    reason = {"new": reasons.new, "discussed": reasons.discussed}.get(order.name, reasons.top)
    return {card.id: reason(card, evidence.get(card.id)) for card in cards}


def _minute(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % REASONS_MINUTES, second=0, microsecond=0)


REASONS_MINUTES: Final = 10
"""Reasons tell the age of a paper to so many minutes, so that they need not be written anew for each reader."""


def list_edition(day: date, page: PageNumber, now: datetime) -> Ranked:
    """One page of a day's edition: frozen where it is closed, else as it would close now."""
    closing = editions.find_closing(day)
    return _closed_edition(closing, page) if closing else _open_edition(day, page, now)


def _open_edition(day: date, page: PageNumber, now: datetime) -> Ranked:
    entered = editions.open_edition(day)
    shown, by, at = entered[page.offset : page.offset + page.size], weights(), _minute(now)
    found = {each.paper: replace(reasons.hot(each.evidence, by, at), moved=each.placed.why) for each in shown}
    hour = closing_hour()
    state = f"open, closes on {_moment(hour.closes_at(day))} {hour.zone}"
    return Ranked(_cut([each.paper for each in shown], page, len(entered)), found, state)


def _closed_edition(closing: Closing, page: PageNumber) -> Ranked:
    places = editions.closed_places(closing.day)
    shown = places[page.offset : page.offset + page.size]
    found = {place.paper: reasons.kept(place) for place in shown}
    cards = _cut([place.paper for place in shown], page, len(places))
    return Ranked(cards, found, f"closed on {_moment(closing.closed_at)} UTC")


def _cut(shown: Sequence[int], page: PageNumber, total: int) -> Page[Card]:
    return Page(tuple(list_cards(shown)), page.offset, total)


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y at %H:%M}"


def list_period(first: date, last: date, page: PageNumber) -> Ranked:
    """One page of the editions of a week or a month together, most votes first."""
    ids = period_papers(first, last)(page.offset, page.size)
    cards, evidence = list_cards(ids.items), find_evidence(ids.items)
    found = {card.id: reasons.top(card, evidence.get(card.id)) for card in cards}
    return Ranked(Page(tuple(cards), ids.offset, ids.total), found)
