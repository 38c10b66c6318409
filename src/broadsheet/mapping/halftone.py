"""Halftone: where papers are dense, as the dots of a newspaper print, few enough for any page."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from broadsheet.mapping.files import STEPS, LiteratureMap

SIZES = 3
"""Sizes of dots."""
ROW = 0.866
"""Height of a row of dots as a part of their distance: each dot is as far from those above as from those beside it."""
DENSE = 0.8
"""Share of the dots that are smaller than the largest."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Dots by size, the smallest first, on a canvas of `width` by `height` units.

    Each is an SVG path of lines along the rows. A dash pattern of nothing and one `pitch` with round caps turns them
    into dots: a row of ten takes no more bytes than one.
    """

    paths: tuple[str, ...]
    width: int
    height: int
    pitch: int


def screen(drawn: LiteratureMap, width: int, height: int, pitch: int) -> Screen:
    """The map as dots a pitch apart, every other row shifted by half of one."""
    size = _sizes(_counts(drawn, int(height / (pitch * ROW)), int(width / pitch)))
    return Screen(tuple(_path(size == wanted, pitch) for wanted in range(1, SIZES + 1)), width, height, pitch)


def _counts(drawn: LiteratureMap, rows: int, columns: int) -> NDArray[np.int64]:
    """Papers around each dot, shape (rows, columns)."""
    x, y = drawn.xy.astype(np.float32) / STEPS
    row = np.minimum((y * rows).astype(np.int64), rows - 1)
    column = np.clip(np.round(x * columns - np.where(row % 2, 0.5, 0.0)).astype(np.int64), 0, columns - 1)
    return np.bincount(row * columns + column, minlength=rows * columns).reshape(rows, columns)


def _sizes(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sizes from 1 to `SIZES`, 0 for none: area goes with density, and stragglers leave no dot."""
    full = float(np.quantile(counts[counts > 0], DENSE)) if counts.any() else 1.0
    return np.round(np.sqrt(np.minimum(counts / max(full, 1.0), 1)) * SIZES).astype(np.int64)


def _path(dots: NDArray[np.bool_], pitch: int) -> str:
    """Each run of dots as a line, placed relative to the end of the one before."""
    parts, at = [], (0, 0)
    for row, marked in enumerate(dots):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.view(np.int8), [0]]))).tolist()
        for start, end in list(pairwise(edges))[::2]:
            x, y = round((start + (row % 2) / 2) * pitch), round((row + 0.5) * pitch * ROW)
            length = (end - start - 1) * pitch + 1
            parts.append(f"m{x - at[0]} {y - at[1]}h{length}")
            at = (x + length, y)
    return "".join(parts)
