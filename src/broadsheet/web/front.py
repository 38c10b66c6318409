"""Front pages: the editions of a day, a week, a month."""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse

from broadsheet import schedule
from broadsheet.clock import now
from broadsheet.listing import PageNumber, parse_page
from broadsheet.ranked_lists import ORDERS, Ranked, list_edition, list_period
from broadsheet.schedule import Period
from broadsheet.store.orderings import neighbouring_editions, newest_edition
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.web.access import Who, open_to
from broadsheet.web.edition_map import edition_svg
from broadsheet.web.ranked import JSON, edition_json
from broadsheet.web.rendering import render
from broadsheet.web.search_feeds import explains_in_json
from broadsheet.web.shown import note_shown
from broadsheet.web.why import ranked_html

PAGE_SIZE = 100


@open_to(Who.ANYONE)
def front(request: HttpRequest) -> HttpResponse:
    """The newest edition that has entries."""
    newest = newest_edition(_tomorrow())
    if newest is None:
        return render(request, "empty.html", {})
    return _period(request, schedule.day(newest), front=True)


@open_to(Who.ANYONE)
def day(request: HttpRequest, code: str) -> HttpResponse:
    """The edition of one day; with `.json` behind it for programs."""
    if code.endswith(JSON):
        return _day_json(request, code.removesuffix(JSON))
    return _period(request, schedule.parse_day(code))


@explains_in_json
def _day_json(request: HttpRequest, code: str) -> HttpResponse:
    period, page = schedule.parse_day(code), _page(request)
    return edition_json(request, period.code, _ranked(period, page), page)


@open_to(Who.ANYONE)
def week(request: HttpRequest, code: str) -> HttpResponse:
    """The editions of an ISO week as one."""
    return _period(request, schedule.parse_week(code))


@open_to(Who.ANYONE)
def month(request: HttpRequest, code: str) -> HttpResponse:
    """The editions of a month as one."""
    return _period(request, schedule.parse_month(code))


@open_to(Who.ANYONE)
def latest(request: HttpRequest, kind: str) -> HttpResponse:
    """The newest week or month that has entries."""
    newest = newest_edition(_tomorrow())
    if newest is None:
        return render(request, "empty.html", {})
    return _period(request, schedule.week_of(newest) if kind == "week" else schedule.month_of(newest))


def _tomorrow() -> date:
    """The last day that has begun somewhere on Earth, or soon will."""
    return datetime.now(UTC).date() + timedelta(days=1)


def _period(request: HttpRequest, period: Period, *, front: bool = False) -> HttpResponse:
    page = _page(request)
    ranked = _ranked(period, page)
    papers = ranked.cards
    if period.kind == "day":
        note_shown(request, "edition", papers)
    before, after = neighbouring_editions(period.first, period.last)
    context = {
        "period": period,
        "papers": papers,
        "ranked": ranked,
        "ranked_html": ranked_html,
        "orders": ORDERS,
        "page": page,
        "front": front,
        "previous": _like(period, before),
        "next": _like(period, after),
        "periods": _periods(period),
        "fields": load_taxonomy().fields,
        "drawing": edition_svg(papers.items, f"the papers of {period.label}") if page.number == 1 else "",
    }
    return render(request, "edition.html", context)


def _page(request: HttpRequest) -> PageNumber:
    return parse_page(request.GET.get("page", ""), PAGE_SIZE)


def _ranked(period: Period, page: PageNumber) -> Ranked:
    """A day is an edition with an order of its own; weeks and months put the editions in them together."""
    if period.kind == "day":
        return list_edition(period.first, page, now())
    return list_period(period.first, period.last, page)


def _like(period: Period, day: date | None) -> Period | None:
    """The period of the same kind that holds a day."""
    if day is None:
        return None
    makers = {"day": schedule.day, "week": schedule.week_of, "month": schedule.month_of}
    return makers[period.kind](day)


def _periods(period: Period) -> list[tuple[str, str, bool]]:
    """The day, week and month around a period, as (label, address, whether it is this one)."""
    anchor = period.last if period.kind == "day" else min(period.last, newest_edition(_tomorrow()) or period.last)
    anchor = max(anchor, period.first)
    days = anchor if period.kind == "day" else _last_edition_day(period, anchor)
    return [
        ("Day", f"/papers/date/{schedule.day(days).code}", period.kind == "day"),
        ("Week", f"/papers/week/{schedule.week_of(anchor).code}", period.kind == "week"),
        ("Month", f"/papers/month/{schedule.month_of(anchor).code}", period.kind == "month"),
    ]


def _last_edition_day(period: Period, anchor: date) -> date:
    before, _ = neighbouring_editions(anchor + timedelta(days=1), anchor)
    return before if before and before >= period.first else anchor
