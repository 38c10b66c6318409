"""Listings: any ordering, filtered, cut into pages and turned into cards by one path."""

from dataclasses import dataclass

from broadsheet.cards import Card, Page
from broadsheet.errors import BadInput
from broadsheet.store.catalogue import list_cards
from broadsheet.store.orderings import Ordering

PAGE_SIZE = 50
MAX_OFFSET = 100_000


def reachable(total: int, page: "PageNumber") -> int:
    """How many entries of a list of `total` can be paged to."""
    return min(total, MAX_OFFSET + page.size)


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A page of a list, counted from 1, with `size` entries a page."""

    number: int = 1
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many entries come before it."""
        return (self.number - 1) * self.size


def parse_page(text: str, size: int = PAGE_SIZE) -> PageNumber:
    """The page that a query parameter asks for. Raises BadInput."""
    if not text:
        return PageNumber(1, size)
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and int(text) >= 1):
        raise BadInput(f"page={text[:40]}: pages are whole numbers, and the first is 1.")
    page = PageNumber(int(text), size)
    if page.offset > MAX_OFFSET:
        raise BadInput(f"page={text}: lists end at entry {MAX_OFFSET}. Narrow the list instead.")
    return page


def list_page(ordering: Ordering, page: PageNumber) -> Page[Card]:
    """The cards on one page of an ordering."""
    ids = ordering(page.offset, page.size)
    return Page(tuple(list_cards(ids.items)), ids.offset, ids.total)
