"""Projection: papers onto a plane so that neighbours stay neighbours, the same way round as on the map before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors

from broadsheet.embedding.spaces import Vectors
from broadsheet.mapping.neighbours import nearest

Positions = NDArray[np.float32]
"""Places on the plane, shape (n, 2)."""

SMALLEST = 8
"""Fewer papers make no map."""
STRETCH = 1.4
KNOWN = 0.5
"""Share of the papers that an earlier map must know for the next to start from it."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How a projection is worked out: t-SNE (van der Maaten & Hinton 2008) with gradients by interpolation (FIt-SNE,
    Linderman 2019).

    `pull` above 1 draws groups together (Kobak & Berens 2019; about 4 looks like UMAP).
    """

    neighbours: int = 24
    gathering: int = 150
    settling: int = 350
    again: int = 200
    pull: float = 2.5
    seed: int = 1
    threads: int = 2


USUAL = Effort()


@dataclass(frozen=True, slots=True)
class Projected:
    """Places within the unit square, and how widely the layout had spread them before they were fitted into it.

    As what is known of an earlier map, `places` holds NaN for papers that are new to it.
    """

    places: Positions
    spread: float


def project(vectors: Vectors, before: Projected | None = None, effort: Effort = USUAL) -> Projected:
    """Places of `vectors` (n, d); n must be at least `SMALLEST`.

    Where an earlier map knows half of the papers or more, the layout starts from their places there, and what comes
    out is turned and scaled to lie on them as closely as it can.
    """
    k = min(effort.neighbours, len(vectors) - 1)
    rows, distances = nearest(vectors, k, seed=effort.seed, threads=effort.threads)
    if before is not None and np.isfinite(before.places[:, 0]).mean() < KNOWN:
        before = None
    laid = _settle(vectors[:, :2] if before is None else _filled(before.places, rows), before, rows, distances, effort)
    return Projected(into_square(_upright(laid) if before is None else _laid_on(laid, before.places)), _spread(laid))


def _settle(
    start: Positions, before: Projected | None, rows: NDArray[np.int64], distances: Vectors, effort: Effort
) -> Positions:
    """Lay out from `start`: a first time unfolding from almost a point, later from the size it had come to."""
    index = PrecomputedNeighbors(rows, distances)
    perplexity = max(2.0, rows.shape[1] / 3)
    plane = TSNEEmbedding(
        ((start - start.mean(axis=0)) / max(_spread(start), 1e-9) * (before.spread if before else 1e-4)).astype(float),
        PerplexityBasedNN(perplexity=perplexity, knn_index=index, n_jobs=effort.threads),
        negative_gradient_method="fft" if len(start) > 10_000 else "bh",
        n_jobs=effort.threads,
        random_state=effort.seed,
    )
    if before is None:
        plane.optimize(effort.gathering, exaggeration=12, momentum=0.5, inplace=True)
    iterations = effort.settling if before is None else effort.again
    plane.optimize(iterations, exaggeration=effort.pull, momentum=0.8, inplace=True)
    return np.asarray(plane, dtype=np.float32)


def _spread(places: Positions) -> float:
    """Root mean square distance from the middle."""
    return float(np.sqrt(places.var(axis=0).sum()))


def _filled(before: Positions, rows: NDArray[np.int64]) -> Positions:
    """Places with those of new papers taken from the nearest that has one, the middle where none has."""
    filled, middle = before.copy(), np.nanmean(before, axis=0)
    for row in np.flatnonzero(~np.isfinite(before[:, 0])):
        near = before[rows[row]]
        near = near[np.isfinite(near[:, 0])]
        filled[row] = near[0] if len(near) else middle
    return filled


def _laid_on(places: Positions, before: Positions) -> Positions:
    """Turn, mirror and scale `places` so that those of papers known before lie on their old ones (Procrustes)."""
    known = np.isfinite(before[:, 0])
    ours, theirs = places[known].astype(np.float64), before[known].astype(np.float64)
    middle, aim = ours.mean(axis=0), theirs.mean(axis=0)
    left, values, right = np.linalg.svd((ours - middle).T @ (theirs - aim))
    scale = values.sum() / max(float(((ours - middle) ** 2).sum()), 1e-12)
    return np.asarray((places - middle) @ (left @ right) * scale + aim, dtype=np.float32)


def _upright(places: Positions) -> Positions:
    """Turn a first map so that its longer side lies across the page."""
    centred = places - places.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(centred.T.astype(np.float64)))
    axes = vectors[:, ::-1] * np.sign(np.diag(vectors[:, ::-1]) + 1e-12)
    return np.asarray(centred @ axes, dtype=np.float32)


def into_square(places: Positions) -> Positions:
    """Scale places so that they fill the unit square; the furthest stragglers end on its edge.

    A shape that is wide or high is stretched, by no more than `STRETCH`: on such a plane only nearness means something.
    """
    low, high = np.quantile(places, (0.0005, 0.9995), axis=0)
    size = np.maximum(high - low, 1e-9)
    size = np.maximum(size, size.max() / STRETCH) * 1.03
    return np.asarray(np.clip((places - (low + high) / 2) / size + 0.5, 0, 1), dtype=np.float32)
