"""Closing: an edition ends at a stated hour, and its order never changes afterwards."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from broadsheet.errors import BadInput
from broadsheet.flooding import RULE
from broadsheet.ranking import explain_hot
from broadsheet.store import closing as store
from broadsheet.store.closing import ClosedPlace, Closing, Entered
from broadsheet.store.standings import rule_name, weights

log = logging.getLogger("broadsheet.closing")

LONG_PAST: Final = timedelta(days=1)
QUIET: Final = timedelta(hours=1)
"""An edition that should have closed more than a day ago waits until nothing of it has changed for so long."""


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour of the day after an edition's own at which it closes, in a time zone."""

    zone: str = "UTC"
    hour: int = 0

    def closes_at(self, day: date) -> datetime:
        """The moment an edition closes; hour 0 is midnight at the end of its day."""
        return datetime.combine(day + timedelta(days=1), time(self.hour), _zone(self.zone))

    def __str__(self) -> str:
        return f"{self.hour:02}:00 {self.zone}"


@lru_cache(maxsize=4)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"edition_zone={name}: there is no such time zone. Write one such as Europe/Berlin.") from error


def closing_hour() -> Hour:
    """The hour that the operator set. Raises BadInput for a zone that does not exist."""
    values = settings.ENVIRONMENT.values
    return Hour(values.get("edition_zone", "UTC"), int(values.get("edition_hour", 0)))


def close_due(now: datetime) -> list[date]:
    """Close every edition whose hour has come; gives the days that this call closed.

    May be called at any time by any number of processes and killed at any point: each edition is one transaction, and
    its day can be written once.
    """
    hour = closing_hour()
    closed = []
    for each in store.open_days(now.date() + timedelta(days=1)):
        overdue = now - hour.closes_at(each.day)
        if overdue < timedelta(0) or (overdue > LONG_PAST and now - each.changed_at < QUIET):
            continue
        if _close(each.day, hour, now):
            closed.append(each.day)
    return closed


def _close(day: date, hour: Hour, now: datetime) -> bool:
    entered = store.open_edition(day)
    rule = {"weights": rule_name(weights()), "hour": hour.hour, "flood": RULE}
    closing = Closing(day, now, hour.zone, rule)
    closed = store.close(closing, [_place(each, hour.closes_at(day)) for each in entered])
    if closed:
        log.info("the edition of %s is closed with %s papers", day, len(entered))
    return closed


def _place(entered: Entered, at: datetime) -> ClosedPlace:
    """A place as it is kept: the parts as they were at the stated hour."""
    score = explain_hot(entered.evidence, weights(), at)
    parts = {"parts": [[part.name, round(part.points, 6), part.why] for part in score.parts]}
    if entered.placed.why:
        parts["moved"] = [entered.placed.why]  # type: ignore[list-item]
    return ClosedPlace(entered.paper, entered.placed.place, score.total, parts)
