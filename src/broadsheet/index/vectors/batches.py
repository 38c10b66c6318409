"""Batches: what adding, replacing and removing papers changes in the files."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import BadInput
from broadsheet.index.vectors import labels
from broadsheet.index.vectors.files import Rows, Table
from broadsheet.index.vectors.opened import Opened
from broadsheet.index.vectors.rows import Row, Vectors


def changes(
    opened: Opened, rows: Sequence[Row], removed: Iterable[int], categories: tuple[str, ...]
) -> tuple[Table, Rows]:
    """Rows to append (those that are not there already as wanted) and the numbers of rows that no longer count.

    `categories` are all the codes known, those of the batch included. Raises BadInput for a vector that is none.
    """
    table = _encoded(opened, rows, categories)
    wanted = table.numbers["papers"]
    old = opened.places.rows(wanted)
    same = _unchanged(opened, table, old)
    gone = opened.places.rows(np.setdiff1d(np.fromiter(removed, np.int64), wanted))
    return table.part(~same), np.concatenate((gone[gone >= 0], old[(old >= 0) & ~same]))


def _encoded(opened: Opened, rows: Sequence[Row], categories: tuple[str, ...]) -> Table:
    vectors = _stacked(rows, opened.state.dimensions)
    stored, scales = opened.files.coder.encode(vectors)
    codes = opened.files.coder.codes(vectors) if opened.state.coded else np.zeros((len(rows), 0), np.uint8)
    attributes = [row.attributes for row in rows]
    numbers = labels.numbers(attributes) | {
        "papers": np.array([row.paper_id for row in rows], np.int64),
        "digests": np.array([row.digest for row in rows], np.int64),
        "scales": scales,
    }
    return Table(stored, codes, numbers, labels.bits(attributes, categories, opened.state.width))


def _stacked(rows: Sequence[Row], dimensions: int) -> Vectors:
    for row in rows:
        if np.shape(row.vector) != (dimensions,) or not np.isfinite(row.vector).all():
            raise BadInput(
                f"The vector of paper {row.paper_id} has the shape {np.shape(row.vector)} or holds what is no number; "
                f"{dimensions} finite numbers are needed. The model that made it is not the one of this folder."
            )
    return np.stack([row.vector for row in rows]).astype(np.float32) if rows else np.zeros((0, dimensions), np.float32)


def _unchanged(opened: Opened, table: Table, old: Rows) -> NDArray[np.bool_]:
    same = old >= 0
    if same.any():
        before, now = opened.files.table(old[same]), table.part(same)
        equal = (before.vectors == now.vectors).all(axis=1) & (before.bits == now.bits).all(axis=0)
        for name, column in now.numbers.items():
            equal &= before.numbers[name] == column
        same[same] = equal
    return same
