"""Reading the vectors: the nearest papers to a query, and the vectors of papers, as of the newest commit."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import BadInput, Unavailable
from broadsheet.index.vectors.files import compare_all
from broadsheet.index.vectors.opened import Opened
from broadsheet.index.vectors.rows import Chunk, Held, Near, Papers, RowFilter, Vectors
from broadsheet.index.vectors.state import mark

RESCORED = 1_000
"""Rows that a scan hands on to be scored by their stored vectors."""
_TRIES = 3


class VectorReader:
    """Searches a folder of vectors. Cheap to make, opened at the first question; may be shared by threads.

    Every method raises Unavailable where there are no vectors or they are damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._current: tuple[tuple[int, int, int], Opened] | None = None

    def count(self) -> int:
        """Number of papers that have a vector."""
        return self._fresh().count

    def watermark(self) -> str:
        """What the writer gave with the newest batch."""
        return self._fresh().state.watermark

    def nearest(self, query: Vectors, limit: int, within: RowFilter | None = None, *, rescore: int = RESCORED) -> Near:
        """The papers whose vectors have the largest cosine with a query of shape (dimensions,), best first.

        Approximate: the `rescore` rows nearest by one bit a dimension are scored by their stored vectors (at least
        twice `limit`); exact in a small folder, under a narrow filter and among few papers (`only`). Raises BadInput
        for a query of other dimensions.
        """
        opened = self._fresh()
        return opened.nearest(_of_length_one(query, opened.state.dimensions), limit, within, rescore)

    def cosines(self, query: Vectors, papers: Papers) -> Vectors:
        """Cosines of a query with the vectors of papers, NaN where a paper has none: shape (papers,)."""
        opened = self._fresh()
        rows = opened.places.rows(np.asarray(papers, np.int64))
        found = np.full(len(rows), np.nan, np.float32)
        held = rows >= 0
        found[held] = opened.files.products(_of_length_one(query, opened.state.dimensions), rows[held])
        return found

    def vectors(self, papers: Papers) -> tuple[Vectors, NDArray[np.bool_]]:
        """Vectors of papers, shape (papers, dimensions), and which of them there are; the others are zeros."""
        opened = self._fresh()
        rows = opened.places.rows(np.asarray(papers, np.int64))
        found = np.zeros((len(rows), opened.state.dimensions), np.float32)
        held = rows >= 0
        found[held] = opened.files.decoded(rows[held])
        return found, held

    def held(self) -> Held:
        """The papers that have a vector, in the order of their rows."""
        opened = self._fresh()
        rows = opened.live()
        return Held(*(opened.files.column(name, rows) for name in ("papers", "digests", "days")))

    def chunks(self, size: int = 16_384) -> Iterator[Chunk]:
        """All vectors as of now, in the order of `held`, `size` rows at a time."""
        opened = self._fresh()
        rows = opened.live()
        for at in range(0, len(rows), size):
            wanted = rows[at : at + size]
            yield Chunk(opened.files.column("papers", wanted), opened.files.decoded(wanted))

    def check(self) -> None:
        """Read every byte that counts and compare it with its checksum; opening compares only some of a large folder.

        Raises Unavailable when a file is damaged.
        """
        opened = self._fresh()
        compare_all(self._folder / opened.state.generation, opened.state)

    def _fresh(self) -> Opened:
        """The newest commit; costs one look at a small file when nothing has changed."""
        current = self._current
        if current is not None and current[0] == mark(self._folder):
            return current[1]
        with self._lock:
            # The mark is taken before the file is read: a commit in between is noticed at the next look.
            newest = mark(self._folder)
            if self._current is None or self._current[0] != newest:
                self._current = newest, open_newest(self._folder, self._current[1] if self._current else None)
            return self._current[1]


def open_newest(folder: Path, before: Opened | None) -> Opened:
    """Open the newest commit; again if its files were replaced and removed while we looked. Raises Unavailable."""
    error: OSError | None = None
    for _ in range(_TRIES):
        try:
            return Opened.open(folder, before)
        except FileNotFoundError as gone:
            error, before = gone, None
        except OSError as failed:
            error = failed
            break
    raise Unavailable(f"The vectors cannot be read: {error}. They are made anew in the background.") from error


def _of_length_one(query: Vectors, dimensions: int) -> Vectors:
    query = np.asarray(query, np.float32)
    if query.shape != (dimensions,) or not np.isfinite(query).all():
        raise BadInput(f"A query needs {dimensions} finite numbers here, this one has the shape {query.shape}.")
    length = float(np.linalg.norm(query))
    return query / np.float32(length) if length > 0 else query
