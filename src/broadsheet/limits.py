"""Limits: how often an account, an address or a recipient may cause something."""

from dataclasses import dataclass
from datetime import UTC, datetime

from broadsheet.errors import TooMany
from broadsheet.store.limits import count_up


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many times in each window of so many seconds; windows begin at whole multiples since 1970."""

    count: int
    window_s: int

    def window(self, now: datetime) -> datetime:
        """The beginning of the window that a moment lies in."""
        return datetime.fromtimestamp(now.timestamp() // self.window_s * self.window_s, UTC)


HOUR, DAY = 3_600, 86_400


def spend(key: str, allowance: Allowance, now: datetime, *, what: str) -> None:
    """Count one use, or raise TooMany. `key` names the act and who it is counted for, such as "vote:person:7".

    The count is part of the running transaction: what is taken back was not done.
    """
    begun = allowance.window(now)
    if not count_up(key, begun, allowance.count):
        wait = int(begun.timestamp() + allowance.window_s - now.timestamp()) + 1
        raise TooMany(f"Too many {what}: {allowance.count} in {_span(allowance.window_s)}.", wait_s=wait)


def _span(seconds: int) -> str:
    for size, noun in ((DAY, "day"), (HOUR, "hour"), (60, "minute")):
        if seconds % size == 0:
            return f"a {noun}".replace("a h", "an h") if seconds == size else f"{seconds // size} {noun}s"
    return f"{seconds} seconds"
