"""Vectors of a small folder, and what a plain dictionary says of it."""

from collections.abc import Iterable

import numpy as np
import pytest

from broadsheet.index.vectors import Attributes, Row, RowFilter, VectorReader
from broadsheet.index.vectors.writer import Sizes

DIMENSIONS = 16
SMALL = Sizes(flat=12, block=8, dead=0.3, grown=4, width=1)
"""So small that few rows fill blocks, get codes, outgrow the centre and need more category bits."""


def vector(seed, dimensions=DIMENSIONS):
    drawn = np.random.default_rng(seed).normal(0.3, 1, dimensions).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


def row(paper_id, seed=None, **attributes):
    seed = paper_id if seed is None else seed
    return Row(paper_id, vector(seed), seed * 11, Attributes(**attributes))


def passes(attributes: Attributes, within: RowFilter) -> bool:
    """What a filter means, said once more and plainly."""
    if (within.since is not None or within.until is not None) and attributes.day is None:
        return False
    return (
        (not within.category or within.category in attributes.categories)
        and (within.since is None or attributes.day >= within.since)
        and (within.until is None or attributes.day <= within.until)
        and (not within.venue or within.venue == attributes.venue)
        and (not within.has_code or attributes.has_code)
    )


def check_same(reader: VectorReader, model: dict[int, Row], filters: Iterable[RowFilter] = (RowFilter(),)) -> None:
    """The folder holds what the dictionary holds, and finds what a look at every row finds."""
    held = reader.held()
    assert dict(zip(held.papers.tolist(), held.digests.tolist(), strict=True)) == {
        paper: each.digest for paper, each in model.items()
    }
    assert reader.count() == len(model)
    query = vector(987)
    for within in filters:
        true = {paper: float(each.vector @ query) for paper, each in model.items() if passes(each.attributes, within)}
        if within.only is not None:
            true = {paper: cosine for paper, cosine in true.items() if paper in within.only.tolist()}
        found = reader.nearest(query, 5, within)
        assert len(found.papers) == min(5, len(true))
        assert set(found.papers.tolist()) <= set(true)
        best = sorted(true.values(), reverse=True)[:5]
        assert found.cosines == pytest.approx(best, abs=0.02)
        assert found.cosines == pytest.approx([true[paper] for paper in found.papers.tolist()], abs=0.02)
    wanted = np.array([*model, 999_999], np.int64)
    vectors, has = reader.vectors(wanted)
    assert has.tolist() == [True] * len(model) + [False]
    for paper, stored in zip(model, vectors, strict=False):
        assert stored == pytest.approx(model[paper].vector, abs=0.02)
