"""The operator's view of harvesting: every live source, how it goes, and the buttons."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.errors import BadInput, NotFound
from broadsheet.harvest import control
from broadsheet.harvest.control import SourceView
from broadsheet.runs import Run
from broadsheet.store.harvest import list_runs
from broadsheet.store.intake import list_problems
from broadsheet.store.pace import DatabaseClock
from broadsheet.web.access import Who, open_to
from broadsheet.web.rendering import render
from broadsheet.web.source_forms import ACTIONS, DONE, Filled, is_known
from broadsheet.web.sparkline import sparkline

RUNS_SHOWN, PROBLEMS_SHOWN, LOOKED_THROUGH = 60, 20, 500
LARGEST_ID = 2**63 - 1
SOON = timedelta(minutes=1)
BRIEFLY = timedelta(seconds=15)
"""A wait shorter than this is the usual pace, and not what a host asked for."""
ORDER = ("running", "well", "paused", "failing", "resting")
PURPOSES = {"follow": "follow", "reconcile": "check", "backfill": "back-fill"}


@open_to(Who.OPERATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """All live sources."""
    return _all(request, Filled())


@open_to(Who.OPERATOR)
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One source with its settings, its runs and what was set aside of it."""
    if name in control.BUNDLES:
        return HttpResponseRedirect(f"/admin/sources#{name}")
    return _one(request, name, Filled())


@open_to(Who.OPERATOR, methods=("POST",))
def act(request: HttpRequest, name: str, action: str) -> HttpResponse:
    """Do one thing with a source; a form that cannot be read comes back as it was sent, with the reason."""
    if action not in ACTIONS or not is_known(name):
        raise NotFound(f"There is no live source {name[:60]!r}, or this cannot be done with it.")
    fields = {key: str(value) for key, value in request.POST.items()}
    try:
        ACTIONS[action](name, fields, DatabaseClock())
    except BadInput as error:
        filled = Filled(name, action, fields, str(error))
        return _all(request, filled) if name in control.BUNDLES else _one(request, name, filled)
    return _back(name, action, alone=fields.get("page") == "source")


@open_to(Who.OPERATOR, methods=("POST",))
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """End a run where it stands."""
    if number > LARGEST_ID:
        raise NotFound("There is no such run.")
    return _back(control.stop_run(number, DatabaseClock()).source, "stop", alone=True)


def _back(name: str, action: str, *, alone: bool) -> HttpResponse:
    """To the page that the form stood on, which says what was done."""
    page = f"/admin/sources/{name}" if alone and name not in control.BUNDLES else "/admin/sources"
    return HttpResponseRedirect(f"{page}?done={action}&name={name}" + ("" if alone else f"#{name}"))


def _all(request: HttpRequest, filled: Filled) -> HttpResponse:
    clock = DatabaseClock()
    views, now = control.overview(clock), clock.now()
    by_name = {view.name: view for view in views}
    bundles = {name: [by_name[each] for each in members] for name, members in control.BUNDLES.items()}
    context = {
        **_context(request, now, filled),
        "on": [view for view in views if view.state.active],
        "off": [view for view in views if not view.state.active],
        "bundles": bundles,
        "chosen": {name: _chosen(members) for name, members in bundles.items()},
        "summary": summary(views),
        "busy": any(is_busy(view, now) for view in views),
    }
    return render(request, "admin_sources.html", context, status=400 if filled.error else 200)


def _one(request: HttpRequest, name: str, filled: Filled) -> HttpResponse:
    clock = DatabaseClock()
    view, now = control.view(name, clock), clock.now()
    context = {
        **_context(request, now, filled),
        "view": view,
        "runs": list_runs(name, RUNS_SHOWN),
        "problems": list_problems(PROBLEMS_SHOWN, name),
        "busy": is_busy(view, now),
    }
    return render(request, "admin_source.html", context, status=400 if filled.error else 200)


def _context(request: HttpRequest, now: datetime, filled: Filled) -> dict[str, object]:
    done, name = request.GET.get("done", ""), request.GET.get("name", "")
    return {
        "now": now,
        "filled": filled,
        "done": f"{name} {DONE[done]}" if done in DONE and is_known(name) else "",
        "sparkline": lambda view: sparkline(view.days, now.date()),
        "held_until": lambda view: held_until(view, now),
        "last_run": last_run,
        "by_watermark": by_watermark,
        "purposes": PURPOSES,
    }


def _chosen(members: Sequence[SourceView]) -> tuple[str, ...]:
    """What a bundle's sources are asked for, each stream once."""
    return tuple(dict.fromkeys(stream for view in members for stream in view.state.streams))


def summary(views: Sequence[SourceView]) -> str:
    """The whole in one sentence: "4 of 7 sources are on: 3 well, 1 resting"."""
    counts = Counter(view.condition for view in views if view.state.active)
    conditions = ", ".join(f"{counts[word]} {word}" for word in ORDER if counts[word])
    on = f"{counts.total() or 'None'} of {len(views)} sources {'is' if counts.total() < 2 else 'are'} on"
    return f"{on}: {conditions}" if conditions else on


def is_busy(view: SourceView, now: datetime) -> bool:
    """Whether something goes on, or is about to, so that the page should look again."""
    due = view.next_run is not None and view.next_run <= now + SOON
    return due or view.backfill is not None or any(is_open(run) for run in view.runs)


def is_open(run: Run) -> bool:
    """Whether a run waits or is under way."""
    return run.ended_at is None


def last_run(view: SourceView) -> Run | None:
    """The newest run that was begun and has ended; where a long range waits, it is not among the newest of all."""
    ended = [run for run in view.runs if run.started_at and run.ended_at]
    if not ended and len(view.runs) == control.RUNS_SHOWN:
        ended = [run for run in list_runs(view.name, LOOKED_THROUGH) if run.started_at and run.ended_at]
    return max(ended, key=_begun, default=None)


def _begun(run: Run) -> datetime:
    return run.started_at or run.asked_at or datetime.min.replace(tzinfo=UTC)


def by_watermark(view: SourceView) -> list[tuple[date | None, list[str]]]:
    """The days up to which streams are complete, the newest first, each with its streams; last those not begun."""
    groups: dict[date | None, list[str]] = {}
    for each in view.streams:
        groups.setdefault(each.watermark, []).append(each.stream)
    return sorted(groups.items(), key=lambda group: group[0] or date.min, reverse=True)


def held_until(view: SourceView, now: datetime) -> datetime | None:
    """Until when a host asked to be left alone; None where only the usual pace is kept."""
    usual = now + timedelta(seconds=2 * view.live.pace_s) + BRIEFLY
    return view.free_at if view.free_at and view.free_at > usual else None
