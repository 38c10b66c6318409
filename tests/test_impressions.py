"""Impressions: sums of what was shown where, written beside the pages, and nothing of who looked."""

import threading
import time
from datetime import date

import pytest
from django.db import DatabaseError, connections

from broadsheet import impressions
from broadsheet.impressions import Tally, keep_writing
from broadsheet.store import impressions as store
from broadsheet.store.impressions import forget
from broadsheet.store.models import Paper
from broadsheet.store.query import rows

DAY = date(2026, 5, 29)


def written():
    return rows("SELECT paper_id, day, listing, position, shown, opened FROM impression ORDER BY paper_id, position")


@pytest.fixture
def papers(db):
    return [Paper.objects.create(key=f"p{n}", title="T").pk for n in range(3)]


def test_what_was_shown_is_summed_by_paper_day_listing_and_place(papers):
    tally = Tally()
    for _ in range(3):
        tally.show("hot", 1, papers[:2], DAY)
    tally.flush()
    tally.show("hot", 1, papers[:1], DAY)
    tally.open("hot", papers[0], DAY)
    tally.flush()
    tally.flush()
    assert written() == [(papers[0], DAY, "hot", 1, 4, 1), (papers[1], DAY, "hot", 2, 3, 0)]


def test_an_opening_counts_at_the_place_where_the_paper_was_shown_most(papers):
    tally = Tally()
    tally.show("hot", 1, papers[:1], DAY)
    for _ in range(2):
        tally.show("hot", 5, papers[:1], DAY)
    tally.open("hot", papers[0], DAY)
    tally.open("hot", papers[1], DAY)
    tally.flush()
    assert written() == [(papers[0], DAY, "hot", 1, 1, 0), (papers[0], DAY, "hot", 5, 2, 1)]


def test_a_paper_that_is_gone_and_a_database_that_is_away_do_no_harm(papers, monkeypatch):
    tally = Tally()
    tally.show("hot", 1, [*papers[:1], 10**9], DAY)

    def away(_counts):
        raise DatabaseError("away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "add_shown", away)
        tally.flush()
    assert written() == []
    tally.flush()
    assert written() == [(papers[0], DAY, "hot", 1, 1, 0)]


def test_what_waits_is_bounded(papers, monkeypatch):
    monkeypatch.setattr(impressions, "MOST_KEPT", 2)
    tally = Tally()
    for n in range(9):
        tally.show(f"list{n}", 1, papers[:1], DAY)
    tally.flush()
    assert len(written()) == 2


def test_old_sums_are_forgotten(papers):
    tally = Tally()
    tally.show("hot", 1, papers, DAY)
    tally.flush()
    assert forget(DAY) == 0
    assert forget(date(2026, 5, 30)) == 3


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_lose_nothing():
    papers = [Paper.objects.create(key=f"p{n}", title="T").pk for n in range(40)]

    def run(order):
        tally = Tally()
        for _ in range(20):
            tally.show("hot", 1, order, DAY)
            tally.flush()
        connections.close_all()

    # Each writer has the papers at other places, and in another order.
    threads = [threading.Thread(target=run, args=(papers[n:] + papers[:n],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows("SELECT sum(shown) FROM impression") == [(4 * 20 * 40,)]


@pytest.mark.django_db(transaction=True)
def test_the_thread_beside_the_pages_writes_by_itself_and_once_more_at_the_end():
    paper = Paper.objects.create(key="p", title="T").pk
    tally, stop = Tally(), threading.Event()
    thread = threading.Thread(target=keep_writing, args=(tally, stop, 0.05))
    thread.start()
    tally.show("hot", 1, [paper], DAY)
    for _ in range(100):
        if written():
            break
        time.sleep(0.05)
    assert written() == [(paper, DAY, "hot", 1, 1, 0)]
    tally.show("hot", 1, [paper], DAY)
    stop.set()
    thread.join()
    assert written() == [(paper, DAY, "hot", 1, 2, 0)]
