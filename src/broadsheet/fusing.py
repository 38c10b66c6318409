"""Fusing: what the words say of a paper and what its meaning says become one score."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of BM25 (divided by its maximum in this answer) and of the two cosines.

    Where the quality model has no vector of a paper yet, its cosine is guessed from the instant one: `slope` and
    `offset` are the line between the two, measured over pairs of queries and papers. docs/search.md says how all were
    found.
    """

    text: float = 0.30
    instant: float = 0.15
    quality: float = 0.55
    slope: float = 0.63
    offset: float = 0.15
    text_without_quality: float = 0.40


def fuse(fusion: Fusion, text: Scores, instant: Scores, quality: Scores | None) -> Scores:
    """One score for each candidate: float32, shape (candidates,), higher is better.

    `text` is BM25, 0 where no word matched; `instant` is the cosine of the instant model; `quality` that of the
    quality model, NaN where it has no vector, None where there is no such model. A cosine that is NaN counts as 0.
    """
    best = float(text.max(initial=0.0))
    words = text / best if best > 0 else text
    near = np.nan_to_num(instant, nan=0.0)
    if quality is None or np.isnan(quality).all():
        share = fusion.text_without_quality
        return np.asarray(share * words + (1 - share) * near, dtype=np.float32)
    guessed = fusion.offset + fusion.slope * near
    better = np.where(np.isnan(quality), guessed, quality)
    return np.asarray(fusion.text * words + fusion.instant * near + fusion.quality * better, dtype=np.float32)


def agree(scores: Scores, vectors: NDArray[np.float32], share: float = 0.25, sharpness: int = 12) -> Scores:
    """Scores in which papers that are alike lend each other some of theirs (Diaz 2005, score regularisation).

    `vectors` are those of the papers, of length 1, shape (papers, dimensions). A paper whose neighbours among the best
    do well gains, a stray one loses.
    """
    alike = np.maximum(vectors @ vectors.T, 0) ** sharpness
    np.fill_diagonal(alike, 0)
    lent = alike @ scores / (alike.sum(axis=1) + 1e-9)
    return np.asarray((1 - share) * scores + share * lent, dtype=np.float32)


def fuse_foreign(text: Scores, instant: Scores, quality: Scores, share: float = 0.5) -> Scores:
    """The rule for a model whose range of cosines is not known: both lists stretched to 0..1, then averaged.

    Where the model has no vector of a paper yet, the place of the instant cosine in its own range stands in.
    """
    known = ~np.isnan(quality)
    near = np.where(known, _stretched(quality, known), _stretched(instant, ~np.isnan(instant)))
    words = _stretched(text, np.ones(len(text), dtype=np.bool_))
    return np.asarray(share * words + (1 - share) * near, dtype=np.float32)


def _stretched(scores: Scores, known: NDArray[np.bool_]) -> Scores:
    """Scores brought to the range 0..1 of those known; the others are 0."""
    if not known.any():
        return np.zeros_like(scores)
    low, high = float(scores[known].min()), float(scores[known].max())
    return np.where(known, (scores - low) / (high - low) if high > low else 0.0, 0.0).astype(np.float32)
