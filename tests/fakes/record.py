"""The request log: who asked for what and when, how many at once, and how long they paused in between."""

import socket
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

ARXIV = ("/oai", "/api/query", "/rss", "/atom")


def group_of(path: str) -> str:
    """What shares one pace: all of arXiv's interfaces, the hub, and each other first part of a path for itself."""
    route = path.partition("?")[0]
    if any(route == each or route.startswith(f"{each}/") for each in ARXIV):
        return "arxiv"
    return "hub" if route.startswith("/api/daily_papers") else route.split("/")[1]


@dataclass(slots=True)
class Request:
    """One request. Moments are given by a clock that never goes back (seconds) and by the clock of the world.

    It ends just before the last byte is handed over, so that whoever waits for that byte comes later for certain.
    """

    number: int
    path: str
    group: str
    headers: Mapping[str, str]
    peer_port: int
    start: float
    asked_at: datetime
    end: float | None = None
    answered_at: datetime | None = None
    status: int = 0
    fault: str = ""

    @property
    def user_agent(self) -> str:
        """How the client introduced itself."""
        return self.headers.get("user-agent", "")


@dataclass(frozen=True, slots=True)
class Gap:
    """The smallest times in seconds between two requests that follow each other; negative where they overlap."""

    end_to_start: float
    start_to_start: float


class Connections:
    """Counts connections that are open; those which the client has closed already do not count."""

    def __init__(self) -> None:
        self.most = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def opened(self, connection: socket.socket) -> None:
        """A client has come."""
        with self._lock:
            self._open = {each for each in self._open if not _hung_up(each)} | {connection}
            self.most = max(self.most, len(self._open))

    def closed(self, connection: socket.socket) -> None:
        """The client is served, or gone."""
        with self._lock:
            self._open.discard(connection)

    def abort(self) -> None:
        """Close all that are open, so that whoever hangs comes to an end."""
        with self._lock:
            for connection in self._open:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _hung_up(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def smallest_gap(requests: list[Request], *, simulated: bool) -> Gap | None:
    """Between requests in the order of their coming; None where fewer than two came."""
    ordered = sorted(requests, key=lambda each: each.start)
    pairs = [_gap(before, after, simulated=simulated) for before, after in pairwise(ordered)]
    if not pairs:
        return None
    return Gap(min(each.end_to_start for each in pairs), min(each.start_to_start for each in pairs))


def _gap(before: Request, after: Request, *, simulated: bool) -> Gap:
    """A request without end is one that still goes on."""
    if simulated:
        start = (after.asked_at - before.asked_at).total_seconds()
        answered = before.answered_at or after.asked_at
        return Gap((after.asked_at - answered).total_seconds(), start)
    return Gap(after.start - (before.end or float("inf")), after.start - before.start)


def most_at_once(requests: list[Request]) -> int:
    """How many requests were being answered at one moment, at most."""
    moments = [(each.start, 1) for each in requests] + [(each.end, -1) for each in requests if each.end is not None]
    running, most = 0, 0
    for _, step in sorted(moments):
        running += step
        most = max(most, running)
    return most


def by_group(requests: list[Request]) -> Counter[str]:
    """How many requests each group got."""
    return Counter(each.group for each in requests)
