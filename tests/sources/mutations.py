"""A record with something wrong in every one of its places, one place at a time."""

import copy
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from broadsheet.drafts import Draft, Problem
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Refusal

RECEIVED = datetime(2026, 1, 5, tzinfo=UTC)
WRONG = (None, True, -1, 10**30, 1.5, "", "x\0\ud800", [], [[]], [None, 7], {}, {"value": {}}, [{"a": None}])


def mutations(value: Any) -> Iterator[Any]:
    """Copies of a JSON value, each with one place taken by something wrong."""
    for path in _paths(value):
        for wrong in WRONG:
            whole = copy.deepcopy({"": value})
            place: Any = whole
            for step in ("", *path[:-1]) if path else ():
                place = place[step]
            place[path[-1] if path else ""] = wrong
            yield whole[""]


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        for path in _paths(inner):
            yield (step, *path)


def stream(value: Any) -> io.BufferedReader:
    """A file that holds a JSON value, or these bytes or this text."""
    if not isinstance(value, bytes):
        text = value if isinstance(value, str) else json.dumps(value)
        value = text.encode("utf-8", "surrogatepass")
    return io.BufferedReader(io.BytesIO(value))


def read_all(source: Any, value: Any) -> list[Draft | Problem]:
    """What a source makes of a file that holds this."""
    return list(source.read(stream(value), "a file"))


def survives(source: Any, value: Any) -> None:
    """Reads every mutation, as a file and as a page: drafts, problems and refusals may come, and nothing else."""
    for changed in mutations(value):
        for read in (read_all, _read_page):
            try:
                found = read(source, changed)
            except Refusal:
                continue
            assert all(isinstance(each, Draft | Problem) for each in found)


def _read_page(source: Any, value: Any) -> list[Draft | Problem]:
    answer = Answer("https://example.org/details/biorxiv/2024-03-01/2024-03-31/0/json", stream(value).read(), RECEIVED)
    return list(source.read_page(answer, Window()).items)
