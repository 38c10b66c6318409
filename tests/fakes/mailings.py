"""When the fake arXiv announces: mailings, holidays, and which mailing a submission goes out with.

Written apart from the product's own timetable, so that neither hides a mistake of the other.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EASTERN: Final = ZoneInfo("America/New_York")
DAY: Final = timedelta(days=1)
CUT, MAILED, INDEXED = time(14), time(20), time(22, 30)
"""US Eastern: submissions are cut, the mailing goes out, OAI-PMH shows it."""
FIXED = {(1, 1), (6, 19), (7, 4), (12, 24), (12, 25), (12, 31)}
MOVING = {(1, 0, 3), (9, 0, 1), (11, 3, 4)}
"""Month, weekday, and which of them: Martin Luther King's day, Labor Day, Thanksgiving."""


def eastern(day: date, clock: time = time()) -> datetime:
    """A moment given by its US Eastern date and time, in UTC."""
    return datetime.combine(day, clock, EASTERN).astimezone(UTC)


def eastern_day(moment: datetime) -> date:
    """The US Eastern date of a moment."""
    return moment.astimezone(EASTERN).date()


def is_holiday(day: date) -> bool:
    """Whether arXiv's published list has no mailing on this evening."""
    memorial = day.month == 5 and day.weekday() == 0 and day.day > 24
    return memorial or (day.month, day.day) in FIXED or (day.month, day.weekday(), (day.day - 1) // 7 + 1) in MOVING


class Mailings:
    """The evenings on which papers are announced; `deferred` are evenings called off without notice."""

    def __init__(self, deferred: frozenset[date] = frozenset()) -> None:
        self.deferred = deferred

    def has(self, evening: date) -> bool:
        """Whether there is a mailing: Sunday to Thursday, but not on holidays."""
        return evening.weekday() not in (4, 5) and not is_holiday(evening) and evening not in self.deferred

    def carrying(self, submitted: datetime) -> date:
        """The evening whose mailing a submission goes out with, if nobody holds it back."""
        evening = eastern_day(submitted)
        while not (self.has(evening) and submitted <= cut_of(evening)):
            evening += DAY
        return evening


def cut_of(evening: date) -> datetime:
    """Until when submissions go out with this evening's mailing: Sunday's was cut on Friday."""
    return eastern(evening - 2 * DAY if evening.weekday() == 6 else evening, CUT)


def midnight_before(now: datetime) -> datetime:
    """The last midnight US Eastern, in UTC: when feeds and the search index were rebuilt."""
    return eastern(eastern_day(now))


def midnight_after(now: datetime) -> datetime:
    """The next midnight US Eastern, in UTC."""
    return eastern(eastern_day(now) + DAY)
