"""Distilling: from a larger model's vectors of whole texts to the word vectors whose mean comes nearest to them."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from broadsheet.training.gradients import Floats, Rows, bag

TURNS = 14
"""Turns of the conjugate gradients; by then the error falls no more that one could measure."""
HOLD = 0.05
"""How firmly a word holds on to its start, against the squared weights of the texts in which it occurs."""


def distil(table: Floats, weights: Floats, texts: Sequence[Rows], taught: Floats, hold: float = HOLD) -> Floats:
    """The table moved so that the weighted mean of each text's rows comes near the text's vector in `taught`.

    Shapes: table (terms, dimensions), weights (terms,), taught (texts, dimensions). What all texts have in common is
    taken off first. Ridge regression towards the table, stretched to the length of the texts' vectors, solved by
    conjugate gradients (Hestenes and Stiefel, 1952): a word that no text uses keeps its direction.
    """
    means = _shares(texts, weights)
    wanted = taught - taught.mean(axis=0)
    first = means @ table
    stretched = np.float32((first * wanted).sum() / max(float((first * first).sum()), 1e-9)) * table
    rest = means.T @ (wanted - means @ stretched)
    moved, way, size = np.zeros_like(rest), rest.copy(), float((rest * rest).sum())
    for _ in range(TURNS):
        if size <= 0:
            break
        ahead = means.T @ (means @ way) + np.float32(hold) * way
        step = np.float32(size / float((way * ahead).sum()))
        moved += step * way
        rest -= step * ahead
        before, size = size, float((rest * rest).sum())
        way = rest + np.float32(size / before) * way
    return np.asarray(stretched + moved, dtype=np.float32)


def _shares(texts: Sequence[Rows], weights: Floats) -> sparse.csr_matrix:
    """The share of each term in the weighted mean of each text: sparse, shape (texts, terms)."""
    weighted = bag(texts, len(weights)) @ sparse.diags(weights)
    total = np.maximum(np.asarray(weighted.sum(axis=1)).ravel(), 1e-6)
    return (sparse.diags(1 / total) @ weighted).tocsr().astype(np.float32)
