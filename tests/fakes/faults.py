"""Faults by name: functions from an honest reply to what is answered in its place.

A name may carry a value: `429=7` asks to wait seven seconds, `hang=0.5` hangs for half a second, `drip=0.01` waits so
long between bytes. A fault that makes no sense for a request (an expired token where none is sent) leaves it alone.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from random import Random

from tests.fakes import atom_forms, bombs, oai_forms
from tests.fakes.replies import Asked, Conduct, Reply

Fault = Callable[[Reply, Asked, str], Reply]
"""The honest reply, the request, and the value that the name carries (or nothing)."""
Script = Sequence[str] | Callable[[int, str], str]
"""The name of a fault, or nothing, for each request in turn; or a function of its number (from 0) and its path."""

HTML = (
    b"<!DOCTYPE html>\n<html><head><title>Checking your browser</title></head>"
    b"<body><p>Just a moment&hellip;<br></body></html>"
)
PARTS = (b"record", b"item", b"entry")
COUNTS = re.compile(rb"(<opensearch:totalResults[^>]*>)\d+")
TITLE = re.compile(rb'(.*(?:<title[^>]*>|<dc:title>|"title": ?"))', re.DOTALL)


def _status(status: int, wait: str = "") -> Fault:
    """An error status; `Retry-After` is the value of the name, or what is given here, or not sent."""

    def fault(_reply: Reply, _asked: Asked, value: str) -> Reply:
        told = value or wait
        headers = {"Retry-After": told} if told else {}
        return Reply(b"Please slow down.\n", status, "text/plain", headers)

    return fault


def _dated(status: int) -> Fault:
    def fault(_reply: Reply, asked: Asked, value: str) -> Reply:
        moment = asked.now + timedelta(seconds=float(value or 60))
        return Reply(b"", status, "text/plain", {"Retry-After": format_datetime(moment, usegmt=True)})

    return fault


def _html(status: int) -> Fault:
    return lambda _reply, _asked, _value: Reply(HTML, status, "text/html; charset=utf-8")


def _conduct(**given: bool | str) -> Fault:
    return lambda reply, _asked, _value: replace(reply, conduct=Conduct(**given))  # type: ignore[arg-type]


def _slow(name: str, default: float) -> Fault:
    def fault(reply: Reply, _asked: Asked, value: str) -> Reply:
        return replace(reply, conduct=Conduct(**{name: float(value or default)}))  # type: ignore[arg-type]

    return fault


def _body(change: Callable[[bytes], bytes]) -> Fault:
    return lambda reply, _asked, _value: replace(reply, body=change(reply.body))


def _trap(make: Callable[[str], bytes]) -> Fault:
    return lambda reply, asked, _value: replace(reply, body=make(asked.route))


def _packed(coding: str, make: Callable[[], bytes]) -> Fault:
    return lambda reply, _asked, _value: replace(
        reply, body=make(), headers={**reply.headers, "Content-Encoding": coding}
    )


def _redirect(target: Callable[[Asked], str]) -> Fault:
    return lambda _reply, asked, _value: Reply(b"", 302, "text/plain", {"Location": target(asked)})


def _without_records(body: bytes) -> bytes:
    for part in PARTS:
        body = re.sub(rb"\s*<%s>.*</%s>" % (part, part), b"", body, flags=re.DOTALL)
    return re.sub(rb"<resumptionToken.*?(?:/>|</resumptionToken>)", b"", body)


def _empty_list(reply: Reply, asked: Asked, _value: str) -> Reply:
    """A list in good form, as if there were nothing to tell."""
    if asked.route == "/oai":
        return replace(reply, body=oai_forms.refused(asked.query, asked.now, "noRecordsMatch").encode())
    if reply.content_type.startswith("application/json"):
        return replace(reply, body=b"[]")
    return replace(reply, body=COUNTS.sub(rb"\g<1>0", _without_records(reply.body)))


def _empty_page(reply: Reply, _asked: Asked, _value: str) -> Reply:
    """A page without entries, although its head counts them: arXiv's API does so at times."""
    if reply.content_type.startswith("application/json"):
        return replace(reply, body=b"[]")
    return replace(reply, body=_without_records(reply.body))


def _token_expired(reply: Reply, asked: Asked, _value: str) -> Reply:
    if "resumptionToken" not in asked.query:
        return reply
    body = oai_forms.refused(asked.query, asked.now, "badResumptionToken", "The token is expired or invalid.")
    return replace(reply, body=body.encode())


def _token_garbage(reply: Reply, _asked: Asked, _value: str) -> Reply:
    """The next page cannot be asked for: its token is nonsense."""
    body = re.sub(rb"(<resumptionToken[^>]*>)[^<]+", "\\g<1>%00&amp;ü|garbage".encode(), reply.body)
    return reply if body == reply.body else replace(reply, body=body)


def _duplicate_page(reply: Reply, asked: Asked, _value: str) -> Reply:
    """The page before, once more."""
    goes_on = "resumptionToken" in asked.query or asked.query.get("start", "0") != "0"
    return replace(reply, body=asked.previous.body) if goes_on and asked.previous else reply


def _repeated_record(reply: Reply, _asked: Asked, _value: str) -> Reply:
    for part in PARTS:
        found = re.search(rb"<%s>.*?</%s>\s*" % (part, part), reply.body, re.DOTALL)
        if found:
            return replace(reply, body=reply.body[: found.end()] + found[0] + reply.body[found.end() :])
    return reply


def _error_entry(reply: Reply, asked: Asked, _value: str) -> Reply:
    return replace(reply, body=atom_forms.failed(asked.now, "internal server error: timed out").encode())


STATUS: dict[str, Fault] = {
    f"{status}{name}": fault
    for status in (429, 503)
    for name, fault in {
        "": _status(status),
        "-seconds": _status(status, "30"),
        "-date": _dated(status),
        "-absurd": _status(status, "99999999999"),
        "-negative": _status(status, "-5"),
        "-garbage": _status(status, "soon"),
    }.items()
} | {"500": _status(500), "502": _html(502), "403": _status(403)}
CONNECTION: dict[str, Fault] = {
    "reset-before": _conduct(reset="before"),
    "reset-middle": _conduct(reset="middle"),
    "short-body": _conduct(cut=True),
    "hang": _slow("hang_s", 30.0),
    "drip": _slow("drip_s", 0.05),
}
CONTENT: dict[str, Fault] = {
    "truncated": _body(lambda body: body[: len(body) // 2]),
    "html": _html(200),
    "error-entry": _error_entry,
    "empty-body": _body(lambda _: b""),
    "not-utf8": _body(lambda body: TITLE.sub(rb"\1" + b"\xff\xfe\xe9", body, count=1)),
    "wrong-type": lambda reply, _asked, _value: replace(reply, content_type="application/octet-stream"),
    "gzip-garbage": _packed("gzip", bombs.broken_gzip),
}
LISTS: dict[str, Fault] = {
    "empty-list": _empty_list,
    "empty-page": _empty_page,
    "token-expired": _token_expired,
    "token-garbage": _token_garbage,
    "duplicate-page": _duplicate_page,
    "repeated-record": _repeated_record,
}
BOMBS: dict[str, Fault] = {
    "gzip-bomb": _packed("gzip", bombs.gzip_bomb),
    "brotli-bomb": _packed("br", bombs.brotli_bomb),
    "entity-bomb": _trap(bombs.entity_bomb),
    "external-entity": _trap(bombs.external_entity),
    "deep-xml": _trap(bombs.deep_xml),
    "endless": lambda reply, asked, _value: replace(
        reply, body=bombs.opening(asked.route), conduct=Conduct(endless=True)
    ),
}
REDIRECTS: dict[str, Fault] = {
    "redirect-loop": _redirect(lambda asked: asked.base + asked.path),
    "redirect-elsewhere": _redirect(lambda asked: asked.trap),
    "redirect-metadata": _redirect(lambda _: "http://169.254.169.254/latest/meta-data/"),
    "redirect-ipv6": _redirect(lambda _: "http://[::1]/"),
    "redirect-file": _redirect(lambda _: "file:///etc/passwd"),
}
FAULTS: dict[str, Fault] = {**STATUS, **CONNECTION, **CONTENT, **LISTS, **BOMBS, **REDIRECTS}
SLOW = ("hang", "drip", "endless")
"""Those that cost real time."""
SILENT = ("empty-list",)
"""Those that nobody can tell from the truth by one answer alone."""
QUICK = tuple(name for name in FAULTS if name not in SLOW)


def apply(name: str, reply: Reply, asked: Asked) -> Reply:
    """What is answered under a fault; the very same reply where the fault does not fit. Raises KeyError."""
    kind, _, value = name.partition("=")
    return FAULTS[kind](reply, asked, value)


def check(names: Iterable[str]) -> None:
    """Raises KeyError for a name that is none."""
    for name in names:
        if name:
            FAULTS[name.partition("=")[0]]


def named(script: Script, number: int, path: str) -> str:
    """The fault for a request; nothing after the end of a list."""
    if callable(script):
        return script(number, path) or ""
    return script[number] if number < len(script) else ""


def scripted(seed: int, length: int, kinds: Iterable[str] = QUICK, share: float = 0.5) -> tuple[str, ...]:
    """A list for `length` requests, of which a share goes wrong in ways drawn from `kinds`."""
    draw, chosen = Random(f"faults/{seed}"), tuple(kinds)
    return tuple(draw.choice(chosen) if draw.random() < share else "" for _ in range(length))


def on_paths(prefix: str, names: Sequence[str]) -> Callable[[int, str], str]:
    """A script for requests whose path starts so, counted by themselves; others are left alone."""
    waiting = list(names)
    return lambda _number, path: waiting.pop(0) if waiting and path.startswith(prefix) else ""
