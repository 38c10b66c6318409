"""Placing: papers that came after the projection, put where the papers most like them lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding.spaces import Vectors
from broadsheet.mapping.neighbours import Chunks, Ids

NEIGHBOURS = 8
SCATTER = 0.002
"""How far from its neighbour a paper may come to lie, as a part of the map: twins are seen as two."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """For each new paper its most similar ones on the map: their rows there and the cosines, (m, k), best first."""

    rows: NDArray[np.int64]
    cosines: Vectors


def most_like(vectors: Vectors, chunks: Chunks, papers: Ids, k: int = NEIGHBOURS) -> Likeness:
    """Compare new unit vectors (m, d) with those of all papers on the map, exactly and a chunk at a time."""
    by_id = np.argsort(papers, kind="stable")
    rows = np.zeros((len(vectors), 0), np.int64)
    cosines = np.zeros((len(vectors), 0), np.float32)
    for ids, known in chunks():
        places = rows_of(ids, papers, by_id)
        mapped = places >= 0
        found = vectors @ known[mapped].T
        rows = np.concatenate([rows, np.broadcast_to(places[mapped], found.shape)], axis=1)
        cosines = np.concatenate([cosines, found], axis=1)
        if cosines.shape[1] > k:
            best = np.argpartition(-cosines, k, axis=1)[:, :k]
            rows, cosines = np.take_along_axis(rows, best, axis=1), np.take_along_axis(cosines, best, axis=1)
    order = np.argsort(-cosines, axis=1, kind="stable")
    return Likeness(np.take_along_axis(rows, order, axis=1), np.take_along_axis(cosines, order, axis=1))


def rows_of(ids: Ids, papers: Ids, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of ids among `papers`, -1 where one is not there; `order` sorts `papers`."""
    if not len(papers):
        return np.full(len(ids), -1, np.int64)
    at = order[np.minimum(np.searchsorted(papers, ids, sorter=order), len(papers) - 1)]
    return np.where(papers[at] == ids, at, -1)


def settle(
    ids: Ids, likeness: Likeness, xy: NDArray[np.uint16], steps: int
) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Coordinates (2, m) for new papers, and the rows (m,) of the papers they were put beside.

    Of the similar papers the one that the others lie around: their mean could be an empty place between two regions.
    The scatter depends on the id alone, so that a paper placed twice lies in the same place.
    """
    near = xy[:, likeness.rows].astype(np.float64)
    apart = np.hypot(*(near[:, :, :, None] - near[:, :, None, :]))
    weights = np.maximum(likeness.cosines, 0) + 1e-6
    chosen = (apart * weights[:, None, :]).sum(axis=2).argmin(axis=1)
    beside = likeness.rows[np.arange(len(ids)), chosen]
    turned = (ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    angle = (turned & np.uint64(0xFFFF)) / 65536 * 2 * np.pi
    radius = SCATTER * steps * np.sqrt((turned >> np.uint64(16)) / 65536)
    offset = np.stack([np.cos(angle) * radius, np.sin(angle) * radius])
    return np.clip(xy[:, beside] + offset, 0, steps).round().astype(np.uint16), beside
