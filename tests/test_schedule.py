"""Days, weeks and months: codes, labels, neighbours, and the edges of the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import BadInput
from broadsheet.schedule import day, month_of, parse_day, parse_month, parse_week, week_of

DATES = st.dates(date(1900, 1, 1), date(2999, 12, 29))


def test_labels_and_codes() -> None:
    d = date(2026, 5, 29)
    assert (day(d).label, day(d).code) == ("Friday, 29 May 2026", "2026-05-29")
    assert (week_of(d).label, week_of(d).code) == ("Week 22, 2026", "2026-W22")
    assert (month_of(d).label, month_of(d).code) == ("May 2026", "2026-05")


def test_ends_belong_to_the_period() -> None:
    assert (week_of(date(2026, 5, 29)).first, week_of(date(2026, 5, 29)).last) == (date(2026, 5, 25), date(2026, 5, 31))
    assert month_of(date(2024, 2, 10)).last == date(2024, 2, 29)
    assert week_of(date(2027, 1, 1)).code == "2026-W53"


@given(DATES)
def test_codes_lead_back(d: date) -> None:
    for period, parse in ((day(d), parse_day), (week_of(d), parse_week), (month_of(d), parse_month)):
        assert period.first <= d <= period.last
        assert parse(period.code) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-5-29",
        "2026-02-30",
        "1899-12-31",
        "3000-01-01",
        "0000-01-01",
        "2026-05-29\n",
        "٢٠٢٦-٠٥-٢٩",
        "9" * 999,
    ],
)
def test_what_is_no_day_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(BadInput, match="2026-05-29"):
        parse_day(text)


@pytest.mark.parametrize("text", ["2026-W54", "2027-W53", "2026-W00", "1899-W52", "3000-W01", "2026-22", "2026-w22"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=f"'{text}'.*2026-W22"):
        parse_week(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "1899-12", "2026", "2026-05-29"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="2026-05"):
        parse_month(text)


def test_dates_out_of_range_are_refused() -> None:
    for make in (day, week_of, month_of):
        for d in (date.min, date.max):
            with pytest.raises(BadInput, match="1900 to 2999"):
                make(d)
