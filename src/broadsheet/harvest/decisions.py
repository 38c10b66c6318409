"""Decisions of the harvest: what becomes of a run after an answer, or after none. Pure: data and `now` in, data out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from broadsheet import timetable
from broadsheet.ingest import Outcome
from broadsheet.runs import Run, SourceState, StreamState
from broadsheet.sources.live import Live, Page

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 3_600.0
"""Waits double after each failure, from the first to the longest; what is really waited is drawn from 0 to that."""
FAILURES_TO_CLOSE = 6
"""Failures in a row after which a source is left alone for an hour, then two, up to a day."""
MAX_RESTARTS = 10
MAX_FAILURES = 20
"""Failures in a row after which a run is given up, so that one stream does not hold up the others of its source."""
MAX_PAGES = 50_000
SECOND_LOOK = timedelta(hours=1)
"""An empty answer where news is due is believed when a second one says the same, this much later."""
LOOKS = 2
FIRST_HARVEST = timedelta(days=30)
"""How far back a stream goes that was never harvested, if the operator says nothing."""

Draw = Callable[[float, float], float]
"""random.uniform, or a stand-in."""


def begin(run: Run, now: datetime) -> Run:
    """The run as it is taken up."""
    return replace(run, state="running", started_at=run.started_at or now, retry_at=None)


def after_page(run: Run, page: Page, outcome: Outcome, received: datetime) -> Run:
    """The run after one more page is in the catalogue."""
    answered = run.answered or (page.answered or received).date()
    return replace(
        run,
        next_url=page.next_url,
        answered=answered,
        total=page.total if page.total is not None else run.total,
        pages=run.pages + 1,
        read=run.read + outcome.read,
        new=run.new + outcome.new,
        changed=run.changed + outcome.changed,
        merged=run.merged + outcome.merged,
        known=run.known + outcome.known,
        set_aside=run.set_aside + outcome.set_aside,
        failures=0,
    )


def ended(run: Run, now: datetime, note: str = "") -> Run:
    """The run with its last page in."""
    return replace(run, state="done", ended_at=now, retry_at=None, note=note or run.note)


def failed(run: Run, now: datetime, reason: str) -> Run:
    """The run given up. Nothing is lost: the watermark has not moved, and the next run begins there."""
    return replace(run, state="failed", ended_at=now, retry_at=None, note=reason)


def restarted(run: Run, now: datetime, reason: str, wait: timedelta) -> Run:
    """The run from its window's beginning again; given up where that happens too often."""
    if run.restarts >= MAX_RESTARTS:
        return failed(run, now, f"Began {MAX_RESTARTS} times in vain. {reason}")
    return replace(
        run, state="waiting", next_url="", answered=None, read=0, total=None, restarts=run.restarts + 1, note=reason,
        retry_at=now + wait,
    )  # fmt: skip


def put_off(run: Run, until: datetime, reason: str) -> Run:
    """The run laid aside; it goes on where it stands."""
    return replace(run, state="waiting", retry_at=until, failures=run.failures + 1, note=reason)


def wait_after(failures: int, draw: Draw) -> timedelta:
    """How long to wait after so many failures in a row: exponential back-off with full jitter."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures, 16))
    return timedelta(seconds=draw(0.0, longest))


def source_failed(state: SourceState, now: datetime, reason: str, *, forbidden: bool = False) -> SourceState:
    """The source after a failure. After a series of them, or a refusal to serve us (403), it is left alone."""
    failures = state.failures + 1
    rests = max(0, failures - FAILURES_TO_CLOSE + 1)
    rest = timedelta(hours=24) if forbidden else timedelta(hours=min(24, 2 ** min(rests - 1, 5))) if rests else None
    return replace(
        state,
        failures=failures,
        closed_until=now + rest if rest else state.closed_until,
        last_error=reason[:500],
        last_error_at=now,
    )


def source_answered(state: SourceState) -> SourceState:
    """The source after an answer that can be used."""
    return replace(state, failures=0, closed_until=None)


def window_start(stream: StreamState, state: SourceState, live: Live, now: datetime) -> date:
    """From which day on a stream that is due is asked: its watermark less an overlap, or the operator's beginning."""
    if stream.watermark:
        return stream.watermark - timedelta(days=live.overlap_days)
    return state.begin or (now - FIRST_HARVEST).date()


def next_due(live: Live, now: datetime) -> datetime:
    """When a stream is to be asked again."""
    if live.rhythm == "hourly":
        return now + timedelta(hours=1)
    if live.rhythm == "daily":
        return now + timedelta(days=1)
    return timetable.next_feed(now) if live.conditional else timetable.next_oai(now)


def is_circle(page: Page, asked: str) -> bool:
    """Whether a page names itself as the next one."""
    return page.next_url == asked


def came_short(run: Run, live: Live) -> bool:
    """Whether the list ended before all came that the source had announced."""
    return live.exact_total and run.total is not None and run.read < run.total


def misses_news(run: Run, live: Live, stream: StreamState, now: datetime) -> bool:
    """Whether a whole pass brought nothing new of a day on which arXiv announces papers.

    A feed that is older than the announcement misses it as well as an empty one.
    """
    if run.purpose != "follow" or live.rhythm != "announcements":
        return False
    newest = timetable.newest_edition_day(now)
    if live.conditional:
        return (stream.watermark or date.min) < newest and (run.read == 0 or (run.answered or date.min) < newest)
    return run.read == 0 and (run.since is None or newest >= run.since)


def is_believed(stream: StreamState, now: datetime) -> bool:
    """Whether one more empty answer is enough: it is the second, and not of the same moment as the first."""
    return (
        stream.empties + 1 >= LOOKS and stream.empty_since is not None and now - stream.empty_since >= SECOND_LOOK
    )  # fmt: skip


def doubted(stream: StreamState, now: datetime) -> StreamState:
    """The stream after an empty answer that is not believed: looked at again, its watermark where it was."""
    return replace(stream, due_at=now + SECOND_LOOK, empties=stream.empties + 1, empty_since=stream.empty_since or now)


def advanced(stream: StreamState, run: Run, due_at: datetime) -> StreamState:
    """The stream after a whole pass: the watermark moves to the day the pass began on, by the source's clock."""
    watermark = max(filter(None, (stream.watermark, run.answered)), default=None)
    return replace(stream, watermark=watermark, due_at=max(stream.due_at, due_at), empties=0, empty_since=None)
