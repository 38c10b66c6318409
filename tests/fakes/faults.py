"""Faults: what upstreams do to those who ask, each by a name."""

import gzip
import random
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from tests.fakes import forms
from tests.fakes.replies import Reply, send

from broadsheet.timetable import feed_day

SHORT_S = 0.3
"""Longer than the patience of the tests' fetch policy."""


Handler = BaseHTTPRequestHandler
Fault = Callable[[Handler, Reply, Any], None]


def _status(status: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _reply, _upstream: send(handler, Reply(b"busy", status, "text/plain", named))


def _retry_at_a_date(handler: Handler, _reply: Reply, upstream: Any) -> None:
    until = format_datetime(upstream.clock.now() + timedelta(minutes=10), usegmt=True)
    send(handler, Reply(b"busy", 503, "text/plain", {"Retry-After": until}))


def _body(change: Callable[[bytes], bytes]) -> Fault:
    return lambda handler, reply, _upstream: send(handler, replace(reply, body=change(reply.body), status=200))


def _reset(handler: Handler, _reply: Reply, _upstream: Any) -> None:
    handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _reset_midway(handler: Handler, reply: Reply, upstream: Any) -> None:
    _promise(handler, len(reply.body))
    handler.wfile.write(reply.body[: len(reply.body) // 2])
    handler.wfile.flush()
    _reset(handler, reply, upstream)


def _promise(handler: Handler, length: int, **headers: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/xml")
    handler.send_header("Content-Length", str(length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def _short_of_promise(handler: Handler, reply: Reply, _upstream: Any) -> None:
    _promise(handler, len(reply.body) + 1_000)
    handler.wfile.write(reply.body)


def _hang(_handler: Handler, _reply: Reply, _upstream: Any) -> None:
    time.sleep(SHORT_S * 3)


def _drip(handler: Handler, reply: Reply, _upstream: Any) -> None:
    _promise(handler, len(reply.body))
    for byte in reply.body[:30]:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(SHORT_S / 8)


def _false_empty(handler: Handler, reply: Reply, upstream: Any) -> None:
    now = upstream.clock.now()
    path = handler.path
    if path.startswith("/oai"):
        send(handler, replace(reply, body=forms.oai_error(now, "noRecordsMatch").encode(), status=200))
    elif path.startswith("/rss"):
        send(handler, Reply(forms.rss(path.rsplit("/", 1)[1], feed_day(now), []).encode()))
    elif path.startswith("/api/query"):
        send(handler, Reply(forms.atom([], 5, 0).encode()))
    else:
        send(handler, reply)


def _expired(handler: Handler, reply: Reply, upstream: Any) -> None:
    if "resumptionToken" in handler.path:
        reply = Reply(forms.oai_error(upstream.clock.now(), "badResumptionToken").encode())
    send(handler, reply)


def _error_entry(handler: Handler, _reply: Reply, _upstream: Any) -> None:
    send(handler, Reply(forms.atom_error("internal timeout").encode()))


def _packed(coding: str, pack: Callable[[bytes], bytes]) -> Fault:
    return lambda handler, reply, _upstream: send(
        handler, replace(reply, body=pack(reply.body), status=200, headers={"Content-Encoding": coding})
    )


def _redirect(target: str) -> Fault:
    return lambda handler, _reply, _upstream: send(handler, Reply(b"", 302, "text/plain", {"Location": target}))


def _repeated(body: bytes) -> bytes:
    """The first record, item or entry once more at the end."""
    for tag in (b"record", b"item", b"entry"):
        start, end = body.find(b"<" + tag + b">"), body.find(b"</" + tag + b">")
        if 0 <= start < end:
            piece = body[start : end + len(tag) + 3]
            return body[:start] + piece + body[start:]
    return body


BOMB = gzip.compress(b"\0" * (64 << 20))
LAUGHS = b"<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><r>&b;</r>"

FAULTS: dict[str, Fault] = {
    "429": _status(429),
    "429 seconds": _status(429, Retry_After="120"),
    "503 seconds": _status(503, Retry_After="300"),
    "503 date": _retry_at_a_date,
    "503 absurd": _status(503, Retry_After="-7"),
    "500": _status(500),
    "502": lambda handler, _reply, _upstream: send(handler, Reply(b"<html>Bad Gateway</html>", 502, "text/html")),
    "reset": _reset,
    "reset midway": _reset_midway,
    "short of promise": _short_of_promise,
    "hang": _hang,
    "drip": _drip,
    "truncated": _body(lambda body: body[: len(body) * 2 // 3]),
    "html": _body(lambda _: b"<!DOCTYPE html><html><body>Just a moment...</body></html>"),
    "well-formed html": _body(lambda _: b"<html><body>Maintenance</body></html>"),
    "empty body": _body(lambda _: b""),
    "not utf-8": _body(lambda body: body.replace(b"<title>", b"<title>\xff\xfe", 1)),
    "false empty": _false_empty,
    "token expired": _expired,
    "error entry": _error_entry,
    "repeated record": _body(_repeated),
    "gzip bomb": _packed("gzip", lambda _: BOMB),
    "gzip of garbage": _packed("gzip", lambda _: b"garbage"),
    "brotli": _packed("br", lambda _: b"\x1b\x00\x00"),
    "entity bomb": _body(lambda _: LAUGHS),
    "deep": _body(lambda _: b"<a>" * 100_000),
    "redirect inner": _redirect("http://169.254.169.254/latest/"),
    "redirect loop": _redirect("/rss/cs.CL?again"),
    "redirect file": _redirect("file:///etc/passwd"),
}


def scripted(seed: int, share: float, kinds: tuple[str, ...] = tuple(FAULTS)) -> Callable[[int, str], str]:
    """A script that lets a share of requests go wrong, in ways drawn from a seed."""
    dice = random.Random(seed)
    drawn: dict[int, str] = {}

    def script(number: int, _path: str) -> str:
        if number not in drawn:
            drawn[number] = dice.choice(kinds) if dice.random() < share else ""
        return drawn[number]

    return script
