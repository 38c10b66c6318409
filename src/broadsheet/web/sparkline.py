"""Sparklines: counts per day as bars, laid out here so that the page needs neither script nor inline style."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STEP, WIDTH, HEIGHT = 10, 7, 40
"""Of the drawing, in its own units: from bar to bar, of a bar, and of the tallest one."""
LEAST = 1.5
"""Height of a bar that is not nothing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: what it counts, and where its bar stands."""

    day: date
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Bars from the oldest day to the newest, and what they say in words."""

    bars: tuple[Bar, ...]
    total: int
    most: int
    words: str

    @property
    def begins(self) -> str:
        """The first day, shortly."""
        return f"{self.bars[0].day.day} {self.bars[0].day:%b}"

    @property
    def width(self) -> int:
        """Of the whole drawing."""
        return STEP * len(self.bars) - (STEP - WIDTH)


def sparkline(counts: Sequence[int], last: date) -> Sparkline:
    """Bars for the days that end with `last`."""
    first, most = last - timedelta(days=len(counts) - 1), max(counts, default=0)
    days = [(first + timedelta(days=at), count) for at, count in enumerate(counts)]
    bars = tuple(_bar(at, day, count, most) for at, (day, count) in enumerate(days))
    return Sparkline(bars, sum(counts), most, _words(days))


def _bar(at: int, day: date, count: int, most: int) -> Bar:
    height = round(max(LEAST, HEIGHT * count / most), 1) if count else 0.0
    return Bar(day, count, at * STEP, round(HEIGHT - height, 1), height)


def _words(days: Sequence[tuple[date, int]]) -> str:
    total = sum(count for _, count in days)
    span = f"New papers per day, {_short(days[0][0])} to {_short(days[-1][0])}" if days else "New papers per day"
    if not total:
        return f"{span}: none."
    best, most = max(days, key=lambda each: each[1])
    return f"{span}: {total:,} in all, most on {_short(best)} ({most:,}), {days[-1][1]:,} on the last day."


def _short(day: date) -> str:
    return f"{day.day} {day:%B}"
