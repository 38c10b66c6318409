"""Runs: what is remembered of a harvest, between one page and the next and from one day to another."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Purpose = Literal["follow", "reconcile", "backfill"]
"""Why a run was begun: a stream was due; another channel is to be checked against; an operator wants a range."""
State = Literal["waiting", "running", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class SourceState:
    """A live source as the operator set it, and its circuit breaker: `closed_until` nothing is asked."""

    name: str
    active: bool = False
    paused: bool = False
    root: str = ""
    streams: tuple[str, ...] = ()
    begin: date | None = None
    failures: int = 0
    closed_until: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StreamState:
    """How far a stream has come. `watermark` is the source's own date when the last whole run began."""

    source: str
    stream: str
    due_at: datetime
    watermark: date | None = None
    empties: int = 0
    empty_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over a window of a stream; `next_url` is what to ask next, empty at the beginning.

    `read` counts the records of the pass under way, which begins anew when a token expires; the other counts go on.
    """

    id: int
    source: str
    stream: str
    purpose: Purpose
    state: State = "waiting"
    since: date | None = None
    until: date | None = None
    next_url: str = ""
    answered: date | None = None
    pages: int = 0
    total: int | None = None
    read: int = 0
    new: int = 0
    changed: int = 0
    merged: int = 0
    known: int = 0
    set_aside: int = 0
    restarts: int = 0
    failures: int = 0
    note: str = ""
    retry_at: datetime | None = None
    asked_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
