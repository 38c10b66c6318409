"""Measuring a model on papers that were held back: given a title, where among their abstracts does its own come?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from broadsheet.embedding.static import StaticModel
from broadsheet.training.papers import TrainingPaper

AT = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """Mean reciprocal rank, and the share of titles whose abstract is among the first ten; `papers` were searched."""

    mrr: float
    recall: float
    papers: int


def measure(model: StaticModel, papers: Sequence[TrainingPaper]) -> Measured:
    """Look for each paper's abstract by its title, among the abstracts of all these papers; zeros for no papers."""
    if not papers:
        return Measured(0.0, 0.0, 0)
    titles = model.embed_texts([paper.title for paper in papers])
    abstracts = model.embed_texts([paper.abstract for paper in papers])
    scores = titles @ abstracts.T
    ranks = 1 + (scores > np.diag(scores)[:, None]).sum(axis=1)
    return Measured(float(np.mean(1 / ranks)), float(np.mean(ranks <= AT)), len(papers))
