"""Likeness: papers near to a paper, to several, or to a text, and far from others; by meaning alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding import PaperText
from broadsheet.errors import Unavailable
from broadsheet.finding import NO_PAPERS, NO_VECTORS, Papers
from broadsheet.index.vectors import RowFilter
from broadsheet.meaning import Meaning, Tier, normalised

DEPTH = 300
ENOUGH = 10
"""Papers that the quality model has to know to have a say."""
AWAY = 0.5
"""How much the papers that are not wanted count against those that are (Rocchio's rule, gentler)."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What to look like: papers by id, and texts that the catalogue does not hold."""

    papers: tuple[int, ...] = ()
    texts: tuple[PaperText, ...] = ()

    @property
    def ids(self) -> Papers:
        """The papers as an array."""
        return np.array(self.papers, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Near:
    """Papers, nearest first, with their cosines: float32, shape (papers,)."""

    papers: Papers
    cosines: NDArray[np.float32]


def near(
    meaning: Meaning,
    liked: Examples,
    disliked: Examples | None = None,
    within: RowFilter | None = None,
    depth: int = DEPTH,
) -> Near:
    """The papers nearest to the examples, without these themselves. Raises Unavailable without a model.

    The instant tier finds; where the quality tier knows a paper, its cosine counts.
    """
    disliked = disliked or Examples()
    tiers = meaning.tiers()
    if tiers.instant is None:
        raise Unavailable(NO_VECTORS)
    wanted = _direction(tiers.instant, liked, disliked)
    if wanted is None:
        return Near(NO_PAPERS, np.empty(0, dtype=np.float32))
    given = np.concatenate([liked.ids, disliked.ids])
    found = tiers.instant.vectors.nearest(wanted, depth + len(given), within)
    kept = ~np.isin(found.papers, given)
    papers, cosines = found.papers[kept][:depth], found.cosines[kept][:depth]
    cosines = _better(tiers.quality, liked, disliked, papers, cosines)
    best = np.argsort(-cosines, kind="stable")
    return Near(papers[best], cosines[best])


def _direction(tier: Tier, liked: Examples, disliked: Examples) -> NDArray[np.float32] | None:
    toward = tier.of_examples(liked.ids, list(liked.texts))
    away = tier.of_examples(disliked.ids, list(disliked.texts)) if disliked != Examples() else None
    if toward is None or away is None:
        return toward
    return normalised(toward - AWAY * away)


def _better(
    tier: Tier | None, liked: Examples, disliked: Examples, papers: Papers, instant: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The cosines of the quality model; where it has none yet, guessed from the instant ones by those it has."""
    try:
        wanted = _direction(tier, liked, disliked) if tier else None
        if tier is None or wanted is None:
            return instant
        quality = tier.vectors.cosines(wanted, papers)
    except Unavailable:
        return instant
    known = ~np.isnan(quality)
    if known.sum() < ENOUGH:
        return instant
    slope, offset = np.polyfit(instant[known], quality[known], 1)
    return np.where(known, quality, offset + max(slope, 0.0) * instant).astype(np.float32)
