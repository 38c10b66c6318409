"""The fake upstream: arXiv's interfaces and the hub over a fake world, on loopback, with faults on request.

By hand: `python -m tests.fakes.upstream --port 9000 --day 2026-11-20 --speed 60 --faults 429-seconds,truncated`
"""

import argparse
import contextlib
import json
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.fakes import atom_forms, feed_forms, hub_forms, oai_forms, record, serving
from tests.fakes import faults as all_faults
from tests.fakes.mailings import eastern
from tests.fakes.record import Connections, Gap, Request
from tests.fakes.replies import Asked, Reply
from tests.fakes.world import View, World

ATOM, RSS, JSON = "application/atom+xml; charset=utf-8", "application/rss+xml; charset=utf-8", "application/json"
ROUTES = {
    "arxiv-oai": "/oai",
    "arxiv-oai-raw": "/oai",
    "oai-dc": "/oai",
    "arxiv-api": "/api/query",
    "arxiv-rss": "/rss",
    "hub": "",
}


class Clock(Protocol):
    """Tells the time, with its zone."""

    def now(self) -> datetime:
        """The moment."""


class Upstream:
    """Serves while it is entered.

    `faults` is a list of names, one for each request from the moment it is set, or a function of the request's number
    and path. `requests` tells what came.
    """

    def __init__(
        self, world: World, clock: Clock, *, page_size: int = 100, faults: all_faults.Script = (), port: int = 0
    ) -> None:
        self.world, self.clock, self.page_size, self._port = world, clock, page_size, port
        self.requests: list[Request] = []
        self.connections, self.stopping = Connections(), threading.Event()
        self.on_request: Any = None
        self.errors: list[Exception] = []
        self._lock = threading.Lock()
        self._served: dict[str, Reply] = {}
        self._previous: dict[tuple[str, str], Reply] = {}
        self._exit = contextlib.ExitStack()
        self.faults = faults

    def __enter__(self) -> "Upstream":
        self.trap, self._server = serving.Trap(), serving.Server(self._port, self)
        self._exit.callback(self._server.server_close)
        self._exit.enter_context(serving.running(lambda: self._server.serve_forever(0.01), self.trap.run))
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Stop at once. Raises what went wrong in the fake itself, lest it pass for a fault."""
        self.stopping.set()
        self._server.shutdown()
        self.trap.close()
        self.connections.abort()
        self._exit.close()
        if self.errors and kind is None:
            raise self.errors[0]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address, without a slash at the end: the root of the hub."""
        return f"http://127.0.0.1:{self.port}"

    def root(self, source: str) -> str:
        """The root under which a source of the product finds its interface."""
        return self.url + ROUTES[source]

    @property
    def faults(self) -> all_faults.Script:
        """The script of faults; setting it counts requests anew."""
        return self._faults

    @faults.setter
    def faults(self, script: all_faults.Script) -> None:
        if not callable(script):
            all_faults.check(script)
        with self._lock:
            self._faults, self._counted_from = script, len(self.requests)

    def serve(
        self,
        path: str,
        body: bytes | str,
        content_type: str = "application/xml",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a path, with its query or for all queries, with this body from now on."""
        body = body.encode() if isinstance(body, str) else body
        self._served[path] = Reply(body, status, content_type, dict(headers or {}))

    @property
    def connections_at_once_max(self) -> int:
        """How many connections were open at one moment, at most."""
        return self.connections.most

    def requests_at_once_max(self, group: str = "") -> int:
        """How many requests (of a group: `arxiv`, `hub`, or a path's first part) were answered at one moment."""
        return record.most_at_once(self._of(group))

    def min_gap(self, group: str = "", *, simulated: bool = False) -> Gap | None:
        """The smallest pause between requests, in real seconds, or in those of the upstream's clock."""
        return record.smallest_gap(self._of(group), simulated=simulated)

    def _of(self, group: str) -> list[Request]:
        with self._lock:
            return [each for each in self.requests if not group or each.group == group]

    def received(self, path: str, headers: dict[str, str], peer_port: int) -> Request:
        """Note a request, and draw its fault."""
        with self._lock:
            now, group = self.clock.now(), record.group_of(path)
            request = Request(len(self.requests), path, group, headers, peer_port, time.monotonic(), now)
            request.fault = all_faults.named(self._faults, request.number - self._counted_from, path)
            self.requests.append(request)
            return request

    def ended(self, request: Request) -> None:
        """Note that an answer is out."""
        request.end, request.answered_at = time.monotonic(), self.clock.now()
        if self.on_request:
            self.on_request(request)

    def respond(self, request: Request) -> Reply:
        """What a request gets."""
        route, _, text = request.path.partition("?")
        query = dict(parse_qsl(text, keep_blank_values=True))
        reply = self._honest(request, route, query)
        if request.fault:
            asked = self._asked(request, query)
            faulty = all_faults.apply(request.fault, reply, asked)
            request.fault = "" if faulty is reply else request.fault
            reply = faulty
        elif reply.status == 200:
            self._previous[_kind(route, query)] = reply
        request.status = reply.status
        return reply

    def _asked(self, request: Request, query: dict[str, str]) -> Asked:
        previous = self._previous.get(_kind(request.path.partition("?")[0], query))
        return Asked(request.path, query, request.asked_at, self.url, self.trap.url, previous)

    def _honest(self, request: Request, route: str, query: dict[str, str]) -> Reply:
        for path in (request.path, route):
            if path in self._served:
                return self._served[path]
        view = self.world.at(request.asked_at)
        if route == "/oai":
            return Reply(oai_forms.answer(query, view, self.page_size).encode())
        if route == "/api/query":
            status, body = atom_forms.answer(query, view)
            return Reply(body.encode(), status, ATOM)
        if route == "/api/daily_papers":
            return self._hub(query, view)
        form, _, name = route[1:].partition("/")
        if form in ("rss", "atom") and name:
            return _feed(form, unquote(name), view, request.headers)
        return Reply(b"Not found\n", 404, "text/plain")

    def _hub(self, query: dict[str, str], view: View) -> Reply:
        status, content, more = hub_forms.answer(query, view)
        following = urlencode({**query, "p": int(query.get("p", 0)) + 1}) if more else ""
        headers = {"Link": f'<{self.url}/api/daily_papers?{following}>; rel="next"'} if more else {}
        return Reply(json.dumps(content, ensure_ascii=False).encode(), status, f"{JSON}; charset=utf-8", headers)

    def date(self) -> str:
        """The upstream's time, for the Date header."""
        return serving.http_date(self.clock.now().astimezone(UTC))


def _kind(route: str, query: Mapping[str, str]) -> tuple[str, str]:
    return route, query.get("verb", "")


def _feed(form: str, name: str, view: View, headers: Mapping[str, str]) -> Reply:
    if not feed_forms.NAME.fullmatch(name):
        return Reply(f"Invalid archive or category {name!r}\n".encode(), 400, "text/plain")
    body = feed_forms.rss(name, view) if form == "rss" else feed_forms.atom(name, view)
    current = feed_forms.validators(body, view)
    if feed_forms.unchanged(dict(headers), current):
        return Reply(b"", 304, RSS, current)
    return Reply(body.encode(), 200, RSS if form == "rss" else ATOM, current)


class FastClock:
    """Starts at a moment, and runs faster than others."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.start, self.speed, self._begun = start, speed, time.monotonic()

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self.start + timedelta(seconds=(time.monotonic() - self._begun) * self.speed)


class SetClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it is set to."""
        return self.moment

    def forward(self, **span: float) -> None:
        """Move on by days, hours, minutes or seconds."""
        self.moment += timedelta(**span)


def _told(request: Request) -> str:
    path = urlsplit(request.path)
    fault = f"  [{request.fault}]" if request.fault else ""
    return f"{request.asked_at:%Y-%m-%d %H:%M:%S} {request.status} {path.path}?{unquote(path.query)}{fault}"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.upstream", description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 11, 20), help="begins at its midnight ET")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds in one real second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=int, default=40, help="papers a day")
    parser.add_argument("--past", type=int, default=21, help="days that the world is older than --day")
    parser.add_argument("--faults", default="", help=f"names with commas between, of: {', '.join(all_faults.FAULTS)}")
    parser.add_argument("--share", type=float, default=0.3, help="of requests that meet one of the faults")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    """Serve until interrupted; prints each request."""
    chosen = _options(arguments)
    kinds = [name for name in chosen.faults.split(",") if name]
    all_faults.check(kinds)
    draw = Random(chosen.seed)
    script = (lambda _number, _path: draw.choice(kinds) if draw.random() < chosen.share else "") if kinds else ()
    world = World(chosen.seed, chosen.day - timedelta(days=chosen.past), chosen.papers)
    clock = FastClock(eastern(chosen.day), chosen.speed)
    with Upstream(world, clock, faults=script, port=chosen.port) as upstream, contextlib.suppress(KeyboardInterrupt):
        upstream.on_request = lambda request: print(_told(request), flush=True)
        print(f"{upstream.url} at {clock.now():%Y-%m-%d %H:%M} UTC; interrupt to stop", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
