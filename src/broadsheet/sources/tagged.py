"""Tagged records: the line forms of RIS, MEDLINE, EndNote and ISI, in which each line begins with the tag of its field.

rispy is not used for them: it loses a record without end line and all that precedes a lower-case tag, keeps the first
of several values, and takes time with the square of continued lines.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from broadsheet.drafts import Problem

MAX_LINE_BYTES = 1 << 20
MAX_RECORD_BYTES = 2 << 20
MAX_RECORD_LINES = 50_000


@dataclass(frozen=True, slots=True)
class Form:
    """`line` finds `tag` and `value`; a record begins with one of `starts` (with any, if there are none) and goes to
    one of `ends`, or to a blank line if `blank_ends`. A line without tag goes on with the one before.
    """

    line: re.Pattern[str]
    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    blank_ends: bool = False


@dataclass(frozen=True, slots=True)
class Tagged:
    """The fields of a record in their order. `line` and `place` tell where it stands; `raw` is its text."""

    line: int
    place: str
    fields: tuple[tuple[str, str], ...]
    raw: bytes
    values: Mapping[str, list[str]]
    """The same by tag, without those that are empty."""

    def all(self, *tags: str) -> list[str]:
        """The values of these tags that are not empty, in the order of the tags, then of the file."""
        return [value for tag in tags for value in self.values.get(tag, ())]

    def first(self, *tags: str) -> str:
        """The first of them; empty without one."""
        return next(iter(self.all(*tags)), "")


class _Open:
    """A record while it is read."""

    def __init__(self, number: int) -> None:
        self.number, self.size, self.has_begun_only = number, 0, True
        self.lines: list[bytes] = []
        self.fields: list[tuple[str, list[str]]] = []

    def add(self, line: bytes, found: re.Match[str] | None, text: str, starts: frozenset[str]) -> None:
        self.size += len(line)
        if self.size > MAX_RECORD_BYTES or len(self.lines) >= MAX_RECORD_LINES:
            self.size = MAX_RECORD_BYTES + 1
            return
        self.lines.append(line)
        if found:
            self.fields.append((found["tag"].upper(), [(found["value"] or "").strip()]))
            self.has_begun_only = self.has_begun_only and self.fields[-1][0] in starts
        elif self.fields:
            self.fields[-1][1].append(text.strip())

    def is_too_long(self) -> bool:
        return self.size > MAX_RECORD_BYTES


def records(stream: BinaryIO, name: str, source: str, form: Form) -> Iterator[Tagged | Problem]:
    """The records of a file. Text around them is passed over, and one longer than any honest one is a problem."""
    opened: _Open | None = None
    for number, line in enumerate(_lines(stream), start=1):
        if opened is None and not line.strip():
            continue
        text = decoded(line)
        found = form.line.match(text)
        tag = found["tag"].upper() if found else ""
        ended = tag in form.ends or (form.blank_ends and not text.strip())
        restarted = tag in form.starts and opened is not None and not opened.has_begun_only
        if opened is not None and (ended or restarted):
            yield _closed(opened, name, source)
            opened = None
        if opened is None and found and not ended and (tag in form.starts or not form.starts):
            opened = _Open(number)
        if opened is not None:
            opened.add(line, found, text, form.starts)
    if opened is not None:
        yield _closed(opened, name, source)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines; what exceeds the length of any honest one is dropped."""
    while line := stream.readline(MAX_LINE_BYTES):
        whole = line.endswith(b"\n") or len(line) < MAX_LINE_BYTES
        while not whole and (rest := stream.readline(MAX_LINE_BYTES)):
            whole = rest.endswith(b"\n")
        # Classic Mac files part lines by a carriage return alone.
        yield from line.rstrip(b"\r\n").split(b"\r")


def _closed(opened: _Open, name: str, source: str) -> Tagged | Problem:
    place = f"{name}, line {opened.number}"
    if opened.is_too_long():
        return Problem(source, place, f"it is longer than {MAX_RECORD_BYTES >> 20} MiB or {MAX_RECORD_LINES:,} lines")
    pairs = tuple((tag, "\n".join(pieces).strip()) for tag, pieces in opened.fields)
    values: dict[str, list[str]] = {}
    for tag, value in pairs:
        if value:
            values.setdefault(tag, []).append(value)
    return Tagged(opened.number, place, pairs, b"\n".join(opened.lines), values)


def decoded(line: bytes) -> str:
    """UTF-8, else what old Windows programs write."""
    try:
        return line.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
