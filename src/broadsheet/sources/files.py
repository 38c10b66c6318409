"""Files: opening plain, gzip and Zstandard files, and reading lines and JSON from them within bounds."""

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from broadsheet.drafts import Problem
from broadsheet.errors import BadInput

HEAD_BYTES = 4_096
MAX_LINE_BYTES = 4 << 20
MAX_DOCUMENT_BYTES = 256 << 20


@contextmanager
def open_file(path: Path) -> Iterator[tuple[BinaryIO, bytes]]:
    """A file's decompressed bytes as a stream, and its first bytes to recognise it by."""
    try:
        with path.open("rb") as raw:
            stream = io.BufferedReader(_decompressed(raw), 1 << 20)
            yield cast(BinaryIO, stream), stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    except (OSError, EOFError, zstandard.ZstdError) as error:
        raise BadInput(f"Cannot read {path}: {getattr(error, 'strerror', None) or error}.") from error


def _decompressed(raw: BinaryIO) -> Any:
    magic = raw.read(4)
    raw.seek(0)
    if magic[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=raw)
    if magic == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True)
    return raw


def read_objects(stream: BinaryIO, name: str, source: str) -> Iterator[tuple[str, bytes, dict[str, Any]] | Problem]:
    """Objects of a JSON Lines file as (place, raw bytes, object); a line that is none is a problem, not the end."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES):
        number += 1
        place = f"{name}, line {number}"
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
            yield Problem(source, place, f"the line is longer than {MAX_LINE_BYTES >> 20} MiB")
        elif line.strip():
            yield _parsed(line, place, source)


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
        pass


def _parsed(line: bytes, place: str, source: str) -> tuple[str, bytes, dict[str, Any]] | Problem:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem(source, place, f"not JSON: {error}", _excerpt(line))
    if not isinstance(value, dict):
        return Problem(source, place, f"a JSON object was expected, not {type(value).__name__}", _excerpt(line))
    return place, line, value


def read_array(stream: BinaryIO, name: str, source: str) -> Iterator[tuple[str, bytes, dict[str, Any]] | Problem]:
    """Objects of a file that is one JSON array, as (place, raw bytes, object)."""
    body = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(body) > MAX_DOCUMENT_BYTES:
        raise BadInput(f"{name} is one JSON document of over {MAX_DOCUMENT_BYTES >> 20} MiB. Turn it into JSON Lines.")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name} is not JSON: {error}.") from error
    if not isinstance(values, list):
        raise BadInput(f"{name}: a JSON array of records was expected, not {type(values).__name__}.")
    for number, value in enumerate(values, start=1):
        place = f"{name}, record {number}"
        if isinstance(value, dict):
            yield place, json.dumps(value, sort_keys=True).encode(), value
        else:
            yield Problem(source, place, f"a JSON object was expected, not {type(value).__name__}", str(value)[:200])


def _excerpt(line: bytes) -> str:
    return line[:200].decode("utf-8", "replace").replace("\0", "\ufffd").strip()
