"""Files: opening plain, gzip and Zstandard files, and reading lines and JSON from them within bounds."""

import codecs
import io
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from broadsheet.drafts import Problem
from broadsheet.errors import BadInput
from broadsheet.sources.fields import excerpt

HEAD_BYTES = 1 << 16
MAX_LINE_BYTES = 4 << 20
MAX_DOCUMENT_BYTES = 256 << 20
MAX_WINDOW_BYTES = 1 << 27
# Small, so that a bomb unpacks to a bounded amount at a time: Zstandard turns 4 KiB into 128 MiB at most.
PACKED_CHUNK_BYTES = 4_096


@contextmanager
def open_file(path: Path) -> Iterator[tuple[BinaryIO, bytes]]:
    """A file's decompressed bytes as a stream, and its first bytes to recognise it by; a byte order mark is left out.

    Raises BadInput, also later and from within the block, where the file cannot be read on.
    """
    try:
        with path.open("rb") as raw:
            stream = io.BufferedReader(_decompressed(raw), 1 << 20)
            if stream.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
                stream.read(len(codecs.BOM_UTF8))
            yield cast(BinaryIO, stream), stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise BadInput(f"Cannot read {path}: {getattr(error, 'strerror', None) or error}.") from error


def _decompressed(raw: BinaryIO) -> Any:
    magic = raw.read(4)
    raw.seek(0)
    if magic[:2] == b"\x1f\x8b":
        return _Unpacked(raw, lambda: zlib.decompressobj(wbits=31))
    if magic == b"\x28\xb5\x2f\xfd":
        return _Unpacked(raw, zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj)
    return raw


class _Unpacked(io.RawIOBase):
    """The content of a compressed file of any number of frames.

    The libraries' own readers lose what they have unpacked when a file is cut short, or take it for whole; this one
    gives all that can be had, and then raises EOFError.
    """

    def __init__(self, raw: BinaryIO, new_frame: Callable[[], Any]) -> None:
        self._raw, self._new_frame = raw, new_frame
        self._frame: Any = None
        self._packed, self._ready = b"", memoryview(b"")

    def readable(self) -> bool:
        """Yes: the way io asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one chunk goes; 0 at the end."""
        while not self._ready and self._has_more():
            self._ready = memoryview(self._frame.decompress(self._packed))
            self._packed = self._frame.unused_data if self._frame.eof else b""
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _has_more(self) -> bool:
        """Whether there is packed data, with a frame open to take it. Zeros between frames are padding."""
        if self._frame and self._frame.eof:
            self._frame, self._packed = None, self._packed.lstrip(b"\0")
        while not self._packed:
            self._packed = self._raw.read(PACKED_CHUNK_BYTES)
            if not self._packed:
                break
            if self._frame is None:
                self._packed = self._packed.lstrip(b"\0")
        if not self._packed and self._frame:
            raise EOFError("it ends in the middle of its compressed data. What stands before that is kept")
        self._frame = self._frame or (self._new_frame() if self._packed else None)
        return bool(self._packed)


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
        return Problem(source, place, f"not JSON: {error}", excerpt(line))
    if not isinstance(value, dict):
        return Problem(source, place, f"a JSON object was expected, not {type(value).__name__}", excerpt(line))
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
            reason = f"a JSON object was expected, not {type(value).__name__}"
            yield Problem(source, place, reason, excerpt(json.dumps(value).encode()))
