"""Neighbours: the short vectors keep who is near whom, and the index finds almost all of them."""

import numpy as np

from broadsheet.mapping import neighbours
from broadsheet.mapping.neighbours import nearest, shorten


def exact(vectors, k):
    far = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    return np.argsort(far, axis=1)[:, :k]


def test_short_vectors_keep_distances_and_ids(literature):
    ids, short = shorten(literature.chunks(), 24)
    assert ids.tolist() == literature.ids.tolist()
    before = np.linalg.norm(literature.vectors[0] - literature.vectors[1:], axis=1)
    np.testing.assert_allclose(np.linalg.norm(short[0] - short[1:], axis=1), before, atol=1e-4)


def test_they_do_not_depend_on_how_the_vectors_come(literature):
    one, other = shorten(literature.chunks(size=7), 8)[1], shorten(literature.chunks(size=300), 8)[1]
    assert other.shape == (300, 8)
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_no_vectors_make_none():
    ids, short = shorten(lambda: iter(()))
    assert (len(ids), len(short)) == (0, 0)


def test_few_are_compared_exactly(literature):
    rows, distances = nearest(literature.vectors, 5)
    assert rows.tolist() == exact(literature.vectors, 5).tolist()
    assert (np.diff(distances, axis=1) >= 0).all()


def test_many_are_found_by_lists(literature, monkeypatch):
    monkeypatch.setattr(neighbours, "EXACT_BELOW", 100)
    rows, _ = nearest(literature.vectors, 5)
    found = [len(set(ours) & set(theirs)) for ours, theirs in zip(rows, exact(literature.vectors, 5), strict=True)]
    assert np.mean(found) > 4.5
    assert not (rows == np.arange(300)[:, None]).any()


def test_twins_are_each_others_neighbours_and_not_their_own():
    vectors = np.repeat(np.eye(6, dtype=np.float32), 4, axis=0)
    rows, distances = nearest(vectors, 3)
    assert not (rows == np.arange(24)[:, None]).any()
    assert (rows // 4 == np.arange(24)[:, None] // 4).all()
    assert distances.max() == 0
