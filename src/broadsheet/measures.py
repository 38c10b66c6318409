"""Measures of a ranking against judgements, as trec_eval computes them."""

import math
from collections.abc import Mapping, Sequence

from scipy.stats import rankdata


def ndcg(ranking: Sequence[str], judged: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain at a depth, with linear gains (Järvelin and Kekäläinen 2002)."""
    gained = _gain([judged.get(paper, 0) for paper in ranking[:depth]])
    ideal = _gain(sorted(judged.values(), reverse=True)[:depth])
    return gained / ideal if ideal else 0.0


def _gain(gains: Sequence[int]) -> float:
    return sum(max(gain, 0) / math.log2(place + 2) for place, gain in enumerate(gains))


def recall(ranking: Sequence[str], judged: Mapping[str, int], depth: int = 100) -> float:
    """The share of relevant papers that stand among the first `depth`."""
    relevant = {paper for paper, grade in judged.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judged: Mapping[str, int]) -> float:
    """One over the place of the first relevant paper; 0 where none is found."""
    return next((1 / (place + 1) for place, paper in enumerate(ranking) if judged.get(paper, 0) > 0), 0.0)


def spearman(scores: Sequence[float], truth: Sequence[float]) -> float:
    """Spearman's rank correlation, equals sharing their mean rank; 0 where one side has no order."""
    if len(set(scores)) < 2 or len(set(truth)) < 2:
        return 0.0
    a, b = rankdata(scores), rankdata(truth)
    a, b = a - a.mean(), b - b.mean()
    return float((a @ b) / math.sqrt((a @ a) * (b @ b)))
