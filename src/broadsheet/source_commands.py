"""The commands about live sources: `broadsheet sources` shows them, the others switch, pause, run and back-fill."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from broadsheet.environment import Environment
from broadsheet.errors import BadInput
from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json, progress, safe, sparkline

app = typer.Typer(help="Live sources: what is harvested, and how it goes.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Name = Annotated[str, typer.Argument(help="A live source, or `arxiv` for its feed, OAI-PMH and API together.")]
SHORT = {"well": "[green]well[/green]", "resting": "[red]resting[/red]", "failing": "[red]failing[/red]"}


@contextmanager
def _ready(*, found: bool = False) -> Iterator[Environment]:
    with instance(found=found) as environment:
        yield environment


def make_harvester(environment: Environment) -> Any:
    """A harvester over the network, by the database's clock, introducing us with the contact that is set."""
    from broadsheet.harvest.client import Client
    from broadsheet.harvest.engine import Harvester
    from broadsheet.sources.http import FetchPolicy, user_agent
    from broadsheet.store.pace import DatabaseClock

    policy = FetchPolicy(
        user_agent=user_agent(environment["contact"]), inner=frozenset(environment["inner_hosts"]), total_s=60.0
    )
    return Harvester(Client(DatabaseClock(), policy))


@app.callback()
def sources(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show the live sources: their condition, last and next run, and new papers per day."""
    if context.invoked_subcommand:
        return
    with _ready():
        from broadsheet.harvest.control import overview
        from broadsheet.store.pace import DatabaseClock

        clock = DatabaseClock()
        views, now = overview(clock), clock.now()
    if as_json:
        print_json([view_json(view) for view in views])
    else:
        _print_views(views, now)


def view_json(view: Any) -> dict[str, Any]:
    """A source as JSON has it."""
    run, state = view.last_run, view.state
    return {
        "name": view.name,
        "condition": view.condition,
        "streams": [{"stream": s.stream, "watermark": _iso(s.watermark), "due": _iso(s.due_at)} for s in view.streams],
        "last_run": run_json(run) if run else None,
        "next_run": _iso(view.next_run),
        "new_papers_per_day": list(view.days),
        "failures": state.failures,
        "rests_until": _iso(state.closed_until),
        "last_error": state.last_error or None,
        "last_error_at": _iso(state.last_error_at),
    }


def run_json(run: Any) -> dict[str, Any]:
    """A run as JSON has it."""
    counts = {name: getattr(run, name) for name in ("pages", "read", "new", "changed", "merged", "known", "set_aside")}
    return {
        "id": run.id,
        "source": run.source,
        "stream": run.stream,
        "purpose": run.purpose,
        "state": run.state,
        "since": _iso(run.since),
        "until": _iso(run.until),
        **counts,
        "note": run.note or None,
        "started": _iso(run.started_at),
        "ended": _iso(run.ended_at),
    }


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _print_views(views: list[Any], now: datetime) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), title_justify="left")
    for column in ("source", "condition", "streams", "last run", "next run", "new, 14 days"):
        table.add_column(column)
    for view in views:
        if view.state.active:
            table.add_row(*_cells(view, now))
    if table.row_count:
        out().print(table)
    for view in views:
        if view.state.active and view.state.last_error and view.condition in ("failing", "resting"):
            out().print(f"[bold]{view.name}[/bold]: {safe(view.state.last_error)}")
    others = [view.name for view in views if not view.state.active]
    if others:
        out().print(f"Off: {', '.join(others)}. `broadsheet sources on NAME` switches one on.")


def _cells(view: Any, now: datetime) -> list[str]:
    run = view.last_run
    last = f"{_ago(run.started_at, now)}, {run.new:,} new" if run else "never"
    streams = ", ".join(stream.stream for stream in view.streams if stream.stream)
    due = _ahead(view.next_run, now) if view.next_run else "-"
    return [
        view.name,
        SHORT.get(view.condition, view.condition),
        escape(streams[:40]),
        last,
        due,
        sparkline(view.days[-14:]),
    ]


def _ago(moment: datetime, now: datetime) -> str:
    return f"{_span((now - moment).total_seconds())} ago"


def _ahead(moment: datetime, now: datetime) -> str:
    seconds = (moment - now).total_seconds()
    return f"in {_span(seconds)}" if seconds > 0 else "now"


def _span(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


@app.command()
def on(
    name: Name,
    streams: Annotated[
        list[str] | None, typer.Argument(help="What of it: categories, sets, queries, feed addresses.")
    ] = None,
    *,
    root: Annotated[str, typer.Option(help="Address to ask in place of the source's own: a mirror.")] = "",
    begin: Annotated[str, typer.Option(help="Day from which on a new stream is harvested; 30 days back without.")] = "",
) -> None:
    """Switch a source on; the worker asks it from then on."""
    first = _day(begin, "--begin")
    with _ready(found=True):
        from broadsheet.harvest.control import named, switch_on
        from broadsheet.store.pace import DatabaseClock

        switch_on(name, streams or (), DatabaseClock(), root=root, begin=first)
        out().print(
            f"On: {', '.join(named(name))}. The worker asks from now on; `broadsheet sources` shows how it goes."
        )


@app.command()
def off(name: Name) -> None:
    """Switch a source off; what it brought stays."""
    with _ready():
        from broadsheet.harvest.control import switch_off
        from broadsheet.store.pace import DatabaseClock

        switch_off(name, DatabaseClock())
    out().print(f"Off: {safe(name)}.")


@app.command()
def pause(name: Name) -> None:
    """Lay a source aside; it goes on where it stood with `resume`."""
    _set_paused(name, paused=True)


@app.command()
def resume(name: Name) -> None:
    """Go on with a source that was paused."""
    _set_paused(name, paused=False)


def _set_paused(name: str, *, paused: bool) -> None:
    with _ready():
        from broadsheet.harvest.control import set_paused

        set_paused(name, paused=paused)
    out().print(f"{'Paused' if paused else 'Going on'}: {safe(name)}.")


@app.command()
def run(
    name: Name,
    *,
    later: Annotated[bool, typer.Option("--later", help="Leave it to the worker.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a source now for what is new, and wait until all is in."""
    with _ready(found=True) as environment:
        from broadsheet.harvest.control import named, run_now
        from broadsheet.store import harvest as memory

        harvester = make_harvester(environment)
        run_now(name, harvester.clock)
        harvester.plan()
        runs = [run.id for run in memory.list_open_runs() if run.source in named(name) and run.purpose != "backfill"]
        _work(harvester, runs, later=later, as_json=as_json, environment=environment)


@app.command()
def backfill(
    name: Name,
    streams: Annotated[list[str] | None, typer.Argument(help="What of it, if not what it is asked for anyway.")] = None,
    *,
    since: Annotated[str, typer.Option("--from", help="First day.")],
    until: Annotated[str, typer.Option("--to", help="Last day; today without.")] = "",
    later: Annotated[bool, typer.Option("--later", help="Leave it to the worker.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in what a source has of a range of days in the past."""
    first, last = _day(since, "--from"), _day(until, "--to") or datetime.now(UTC).date()
    if first is None:
        raise BadInput("Say from which day on: --from 2026-05-01.")
    with _ready(found=True) as environment:
        from broadsheet.harvest.control import backfill as plan

        harvester = make_harvester(environment)
        runs = plan(name, first, last, harvester.clock, streams or ())
        _work(harvester, runs, later=later, as_json=as_json, environment=environment)


def _day(text: str, option: str) -> date | None:
    from broadsheet.schedule import parse_day

    try:
        return parse_day(text).first if text else None
    except BadInput as error:
        raise BadInput(f"{option}: {error}") from error


def _work(harvester: Any, runs: list[int], *, later: bool, as_json: bool, environment: Environment) -> None:
    """Bring the runs to their end with a bar, then say what came of them."""
    if later:
        out().print(f"{len(runs)} runs wait for the worker.")
        return
    from broadsheet.harvest.foreground import work_through
    from broadsheet.indexing import follow_if_free
    from broadsheet.models import Models
    from broadsheet.vectoring import embed_if_free

    read: dict[int, int] = {}
    with progress(f"Harvesting ({len(runs)} runs)") as update:

        def watch(run: Any) -> None:
            read[run.id] = run.read
            update(sum(read.values()))

        harvested = work_through(harvester, runs, watch)
    with progress("Indexing") as update:
        follow_if_free(environment["data"] / "index", update)
        embed_if_free(environment["data"] / "index", Models(environment))
    _report(harvested, as_json=as_json)


def _report(harvested: Any, *, as_json: bool) -> None:
    everything = [*harvested.ended, *harvested.left]
    if as_json:
        print_json([run_json(run) for run in everything])
    else:
        for run in everything:
            _print_run(run)
        for run in harvested.left:
            err().print(f"{run.source} wants to be left alone for now; the worker goes on with it.")
    if any(run.state == "failed" for run in harvested.ended):
        raise typer.Exit(1)


def _print_run(run: Any) -> None:
    window = f" {run.since or ''}..{run.until or ''}" if run.since or run.until else ""
    out().print(
        f"[bold]{run.source}[/bold] {safe(run.stream)}{window}: {run.state}, {run.pages:,} pages, {run.read:,} read: "
        f"{run.new:,} new, {run.changed:,} changed, {run.merged:,} merged, {run.known:,} known, "
        f"{run.set_aside:,} set aside.{' ' + safe(run.note) if run.note else ''}"
    )


@app.command()
def runs(
    name: Name,
    *,
    limit: Annotated[int, typer.Option(help="How many runs.", min=1, max=500)] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the newest runs of a source."""
    with _ready():
        from broadsheet.harvest.control import named
        from broadsheet.store.harvest import list_runs

        found = [run for each in named(name) for run in list_runs(each, limit)]
    if as_json:
        return print_json([run_json(run) for run in found])
    for each in found:
        out().print(f"[dim]{each.id:>5} {each.asked_at:%Y-%m-%d %H:%M} {each.purpose:<9}[/dim] ", end="")
        _print_run(each)
    return None


@app.command()
def stop(number: Annotated[int, typer.Argument(help="The run's number, as `sources runs` shows it.")]) -> None:
    """End a run where it stands; what it brought stays."""
    with _ready():
        from broadsheet.harvest.control import stop_run
        from broadsheet.store.pace import DatabaseClock

        run = stop_run(number, DatabaseClock())
    out().print(f"Run {run.id} is {run.state}.")
