"""Splitting: who leaves, and where to."""

import pytest

from broadsheet.errors import BadInput
from broadsheet.splitting import plan_split

A, B, C, D = ("s", "a"), ("s", "b"), ("s", "c"), ("s", "d")


def test_records_that_a_rule_added_go_to_a_new_paper():
    assert plan_split([A, B], [B], A, {}).target is None


def test_the_side_that_began_the_paper_stays():
    assert plan_split([A, B, C], [A], A, {}).records == {B, C}


def test_records_that_a_join_brought_go_back():
    plan = plan_split([A, B, C], [B, C], A, {B: (7,), C: (7,)})
    assert (plan.records, plan.target) == ({B, C}, 7)


def test_of_joins_within_joins_the_one_that_brought_just_these_is_undone():
    origins = {B: (7,), C: (7, 9), D: (7, 9)}
    assert plan_split([A, B, C, D], [B, C, D], A, origins).target == 7
    assert plan_split([A, B, C, D], [C, D], A, origins).target == 9
    assert plan_split([A, B, C, D], [C], A, origins).target == 9


@pytest.mark.parametrize("chosen", [[], [A, B], [("s", "stranger")]])
def test_a_split_needs_two_sides(chosen):
    with pytest.raises(BadInput):
        plan_split([A, B], chosen, A, {})
