"""The search page."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from broadsheet.errors import BroadsheetError
from broadsheet.identity import parse_identifier
from broadsheet.search import Match, Request, Results, parse_request, search
from broadsheet.web.access import Who, open_to
from broadsheet.web.instance import finder
from broadsheet.web.rendering import render
from broadsheet.web.search_addresses import FIELDS, Address, chips, facets, orders_of_search, stated, without_filters

FORMS = (
    ("/papers.atom", "application/atom+xml", "Atom"),
    ("/papers.feed.json", "application/feed+json", "JSON Feed"),
    ("/papers.json", "application/json", "JSON"),
)
"""Other forms of a search: where each lies, its type and its name."""
OPERATORS = re.compile(r"\"|[*()]|(?<!\S)-\S+|\b[a-z]+:(?=\S)", re.IGNORECASE)
"""What makes more of a query than its words."""
MOST_SHORTER = 4
MOST_NEARBY = 5
IDENTIFIERS = {"arxiv": "an arXiv id", "doi": "a DOI", "url": "an address"}


@open_to(Who.ANYONE)
def results(request: HttpRequest) -> HttpResponse:
    """Papers that match the words and filters; without any, the newest of all."""
    address = Address("/papers", stated(request, FIELDS))
    asked = parse_request({**address.given, **stated(request, ("page", "cursor"))})
    found = search(finder(), asked)
    context = {
        **around(asked, found, address),
        "by_number": "page" in request.GET and not asked.cursor,
        "next_url": address.changed({"cursor": found.cursor}) if found.cursor else "",
        "forms": _forms(address),
        "suggested": address.changed({"q": found.suggestion}),
        "ways_on": {} if found.matches else _ways_on(asked, address),
    }
    return render(request, "search.html", context)


def _forms(address: Address) -> list[tuple[str, str, str]]:
    """Name, type and address of each other form. Who follows a search wants it by date, whatever the order here."""
    return [
        (name, kind, address.changed({} if path == "/papers.json" else {"sort": ""}, path=path))
        for path, kind, name in FORMS
    ]


def around(asked: Request, found: Results, address: Address) -> dict[str, Any]:
    """What stands around any list of matches: what was asked, its filters, facets and orders."""
    return {
        "asked": asked,
        "found": found,
        "given": {name: value for name, value in address.given.items() if value},
        "form": {name: address.given.get(name, "") for name in FIELDS},
        "address": str(address),
        "chips": chips(asked, address),
        "facets": facets(found.facets, asked, address),
        "orders": orders_of_search(asked, address),
        "without_filters": without_filters(address),
    }


def _ways_on(asked: Request, address: Address) -> Mapping[str, Any]:
    """Help for an answer without papers: shorter queries, what a name would have been, and what is found elsewhere."""
    identifier = parse_identifier(asked.words)
    return {
        "shorter": [(words, address.changed({"q": words})) for words in _shorter(asked.words)],
        "named": IDENTIFIERS.get(identifier.kind, "an identifier") if identifier else "",
        "nearby": _nearby(asked),
    }


def _shorter(words: str) -> list[str]:
    """The query with one word less, in each way; nothing for one that is too long to be mended so."""
    parts = words.split()
    if not 1 < len(parts) <= MOST_SHORTER:
        return []
    return list(dict.fromkeys(" ".join((*parts[:at], *parts[at + 1 :])) for at in reversed(range(len(parts)))))


def _nearby(asked: Request) -> tuple[Match, ...]:
    """What the same words find without filters and operators; nothing where there were none."""
    freely = Request(words=" ".join(OPERATORS.sub(" ", asked.words).split()))
    if not freely.words or freely == replace(asked, page=freely.page, cursor="", order=freely.order):
        return ()
    try:
        return search(finder(), freely).matches[:MOST_NEARBY]
    except BroadsheetError:  # this page is help already, it needs no error of its own
        return ()
