"""Listings: the papers of a category, an author, an organisation, a venue, a tag, by one path."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.cards import Named
from broadsheet.clock import now
from broadsheet.errors import NotFound
from broadsheet.listing import list_page, parse_page
from broadsheet.ranked_lists import CATEGORY_ORDERS, Order, get_order, ordering_of
from broadsheet.store import orderings
from broadsheet.store.changes import Watermark, newest_watermark
from broadsheet.store.claims import people_of_name
from broadsheet.store.orderings import Ordering
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.web.access import Who, open_to
from broadsheet.web.ranked import chosen
from broadsheet.web.rendering import render


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a listing: the kind of thing, its name, the way up, and the filter of a search within it."""

    kind: str
    name: str
    note: str = ""
    above: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()
    within: tuple[str, str] | None = None
    orders: tuple[Order, ...] = ()
    order: Order | None = None


@open_to(Who.ANYONE)
def category(request: HttpRequest, code: str) -> HttpResponse:
    """The front page of a category, an archive or a whole field."""
    taxonomy = load_taxonomy()
    found = taxonomy.get(code)
    if found is None:
        raise NotFound(f"There is no category {code[:80]!r}. The list is at /categories.")
    if found.code != code:
        return HttpResponseRedirect(f"/categories/{found.code}")
    above = [(ancestor.name, f"/categories/{ancestor.code}") for ancestor in taxonomy.ancestors(code)]
    below = [(child.name, f"/categories/{child.code}") for child in taxonomy.children(code)]
    order = chosen(request.GET.get("order", ""), CATEGORY_ORDERS)
    heading = Heading(
        "Category",
        found.name,
        found.code,
        tuple(above),
        tuple(below),
        ("category", found.code),
        tuple(get_order(name) for name in CATEGORY_ORDERS),
        order,
    )
    newest_first = order is None or order.name == "new"
    return _listing(request, heading, orderings.category_papers(code) if newest_first else _by(order, code))


def _by(order: Order | None, code: str) -> Ordering:
    return ordering_of(order or get_order("new"), now(), code)


@open_to(Who.ANYONE)
def author(request: HttpRequest, key: str) -> HttpResponse:
    """The papers that print an author's name."""
    number, name = _found(orderings.find_author(key), "author", key)
    note = "All papers that print this name. Confirmed claims tell namesakes apart."
    known = [(f"{who.name}, {count} here", f"/people/{who.handle}") for who, count in people_of_name(number)]
    return _listing(request, Heading("Author", name, note, below=tuple(known)), orderings.author_papers(number))


@open_to(Who.ANYONE)
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers of an organisation."""
    number, name = _found(orderings.find_organisation(slug), "organisation", slug)
    above = (("Organisations", "/organisations"), ("People", f"/organisations/{quote(slug, safe='')}/people"))
    heading = Heading("Organisation", name, above=above, within=("organisation", slug))
    return _listing(request, heading, orderings.organisation_papers(number))


@open_to(Who.ANYONE)
def venue(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers of a venue."""
    number, name = _found(orderings.find_venue(slug), "venue", slug)
    return _listing(request, Heading("Venue", name, within=("venue", slug)), orderings.venue_papers(number))


@open_to(Who.ANYONE)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers with a tag."""
    number, name = _found(orderings.find_tag(slug), "tag", slug)
    return _listing(request, Heading("Tag", name), orderings.tag_papers(number))


@lru_cache(maxsize=1)
def _category_counts(_state: Watermark) -> dict[str, int]:
    """Counting goes through the whole catalogue; it is done once for each state of it."""
    return orderings.category_counts()


@lru_cache(maxsize=1)
def _organisations(_state: Watermark) -> list[tuple[Named, int]]:
    return orderings.list_organisations(300)


@open_to(Who.ANYONE)
def categories(request: HttpRequest) -> HttpResponse:
    """The taxonomy with the number of papers in each category."""
    return render(
        request, "categories.html", {"taxonomy": load_taxonomy(), "counts": _category_counts(newest_watermark())}
    )


@open_to(Who.ANYONE)
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations with the most papers."""
    return render(request, "organisations.html", {"organisations": _organisations(newest_watermark())})


def _found(row: tuple[int, str] | None, kind: str, name: str) -> tuple[int, str]:
    if row is None:
        raise NotFound(f"There is no {kind} {name[:80]!r} here. Search for the name instead.")
    return row


def _listing(request: HttpRequest, heading: Heading, ordering: Ordering) -> HttpResponse:
    page = parse_page(request.GET.get("page", ""))
    context = {"heading": heading, "papers": list_page(ordering, page), "page": page}
    return render(request, "listing.html", context)
