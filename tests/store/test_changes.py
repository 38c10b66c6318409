"""The change log, read by a follower while writers of different pace are at work."""

import time

import psycopg
import pytest
from django.db import connection

from broadsheet.errors import Unavailable
from broadsheet.store.changes import Watermark, newest_watermark, read_changes

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def writer():
    """Opens further connections to the test database."""
    opened = []

    def connect():
        opened.append(psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


def log(to, paper, *, removed=False):
    to.execute("INSERT INTO change (paper_id, removed) VALUES (%s, %s)", [paper, removed])


def read_soon(after, limit):
    """The next stretch, once no other test's transaction on the shared server is older than it."""
    deadline = time.monotonic() + 120
    while (found := read_changes(after, limit)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_rows_of_an_earlier_transaction_still_open_are_not_skipped(writer):
    start, slow, fast = newest_watermark(), writer(), writer()
    log(slow, 1)
    log(fast, 2)
    fast.commit()
    assert read_changes(start, 10) is None
    assert newest_watermark() == start
    slow.commit()
    found = read_soon(start, 10)
    assert found.papers == (1, 2)
    assert read_changes(found.watermark, 10) is None


def test_a_transaction_is_read_in_stretches_and_the_last_word_of_a_paper_counts(writer):
    start, one = newest_watermark(), writer()
    for paper in (1, 2, 3):
        log(one, paper)
    log(one, 2, removed=True)
    one.commit()
    first = read_soon(start, 2)
    rest = read_soon(first.watermark, 2)
    assert (first.papers, rest.papers, rest.removed) == ((1, 2), (3,), (2,))
    assert rest.watermark == newest_watermark()


def test_what_was_rolled_back_never_appears(writer):
    start, one = newest_watermark(), writer()
    log(one, 1)
    one.rollback()
    assert read_changes(start, 10) is None


def test_a_watermark_survives_as_text():
    assert Watermark.parse(str(Watermark(7, 9))) == Watermark(7, 9)
    assert Watermark.parse("") == Watermark()
    with pytest.raises(Unavailable, match="index rebuild"):
        Watermark.parse("yesterday")
