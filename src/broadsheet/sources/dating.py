"""Dating: partial dates out of years, months and days, and the earliest honest one of several."""

from collections.abc import Iterable
from datetime import date

from broadsheet.drafts import PartialDate

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FINENESS = {"year": 0, "month": 1, "day": 2}


def partial(year: object, month: object = None, day: object = None) -> PartialDate | None:
    """A date out of numbers or digits (months also by their English names); None without a year.

    A month or day that cannot be lowers the precision.
    """
    y, m, d = _number(year), _month(month), _number(day)
    for given, precision in (((y, m, d), "day"), ((y, m, 1), "month"), ((y, 1, 1), "year")):
        if all(given):
            try:
                return PartialDate(date(*given), precision)  # type: ignore[arg-type]
            except ValueError:
                continue
    return None


def _number(value: object) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000 else 0


def _month(value: object) -> int:
    name = value.strip().lower()[:3] if isinstance(value, str) else ""
    return MONTHS.index(name) + 1 if name in MONTHS else _number(value)


def earliest(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """The earliest of these dates; one that lies within it and is more precise tells the same, better."""
    left = sorted((each for each in dates if each), key=lambda each: (each.day, FINENESS[each.precision]))
    if not left:
        return None
    best = left[0]
    for each in left[1:]:
        if FINENESS[each.precision] > FINENESS[best.precision] and within(each.day, best):
            best = each
    return best


def within(day: date, whole: PartialDate) -> bool:
    """Whether a day lies in the day, month or year that is known."""
    same_year = day.year == whole.day.year
    return same_year if whole.precision == "year" else same_year and day.month == whole.day.month
