"""Writing the vectors: one process at a time, whole batches, each with the caller's watermark."""

import contextlib
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from broadsheet.errors import BadInput, Unavailable
from broadsheet.index.generations import new_generation, rebuild_lock
from broadsheet.index.vectors import labels
from broadsheet.index.vectors import state as states
from broadsheet.index.vectors.appending import append, create
from broadsheet.index.vectors.batches import changes
from broadsheet.index.vectors.opened import Opened
from broadsheet.index.vectors.reader import open_newest
from broadsheet.index.vectors.rewriting import rewrite
from broadsheet.index.vectors.rows import Row
from broadsheet.index.vectors.state import Precision, State


@dataclass(frozen=True, slots=True)
class Sizes:
    """When files are made anew, and in what form.

    `flat`: most rows that are kept as float32 and scanned whole. `block`: rows in a block. `dead`: share of dead rows
    from which on a compaction is worth it. `grown`: by how much the rows may outgrow the centre. `width`: bytes of
    category bits that a row has at first.
    """

    flat: int = 20_000
    block: int = 16_384
    dead: float = 0.2
    grown: int = 10
    width: int = 32


class VectorWriter:
    """The one writer of a folder of vectors; make it with `open`, and close it or use it as a context."""

    def __init__(self, folder: Path, precision: Precision, sizes: Sizes, lock: contextlib.ExitStack) -> None:
        self._folder = folder
        self._precision = precision
        self._sizes = sizes
        self._lock = lock
        self._opened: Opened | None = None

    @classmethod
    def open(cls, folder: Path, dimensions: int, *, precision: Precision = "int8", sizes: Sizes = Sizes()) -> Self:
        """Open a folder for writing; it is made when there is none, and begun afresh when it is damaged.

        Raises Busy when another process writes it, Unavailable when the disk refuses.
        """
        if dimensions < 8 or dimensions % 8:
            raise BadInput(f"Vectors of {dimensions} dimensions cannot be kept: the number must be a multiple of 8.")
        with contextlib.ExitStack() as lock, _explained():
            lock.enter_context(rebuild_lock(folder))
            writer = cls(folder, precision, sizes, lock.pop_all())
        try:
            writer._begin(dimensions)
        except BaseException:
            writer.close()
            raise
        return writer

    @property
    def watermark(self) -> str:
        """What the caller gave with the last batch; "" in a new folder."""
        return self._current().state.watermark

    def apply(self, rows: Sequence[Row], removed: Iterable[int], watermark: str) -> None:
        """Remove papers, add or replace others, and commit once. The same batch again changes nothing.

        Rows that have outgrown their form are then written anew: seconds, each time that there are ten times as many.
        Raises BadInput for a vector of other dimensions, Unavailable when the disk refuses: the old state stays.
        """
        rows = list({row.paper_id: row for row in rows}.values())
        with _explained():
            opened = self._with_room_for(rows)
            categories = labels.more_categories(opened.state.categories, [row.attributes for row in rows])
            table, dead = changes(opened, rows, removed, categories)
            if len(table) or len(dead) or watermark != opened.state.watermark:
                after = append(self._generation(opened), opened.state, table, dead)
                self._commit(replace(after, watermark=watermark, categories=categories))
            if self._is_outgrown(self._current()):
                self._rewrite(self._current())

    def compact(self) -> bool:
        """Leave dead rows behind, when they are many, and take on another precision; whether that was due.

        Readers go on over the old files meanwhile. Raises Unavailable when the disk refuses: the old files stay.
        """
        opened = self._current()
        if not self._is_due(opened):
            return False
        with _explained():
            self._rewrite(opened)
        return True

    def clear(self) -> None:
        """Forget all rows and the watermark."""
        with _explained():
            self._start(self._current().state.dimensions)

    def close(self) -> None:
        """Give the lock back; there is no uncommitted work."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, dimensions: int) -> None:
        try:
            fits = self._current().state.dimensions == dimensions
        except Unavailable:
            fits = False
        with _explained():
            if not fits:
                self._start(dimensions)
            self._sweep()

    def _start(self, dimensions: int) -> None:
        generation = new_generation(self._folder)
        state = State(generation.name, dimensions, self._precision, self._sizes.block, self._sizes.width)
        self._commit(create(generation, state, np.zeros((2, dimensions), np.float32)))
        self._sweep()

    def _current(self) -> Opened:
        """The newest commit, which is always ours: read again after each commit, and after one that failed."""
        if self._opened is None or self._opened.raw != states.read_raw(self._folder):
            self._opened = open_newest(self._folder, self._opened)
        return self._opened

    def _generation(self, opened: Opened) -> Path:
        return self._folder / opened.state.generation

    def _with_room_for(self, rows: Sequence[Row]) -> Opened:
        """The newest commit, made anew with more category bits where those of the rows do not fit."""
        opened = self._current()
        needed = len(labels.more_categories(opened.state.categories, [row.attributes for row in rows]))
        if needed > opened.state.width * 8:
            self._rewrite(opened, width=2 * -(-needed // 8))
        return self._current()

    def _is_due(self, opened: Opened) -> bool:
        state = opened.state
        is_wasteful = state.dead > max(self._sizes.dead * state.rows, 1)
        return is_wasteful or self._is_outgrown(opened) or (state.coded and state.precision != self._precision)

    def _is_outgrown(self, opened: Opened) -> bool:
        """Whether there are too many rows to scan whole, or many more than the centre was made from."""
        return opened.count > max(self._sizes.flat, self._sizes.grown * opened.state.centred_on)

    def _rewrite(self, opened: Opened, *, width: int = 0) -> None:
        generation = new_generation(self._folder)
        state = replace(
            opened.state,
            generation=generation.name,
            born=secrets.token_hex(8),
            precision=self._precision,
            width=max(width, opened.state.width),
            coded=opened.count > self._sizes.flat,
            centred_on=0 if self._is_outgrown(opened) else opened.state.centred_on,
        )
        try:
            self._commit(rewrite(opened, generation, state))
        finally:
            self._sweep()

    def _commit(self, state: State) -> None:
        states.commit(self._folder, replace(state, commit=state.commit + 1))

    def _sweep(self) -> None:
        """Remove generations that are not current; readers that have one mapped keep its pages."""
        current = self._current().state.generation
        for path in self._folder.glob("g*"):
            if path.name != current:
                shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"The vectors cannot be written: {error}. What they held before is still there.") from error
