"""A search in its other forms: Atom, JSON Feed and plain JSON, out of the same function as the page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from broadsheet.cards import Card, Named
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.search import FacetCount, Match, Request, Results, parse_request, search
from broadsheet.web.access import Who, open_to
from broadsheet.web.failures import explained
from broadsheet.web.feeds import Feed, atom, json_feed, known_date
from broadsheet.web.instance import finder
from broadsheet.web.rendering import paper_url
from broadsheet.web.search_addresses import FIELDS, Address, absolute, stated

PAGE = ("page", "cursor")
RETRY_SECONDS = "30"


@open_to(Who.ANYONE)
def as_atom(request: HttpRequest) -> HttpResponse:
    """The search as an Atom feed, newest first unless another order is asked for."""
    return _answer(atom(_feed(request)), "application/atom+xml; charset=utf-8")


@open_to(Who.ANYONE)
def as_json_feed(request: HttpRequest) -> HttpResponse:
    """The search as a JSON Feed, newest first unless another order is asked for."""
    response = JsonResponse(json_feed(_feed(request)), json_dumps_params={"ensure_ascii": False})
    return _answer(response.content, "application/feed+json; charset=utf-8")


def explains_in_json(handler: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Programs get what is wrong as an object: `{"error": {"status": 400, "message": "..."}}`."""

    @wraps(handler)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return handler(request, *args, **kwargs)
        except BroadsheetError as error:
            status, message = explained(error)
            response = JsonResponse({"error": {"status": status, "message": message}}, status=status)
            if status == 503:
                response.headers["Retry-After"] = RETRY_SECONDS
            return response

    return guarded


@open_to(Who.ANYONE)
@explains_in_json
def as_json(request: HttpRequest) -> HttpResponse:
    """The search for programs: papers with why each matched, facets, and the address of the next page."""
    if unknown := set(request.GET) - {*FIELDS, *PAGE}:
        known = ", ".join((*FIELDS, *PAGE))
        raise BadInput(f"{min(unknown)[:40]}: a search has no such parameter. It has {known}.")
    address = Address("/papers.json", stated(request, FIELDS))
    asked, found = _searched(request, address)
    response = JsonResponse(_told(request, address, asked, found), json_dumps_params={"ensure_ascii": False})
    # The time it took lies outside of the answer, which can be told to be the same then.
    response.headers["Server-Timing"] = f"search;dur={found.milliseconds:.1f}"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _answer(body: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-cache"})


def _searched(request: HttpRequest, address: Address) -> tuple[Request, Results]:
    asked = parse_request({**address.given, **stated(request, PAGE)})
    return asked, search(finder(), asked)


def _feed(request: HttpRequest) -> Feed:
    """The search as a feed. Who follows a search wants what is new."""
    here = Address(request.path, stated(request, FIELDS))
    asked, found = _searched(request, Address(here.path, {"sort": "new", **here.given}))
    name = settings.ENVIRONMENT["site_name"]
    return Feed(
        title=f"{name}: {asked.words or 'all papers'}",
        site_name=name,
        root=absolute(request, ""),
        page_url=absolute(request, here.changed({}, path="/papers")),
        self_url=absolute(request, str(here)),
        next_url=absolute(request, here.changed({"cursor": found.cursor})) if found.cursor else "",
        cards=[match.card for match in found.matches],
    )


def _told(request: HttpRequest, address: Address, asked: Request, found: Results) -> dict[str, Any]:
    return {
        "query": _query(asked),
        "total": found.total,
        "papers": [_paper(request, match) for match in found.matches],
        "facets": _facets(found),
        "notes": list(found.notes),
        "suggestion": found.suggestion or None,
        "page": absolute(request, address.changed({}, path="/papers")),
        "next": absolute(request, address.changed({"cursor": found.cursor})) if found.cursor else None,
    }


def _query(asked: Request) -> dict[str, Any]:
    """What was understood."""
    return {
        "q": asked.words,
        "category": _slug(asked.category),
        "venue": _slug(asked.venue),
        "organisation": _slug(asked.organisation),
        "from": asked.since and asked.since.isoformat(),
        "to": asked.until and asked.until.isoformat(),
        "has": ["code"] if asked.has_code else [],
        "sort": asked.order,
    }


def _slug(named: Named | None) -> str | None:
    return named.slug if named else None


def _paper(request: HttpRequest, match: Match) -> dict[str, Any]:
    card = match.card
    return {
        **told_card(card),
        "url": absolute(request, paper_url(card.key)),
        "highlights": {"title": _pieces(match.title), "abstract": _pieces(match.snippet)},
        "why": {"by": match.why.by, "words": list(match.why.words), "sentence": _pieces(match.why.sentence)},
    }


def told_card(card: Card) -> dict[str, Any]:
    """A paper of a list as programs get it."""
    return {
        "key": card.key,
        "title": card.title,
        "abstract": card.abstract,
        "summary": card.summary or None,
        "published": known_date(card.published) or None,
        "withdrawn": card.withdrawn,
        "votes": card.votes,
        "comments": card.comments,
        "author_count": card.author_count,
        "authors": _nameds(card.authors),
        "organisations": _nameds(card.organisations),
        "categories": _nameds(card.categories),
        "code": card.code or None,
        "project": card.project or None,
    }


def _nameds(all_of_them: tuple[Named, ...]) -> list[dict[str, str]]:
    return [{"key": each.slug, "name": each.name} for each in all_of_them]


def _pieces(marked: Any) -> list[dict[str, Any]]:
    return [{"text": text, "match": hit} for text, hit in marked]


def _facets(found: Results) -> dict[str, Any] | None:
    if found.facets is None:
        return None

    def told(counts: tuple[FacetCount, ...]) -> list[dict[str, Any]]:
        return [{"value": each.value, "label": each.label, "count": each.count} for each in counts]

    facets = found.facets
    return {
        "category": told(facets.fields),
        "year": told(facets.years),
        "venue": told(facets.venues),
        "with_code": facets.with_code,
    }
