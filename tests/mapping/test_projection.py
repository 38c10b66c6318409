"""Projection: neighbours stay neighbours, chance is fixed by the seed, and a new map looks like the one before."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from broadsheet.mapping.projection import Projected, into_square, project


@pytest.fixture
def places(literature, quick):
    return project(literature.vectors, effort=quick).places


def test_neighbours_stay_neighbours(literature, places):
    assert trustworthiness(literature.vectors, places, n_neighbors=10) > 0.85


def test_subjects_lie_apart(literature, places):
    middles = np.array([places[literature.kinds == kind].mean(axis=0) for kind in range(3)])
    nearest = np.linalg.norm(places[:, None] - middles[None], axis=2).argmin(axis=1)
    assert (nearest == literature.kinds).mean() > 0.97


def test_everything_lies_in_the_unit_square(places):
    assert places.min() >= 0
    assert places.max() <= 1
    assert np.ptp(places, axis=0).max() > 0.9


def test_the_same_seed_gives_the_same_map(literature, quick, places):
    np.testing.assert_array_equal(places, project(literature.vectors, effort=quick).places)


def test_a_map_drawn_again_looks_like_the_one_before(literature, quick):
    first = project(literature.vectors, effort=quick)
    places, before = first.places, first.places.copy()
    before[::10] = np.nan
    again = project(literature.vectors, Projected(before, first.spread), quick).places
    known = np.isfinite(before[:, 0])
    moved = np.linalg.norm(again[known] - before[known], axis=1)
    assert np.median(moved) < 0.08
    new = np.linalg.norm(again[~known] - places[~known], axis=1)
    assert np.median(new) < 0.15


def test_a_map_of_which_little_is_known_is_drawn_from_the_start(literature, quick):
    before = np.full((300, 2), np.nan, np.float32)
    before[:3] = 0.5
    assert np.isfinite(project(literature.vectors, Projected(before, 9.0), quick).places).all()


def test_eight_papers_and_twins_can_be_drawn(quick):
    chance = np.random.default_rng(1)
    assert project(chance.normal(size=(8, 4)).astype(np.float32), effort=quick).places.shape == (8, 2)
    assert np.isfinite(project(np.repeat(np.eye(4, dtype=np.float32), 5, axis=0), effort=quick).places).all()


def test_a_narrow_map_is_widened_but_not_without_limit():
    thin = np.stack([np.linspace(0, 1, 500), np.linspace(0, 0.1, 500)], axis=1).astype(np.float32)
    assert 0.1 < np.ptp(into_square(thin)[:, 1]) < 0.2
