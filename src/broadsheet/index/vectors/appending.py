"""Appending: bytes go beyond what counts, and count once the state that covers them is committed."""

import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.files import Rows, Table, map_file
from broadsheet.index.vectors.layout import COLUMNS, DEAD, NUMBER_BYTES, block_check, column_offsets, row_bytes
from broadsheet.index.vectors.rows import Vectors
from broadsheet.index.vectors.state import State, sync_folder


def create(generation: Path, state: State, centres: Vectors) -> State:
    """Make the files of an empty generation, with its origin and centre; returns its state. Raises OSError."""
    checks: dict[str, list[int]] = {"dead": [0]}
    if state.coded:
        raw = centres.astype("<f4").tobytes()
        _write(generation / "centres", lambda descriptor: _put(descriptor, raw, 0))
        checks["centres"] = [zlib.crc32(raw)]
    _write(generation / "dead", lambda _: None)
    made = replace(state, rows=0, dead=0, checks=checks)
    for name, size in row_bytes(made).items():
        _write(generation / name, lambda _: None, room=made.block * size)
    sync_folder(generation)
    sync_folder(generation.parent)
    return made


def append(generation: Path, state: State, table: Table, dead: Rows) -> State:
    """Write rows and the numbers of rows that they replace; returns the state that covers them, not yet committed.

    Raises OSError, and then nothing that counts has changed.
    """
    after = replace(state, rows=state.rows + len(table), dead=state.dead + len(dead), checks=dict(state.checks))
    if len(table):
        for name, size in row_bytes(after).items():
            put = _putter(name, state, table)
            _write(generation / name, put, room=after.blocks * after.block * size)
            after.checks[name] = _checks(generation, name, state, after)
    if len(dead):
        raw = dead.astype(DEAD).tobytes()
        _write(generation / "dead", lambda descriptor: _put(descriptor, raw, state.dead * DEAD.itemsize))
        after.checks["dead"] = [zlib.crc32(raw, state.checks["dead"][0])]
    return after


def _putter(name: str, state: State, table: Table) -> Callable[[int], None]:
    if name == "columns":
        return lambda descriptor: _put_columns(descriptor, state, table)
    data = np.ascontiguousarray(getattr(table, name))
    return lambda descriptor: _put(descriptor, data, state.rows * row_bytes(state)[name])


def _put_columns(descriptor: int, state: State, table: Table) -> None:
    at = 0
    while at < len(table):
        block, place = divmod(state.rows + at, state.block)
        piece = table.part(slice(at, at + state.block - place))
        start = block * state.block * row_bytes(state)["columns"]
        for name, (offset, kind) in column_offsets(state.block).items():
            data = piece.numbers[name].astype(COLUMNS[name])
            _put(descriptor, data, start + offset + place * kind.itemsize)
        for column, bits in enumerate(piece.bits):
            _put(descriptor, np.ascontiguousarray(bits), start + (NUMBER_BYTES + column) * state.block + place)
        at += len(piece)


def _checks(generation: Path, name: str, before: State, after: State) -> list[int]:
    """Checksums of all blocks; only those of blocks that rows were added to are made anew."""
    kept = before.checks.get(name, [])[: before.rows // before.block]
    data = map_file(generation / name)
    return kept + [block_check(name, data, after, block) for block in range(len(kept), after.blocks)]


def _write(path: Path, put: Callable[[int], None], *, room: int = 0) -> None:
    """Write into a file, make it as long as `room` bytes at least, and wait until the disk has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if os.fstat(descriptor).st_size < room:
            os.ftruncate(descriptor, room)
        put(descriptor)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put(descriptor: int, data: bytes | NDArray[Any], at: int) -> None:
    """Write all of the bytes: the system may take fewer at a time."""
    left = memoryview(data if isinstance(data, bytes) else data.tobytes())
    while len(left):
        written = os.pwrite(descriptor, left, at)
        left, at = left[written:], at + written
