"""Ranked lists as pages and as JSON, and the page that says how papers are ranked."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from broadsheet.clock import now
from broadsheet.closing import closing_hour
from broadsheet.errors import BadInput
from broadsheet.flooding import RULE
from broadsheet.listing import PageNumber, parse_page
from broadsheet.ranked_lists import ORDERS, Order, Ranked, get_order, list_ranked
from broadsheet.ranking import COMMENT_GROWTH, HALVING_DAYS, STAR_GROWTH, Weights
from broadsheet.rising import DAYS as RISING_DAYS
from broadsheet.store.closing import LATE_DAYS
from broadsheet.store.standings import weights
from broadsheet.web.access import Who, open_to
from broadsheet.web.rendering import paper_url, render
from broadsheet.web.search_addresses import absolute
from broadsheet.web.search_feeds import explains_in_json, told_card
from broadsheet.web.shown import note_shown
from broadsheet.web.why import places, ranked_html, told_reason

JSON = ".json"


@open_to(Who.ANYONE)
def listing(request: HttpRequest, name: str) -> HttpResponse:
    """Papers in the order that a reader chose, each with why it stands there; with `.json` behind it for programs."""
    if name.endswith(JSON):
        return _as_json(request, name.removesuffix(JSON))
    order, page = get_order(name), parse_page(request.GET.get("page", ""))
    ranked = list_ranked(order, page, now())
    note_shown(request, order.name, ranked.cards)
    context = {"order": order, "orders": ORDERS, "ranked": ranked, "page": page, "ranked_html": ranked_html}
    return render(request, "ranked.html", context)


@explains_in_json
def _as_json(request: HttpRequest, name: str) -> HttpResponse:
    if unknown := set(request.GET) - {"page"}:
        raise BadInput(f"{min(unknown)[:40]}: a ranked list has no such parameter. It has page.")
    order, page = get_order(name), parse_page(request.GET.get("page", ""))
    return _answer({"order": order.name, "meaning": order.sentence}, request, list_ranked(order, page, now()), page)


def edition_json(request: HttpRequest, day: str, ranked: Ranked, page: PageNumber) -> HttpResponse:
    """A day's edition for programs."""
    return _answer({"edition": day, "state": ranked.state}, request, ranked, page)


def _answer(head: dict[str, object], request: HttpRequest, ranked: Ranked, page: PageNumber) -> HttpResponse:
    more = page.offset + page.size < ranked.cards.total
    papers = [
        {"place": place, **told_card(card), "url": absolute(request, paper_url(card.key)), **told_reason(reason)}
        for place, card, reason in places(ranked.cards, ranked.reasons)
    ]
    told = {
        **head,
        "total": ranked.cards.total,
        "papers": papers,
        "next": absolute(request, f"{request.path}?page={page.number + 1}") if more else None,
    }
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False}, headers={"Cache-Control": "no-cache"})


@open_to(Who.ANYONE)
def formula(request: HttpRequest) -> HttpResponse:
    """How papers are ranked here: the formula with this instance's weights, the flood rule, the closing hour."""
    context = {
        "orders": ORDERS,
        "weights": weights(),
        "usual": Weights(),
        "rule": RULE,
        "hour": closing_hour(),
        "late_days": LATE_DAYS,
        "halving_days": HALVING_DAYS,
        "comment_growth": COMMENT_GROWTH,
        "star_growth": STAR_GROWTH,
        "rising_days": RISING_DAYS,
        "ages": _ages(weights()),
    }
    return render(request, "ranking.html", context)


def _ages(by: Weights) -> list[tuple[int, int]]:
    """Days of age, and the votes a paper so old needs to stand level with a new one with 5."""
    return [(days, round(6 * 10 ** (days / by.days_per_ten) - 1)) for days in (1, 2, 3, 4, 7)]


def chosen(name: str, among: tuple[str, ...]) -> Order | None:
    """The order that a query parameter names, if it is one of these. Raises BadInput."""
    if not name:
        return None
    if name not in among:
        raise BadInput(f"order={name[:40]}: this list has the orders {', '.join(among)}.")
    return get_order(name)
