"""Regions: each paper lies in one on every level, dense heaps are told apart, and fine ones lie in coarse ones."""

import numpy as np
import pytest

from broadsheet.mapping.regions import cut, parents


@pytest.fixture
def heaps():
    """Nine round heaps of two hundred papers in a square."""
    chance = np.random.default_rng(3)
    middles = np.stack(np.meshgrid([0.2, 0.5, 0.8], [0.2, 0.5, 0.8]), axis=2).reshape(9, 2)
    return (middles[np.arange(1800) % 9] + 0.02 * chance.normal(size=(1800, 2))).astype(np.float32)


def test_heaps_are_regions(heaps):
    level = cut(heaps, (9,))[0]
    assert level.sizes.tolist() == [200] * 9
    numbers = [set(level.members[np.arange(1800) % 9 == heap].tolist()) for heap in range(9)]
    assert all(len(of) == 1 for of in numbers)
    assert len(set.union(*numbers)) == 9


def test_each_says_where_it_lies_and_how_far_it_reaches(heaps):
    level = cut(heaps, (9,))[0]
    for number in range(9):
        inside = heaps[level.members == number]
        np.testing.assert_allclose(level.summits[number], inside.mean(axis=0), atol=0.01)
        assert 0.01 < level.reaches[number] < 0.05


def test_levels_grow_finer_and_each_region_has_one_above(heaps):
    levels = cut(heaps, (2, 9, 40))
    counts = [len(level.sizes) for level in levels]
    assert counts == sorted(counts)
    assert all(level.sizes.sum() == 1800 for level in levels)
    above = parents(levels[0], levels[1])
    assert above.shape == (counts[1],)
    assert set(above.tolist()) <= set(range(counts[0]))


def test_few_papers_have_one_level():
    places = np.random.default_rng(1).random((10, 2)).astype(np.float32)
    levels = cut(places)
    assert [len(level.sizes) for level in levels] == [1]


def test_papers_in_one_place_are_one_region():
    assert cut(np.full((50, 2), 0.5, np.float32))[0].sizes.tolist() == [50]
