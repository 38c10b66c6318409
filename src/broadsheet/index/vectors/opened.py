"""One commit, opened: the rows that count and what can be asked of them. It never changes."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors import labels
from broadsheet.index.vectors import state as states
from broadsheet.index.vectors.files import Files, Rows, open_files, read_dead
from broadsheet.index.vectors.places import Places
from broadsheet.index.vectors.rows import Near, Papers, RowFilter, Vectors
from broadsheet.index.vectors.scanning import nearest_codes
from broadsheet.index.vectors.state import State

_DIRECT = 2_000
"""So few rows are scored one by one, without a look at their codes."""


class Opened:
    """A commit. Its pages are shared; its own are a byte a row and, once papers are looked up, four a paper id."""

    def __init__(self, raw: bytes, state: State, files: Files, alive: NDArray[np.bool_]) -> None:
        self.raw = raw
        self.state = state
        self.files = files
        self.alive = alive
        self._places: Places | None = None

    @classmethod
    def open(cls, folder: Path, before: Self | None) -> Self:
        """The newest commit; what `before` has mapped is used again where it can be.

        Raises Unavailable when there is none or when it is damaged, FileNotFoundError when a newer one took its place
        meanwhile.
        """
        raw = states.read_raw(folder)
        state = State.parse(raw)
        generation = folder / state.generation
        if before is None or before.state.born != state.born:
            files = open_files(generation, state)
            return cls(raw, state, files, _alive(files, state, read_dead(generation, state)))
        files = before.files if before.files.room >= state.rows else open_files(generation, state, check=False)
        return cls(raw, state, files, _alive_after(before, files, state, generation))

    @property
    def places(self) -> Places:
        """Where the row of each paper is; made when first asked for."""
        if self._places is None:
            rows = self.live()
            self._places = Places(self.files.column("papers", rows), rows)
        return self._places

    @property
    def count(self) -> int:
        """Rows that count."""
        return self.state.rows - self.state.dead

    def live(self) -> Rows:
        """The rows that count, in ascending order."""
        return np.flatnonzero(self.alive)

    def nearest(self, query: Vectors, limit: int, within: RowFilter | None, rescore: int) -> Near:
        """The `limit` papers nearest to a query of length 1; the best `rescore` of a scan are scored."""
        rows = self._candidates(query, max(rescore, 2 * limit), within or RowFilter())
        cosines = self.files.products(query, rows)
        order = np.argsort(-cosines, kind="stable")[: max(limit, 0)]
        return Near(self.files.column("papers", rows[order]), cosines[order])

    def _candidates(self, query: Vectors, most: int, within: RowFilter) -> Rows:
        passing = labels.passing(self.files, self.state.categories, within)
        if within.only is not None:
            rows = self._rows_of(within.only)
            rows = rows if passing is None else rows[passing[rows]]
            return rows if len(rows) <= max(_DIRECT, most) else self._best(query, most, _mask(rows, len(self.alive)))
        if passing is None:
            return self._best(query, most, self.alive if self.state.dead else None)
        return self._best(query, most, passing & self.alive)

    def _best(self, query: Vectors, most: int, passing: NDArray[np.bool_] | None) -> Rows:
        count = self.state.rows if passing is None else np.count_nonzero(passing)
        if not self.state.coded or count <= max(_DIRECT, most):
            return self.live() if passing is None else np.flatnonzero(passing)
        codes = self.files.codes[: self.state.rows]
        code = self.files.coder.codes(query)
        return nearest_codes(code, codes, None if passing is None else passing[: self.state.rows], most)

    def _rows_of(self, papers: Papers) -> Rows:
        rows = np.unique(self.places.rows(np.asarray(papers, np.int64)))
        return rows[rows >= 0]


def _mask(rows: Rows, room: int) -> NDArray[np.bool_]:
    mask = np.zeros(room, np.bool_)
    mask[rows] = True
    return mask


def _alive(files: Files, state: State, dead: Rows) -> NDArray[np.bool_]:
    alive = np.zeros(files.room, np.bool_)
    alive[: state.rows] = True
    alive[dead] = False
    return alive


def _alive_after(before: Opened, files: Files, state: State, generation: Path) -> NDArray[np.bool_]:
    alive = np.zeros(files.room, np.bool_)
    alive[: before.state.rows] = before.alive[: before.state.rows]
    alive[before.state.rows : state.rows] = True
    if state.dead > before.state.dead:
        alive[read_dead(generation, state, since=before.state.dead)] = False
    return alive
