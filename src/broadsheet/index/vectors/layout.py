"""Layout: where each row lies in the files of a generation, and the checksums of what lies there.

A generation is a folder of `vectors` and, once coded, `codes` and `centres`; `columns` (what else a row has, column by
column within blocks of rows); and `dead` (rows that no longer count). All but the centres only grow, and what lies
beyond the counts of the state is left over from a crash.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.coding import code_bytes
from broadsheet.index.vectors.state import State

Bytes = NDArray[np.uint8]

COLUMNS = {"papers": "<i8", "digests": "<i8", "venues": "<i8", "days": "<i4", "scales": "<f4", "flags": "|u1"}
"""Columns of one number a row; the bytes of category bits follow them in a block."""
NUMBER_BYTES = sum(np.dtype(kind).itemsize for kind in COLUMNS.values())
DEAD = np.dtype("<i8")


def stored_type(state: State) -> np.dtype[Any]:
    """Type of the stored numbers of a commit."""
    return np.dtype(state.precision if state.coded else "float32").newbyteorder("<")


def row_bytes(state: State) -> dict[str, int]:
    """Bytes of a row in each of the files that hold rows."""
    sizes = {"vectors": state.dimensions * stored_type(state).itemsize, "columns": NUMBER_BYTES + state.width}
    return sizes | {"codes": code_bytes(state.dimensions)} if state.coded else sizes


def column_offsets(block: int) -> dict[str, tuple[int, np.dtype[Any]]]:
    """Where each column begins in a block, in bytes, and its type."""
    offsets, at = {}, 0
    for name, kind in COLUMNS.items():
        offsets[name] = (at, np.dtype(kind))
        at += np.dtype(kind).itemsize * block
    return offsets


def block_check(name: str, data: Bytes, state: State, block: int) -> int:
    """CRC-32 of what counts in one block of a mapped file."""
    check = 0
    for start, end in _counted(name, state, block):
        check = zlib.crc32(data[start:end].data, check)
    return check


def _counted(name: str, state: State, block: int) -> Iterator[tuple[int, int]]:
    """The spans of bytes of a block that hold rows of the state."""
    size = row_bytes(state)[name]
    start = block * state.block * size
    rows = min(state.rows - block * state.block, state.block)
    if name != "columns" or rows == state.block:
        yield start, start + rows * size
        return
    for offset, kind in column_offsets(state.block).values():
        yield start + offset, start + offset + rows * kind.itemsize
    for column in range(state.width):
        at = start + (NUMBER_BYTES + column) * state.block
        yield at, at + rows
