"""Addresses of searches: a search with one thing changed, as links of its page and of its other forms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest
from django.utils.http import urlencode

from broadsheet.search import FacetCount, Facets, Request
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.web.instance import site_url

FIELDS = ("q", "category", "venue", "organisation", "from", "to", "has", "sort")
"""What states a search; `page` and `cursor` only say where in its answer one is."""
ORDERS = (("relevance", "Relevance"), ("new", "New"), ("votes", "Votes"), ("hot", "Hot"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes a search. `share` is its part of the largest count beside it, in percent."""

    label: str
    url: str
    count: int | None = None
    share: int = 0
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A path and what is asked for there."""

    path: str
    given: Mapping[str, str]

    def __str__(self) -> str:
        return self.changed({})

    def changed(self, values: Mapping[str, str], *, path: str = "") -> str:
        """The same with other values, begun anew from its first page; an empty value takes a field out."""
        wanted = {name: value for name, value in {**self.given, **values}.items() if value}
        return f"{path or self.path}?{urlencode(wanted)}" if wanted else path or self.path


def stated(request: HttpRequest, fields: Sequence[str]) -> dict[str, str]:
    """The fields that an address gives, in our order."""
    return {name: value for name in fields if (value := request.GET.get(name, ""))}


def absolute(request: HttpRequest, path: str) -> str:
    """A path as a whole address: under the public one where the operator has set it, else under the one asked."""
    return (site_url() or f"{request.scheme}://{request.get_host()}") + path


def chips(asked: Request, address: Address) -> list[Choice]:
    """The filters that are on, each with the address of the search without it."""
    found = []
    for name, value in (("category", asked.category), ("venue", asked.venue), ("organisation", asked.organisation)):
        if value:
            found.append(Choice(value.name, address.changed({name: ""})))
    if asked.since or asked.until:
        label = _dates(address.given.get("from", ""), address.given.get("to", ""))
        found.append(Choice(label, address.changed({"from": "", "to": ""})))
    if asked.has_code:
        found.append(Choice("With code", address.changed({"has": ""})))
    return found


def _dates(since: str, until: str) -> str:
    if since == until:
        return since
    return f"{since} to {until}" if since and until else f"Since {since}" if since else f"Until {until}"


def orders(asked: Request, address: Address, choices: Sequence[tuple[str, str]] = ORDERS) -> list[Choice]:
    """The orders, each with its address; the first is what one gets without asking."""
    return [
        Choice(label, address.changed({"sort": "" if place == 0 else name}), chosen=name == asked.order)
        for place, (name, label) in enumerate(choices)
    ]


def orders_of_search(asked: Request, address: Address) -> list[Choice]:
    """The orders of a search by words; where none are given nothing is more relevant, and the newest come first."""
    if asked.words:
        return orders(asked, address)
    return orders(replace(asked, order="new") if asked.order == "relevance" else asked, address, ORDERS[1:])


def without_filters(address: Address) -> str:
    """The search with its words and its order alone."""
    return address.changed(dict.fromkeys(("category", "venue", "organisation", "from", "to", "has"), ""))


def facets(found: Facets | None, asked: Request, address: Address) -> list[tuple[str, list[Choice]]]:
    """What a search can be narrowed to, in groups. A value that is on already leads back."""
    if found is None:
        return []
    slug = asked.category.slug if asked.category else ""
    venue = asked.venue.slug if asked.venue else ""
    with_code = [FacetCount("code", "With code", found.with_code)] if found.with_code else []
    groups = [
        ("Field", _choices(found.fields, slug, address, "category")),
        ("Year", _choices(found.years, _year(asked), address, "from", "to")),
        ("Venue", _choices(found.venues, venue, address, "venue")),
        ("Has", _choices(with_code, "code" if asked.has_code else "", address, "has")),
    ]
    return [(name, choices) for name, choices in groups if choices]


def _choices(counts: Sequence[FacetCount], on: str, address: Address, *fields: str) -> list[Choice]:
    most = max((each.count for each in counts), default=0) or 1
    labels = Counter(each.label for each in counts)
    return [
        Choice(
            label=each.label if labels[each.label] == 1 else f"{each.label} ({_apart(each.value)})",
            url=address.changed(dict.fromkeys(fields, "" if each.value == on else each.value)),
            count=each.count,
            share=max(1, round(100 * each.count / most)),
            chosen=each.value == on,
        )
        for each in counts
    ]


def _apart(code: str) -> str:
    """What tells a field from an archive of the same name below it."""
    return "all" if any(field.code == code for field in load_taxonomy().fields) else code


def _year(asked: Request) -> str:
    """The year that the dates span exactly; empty where they span anything else."""
    if asked.since is None or asked.until is None:
        return ""
    year = asked.since.year
    return f"{year:04}" if (asked.since, asked.until) == (date(year, 1, 1), date(year, 12, 31)) else ""
