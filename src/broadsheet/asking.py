"""Asking: a search as a form, an address or a command line states it, understood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from broadsheet import schedule
from broadsheet.cards import Named
from broadsheet.errors import BadInput
from broadsheet.finding import Order
from broadsheet.index import Filters
from broadsheet.listing import PageNumber, parse_page
from broadsheet.store.orderings import find_organisation, find_venue
from broadsheet.taxonomy import load as load_taxonomy

PAGE_SIZE = 20
FIELDS = ("q", "category", "venue", "organisation", "from", "to", "has", "sort", "page", "cursor")
"""What a search is stated in."""
ORDERS: dict[str, Order] = {
    "": "relevance",
    "relevance": "relevance",
    "new": "new",
    "newest": "new",
    "votes": "votes",
    "hot": "hot",
}

DATE = re.compile(r"(\d{4})(-\d{2}){0,2}", re.ASCII)
LONGEST_CURSOR = 80
FIRST_PAGE = PageNumber(1, PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class Request:
    """A search, understood. `cursor` leads behind a place of the answer, and takes the place of `page`."""

    words: str = ""
    category: Named | None = None
    venue: Named | None = None
    organisation: Named | None = None
    since: date | None = None
    until: date | None = None
    has_code: bool = False
    order: Order = "relevance"
    page: PageNumber = FIRST_PAGE
    cursor: str = ""

    @property
    def filters(self) -> Filters:
        """The filters as the index knows them."""
        return Filters(
            category=self.category.slug if self.category else "",
            since=self.since,
            until=self.until,
            venue=self.venue.slug if self.venue else "",
            organisation=self.organisation.slug if self.organisation else "",
            has_code=self.has_code,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether a filter stands beside the words."""
        return self.filters != Filters()


def parse_request(fields: Mapping[str, str]) -> Request:
    """Understand the FIELDS of a search. Raises BadInput naming the field, its value and the way out."""
    since = _day("from", fields.get("from", "").strip(), first=True)
    until = _day("to", fields.get("to", "").strip(), first=False)
    if since and until and since > until:
        raise BadInput(f"from={since} is later than to={until}: no paper lies between.")
    return Request(
        words=fields.get("q", "").strip(),
        category=_category(fields.get("category", "").strip()),
        venue=_named("venue", fields.get("venue", "").strip(), find_venue),
        organisation=_named("organisation", fields.get("organisation", "").strip(), find_organisation),
        since=since,
        until=until,
        has_code=_has_code(fields.get("has", "").strip()),
        order=_order(fields.get("sort", "").strip()),
        page=parse_page(fields.get("page", "").strip(), PAGE_SIZE),
        cursor=_cursor(fields.get("cursor", "").strip()),
    )


def _category(code: str) -> Named | None:
    if not code:
        return None
    category = load_taxonomy().get(code)
    if category is None:
        raise BadInput(f"category={code[:40]}: there is no such category. The list is at /categories.")
    return Named(category.code, category.name)


def _named(field: str, slug: str, find: Callable[[str], tuple[int, str] | None]) -> Named | None:
    if not slug:
        return None
    found = find(slug)
    if found is None:
        raise BadInput(f"{field}={slug[:40]}: there is no such {field} here. Leave it out and search for its name.")
    return Named(slug, found[1])


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


def _has_code(text: str) -> bool:
    if text not in ("", "code"):
        raise BadInput(f"has={text[:40]}: only code can be asked for.")
    return text == "code"


def _order(text: str) -> Order:
    if text not in ORDERS:
        raise BadInput(f"sort={text[:40]}: choose relevance, new, votes or hot.")
    return ORDERS[text]


def _cursor(text: str) -> str:
    if len(text) > LONGEST_CURSOR or not text.isascii():
        raise BadInput(f"cursor={text[:40]}: this is not the cursor of a search. Begin at its first page.")
    return text
