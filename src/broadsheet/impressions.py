"""Impressions: counted in memory, written every few seconds by a thread of its own; a page never waits for them."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date

from broadsheet.store.impressions import leave, write

EVERY_S = 5.0
MOST_KEPT = 50_000
"""Sums that wait in memory; while the database is away, what comes on top is let go."""


class Tally:
    """What one process has shown since it last wrote. Holds papers, places and sums, and nothing of who looked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: Counter[tuple[int, date, str, int]] = Counter()
        self._opened: Counter[tuple[int, date, str]] = Counter()

    def show(self, listing: str, first: int, papers: Sequence[int], day: date) -> None:
        """Papers were shown in a listing, from place `first` on."""
        with self._lock:
            if len(self._shown) < MOST_KEPT:
                self._shown.update((paper, day, listing, place) for place, paper in enumerate(papers, start=first))

    def open(self, listing: str, paper: int, day: date) -> None:
        """A paper was opened out of a listing."""
        with self._lock:
            if len(self._opened) < MOST_KEPT:
                self._opened[paper, day, listing] += 1

    def flush(self) -> None:
        """Write the sums. What cannot be written now is kept for the next time."""
        with self._lock:
            shown, opened = self._shown, self._opened
            self._shown, self._opened = Counter(), Counter()
        if (shown or opened) and not write(shown, opened):
            with self._lock:
                self._shown.update(shown)
                self._opened.update(opened)


TALLY = Tally()
"""The tally of this process."""


def keep_writing(tally: Tally, stop: threading.Event, every_s: float = EVERY_S) -> None:
    """Write a tally every few seconds until told to stop, and once more then."""
    while not stop.wait(every_s):
        tally.flush()
        leave()
    tally.flush()
    leave()


def start_writing(tally: Tally = TALLY) -> threading.Event:
    """Write a tally beside what the process does; gives the event that ends it."""
    stop = threading.Event()
    threading.Thread(target=keep_writing, args=(tally, stop), name="impressions", daemon=True).start()
    return stop
