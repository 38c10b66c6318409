"""Regions: the plane cut along its valleys, coarsely and finely, as a map knows continents, countries and towns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from broadsheet.mapping.projection import Positions

Members = NDArray[np.int32]
"""For each paper the number of its region, shape (n,)."""

GRID = 384
WANTED = (14, 70, 300)
"""About how many regions each level has on a map of many papers."""
LEAST = 12
"""Papers that a region has at least, on average, on a map of few."""
SMOOTHEST = GRID / 6
"""Cells over which the density is smoothed at most."""
BISECTIONS = 12


@dataclass(frozen=True, slots=True)
class Level:
    """One way to cut the plane: each paper's region, and of each region its summit (r, 2), its papers (r,) and how
    far they lie from the summit at the median (r,)."""

    members: Members
    summits: Positions
    sizes: NDArray[np.int64]
    reaches: NDArray[np.float32]


def cut(places: Positions, wanted: Sequence[int] = WANTED) -> list[Level]:
    """Levels from coarse to fine; few papers have fewer. A region is what drains to one summit of their density."""
    density = np.histogram2d(places[:, 0], places[:, 1], bins=GRID, range=((0, 1), (0, 1)))[0]
    cells = np.minimum((places * GRID).astype(np.int64), GRID - 1)
    cell = cells[:, 0] * GRID + cells[:, 1]
    levels: list[Level] = []
    for count in wanted:
        level = _level(places, density, cell, max(1, min(count, len(places) // LEAST)))
        if not levels or len(level.sizes) > 1.5 * len(levels[-1].sizes):
            levels.append(level)
    return levels


def _level(places: Positions, density: NDArray[np.float64], cell: NDArray[np.int64], wanted: int) -> Level:
    """The level with the number of regions nearest to `wanted`: bisects the width of the smoothing."""
    low, high = 0.6, SMOOTHEST
    best, missed = np.zeros(len(cell), np.int64), wanted + 1
    for _ in range(BISECTIONS):
        middle = (low * high) ** 0.5
        summits = _ascend(gaussian_filter(density, middle, mode="constant", truncate=3))[cell]
        members = _without_crumbs(summits, wanted)
        count = len(np.unique(members))
        if abs(count - wanted) < missed:
            best, missed = members, abs(count - wanted)
        low, high = (middle, high) if count > wanted else (low, middle)
    return _described(places, best)


def _ascend(height: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each cell the summit that the steepest way up from it leads to, as numbers of cells."""
    padded = np.pad(height, 1, constant_values=-1.0)
    steps = [(dx, dy) for dx in (0, -1, 1) for dy in (0, -1, 1)]
    around = np.stack([padded[1 + dx : 1 + dx + GRID, 1 + dy : 1 + dy + GRID] for dx, dy in steps])
    offsets = np.array([dx * GRID + dy for dx, dy in steps])
    up: NDArray[np.int64] = np.arange(GRID * GRID) + offsets[around.argmax(axis=0)].ravel()
    while not np.array_equal(up[up], up):
        up = up[up]
    return up


def _without_crumbs(summits: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """Give the papers of summits too small for a name to the nearest summit that is large enough."""
    numbers, inverse, counts = np.unique(summits, return_inverse=True, return_counts=True)
    large = counts >= max(3, len(summits) / wanted / 12)
    if large.all() or not large.any():
        return summits
    where = np.stack([numbers // GRID, numbers % GRID], axis=1).astype(np.float64)
    far = ((where[:, None] - where[large][None]) ** 2).sum(axis=2)
    return np.where(large, numbers, numbers[large][far.argmin(axis=1)])[inverse]


def _described(places: Positions, cells: NDArray[np.int64]) -> Level:
    """Number the regions from the largest to the smallest, and say where each lies."""
    _, inverse, counts = np.unique(cells, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    members = rank[inverse].astype(np.int32)
    groups = np.split(np.argsort(members, kind="stable"), np.cumsum(counts[order])[:-1])
    middles = np.array([np.median(places[group], axis=0) for group in groups], dtype=np.float32)
    reaches = np.array(
        [
            np.median(np.linalg.norm(places[group] - middle, axis=1))
            for group, middle in zip(groups, middles, strict=True)
        ],
        dtype=np.float32,
    )
    return Level(members, middles, counts[order].astype(np.int64), reaches)


def parents(coarse: Level, fine: Level) -> NDArray[np.int64]:
    """For each region of the finer level the region of the coarser that holds most of its papers."""
    shape = (len(fine.sizes), len(coarse.sizes))
    pairs = np.bincount(fine.members * shape[1] + coarse.members, minlength=shape[0] * shape[1])
    return np.asarray(pairs.reshape(shape).argmax(axis=1))
