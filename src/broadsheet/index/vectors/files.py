"""The mapped files of a generation, for reading: their pages are shared by all processes."""

import mmap
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.coding import Coder, Stored
from broadsheet.index.vectors.layout import (
    COLUMNS,
    DEAD,
    NUMBER_BYTES,
    Bytes,
    block_check,
    column_offsets,
    row_bytes,
    stored_type,
)
from broadsheet.index.vectors.rows import Vectors
from broadsheet.index.vectors.state import State, damaged

Rows = NDArray[np.int64]
_COMPARED = 16_000_000
"""Bytes of each file that are compared with their checksums at opening: small folders whole, of large ones a sample."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows on their way to the files: `numbers` by name as in COLUMNS, `bits` of shape (width, rows)."""

    vectors: Stored
    codes: Bytes
    numbers: dict[str, NDArray[Any]]
    bits: Bytes

    def __len__(self) -> int:
        return len(self.vectors)

    def part(self, wanted: slice | NDArray[np.bool_]) -> "Table":
        """Some of the rows."""
        numbers = {name: column[wanted] for name, column in self.numbers.items()}
        return Table(self.vectors[wanted], self.codes[wanted], numbers, self.bits[:, wanted])


@dataclass(frozen=True, slots=True)
class Files:
    """The mapped files of a generation. Columns are views of shape (blocks, block), `bits` (blocks, width, block)."""

    coder: Coder
    vectors: Stored
    codes: Bytes
    columns: dict[str, NDArray[Any]]
    bits: Bytes
    block: int

    @property
    def room(self) -> int:
        """Rows that the mapped pages have room for."""
        return len(self.vectors)

    def column(self, name: str, rows: Rows) -> NDArray[Any]:
        """Numbers of one column for some rows."""
        found: NDArray[Any] = self.columns[name][rows // self.block, rows % self.block]
        return found

    def decoded(self, rows: Rows) -> Vectors:
        """Vectors of some rows: shape (rows, dimensions)."""
        return self.coder.decode(self.vectors.take(rows, axis=0), self.column("scales", rows))

    def products(self, query: Vectors, rows: Rows) -> Vectors:
        """Inner products of a query with some rows: shape (rows,)."""
        return self.coder.products(query, self.vectors.take(rows, axis=0), self.column("scales", rows))

    def table(self, rows: Rows) -> Table:
        """Everything of some rows, as it is stored."""
        numbers = {name: self.column(name, rows) for name in COLUMNS}
        bits = self.bits[rows // self.block, :, rows % self.block].T
        return Table(self.vectors.take(rows, axis=0), self.codes.take(rows, axis=0), numbers, bits)


def open_files(generation: Path, state: State, *, check: bool = True) -> Files:
    """Map the files of a commit.

    With `check`, some blocks are compared with their checksums. Raises Unavailable when a file is not what the state
    says of it, FileNotFoundError when it is gone.
    """
    maps = {name: _map(generation / name, state, size) for name, size in row_bytes(state).items()}
    for name, data in maps.items() if check else ():
        _compare(name, data, state, _sample(state, row_bytes(state)[name]))
    room = min(len(data) // row_bytes(state)[name] for name, data in maps.items()) // state.block * state.block
    columns, bits = _views(maps["columns"], room // state.block, state)
    return Files(
        coder=Coder(stored_type(state), *read_centres(generation, state)),
        vectors=_shaped(maps["vectors"], stored_type(state), room, state.dimensions),
        codes=_shaped(maps.get("codes", maps["vectors"]), np.dtype("|u1"), room, row_bytes(state).get("codes", 0)),
        columns=columns,
        bits=bits,
        block=state.block,
    )


def compare_all(generation: Path, state: State) -> None:
    """Compare every block with its checksum; reads all there is. Raises Unavailable when one differs."""
    for name, size in row_bytes(state).items():
        _compare(name, _map(generation / name, state, size), state, range(-(-state.rows // state.block)))


def read_centres(generation: Path, state: State) -> Vectors:
    """Origin and centre, as for `Coder`: shape (2, dimensions). Zeros where there are no codes."""
    if not state.coded:
        return np.zeros((2, state.dimensions), np.float32)
    raw = (generation / "centres").read_bytes()
    if [zlib.crc32(raw)] != state.checks.get("centres"):
        raise damaged("centres: its checksum is wrong")
    return np.frombuffer(raw, "<f4").reshape(2, -1)


def read_dead(generation: Path, state: State, *, since: int = 0) -> Rows:
    """Rows that no longer count, in the order in which they were given up, without the first `since`."""
    with (generation / "dead").open("rb") as file:
        raw = file.read(state.dead * DEAD.itemsize)
    if len(raw) < state.dead * DEAD.itemsize or [zlib.crc32(raw)] != state.checks.get("dead", [0]):
        raise damaged("dead: it is too short or its checksum is wrong")
    return np.frombuffer(raw, DEAD)[since:].astype(np.int64)


def map_file(path: Path) -> Bytes:
    """The bytes of a file as shared pages."""
    with path.open("rb") as file:
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)


def _map(path: Path, state: State, size: int) -> Bytes:
    if path.stat().st_size < state.blocks * state.block * size:
        raise damaged(f"{path.name} is too short")
    return map_file(path)


def _compare(name: str, data: Bytes, state: State, blocks: Iterable[int]) -> None:
    checks = state.checks.get(name, [])
    for block in blocks:
        if block >= len(checks) or block_check(name, data, state, block) != checks[block]:
            raise damaged(f"{name}: the checksum of block {block} is wrong")


def _sample(state: State, size: int) -> set[int]:
    """The last block, where a crash would show, and others as chance has it: all of them in a small folder."""
    used = -(-state.rows // state.block)
    order = np.random.default_rng().permutation(used).tolist()
    return {*order[: _COMPARED // (state.block * size)], used - 1} if used else set()


def _shaped(data: Bytes, kind: np.dtype[Any], rows: int, width: int) -> NDArray[Any]:
    return data[: rows * width * kind.itemsize].view(kind).reshape(rows, width)


def _views(data: Bytes, blocks: int, state: State) -> tuple[dict[str, NDArray[Any]], Bytes]:
    strides = row_bytes(state)["columns"] * state.block
    columns: dict[str, NDArray[Any]] = {}
    for name, (offset, kind) in column_offsets(state.block).items():
        columns[name] = _view(data, offset, kind, (blocks, state.block), (strides, kind.itemsize))
    bits = (blocks, state.width, state.block)
    return columns, _view(data, NUMBER_BYTES * state.block, np.dtype("|u1"), bits, (strides, state.block, 1))


def _view(
    data: Bytes, offset: int, kind: np.dtype[Any], shape: tuple[int, ...], strides: tuple[int, ...]
) -> NDArray[Any]:
    view: NDArray[Any] = np.ndarray(shape, kind, data.data, offset, strides)
    view.flags.writeable = False
    return view
