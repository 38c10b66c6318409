"""The arithmetic of a training step: pooling, the contrastive loss with its gradient, and the descent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
TINY = np.float32(1e-6)
FAST, SLOW = 0.9, 0.98
"""What a step keeps of the running means: of gradients, and of how large they are."""


def bag(texts: Sequence[Rows], terms: int) -> sparse.csr_matrix:
    """How often each term occurs in each text: sparse float32, shape (texts, terms)."""
    ends = np.cumsum([0, *(len(text) for text in texts)])
    columns = np.concatenate(texts) if texts else np.zeros(0, dtype=np.int32)
    counts = sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(texts), terms))
    counts.sum_duplicates()
    return counts


def compact(bags: Sequence[sparse.csr_matrix]) -> tuple[Rows, list[sparse.csr_matrix]]:
    """The terms that occur in these bags, ascending, and the bags over those alone: a batch knows few of all terms."""
    rows = np.unique(np.concatenate([each.indices for each in bags])).astype(np.int32)
    place = np.zeros(bags[0].shape[1], dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    return rows, [
        sparse.csr_matrix((each.data, place[each.indices], each.indptr), shape=(each.shape[0], len(rows)))
        for each in bags
    ]


def contrast(a: Floats, b: Floats, scale: float) -> tuple[float, Floats, Floats]:
    """InfoNCE in both directions (van den Oord and others, 2018): row i of `a` belongs to row i of `b`, to no other.

    Both have shape (pairs, dimensions) and any length; cosines are multiplied by `scale`, the inverse temperature.
    Gives the loss and its gradients by `a` and by `b`.
    """
    unit_a, length_a = _unit(a)
    unit_b, length_b = _unit(b)
    scores = np.float32(scale) * (unit_a @ unit_b.T)
    right = np.arange(len(a))
    forth, back = _softmax(scores, 1), _softmax(scores, 0)
    loss = -0.5 * float(np.mean(np.log(forth[right, right] + TINY) + np.log(back[right, right] + TINY)))
    slope: Floats = forth + back
    slope[right, right] -= 2
    slope *= np.float32(scale / (2 * len(a)))
    by_a: Floats = slope @ unit_b
    by_b: Floats = slope.T @ unit_a
    return loss, _through_unit(by_a, unit_a, length_a), _through_unit(by_b, unit_b, length_b)


def _unit(vectors: Floats) -> tuple[Floats, Floats]:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    return vectors / lengths, lengths


def _softmax(scores: Floats, axis: int) -> Floats:
    raised = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


def _through_unit(slope: Floats, unit: Floats, length: Floats) -> Floats:
    """The gradient by a vector from that by its unit vector."""
    return np.asarray((slope - unit * (slope * unit).sum(axis=1, keepdims=True)) / length)


@dataclass(slots=True)
class Descent:
    """Moves the rows of a table that a step touches, with momentum.

    A row's step is divided by the geometric mean of how large its own gradients and those of all rows have been: Adam's
    rule (Kingma and Ba, 2015), which divides by the row's own alone, moves rare words, of which little was seen, as far
    as common ones, and they lose what they knew at the start.
    """

    momentum: Floats
    squares: Floats
    overall: float = 0.0
    steps: int = 0

    @classmethod
    def over(cls, table: Floats) -> "Descent":
        """An optimiser for a table of this shape."""
        return cls(np.zeros_like(table), np.zeros((len(table), 1), dtype=np.float32))

    def step(self, table: Floats, rows: Rows, slope: Floats, rate: float) -> None:
        """Move `rows` of the table against their gradient."""
        self.steps += 1
        squares = self.squares[rows] * SLOW + (1 - SLOW) * np.square(slope).mean(axis=1, keepdims=True)
        momentum = self.momentum[rows] * FAST + (1 - FAST) * slope
        self.squares[rows], self.momentum[rows] = squares, momentum
        size = float(np.sqrt(np.square(slope).mean()))
        self.overall = SLOW * self.overall + (1 - SLOW) * size if self.steps > 1 else size
        own = np.sqrt(squares / np.float32(1 - SLOW**self.steps))
        table[rows] -= np.float32(rate) * momentum / (np.sqrt(own * np.float32(self.overall)) + TINY**2)
