"""The flood rule: no category takes more than half of ten places in a row while others have papers."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.flooding import MOST, WINDOW, Candidate, spread

candidates = st.lists(
    st.tuples(st.floats(-5, 5), st.sampled_from(["cs.LG", "cs.LG", "cs.CV", "math.CO", ""])), max_size=60
).map(lambda pairs: [Candidate(paper, score, category) for paper, (score, category) in enumerate(pairs)])


@given(candidates)
def test_every_paper_has_one_place_and_the_rule_holds_as_long_as_others_are_left(papers):
    order = spread(papers)
    assert sorted(each.paper for each in order) == [each.paper for each in papers]
    assert [each.place for each in order] == list(range(1, len(order) + 1))
    category = {each.paper: each.category for each in papers}
    for end in range(len(order)):
        window = Counter(category[each.paper] for each in order[max(0, end - WINDOW + 1) : end + 1])
        rest = {category[each.paper] for each in order[end:]}
        mine = category[order[end].paper]
        if mine and window[mine] > MOST:
            full = {code for code in rest if window[code] - (code == mine) >= MOST}
            assert rest <= full, "a paper of another category could have stood here"


@given(candidates)
def test_within_a_category_and_where_nothing_floods_the_score_decides(papers):
    order = spread(papers)
    category = {each.paper: each.category for each in papers}
    for code in set(category.values()):
        scores = [each.score for each in order if category[each.paper] == code]
        assert scores == sorted(scores, reverse=True)


def test_a_busy_category_waits_and_says_so():
    papers = [Candidate(n, 10 - n, "cs.LG") for n in range(8)] + [
        Candidate(8, 1, "math.CO"),
        Candidate(9, 0.5, "q-bio.NC"),
    ]
    order = spread(papers)
    assert [each.paper for each in order] == [0, 1, 2, 3, 4, 8, 9, 5, 6, 7]
    assert order[5].why == "Place 9 by score; it moved up past papers of a category that already had its share."
    assert order[7].why == "Place 6 by score; it waited because cs.LG already had 5 of 10 places."
    assert not order[0].why


def test_papers_without_a_category_never_wait():
    assert [each.paper for each in spread([Candidate(n, -n) for n in range(20)])] == list(range(20))


def test_equal_scores_stand_in_the_order_given():
    assert [each.paper for each in spread([Candidate(2, 1, "a"), Candidate(1, 1, "b")])] == [2, 1]
