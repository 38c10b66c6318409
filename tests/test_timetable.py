"""The timetable: freezes, mailings, weekends and holidays, in US Eastern time."""

from datetime import UTC, date, datetime

import pytest

from broadsheet import timetable
from broadsheet.timetable import EASTERN


def eastern(text):
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("submitted", "edition"),
    [
        ("2026-03-02T13:59", "2026-03-03"),  # Monday before the freeze: Monday evening, dated Tuesday
        ("2026-03-02T14:00", "2026-03-04"),
        ("2026-03-05T13:00", "2026-03-06"),  # Thursday: Friday's edition
        ("2026-03-05T15:00", "2026-03-09"),  # Thursday afternoon: Sunday evening, dated Monday
        ("2026-03-06T13:59", "2026-03-09"),
        ("2026-03-06T14:01", "2026-03-10"),  # Friday afternoon to Monday: Monday evening
        ("2026-03-07T12:00", "2026-03-10"),
        ("2026-03-08T23:00", "2026-03-10"),
        ("2026-12-24T10:00", "2026-12-28"),  # no mailing on the 24th; the 27th is a Sunday
    ],
)
def test_a_submission_belongs_to_an_edition(submitted, edition):
    assert timetable.announced_on(eastern(submitted)) == date.fromisoformat(edition)
    assert timetable.announced_on(eastern(submitted).astimezone(UTC)) == date.fromisoformat(edition)


def test_a_bare_date_is_taken_as_its_morning():
    assert timetable.announced_on(date(2026, 3, 2)) == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("day", "has"),
    [
        ("2026-03-02", True),
        ("2026-03-06", True),
        ("2026-03-07", False),
        ("2026-03-08", False),
        ("2026-01-02", False),  # the evening before is New Year's Day
        ("2026-11-27", False),  # Thanksgiving
        ("2026-05-26", False),  # Memorial Day
    ],
)
def test_editions_bear_the_dates_after_mailings(day, has):
    assert timetable.has_edition(date.fromisoformat(day)) is has


def test_the_newest_edition_is_out_half_an_hour_after_midnight_eastern():
    assert timetable.newest_edition_day(eastern("2026-03-03T00:29")) == date(2026, 3, 2)
    assert timetable.newest_edition_day(eastern("2026-03-03T00:31")) == date(2026, 3, 3)
    assert timetable.newest_edition_day(eastern("2026-03-08T12:00")) == date(2026, 3, 6)


def test_the_next_look_is_after_the_next_mailing_also_across_summer_time():
    assert timetable.next_feed(eastern("2026-03-06T12:00")) == eastern("2026-03-09T00:30")
    assert timetable.next_feed(eastern("2026-03-09T00:30")) == eastern("2026-03-10T00:30")
    assert timetable.next_oai(eastern("2026-03-06T12:00")) == eastern("2026-03-08T22:45")
    assert timetable.next_oai(eastern("2026-03-05T22:45")) == eastern("2026-03-08T22:45")
