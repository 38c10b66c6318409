"""Front pages: the editions of a day, a week, a month."""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse

from broadsheet import schedule
from broadsheet.listing import list_page, parse_page
from broadsheet.schedule import Period
from broadsheet.store.orderings import neighbouring_editions, newest_edition, period_papers
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.web.access import Who, open_to
from broadsheet.web.edition_map import edition_svg
from broadsheet.web.rendering import render

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
    """The edition of one day."""
    return _period(request, schedule.parse_day(code))


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
    page = parse_page(request.GET.get("page", ""), PAGE_SIZE)
    papers = list_page(period_papers(period.first, period.last), page)
    before, after = neighbouring_editions(period.first, period.last)
    context = {
        "period": period,
        "papers": papers,
        "page": page,
        "front": front,
        "previous": _like(period, before),
        "next": _like(period, after),
        "periods": _periods(period),
        "fields": load_taxonomy().fields,
        "drawing": edition_svg(papers.items, f"the papers of {period.label}") if page.number == 1 else "",
    }
    return render(request, "edition.html", context)


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
