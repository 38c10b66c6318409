"""Measures of rankings, against values worked out by hand and against trec_eval's definitions."""

import math

import pytest

from broadsheet.measures import ndcg, recall, reciprocal_rank, spearman


def test_a_perfect_ranking_has_gain_one():
    assert ndcg(["a", "b", "c"], {"a": 2, "b": 1}) == pytest.approx(1)


def test_gains_are_linear_and_discounted_by_place():
    ideal = 3 + 1 / math.log2(3)
    assert ndcg(["x", "a", "b"], {"a": 3, "b": 1}) == pytest.approx((3 / math.log2(3) + 1 / 2) / ideal)


def test_only_the_first_ten_count():
    assert ndcg([*"0123456789", "a"], {"a": 1}) == 0


def test_what_is_judged_irrelevant_counts_for_nothing():
    assert ndcg(["a"], {"a": 0}) == 0
    assert recall(["a"], {"a": 0}) == 0
    assert ndcg(["a", "b"], {"a": -1, "b": 1}) == pytest.approx(1 / math.log2(3))


def test_recall_is_the_share_of_relevant_papers_that_were_found():
    assert recall(["a", "x"], {"a": 1, "b": 2}) == 0.5
    assert recall(["x", "a"], {"a": 1}, depth=1) == 0


def test_reciprocal_rank_looks_at_the_first_relevant_paper():
    assert reciprocal_rank(["x", "b", "a"], {"a": 1, "b": 1}) == 0.5
    assert reciprocal_rank(["x"], {"a": 1}) == 0


def test_spearman_goes_by_ranks_and_equals_share_theirs():
    assert spearman([1, 2, 3, 400], [10, 20, 30, 31]) == pytest.approx(1)
    assert spearman([3, 2, 1], [1, 2, 3]) == pytest.approx(-1)
    assert spearman([1, 1, 2], [1, 2, 3]) == pytest.approx(0.8660, abs=1e-4)


def test_spearman_of_a_side_without_an_order_is_nothing():
    assert spearman([1, 1, 1], [1, 2, 3]) == spearman([1, 2], [5, 5]) == 0
