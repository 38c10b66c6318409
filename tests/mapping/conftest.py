"""A small literature: three subjects, each with words of its own, and vectors that lie around three directions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from broadsheet.mapping.making import Subject
from broadsheet.mapping.neighbours import Chunks
from broadsheet.mapping.projection import Effort

WORDS = {
    "Black Holes": ("Hawking Radiation of", "Mergers of", "The Entropy of", "Rotating", "Shadows of Spinning"),
    "Protein Folding": ("Molecular Dynamics of", "Pathways of", "Energy Landscapes of", "Fast", "The Kinetics of"),
    "Graph Coloring": ("Bounds on", "Planar", "Random", "The Complexity of", "List"),
}
FIELDS = ("physics", "q-bio", "math")
PLACES = ("in Plasmas", "at Low Temperatures", "with Noise", "under Constraints", "")


@dataclass(frozen=True)
class Literature:
    """Papers with ids from 100 on: `kinds` (n,) tells the subject of each, `vectors` (n, 24) have length 1."""

    ids: np.ndarray
    vectors: np.ndarray
    kinds: np.ndarray
    titles: tuple[str, ...]

    def chunks(self, *, leave_out: int = 0, size: int = 100) -> Chunks:
        """The vectors of all but the last few, a chunk at a time."""
        count = len(self.ids) - leave_out

        def give():
            return (
                (self.ids[at:end], self.vectors[at:end])
                for at in range(0, count, size)
                for end in [min(at + size, count)]
            )

        return give

    def describe(self, papers):
        """What the map shows of papers; odd ones have no year, and one kind no field."""
        rows = [paper - 100 for paper in papers]
        return [
            Subject(
                self.titles[row], None if row % 7 == 3 else 2000 + row % 20, FIELDS[self.kinds[row]] if row % 5 else ""
            )
            for row in rows
        ]


@pytest.fixture(scope="session")
def literature() -> Literature:
    """Three hundred papers, a hundred of each subject in turn."""
    chance = np.random.default_rng(5)
    kinds = np.arange(300) % 3
    centres = chance.normal(size=(3, 24))
    vectors = centres[kinds] + 0.9 * chance.normal(size=(300, 24))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    subjects = list(WORDS)
    titles = tuple(
        f"{WORDS[subjects[kind]][row % 5]} {subjects[kind]} {PLACES[row % 4]}".strip() for row, kind in enumerate(kinds)
    )
    return Literature(np.arange(100, 400), vectors, kinds, titles)


@pytest.fixture
def quick() -> Effort:
    """Little work for little data."""
    return Effort(gathering=60, settling=120, again=60, threads=1)


Build = Callable[..., object]
