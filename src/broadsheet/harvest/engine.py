"""The engine: what is due becomes a run, and runs go on by one page a step; any step can be killed and taken again."""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from broadsheet import sources
from broadsheet.clock import Clock
from broadsheet.errors import BadInput
from broadsheet.harvest import decisions
from broadsheet.harvest.client import Client, Declined
from broadsheet.harvest.decisions import Draw
from broadsheet.ingest import ingest
from broadsheet.runs import Purpose, Run, SourceState, StreamState
from broadsheet.sources.http import Fetched, FetchFailed, FetchRefused
from broadsheet.sources.live import Answer, Live, Window
from broadsheet.sources.refusals import Refusal, TokenExpired, UpstreamError
from broadsheet.store import harvest as memory
from broadsheet.store import pace
from broadsheet.store.pace import TooSoon

ByIds = Callable[[Sequence[str]], str]
log = logging.getLogger("broadsheet.harvest")

CHECKED_AFTER, CHECKED_FOR = timedelta(hours=36), timedelta(days=12)
"""When a record that only one source told of is asked for by its id, and until when that is tried."""
CHECKED_AT_MOST, IDS_AT_ONCE = 2_000, 100
KEPT = timedelta(days=120)
"""How long ended runs are shown."""
BAD_REQUEST, FORBIDDEN = 400, 403
PASSING = frozenset({FORBIDDEN, 408, 425, 429})
"""Statuses below 500 that may be another tomorrow."""


class Harvester:
    """Works on the runs of all sources. Any number may work at once: a run has one of them at a time."""

    def __init__(self, client: Client, *, draw: Draw = random.uniform) -> None:
        self.client, self.draw = client, draw

    @property
    def clock(self) -> Clock:
        """The clock that everything here goes by."""
        return self.client.clock

    def step(self) -> Run | None:
        """Plan what is due and bring one run on by a page; None where there is nothing to do now."""
        self.plan()
        now = self.clock.now()
        states = {state.name: state for state in memory.list_sources()}
        for run in memory.list_open_runs():
            if not may_go_on(run, states.get(run.source), now):
                continue
            if done := self.advance(run):
                return done
        return None

    def plan(self) -> None:
        """A run for every stream that is due."""
        now = self.clock.now()
        for state in memory.list_sources():
            live = live_source(state.name)
            if live and state.active and not state.paused:
                streams = memory.list_streams(state.name)
                for stream in state.streams or live.default_streams:
                    self._plan_stream(state, live, streams.get(stream) or StreamState(state.name, stream, now))

    def _plan_stream(self, state: SourceState, live: Live, stream: StreamState) -> None:
        now = self.clock.now()
        purpose: Purpose = "reconcile" if live.checks else "follow"
        if stream.due_at > now or memory.has_open_run(state.name, stream.stream, purpose):
            return
        since = decisions.window_start(stream, state, live, now)
        memory.set_stream(replace(stream, due_at=decisions.next_due(live, now)))
        memory.add_run(state.name, stream.stream, purpose, since, None, now)
        memory.forget_runs(now - KEPT)
        if live.checks and live.by_ids:
            self._plan_checks(state.name, live, live.by_ids)

    def _plan_checks(self, source: str, live: Live, by_ids: ByIds) -> None:
        """Runs that ask by id for what one source told of, and no other of its group did in due time."""
        now = self.clock.now()
        group = [name for name, each in sources.SOURCES.items() if each.live and each.live.group == live.group]
        others = [name for name in group if name != live.checks]
        span = (now - CHECKED_FOR, now - CHECKED_AFTER)
        alone = memory.known_by_alone(live.checks, others, span, CHECKED_AT_MOST)
        for start in range(0, len(alone), IDS_AT_ONCE):
            memory.add_run(source, by_ids(alone[start : start + IDS_AT_ONCE]), "reconcile", None, None, now)

    def advance(self, run: Run) -> Run | None:
        """One page of a run; None where another process is at it, or the source may not be asked yet."""
        with pace.claim_run(run.id) as claimed:
            fresh = memory.find_run(run.id) if claimed else None
            if fresh is None or fresh.ended_at:
                return None
            return self._advance(fresh)

    def _advance(self, run: Run) -> Run | None:
        live, state = live_source(run.source), memory.get_source(run.source)
        if live is None:
            return self._save(decisions.failed(run, self.clock.now(), "This source cannot be asked any more."))
        run = decisions.begin(run, self.clock.now())
        try:
            url = run.next_url or live.first_url(state.root or live.root, run.stream, Window(run.since, run.until))
            return self._turn_page(run, live, state, url)
        except TooSoon as error:
            memory.save_run(replace(run, state="waiting", retry_at=error.at, note=str(error)))
            return None
        except (FetchFailed, Declined, Refusal) as error:
            return self._stumble(run, state, error)
        except (FetchRefused, BadInput) as error:
            return self._give_up(run, state, str(error))
        except Exception as error:  # whatever a page provokes, it is not asked for again at once
            log.exception("%s met what it did not expect", run.source)
            return self._stumble(run, state, error)

    def _turn_page(self, run: Run, live: Live, state: SourceState, url: str) -> Run:
        first = live.conditional and not run.next_url and run.purpose == "follow"
        answer = self._get(url, live, memory.find_validators(url) if first else ("", ""))
        if answer is None:
            return self._end_pass(run, live, "Nothing has changed since the last look.")
        page = live.read_page(_answer(answer, self.clock), Window(run.since, run.until))
        if decisions.is_circle(page, url):
            raise UpstreamError("the page names itself as the next one")
        run = decisions.after_page(run, page, ingest(page.items), self.clock.now())
        if state.failures or state.closed_until:
            memory.set_source(decisions.source_answered(memory.get_source(run.source)))
        if run.next_url and run.pages < decisions.MAX_PAGES:
            return self._save(run)
        done = self._end_pass(run, live)
        if first and done.state == "done":
            # Only now: had we been killed before the page was in, "unchanged" would have hidden it for good.
            memory.set_validators(url, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
        return done

    def _get(self, url: str, live: Live, validators: tuple[str, str]) -> Fetched | None:
        try:
            return self.client.get(url, live.group, live.pace_s, validators)
        except Declined as error:
            if live.reads_errors and error.status == BAD_REQUEST:
                return error.answer
            raise

    def _end_pass(self, run: Run, live: Live, note: str = "") -> Run:
        now = self.clock.now()
        if decisions.came_short(run, live) and run.restarts < decisions.LOOKS:
            reason = f"The list ended after {run.read} of {run.total} records."
            return self._save(decisions.restarted(run, now, reason, decisions.wait_after(run.restarts + 1, self.draw)))
        if run.purpose == "backfill":
            return self._save(decisions.ended(run, now, note))
        stream = memory.list_streams(run.source).get(run.stream)
        if stream is None:  # asked for once, by ids
            return self._save(decisions.ended(run, now, note))
        if decisions.misses_news(run, live, stream, now) and not decisions.is_believed(stream, now):
            doubt = "No new papers, though some are due: looking again in an hour."
            return self._save(decisions.ended(run, now, doubt), decisions.doubted(stream, now))
        after = decisions.advanced(stream, run, decisions.next_due(live, now))
        return self._save(decisions.ended(run, now, note), after)

    def _stumble(self, run: Run, state: SourceState, error: Exception) -> Run:
        """After a failure that may pass: back to the window's beginning, or once more from where we stand, later."""
        now = self.clock.now()
        if isinstance(error, TokenExpired):
            wait = decisions.wait_after(run.restarts, self.draw)
            return self._save(decisions.restarted(run, now, str(error), wait))
        if is_final(error):
            return self._give_up(run, state, str(error))
        forbidden = isinstance(error, Declined) and error.status == FORBIDDEN
        state = decisions.source_failed(state, now, str(error), forbidden=forbidden)
        memory.set_source(state)
        wait = decisions.wait_after(run.failures + 1, self.draw)
        asked = error.retry_after if isinstance(error, Declined) else None
        until = max(now + max(wait, asked or timedelta()), state.closed_until or now)
        log.warning("%s: %s", run.source, error)
        if run.failures >= decisions.MAX_FAILURES:
            return self._save(decisions.failed(run, now, str(error)))
        return self._save(decisions.put_off(run, until, str(error)))

    def _give_up(self, run: Run, state: SourceState, reason: str) -> Run:
        now = self.clock.now()
        memory.set_source(replace(state, last_error=reason[:500], last_error_at=now))
        log.warning("%s: %s", run.source, reason)
        return self._save(decisions.failed(run, now, reason))

    def _save(self, run: Run, stream: StreamState | None = None) -> Run:
        memory.save_run(run, stream)
        return run


def may_go_on(run: Run, state: SourceState | None, now: datetime) -> bool:
    """Whether a run is to be worked on now: its source is not paused, not resting, and its own wait is over."""
    if state and (state.paused or (state.closed_until and state.closed_until > now)):
        return False
    return run.retry_at is None or run.retry_at <= now


def is_final(error: Exception) -> bool:
    """Whether asking again is of no use."""
    if isinstance(error, Declined):
        return 400 <= error.status < 500 and error.status not in PASSING
    return isinstance(error, Refusal) and not error.retry


def live_source(name: str) -> Live | None:
    """How a source is asked; None for one that is not (or no longer) asked over the network."""
    source = sources.SOURCES.get(name)
    return source.live if source else None


def _answer(fetched: Fetched, clock: Clock) -> Answer:
    return Answer(fetched.url, fetched.body, clock.now(), fetched.headers.get("content-type", ""))
