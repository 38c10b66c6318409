"""Which papers are near which: vectors shortened to their main directions, and the nearest of each by faiss."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding.spaces import Vectors

Ids = NDArray[np.int64]
Chunks = Callable[[], Iterable[tuple[Ids, Vectors]]]
"""Gives the vectors from the start whenever it is called: paper ids (n,) and unit vectors (n, d), a chunk at a time."""

DIRECTIONS = 64
"""Dimensions kept. More cost time and memory in proportion, and the map does not get better by them."""
EXACT_BELOW = 20_000
PROBED = 24
TRAINED_ON = 40
"""Vectors for each inverted list from which its centre is found."""


def shorten(chunks: Chunks, dimensions: int = DIRECTIONS) -> tuple[Ids, Vectors]:
    """Ids (n,) and vectors (n, at most `dimensions`) along the principal directions; reads the chunks twice.

    The directions come from the covariance summed over chunks, so that no more than one chunk is held in full. Each is
    turned so that its largest part is positive: the same vectors give the same numbers on every machine.
    """
    count = 0
    total, products = np.zeros(1), np.zeros((1, 1))
    for _, vectors in chunks():
        exact = vectors.astype(np.float64)
        count, total, products = count + len(exact), total + exact.sum(axis=0), products + exact.T @ exact
    if not count:
        return np.empty(0, np.int64), np.empty((0, 1), np.float32)
    directions, mean = _directions(count, total, products, dimensions)
    parts = [(ids, ((vectors - mean) @ directions).astype(np.float32)) for ids, vectors in chunks()]
    return np.concatenate([ids for ids, _ in parts]), np.concatenate([short for _, short in parts])


def _directions(
    count: int, total: NDArray[np.float64], products: NDArray[np.float64], most: int
) -> tuple[Vectors, Vectors]:
    mean = total / count
    _, vectors = np.linalg.eigh(products / count - np.outer(mean, mean))
    kept = vectors[:, ::-1][:, :most]
    largest = np.take_along_axis(kept, np.abs(kept).argmax(axis=0)[None], axis=0)
    return (kept * np.sign(largest)).astype(np.float32), mean.astype(np.float32)


def _faiss() -> Any:
    """faiss, imported late: only who draws a map pays for it, and no process forks with it loaded."""
    import faiss

    return faiss


def nearest(vectors: Vectors, k: int, *, seed: int = 0, threads: int = 1) -> tuple[NDArray[np.int64], Vectors]:
    """The `k` nearest others of each vector, nearest first: rows (n, k) and Euclidean distances (n, k).

    Exact for few vectors; beyond `EXACT_BELOW` by inverted lists, which find about 19 of 20. `k` must be below n.
    """
    faiss = _faiss()
    faiss.omp_set_num_threads(threads)
    index = _index(np.ascontiguousarray(vectors), seed)
    squares, rows = index.search(vectors, k + 1)
    return _without_self(rows, squares, k)


def _index(vectors: Vectors, seed: int) -> Any:
    faiss, (count, dimensions) = _faiss(), vectors.shape
    if count <= EXACT_BELOW:
        index: Any = faiss.IndexFlatL2(dimensions)
    else:
        lists = int(4 * count**0.5)
        index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dimensions), dimensions, lists)
        index.cp.seed, index.cp.niter, index.nprobe = seed + 1, 8, PROBED
        sample = np.random.default_rng(seed).choice(count, min(count, TRAINED_ON * lists), replace=False)
        index.train(vectors[np.sort(sample)])
    index.add(vectors)
    return index


def _without_self(rows: NDArray[np.int64], squares: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
    """Drop each row's own entry: of twins another may stand first, and lists that ran dry hold -1."""
    own = rows == np.arange(len(rows))[:, None]
    own[~own.any(axis=1), -1] = True
    kept, far = rows[~own].reshape(-1, k), np.sqrt(np.maximum(squares[~own], 0)).reshape(-1, k)
    missing = kept < 0
    kept[missing] = np.broadcast_to(kept[:, :1], kept.shape)[missing]
    return kept, far.astype(np.float32)
