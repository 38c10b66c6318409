"""The order of a collection: wherever a paper goes, all others keep their order, and what is hidden stays near by."""

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.collected import moved


def test_a_paper_goes_where_it_is_sent():
    assert moved([1, 2, 3, 4], [1, 2, 3, 4], 4, 1) == [4, 1, 2, 3]
    assert moved([1, 2, 3, 4], [1, 2, 3, 4], 1, 4) == [2, 3, 4, 1]
    assert moved([1, 2, 3, 4], [1, 2, 3, 4], 2, 3) == [1, 3, 2, 4]


def test_places_are_counted_among_what_is_shown():
    assert moved([1, 9, 2, 3], [1, 2, 3], 1, 2) == [9, 2, 1, 3]
    assert moved([9, 1, 2], [1, 2], 2, 1) == [9, 2, 1]


@given(st.sets(st.integers(0, 7), min_size=1), st.integers(0, 7), st.integers(0, 7))
def test_nothing_is_lost_and_the_others_keep_their_order(shown, which, where):
    order, seen = list(range(8)), sorted(shown)
    paper, place = seen[which % len(seen)], where % len(seen) + 1
    after = moved(order, seen, paper, place)
    assert sorted(after) == order
    assert [each for each in after if each in shown].index(paper) + 1 == place
    assert [each for each in after if each != paper] == [each for each in order if each != paper]
