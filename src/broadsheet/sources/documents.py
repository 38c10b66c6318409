"""JSON documents from strangers: a whole document, or one a line, read within bounds, record by record."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import fields
from broadsheet.sources.files import MAX_LINE_BYTES
from broadsheet.sources.refusals import Malformed, Refusal, TooLarge

MAX_JSON_BYTES = 64 << 20
MAX_CONTAINERS = 500_000
"""Lists and objects of one document: each costs up to 200 bytes of memory, however few it has of its own."""
MAX_VALUES = 1_500_000
MAX_DIGITS = 18
NOT_BLANK = re.compile(rb"\S")


def parsed(body: bytes, name: str) -> Any:
    """What a JSON document holds; NaN, infinities and numbers beyond 64 bits are None.

    Raises Malformed or TooLarge.
    """
    start = NOT_BLANK.search(body)
    if start is None or start[0] == b"<":
        raise Malformed(f"{name} is {'HTML or XML' if start else 'empty'} where JSON was due.")
    if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS or body.count(b",") > MAX_VALUES:
        raise TooLarge(f"{name} holds more values than any honest document of its kind.")
    try:
        return json.loads(body, parse_constant=_nothing, parse_int=_whole)
    except RecursionError as error:
        raise TooLarge(f"{name} is nested beyond reason.") from error
    except ValueError as error:
        raise Malformed(f"{name} is not JSON, or cut short: {error}.") from error


def _nothing(_constant: str) -> None:
    """NaN and infinities are no JSON, and no fact."""


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS else None


def values(stream: BinaryIO, name: str, source: str) -> Iterator[Any]:
    """The document of a file, or its documents where it holds one a line. A line that is none is a Problem.

    Raises Malformed or TooLarge where the file is neither.
    """
    first = _next_line(stream, MAX_JSON_BYTES + 1)
    value = _line_value(first)
    if value is None:
        yield from _whole_document(first, stream, name, source)
        return
    second = _next_line(stream, MAX_LINE_BYTES)
    yield value
    yield from _lines(second, stream, name, source)


def _whole_document(first: bytes, stream: BinaryIO, name: str, source: str) -> Iterator[Any]:
    """A document of several lines, or lines of which the first is broken."""
    body = first + stream.read(max(MAX_JSON_BYTES + 1 - len(first), 0))
    if len(body) > MAX_JSON_BYTES:
        raise TooLarge(f"{name} is one JSON document of over {MAX_JSON_BYTES >> 20} MiB. Turn it into JSON Lines.")
    try:
        yield parsed(body, name)
    except Malformed:
        lines = io.BytesIO(body[len(first) :])
        second = _next_line(lines, MAX_LINE_BYTES)
        if not isinstance(_line_value(second), dict):
            raise
        yield Problem(source, f"{name}, line 1", "not JSON", fields.excerpt(first))
        yield from _lines(second, lines, name, source)


def _next_line(stream: BinaryIO, limit: int) -> bytes:
    """The next line that is not blank; empty at the end."""
    while (line := stream.readline(limit)) and not line.strip():
        pass
    return line


def _line_value(line: bytes) -> Any:
    """The list or object that a line is all by itself, else None."""
    if len(line) > MAX_JSON_BYTES or line.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return parsed(line, "")
    except Malformed:
        return None


def _lines(line: bytes, stream: BinaryIO, name: str, source: str) -> Iterator[Any]:
    number = 2
    while line:
        place = f"{name}, line {number}"
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
            yield Problem(source, place, f"the line is longer than {MAX_LINE_BYTES >> 20} MiB")
        else:
            yield _parsed_line(line, place, source)
        line = _next_line(stream, MAX_LINE_BYTES)
        number += 1


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
        pass


def _parsed_line(line: bytes, place: str, source: str) -> Any:
    try:
        return parsed(line, place)
    except Refusal as error:
        return Problem(source, place, str(error), fields.excerpt(line))


def drafts(
    source: str, name: str, records: Iterable[Any], draft: Callable[[Mapping[str, Any]], Draft | None], id_name: str
) -> Iterator[Draft | Problem]:
    """What `draft` makes of each record: None (it is of another kind) is passed over, BadInput becomes a problem."""
    for number, record in enumerate(records, start=1):
        place = f"{name}, record {number}"
        if isinstance(record, Problem):
            yield record
        elif not isinstance(record, dict):
            yield Problem(source, place, f"a JSON object was expected, not {type(record).__name__}")
        elif found := _draft_or_problem(source, place, record, draft, id_name):
            yield found


def _draft_or_problem(
    source: str,
    place: str,
    record: Mapping[str, Any],
    draft: Callable[[Mapping[str, Any]], Draft | None],
    id_name: str,
) -> Draft | Problem | None:
    try:
        found = draft(record)
        if found and not found.title.strip() and not found.gone:
            raise BadInput("it has no title")
    except BadInput as error:
        return fields.problem(source, record.get(id_name), place, error, _shown(record))
    return found


def _shown(record: Mapping[str, Any]) -> bytes:
    try:
        return payload(record)
    except BadInput:
        return b""


def payload(record: Mapping[str, Any], without: frozenset[str] = frozenset()) -> bytes:
    """A record in one canonical form, less the fields that change without news. Raises BadInput for one too deep."""
    try:
        return json.dumps({name: record[name] for name in record if name not in without}, sort_keys=True).encode()
    except RecursionError as error:
        raise BadInput("it is nested beyond reason") from error


def objects(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects, empty where the field is absent or null; null entries are left out. Raises BadInput."""
    found = [value for value in fields.items(record, name) if value is not None]
    for value in found:
        if not isinstance(value, dict):
            raise BadInput(f"{name}: a list of objects was expected, it holds {type(value).__name__}")
    return found
