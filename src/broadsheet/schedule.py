"""Periods of the calendar that a front page covers: days, ISO weeks and months, from 1900 to 2999."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from broadsheet.errors import BadInput

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2999

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A day, an ISO week (Monday to Sunday) or a month; both ends belong to it."""

    kind: Literal["day", "week", "month"]
    first: date
    last: date

    @property
    def label(self) -> str:
        """The period as people read it: "Friday, 29 May 2026", "Week 22, 2026", "May 2026"."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"Week {week}, {year}"
        month = f"{_MONTHS[self.first.month - 1]} {self.first.year}"
        return month if self.kind == "month" else f"{_DAYS[self.first.weekday()]}, {self.first.day} {month}"

    @property
    def code(self) -> str:
        """The period in a URL: "2026-05-29", "2026-W22", "2026-05"."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year:04}-W{week:02}"
        return self.first.isoformat() if self.kind == "day" else self.first.isoformat()[:7]


def day(d: date) -> Period:
    """The period of one day."""
    _check_year(d)
    return Period("day", d, d)


def week_of(d: date) -> Period:
    """The ISO week around a day. The last days of 2999 lie in the first week of 3000, which has no page of its own."""
    _check_year(d)
    monday = d - timedelta(days=d.weekday())
    return Period("week", monday, monday + timedelta(days=6))


def month_of(d: date) -> Period:
    """The month around a day."""
    _check_year(d)
    first = d.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period("month", first, after - timedelta(days=1))


def parse_day(text: str) -> Period:
    """The day written "2026-05-29"; raises BadInput."""
    year, month, number = _numbers(_DAY, text, "day", "2026-05-29")
    try:
        return day(date(year, month, number))
    except ValueError:
        raise _refusal(text, "day", "2026-05-29") from None


def parse_week(text: str) -> Period:
    """The ISO week written "2026-W22"; raises BadInput."""
    year, week = _numbers(_WEEK, text, "week", "2026-W22")
    try:
        return week_of(date.fromisocalendar(year, week, 1))
    except ValueError:
        raise _refusal(text, "week", "2026-W22") from None


def parse_month(text: str) -> Period:
    """The month written "2026-05"; raises BadInput."""
    year, month = _numbers(_MONTH, text, "month", "2026-05")
    try:
        return month_of(date(year, month, 1))
    except ValueError:
        raise _refusal(text, "month", "2026-05") from None


def parse_period(text: str) -> Period:
    """The day, week or month that a code names, by its form; raises BadInput."""
    if "W" in text:
        return parse_week(text)
    return parse_month(text) if len(text) == len("2026-05") else parse_day(text)


def _numbers(pattern: re.Pattern[str], text: str, kind: str, example: str) -> list[int]:
    """The numbers in `text`, year first, if it has the form and the year is one of ours."""
    found = pattern.fullmatch(text)
    numbers = [int(number) for number in found.groups()] if found else [0]
    if not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
        raise _refusal(text, kind, example)
    return numbers


def _refusal(text: str, kind: str, example: str) -> BadInput:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return BadInput(f"{shown!r} is not a {kind} we know: write it as {example}, years {FIRST_YEAR} to {LAST_YEAR}.")


def _check_year(d: date) -> None:
    if not FIRST_YEAR <= d.year <= LAST_YEAR:
        raise BadInput(f"The year {d.year} is out of range: the calendar here runs from {FIRST_YEAR} to {LAST_YEAR}.")
