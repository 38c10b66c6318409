"""Pace: one request at a time, and a distance between them, whoever asks."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection, connections

from broadsheet.store import pace
from broadsheet.store.pace import DatabaseClock

pytestmark = pytest.mark.django_db(transaction=True)

PACE_S = 0.05


def test_many_askers_take_turns_and_keep_their_distance():
    log, at_once, guard = [], [], threading.Lock()

    def ask(number):
        try:
            with pace.turn("arxiv", PACE_S, DatabaseClock(), 30.0):
                with guard:
                    at_once.append(number)
                    begun = time.monotonic()
                    together = len(at_once)
                time.sleep(0.002)
                with guard:
                    at_once.remove(number)
                    log.append((begun, time.monotonic(), together))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as askers:
        list(askers.map(ask, range(40)))
    log.sort()
    assert max(together for _, _, together in log) == 1
    gaps = [after[0] - before[1] for before, after in pairwise(log)]
    assert len(gaps) == 39
    assert min(gaps) >= PACE_S


def test_a_turn_ends_with_the_session_that_held_it_and_its_distance_stays():
    held, killed = threading.Event(), threading.Event()

    def hold():
        try:
            with pace.turn("arxiv", 0.2, DatabaseClock(), 30.0):
                held.set()
                killed.wait(5)
                connection.close()  # as when the process is killed: nothing is said goodbye to
                raise KeyboardInterrupt
        except BaseException:
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    begun = time.monotonic()
    killed.set()
    with pace.turn("arxiv", 0.2, DatabaseClock(), 30.0):
        waited = time.monotonic() - begun
    holder.join()
    assert waited >= 0.15


def test_a_run_has_one_worker_at_a_time():
    claims = []

    def claim():
        with pace.claim_run(7) as claimed:
            claims.append(claimed)
        connections.close_all()

    with pace.claim_run(7) as mine:
        other = threading.Thread(target=claim)
        other.start()
        other.join()
    claim()
    assert (mine, claims) == (True, [False, True])
