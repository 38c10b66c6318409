"""Closing editions: at the stated hour, once, in an order that nothing changes; late papers go to the next."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connections, transaction

from broadsheet.closing import Hour, close_due
from broadsheet.drafts import Counts
from broadsheet.errors import BadInput
from broadsheet.ingest import ingest
from broadsheet.store import closing as store
from broadsheet.store.closing import find_closing, open_edition
from broadsheet.store.models import EditionPlace, Paper, PaperState
from broadsheet.store.query import execute, rows

THURSDAY, FRIDAY = date(2026, 5, 28), date(2026, 5, 29)


def midnight(day):
    """The end of a day, with a second to spare."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC) + timedelta(seconds=1)


@pytest.fixture
def enter(draft, edition_of):
    """Papers by number, entered in a day's edition with votes from elsewhere."""

    def make(day, votes, first=1):
        seen = datetime(2026, 5, 28, tzinfo=UTC)
        ingest(
            draft(
                f"2605.{number:05}",
                title=f"Paper {number}",
                categories=(),
                counts=Counts(votes=count, comments=0, stars=None, observed_at=seen),
                edition=edition_of(day.isoformat(), number),
            )
            for number, count in enumerate(votes, start=first)
        )
        execute("UPDATE paper SET changed_at = '2026-05-01'")

    return make


def closed(day):
    return [Paper.objects.get(pk=place.paper).title for place in store.closed_places(day)]


def still(day):
    return [Paper.objects.get(pk=each.paper).title for each in open_edition(day)]


@pytest.mark.django_db
def test_an_edition_closes_when_its_hour_has_come_and_not_before(enter):
    enter(THURSDAY, [3, 9, 5])
    assert close_due(midnight(THURSDAY) - timedelta(seconds=2)) == []
    assert find_closing(THURSDAY) is None
    assert close_due(midnight(THURSDAY)) == [THURSDAY]
    assert closed(THURSDAY) == ["Paper 2", "Paper 3", "Paper 1"]
    assert close_due(midnight(FRIDAY)) == []


@pytest.mark.django_db
def test_nothing_that_happens_later_changes_a_closed_edition(enter):
    enter(THURSDAY, [3, 9])
    close_due(midnight(THURSDAY))
    execute("UPDATE paper SET imported_votes = 1000 WHERE title = 'Paper 1'")
    assert closed(THURSDAY) == ["Paper 2", "Paper 1"]
    for command in (
        "UPDATE edition_place SET position = 7",
        "DELETE FROM edition_place",
        "DELETE FROM edition_closing",
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            execute(command)


@pytest.mark.django_db
def test_the_parts_are_kept_as_they_were_and_sum_to_the_score(enter):
    enter(THURSDAY, [9])
    close_due(midnight(THURSDAY))
    (place,) = EditionPlace.objects.all()
    assert sum(points for _, points, _ in place.parts["parts"]) == pytest.approx(place.score, abs=1e-5)
    assert find_closing(THURSDAY).rule["weights"] == "4.0/0.5/0.05/0.02"


@pytest.mark.django_db
def test_a_late_paper_enters_the_next_edition_and_no_paper_two(enter):
    enter(THURSDAY, [3])
    close_due(midnight(THURSDAY))
    enter(THURSDAY, [3, 8], first=1)
    assert closed(THURSDAY) == ["Paper 1"]
    enter(FRIDAY, [1], first=7)
    assert sorted(still(FRIDAY)) == ["Paper 2", "Paper 7"]
    close_due(midnight(FRIDAY))
    assert sorted(closed(FRIDAY)) == ["Paper 2", "Paper 7"]


@pytest.mark.django_db
def test_a_paper_that_comes_more_than_fourteen_days_late_enters_none(enter):
    enter(THURSDAY, [3])
    close_due(midnight(THURSDAY))
    enter(THURSDAY, [3, 8])
    after = THURSDAY + timedelta(days=15)
    enter(after, [1], first=7)
    assert still(after) == ["Paper 7"]
    enter(after - timedelta(days=1), [1], first=8)
    assert sorted(still(after - timedelta(days=1))) == ["Paper 2", "Paper 8"]


@pytest.mark.django_db
def test_an_edition_of_long_ago_waits_until_nothing_was_added_for_an_hour(enter):
    enter(THURSDAY, [3])
    now = midnight(THURSDAY) + timedelta(days=40)
    execute("UPDATE paper SET changed_at = %s", now - timedelta(minutes=59))
    assert close_due(now) == []
    assert close_due(now + timedelta(minutes=2)) == [THURSDAY]


@pytest.mark.django_db
def test_hidden_papers_do_not_enter_and_a_merged_one_shows_once_in_the_better_place(enter):
    enter(THURSDAY, [3, 9, 5, 7])
    by_title = {paper.title: paper for paper in Paper.objects.all()}
    PaperState.objects.create(paper=by_title["Paper 3"], hidden=True)
    close_due(midnight(THURSDAY))
    assert closed(THURSDAY) == ["Paper 2", "Paper 4", "Paper 1"]
    Paper.objects.filter(title="Paper 2").update(merged_into=by_title["Paper 1"])
    assert closed(THURSDAY) == ["Paper 1", "Paper 4"]
    PaperState.objects.create(paper=by_title["Paper 4"], hidden=True)
    assert closed(THURSDAY) == ["Paper 1"]


@pytest.mark.django_db(transaction=True)
def test_two_that_close_at_once_close_once(enter):
    enter(THURSDAY, [3, 9, 5])
    start, found = threading.Barrier(4), []

    def run():
        try:
            start.wait()
            found.extend(close_due(midnight(THURSDAY)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [THURSDAY]
    assert closed(THURSDAY) == ["Paper 2", "Paper 3", "Paper 1"]


@pytest.mark.django_db
def test_a_closing_that_breaks_off_leaves_nothing_and_is_taken_up_again(enter, monkeypatch):
    enter(THURSDAY, [3, 9])
    whole = store.execute

    def broken(command, *values):
        if "edition_place" in command:
            raise KeyboardInterrupt
        return whole(command, *values)

    monkeypatch.setattr(store, "execute", broken)
    with pytest.raises(KeyboardInterrupt):
        close_due(midnight(THURSDAY))
    monkeypatch.undo()
    assert rows("SELECT count(*) FROM edition_closing") == [(0,)]
    assert close_due(midnight(THURSDAY)) == [THURSDAY]


def test_the_hour_is_that_of_the_zone_in_summer_and_in_winter():
    berlin = Hour("Europe/Berlin", 6)
    assert berlin.closes_at(date(2026, 7, 1)) == datetime(2026, 7, 2, 4, tzinfo=UTC)
    assert berlin.closes_at(date(2026, 1, 1)) == datetime(2026, 1, 2, 5, tzinfo=UTC)
    assert Hour().closes_at(FRIDAY) == datetime(2026, 5, 30, tzinfo=UTC)
    assert str(berlin) == "06:00 Europe/Berlin"


def test_a_zone_that_does_not_exist_is_refused():
    with pytest.raises(BadInput, match="no such time zone"):
        Hour("Middle/Earth").closes_at(FRIDAY)
