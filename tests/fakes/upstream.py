"""The fake upstream: arXiv's interfaces and the hub on loopback, over a fake world, with faults on request."""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes import forms
from tests.fakes.faults import FAULTS
from tests.fakes.replies import Reply, send
from tests.fakes.world import Work, World

from broadsheet.clock import Clock
from broadsheet.timetable import feed_day

PAGE = 20
Script = Callable[[int, str], str]
"""Takes the number of a request and its path; gives the name of a fault, or nothing."""


def no_faults(_number: int, _path: str) -> str:
    """All is well."""
    return ""


@dataclass
class Asked:
    """One request: when it came and when its answer was out, on a clock that never goes back; `at` by the fake."""

    path: str
    at: datetime
    begun: float
    headers: dict[str, str]
    fault: str
    ended: float = 0.0


@dataclass
class Upstream:
    """Serves on loopback while it is entered; `asked` tells what came."""

    world: World
    clock: Clock
    script: Script = no_faults
    page: int = PAGE
    asked: list[Asked] = field(default_factory=list)
    recorded: dict[str, Reply] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    guard: Any = field(default_factory=threading.Lock)

    def __enter__(self) -> "Upstream":
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def gaps(self) -> list[float]:
        """Seconds from the end of each request to the beginning of the next."""
        asked = sorted(self.asked, key=lambda each: each.begun)
        return [after.begun - before.ended for before, after in pairwise(asked)]

    def reply(self, path: str, headers: dict[str, str]) -> Reply:
        """What is answered where nothing goes wrong."""
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path in self.recorded:
            return self.recorded[url.path]
        if url.path == "/oai":
            return Reply(self._oai(query).encode())
        if url.path == "/api/query":
            return Reply(self._api(query).encode())
        if url.path.startswith("/rss/"):
            return self._feed(url.path.rsplit("/", 1)[1], headers)
        if url.path == "/api/daily_papers":
            return Reply(json.dumps(self._daily(date.fromisoformat(query["date"]))).encode(), kind="application/json")
        return Reply(b"not here", status=404)

    def _oai(self, query: dict[str, str]) -> str:
        now = self.clock.now()
        if token := query.get("resumptionToken"):
            prefix, set_spec, since, until, start, day = token.split("|")
            if day != f"{now:%Y-%m-%d}":
                return forms.oai_error(now, "badResumptionToken")
        else:
            prefix, set_spec = query["metadataPrefix"], query.get("set", "")
            since, until, start = query.get("from", ""), query.get("until", ""), "0"
        found = sorted(
            (work for work in self.world.at(now) if _in_set(work, set_spec) and _in_window(work, now, since, until)),
            key=lambda work: (work.datestamp(now), work.id),
        )
        if not found:
            return forms.oai_error(now, "noRecordsMatch")
        end = int(start) + self.page
        token = "|".join((prefix, set_spec, since, until, str(end), f"{now:%Y-%m-%d}")) if end < len(found) else ""
        return forms.oai_records(found[int(start) : end], now, prefix, token)

    def _api(self, query: dict[str, str]) -> str:
        found = [work for work in self.world.at(self.clock.now()) if not work.deleted_on]
        if "id_list" in query:
            wanted = set(query["id_list"].split(","))
            found = [work for work in found if work.id in wanted]
        else:
            found = [work for work in found if _matches(work, query["search_query"])]
        found.sort(key=lambda work: (work.revisions[0].submitted, work.id))
        start, size = int(query.get("start", 0)), min(int(query.get("max_results", 10)), self.page)
        return forms.atom(found[start : start + size], len(found), start)

    def _feed(self, category: str, headers: dict[str, str]) -> Reply:
        day = feed_day(self.clock.now())
        etag = f'"{category}-{day}"'
        if headers.get("if-none-match") == etag:
            return Reply(b"", status=304, headers={"ETag": etag})
        body = forms.rss(category, day, self.world.announced(day, category))
        return Reply(body.encode(), headers={"ETag": etag}, kind="application/rss+xml")

    def _daily(self, day: date) -> list[dict[str, Any]]:
        now = self.clock.now()
        chosen = [work for work in self.world.at(now) if work.day == day and int(work.id[-1]) % 3 == 0]
        return [_daily_record(work, now) for work in chosen]


def _in_set(work: Work, set_spec: str) -> bool:
    if not set_spec:
        return True
    code = ".".join(set_spec.split(":")[1:]) if ":" in set_spec else set_spec
    return any(each == code or each.split(".")[0] == code for each in work.categories)


def _in_window(work: Work, now: datetime, since: str, until: str) -> bool:
    stamp = work.datestamp(now).isoformat()
    return (not since or stamp >= since) and (not until or stamp <= until)


def _matches(work: Work, query: str) -> bool:
    category = re.search(r"cat:([\w.-]+(?:\.\*)?)", query)
    days = re.search(r"submittedDate:\[(\d{8})\d{4} TO (\d{8})\d{4}\]", query)
    code = category[1] if category else ""
    wanted = not code or any(
        each == code or (code.endswith(".*") and each.startswith(code[:-1])) for each in work.categories
    )
    submitted = f"{work.revisions[0].submitted:%Y%m%d}"
    return wanted and (not days or days[1] <= submitted <= days[2])


def _daily_record(work: Work, now: datetime) -> dict[str, Any]:
    last = work.revisions[-1]
    paper = {
        "id": work.id,
        "title": last.title,
        "summary": last.abstract,
        "authors": [{"name": name, "hidden": False} for name in work.authors],
        "publishedAt": f"{work.revisions[0].submitted:%Y-%m-%dT%H:%M:%S.000Z}",
        "submittedOnDailyAt": f"{work.day}T10:00:00.000Z",
        "upvotes": int(work.id[-2:]) + (now.date() - work.day).days,
    }
    return {"paper": paper, "title": last.title, "numComments": 1, "publishedAt": paper["publishedAt"]}


def _handler(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            with upstream.guard:
                fault = upstream.script(len(upstream.asked), self.path)
                asked = Asked(self.path, upstream.clock.now(), time.monotonic(), headers, fault)
                upstream.asked.append(asked)
                upstream.at_once += 1
                upstream.most_at_once = max(upstream.most_at_once, upstream.at_once)
            try:
                reply = upstream.reply(self.path, headers)
                FAULTS[fault](self, reply, upstream) if fault else send(self, reply)
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                with upstream.guard:
                    asked.ended = time.monotonic()
                    upstream.at_once -= 1
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
