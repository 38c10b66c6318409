"""Clocks: what tells the time and waits, so that three weeks can pass in a second."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, with its zone, and waits."""

    def now(self) -> datetime:
        """The moment, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))


def now() -> datetime:
    """The moment of a request, in UTC: entries ask, and hand it down."""
    return datetime.now(UTC)
