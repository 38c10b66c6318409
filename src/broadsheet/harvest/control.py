"""Control: what an operator does with sources and sees of them; the same for the command line and the web."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from broadsheet import sources
from broadsheet.clock import Clock
from broadsheet.errors import BadInput, NotFound
from broadsheet.harvest.decisions import ended, failed
from broadsheet.harvest.engine import live_source
from broadsheet.runs import Run, SourceState, StreamState
from broadsheet.sources.live import Live
from broadsheet.store import harvest as memory
from broadsheet.store import pace

BUNDLES: dict[str, tuple[str, ...]] = {"arxiv": ("arxiv-rss", "arxiv-oai-raw", "arxiv-api")}
"""Sources that are switched together: the feed is first in the morning, OAI is complete, the API checks on both."""
BACKFILLS: dict[str, str] = {"arxiv": "arxiv-api"}
"""Which source of a bundle is asked for days of the past."""
STRETCH = timedelta(days=31)
"""A range is asked for in stretches of at most this, so that its progress shows and no cursor has to live long."""
MAX_STREAMS = 200
DAYS_SHOWN = 30
RUNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a range has come: stretches done of all, papers so far, and when it may be done if it goes on so."""

    done: int
    all: int
    new: int
    read: int
    since: date | None
    until: date | None
    estimate: datetime | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """What an operator sees of a source. `days` counts new papers of the last 30 days, the oldest first."""

    name: str
    meaning: str
    live: Live
    state: SourceState
    streams: tuple[StreamState, ...]
    runs: tuple[Run, ...]
    days: tuple[int, ...]
    free_at: datetime | None
    backfill: Progress | None
    is_running: bool

    @property
    def last_run(self) -> Run | None:
        """The newest run that was begun."""
        return next((run for run in self.runs if run.started_at), None)

    @property
    def next_run(self) -> datetime | None:
        """When it will next be asked by itself; None while it is off or paused."""
        if not self.state.active or self.state.paused:
            return None
        due = min((stream.due_at for stream in self.streams), default=None)
        return max(filter(None, (due, self.state.closed_until)), default=None)

    @property
    def condition(self) -> str:
        """One word: off, paused, resting (the circuit breaker is open), running, failing or well."""
        if not self.state.active:
            return "off"
        if self.state.paused:
            return "paused"
        if self.state.closed_until:
            return "resting"
        if self.is_running:
            return "running"
        return "failing" if self.state.failures else "well"


def live_sources() -> dict[str, Live]:
    """All sources that can be asked over the network, by name."""
    return {name: source.live for name, source in sources.SOURCES.items() if source.live}


def named(name: str) -> tuple[str, ...]:
    """The sources that a name means: itself, or those of its bundle. Raises BadInput."""
    if name in BUNDLES:
        return BUNDLES[name]
    if live_source(name) is None:
        raise BadInput(f"{name[:60]!r} is no live source. Choose one of: {', '.join([*BUNDLES, *live_sources()])}.")
    return (name,)


def switch_on(name: str, streams: Sequence[str], clock: Clock, *, root: str = "", begin: date | None = None) -> None:
    """Ask a source from now on for these streams, or for those it was asked for before. Raises BadInput."""
    for each in named(name):
        live, state = live_sources()[each], memory.get_source(each)
        chosen = tuple(dict.fromkeys(stream.strip() for stream in streams if stream.strip())) or state.streams
        _check_streams(each, live, chosen)
        if root and not root.startswith(("http://", "https://")):
            raise BadInput(f"{root[:80]!r} is no address of a source. Write it whole, such as https://example.org.")
        state = replace(state, active=True, paused=False, streams=chosen, begin=begin or state.begin)
        memory.set_source(replace(state, root=root.rstrip("/") or state.root, failures=0, closed_until=None))
        _make_due(state, live, clock.now())


def _check_streams(name: str, live: Live, streams: Sequence[str]) -> None:
    if len(streams) > MAX_STREAMS:
        raise BadInput(f"{name}: {len(streams)} streams are too many, {MAX_STREAMS} at most. Choose wider ones.")
    if not (streams or live.default_streams):
        raise BadInput(f"{name} needs to be told what to harvest: {live.stream}.")
    for stream in streams:
        live.check_stream(stream)


def switch_off(name: str, clock: Clock) -> None:
    """Ask a source no more; what it brought stays. Its open runs end."""
    for each in named(name):
        memory.set_source(replace(memory.get_source(each), active=False, paused=False))
        for run in memory.list_open_runs():
            if run.source == each:
                memory.save_run(replace(ended(run, clock.now(), "Switched off."), state="stopped"))


def set_paused(name: str, *, paused: bool) -> None:
    """Lay a source aside, or take it up again where it stood."""
    for each in named(name):
        state = memory.get_source(each)
        if not state.active:
            raise BadInput(f"{each} is off. Switch it on first: broadsheet sources on {each}.")
        memory.set_source(replace(state, paused=paused))


def run_now(name: str, clock: Clock) -> None:
    """Make every stream of a source due, and close its circuit breaker. The pace it is asked at stays."""
    for each in named(name):
        live, state = live_sources()[each], memory.get_source(each)
        if not state.active:
            raise BadInput(f"{each} is off. Switch it on first: broadsheet sources on {each}.")
        memory.set_source(replace(state, paused=False, failures=0, closed_until=None))
        for run in memory.list_open_runs():
            if run.source == each and run.retry_at:
                memory.save_run(replace(run, retry_at=None))
        _make_due(state, live, clock.now())


def _make_due(state: SourceState, live: Live, now: datetime) -> None:
    known = memory.list_streams(state.name)
    for stream in state.streams or live.default_streams:
        memory.set_stream(replace(known.get(stream) or StreamState(state.name, stream, now), due_at=now))


def backfill(name: str, since: date, until: date, clock: Clock, streams: Sequence[str] = ()) -> list[int]:
    """Runs over a range of days of the past, a stretch at a time, the newest first. Raises BadInput."""
    source = BACKFILLS.get(name, name)
    live, state = live_sources()[named(source)[0]], memory.get_source(source)
    if not live.ranges:
        raise BadInput(f"{source} shows the present only and cannot be asked for the past.")
    if since > until:
        raise BadInput(f"The range ends ({until}) before it begins ({since}). Change the two.")
    chosen = tuple(streams) or state.streams or live.default_streams
    _check_streams(source, live, chosen)
    now = clock.now()
    runs = (
        memory.add_run(source, stream, "backfill", first, last, now)
        for first, last in stretches(since, until)
        for stream in chosen
    )
    return [run for run in runs if run is not None]


def stretches(since: date, until: date) -> list[tuple[date, date]]:
    """The range in stretches of at most 31 days, the newest first."""
    found = []
    while until >= since:
        first = max(since, until - STRETCH + timedelta(days=1))
        found.append((first, until))
        until = first - timedelta(days=1)
    return found


def stop_run(number: int, clock: Clock) -> Run:
    """End a run where it stands; what it brought stays. Raises NotFound."""
    run = memory.find_run(number)
    if run is None:
        raise NotFound(f"There is no run {number}.")
    if run.ended_at is None:
        run = replace(failed(run, clock.now(), "Stopped by the operator."), state="stopped")
        memory.save_run(run)
    return run


def overview(clock: Clock) -> list[SourceView]:
    """All live sources: those that are on, then the others, by name."""
    now = clock.now()
    first = now.date() - timedelta(days=DAYS_SHOWN - 1)
    counts = memory.new_papers_per_day(first)
    running = {run.source for run in memory.list_open_runs() if run.state == "running"}
    views = [
        _view(name, live, counts.get(name, {}), now, is_running=name in running)
        for name, live in live_sources().items()
    ]
    return sorted(views, key=lambda view: (not view.state.active, view.name))


def view(name: str, clock: Clock) -> SourceView:
    """One source. Raises NotFound."""
    found = [each for each in overview(clock) if each.name == name]
    if not found:
        raise NotFound(f"There is no live source {name[:60]!r}.")
    return found[0]


def _view(name: str, live: Live, counts: dict[date, int], now: datetime, *, is_running: bool) -> SourceView:
    first = now.date() - timedelta(days=DAYS_SHOWN - 1)
    state, known = memory.get_source(name), memory.list_streams(name)
    if state.closed_until and state.closed_until <= now:
        state = replace(state, closed_until=None)
    free = pace.free_at(live.group)
    return SourceView(
        name=name,
        meaning=sources.SOURCES[name].meaning,
        live=live,
        state=state,
        streams=tuple(known[s] for s in (state.streams or live.default_streams) if s in known),
        runs=tuple(memory.list_runs(name, RUNS_SHOWN)),
        days=tuple(counts.get(first + timedelta(days=back), 0) for back in range(DAYS_SHOWN)),
        free_at=free if free and free > now else None,
        backfill=_progress(memory.list_backfill(name), now),
        is_running=is_running,
    )


def _progress(runs: Sequence[Run], now: datetime) -> Progress | None:
    """How far the range under way has come; None where there is none."""
    if not any(run.ended_at is None for run in runs):
        return None
    done = [run for run in runs if run.ended_at]
    began = min((run.started_at for run in runs if run.started_at), default=None)
    pace_of_one = (now - began) / len(done) if began and done else None
    return Progress(
        done=len(done),
        all=len(runs),
        new=sum(run.new for run in runs),
        read=sum(run.read for run in runs),
        since=min((run.since for run in runs if run.since), default=None),
        until=max((run.until for run in runs if run.until), default=None),
        estimate=now + pace_of_one * (len(runs) - len(done)) if pace_of_one else None,
    )
