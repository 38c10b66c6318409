"""Pace: hosts are asked one request at a time and not too often, by all processes that share the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from broadsheet.clock import Clock
from broadsheet.errors import Unavailable
from broadsheet.store.query import execute, rows

TURN_LOCK, RUN_LOCK = 20_260_003, 20_260_004
POLL_S = 0.05
LONGEST_TURN_S = 300.0


class TooSoon(Unavailable):
    """The group of hosts may not be asked yet; `at` tells from when on."""

    def __init__(self, group: str, at: datetime) -> None:
        super().__init__(f"{group} may be asked again from {at:%Y-%m-%d %H:%M:%S} UTC.")
        self.at = at


class DatabaseClock:
    """The database's clock: one time for all machines that share it."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        found: datetime = rows("SELECT clock_timestamp()")[0][0]
        return found.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))


@contextmanager
def turn(group: str, pace_s: float, clock: Clock, patience_s: float) -> Iterator[None]:
    """One request to a group of hosts: alone, and `pace_s` after the end of the last one.

    Raises TooSoon where that is further off than `patience_s`, and Unavailable where others ask without end. The lock
    is of the database session, so that it ends with a process that is killed; the pace outlives it.
    """
    with _alone(group):
        at = free_at(group)
        wait = (at - clock.now()).total_seconds() if at else 0.0
        if at and wait > patience_s:
            raise TooSoon(group, at)
        if wait > 0:
            clock.sleep(wait)
        _book(group, clock.now() + timedelta(seconds=pace_s), requests=1)
        try:
            yield
        finally:
            _book(group, clock.now() + timedelta(seconds=pace_s), requests=0)


def hold_off(group: str, until: datetime) -> None:
    """Let a group of hosts rest until then, at least."""
    _book(group, until, requests=0)


def free_at(group: str) -> datetime | None:
    """From when on a group may be asked; None if it never was."""
    found = rows('SELECT free_at FROM request_pace WHERE "group" = %s', group)
    return found[0][0] if found else None


def _book(group: str, until: datetime, *, requests: int) -> None:
    execute(
        """INSERT INTO request_pace AS p ("group", free_at, requests) VALUES (%s, %s, %s)
           ON CONFLICT ("group") DO UPDATE SET free_at = greatest(p.free_at, excluded.free_at),
                                               requests = p.requests + excluded.requests""",
        *(group, until, requests),
    )


@contextmanager
def _alone(group: str) -> Iterator[None]:
    deadline = time.monotonic() + LONGEST_TURN_S
    while not rows("SELECT pg_try_advisory_lock(%s, hashtext(%s))", TURN_LOCK, group)[0][0]:
        if time.monotonic() > deadline:
            raise Unavailable(f"Another process has been asking {group} for {LONGEST_TURN_S:.0f} s.")
        time.sleep(POLL_S)
    try:
        yield
    finally:
        rows("SELECT pg_advisory_unlock(%s, hashtext(%s))", TURN_LOCK, group)


@contextmanager
def claim_run(run: int) -> Iterator[bool]:
    """Whether this process, and no other, works on a run while the block is open."""
    claimed = bool(rows("SELECT pg_try_advisory_lock(%s, %s)", RUN_LOCK, run)[0][0])
    try:
        yield claimed
    finally:
        if claimed:
            rows("SELECT pg_advisory_unlock(%s, %s)", RUN_LOCK, run)
