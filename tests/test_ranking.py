"""Ranking: sums of parts that can be said, and the order they give."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import BadInput
from broadsheet.ranking import (
    Activity,
    Evidence,
    Weights,
    explain_hot,
    hot,
    momentum,
    parse_weights,
    rising_points,
    still_fresh,
    usual_votes,
    wilson,
)

NOW = datetime(2026, 5, 29, 12, tzinfo=UTC)
OURS = Weights()

evidence = st.builds(
    Evidence,
    listed_at=st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    voters=st.floats(0, 1e6),
    imported_votes=st.integers(0, 10**6),
    commenters=st.integers(0, 10**4),
    imported_comments=st.integers(0, 10**4),
    stars=st.integers(0, 10**6),
)


def seen(votes, *, days=0.0, **more):
    return Evidence(NOW - timedelta(days=days), votes, **more)


@given(evidence)
def test_the_parts_sum_to_the_score_less_the_time_points_of_now(known):
    score = explain_hot(known, OURS, NOW)
    now = (NOW - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds() / 86_400 / OURS.days_per_ten
    assert score.total == pytest.approx(hot(known, OURS) - now, abs=1e-9)
    assert all(part.why.endswith(".") for part in score.parts)


@given(evidence, evidence, st.integers(-10_000, 10_000))
def test_the_order_is_the_same_at_every_moment(one, other, hours):
    later = NOW + timedelta(hours=hours)
    now_ahead = explain_hot(one, OURS, NOW).total - explain_hot(other, OURS, NOW).total
    assert explain_hot(one, OURS, later).total - explain_hot(other, OURS, later).total == pytest.approx(
        now_ahead, abs=1e-6
    )


def test_ten_times_the_votes_are_worth_four_days():
    assert hot(seen(99, days=4), OURS) == pytest.approx(hot(seen(9), OURS))
    assert hot(seen(99, days=3.9), OURS) > hot(seen(9), OURS)


def test_more_of_anything_is_never_colder():
    known = seen(5)
    for more in ({"imported_votes": 3}, {"commenters": 1}, {"imported_comments": 2}, {"stars": 1}):
        assert hot(seen(5, **more), OURS) > hot(known, OURS)
    assert hot(seen(5, imported_comments=1), OURS) == hot(known, OURS), "the submitter's own comment adds nothing"


def test_the_parts_say_what_they_count():
    votes, discussion, code, age = explain_hot(seen(2.5, days=2, imported_votes=20, commenters=1), OURS, NOW).parts
    assert (
        votes.why
        == "Votes here weigh 2.5, and 20 counted elsewhere weigh 0.5 each: 12.5 in all. Ten times as many add 1."
    )
    assert discussion.why == "1 person commented here. Ten times as many add 0.05."
    assert code.points == 0
    assert age.points == pytest.approx(-0.5)
    assert age.why == "Listed 2 days ago; every 4 days take 1, as much as ten times the votes give."


def test_an_operator_sets_weights_in_words():
    assert parse_weights("") == OURS
    assert parse_weights(" days_per_ten=3 , imported = 1 ") == Weights(days_per_ten=3, imported=1)


@pytest.mark.parametrize(
    "text", ["votes=1", "days_per_ten=soon", "days_per_ten=0", "code=nan", "imported=-1", "imported"]
)
def test_weights_that_make_no_sense_are_refused(text):
    with pytest.raises(BadInput, match="ranking weight"):
        parse_weights(text)


@pytest.mark.parametrize(
    ("up", "down", "bound"),
    [(0, 0, 0), (1, 0, 0.3784), (10, 0, 0.8589), (10, 1, 0.7395), (0, 5, 0), (600, 400, 0.5799)],
)
def test_wilson_bound(up, down, bound):
    assert wilson(up, down) == pytest.approx(bound, abs=1e-4)


def test_wilson_refuses_nothing_and_stays_a_share():
    assert all(0 <= wilson(up, down) <= 1 for up in range(40) for down in range(40))


def test_votes_halve_every_day():
    assert still_fresh(momentum([(NOW, 1.0)]), NOW) == pytest.approx(1)
    assert still_fresh(momentum([(NOW - timedelta(days=1), 1.0), (NOW, 3.0)]), NOW) == pytest.approx(3.5)
    assert still_fresh(momentum([(NOW, 8.0)]), NOW + timedelta(days=3)) == pytest.approx(1)
    assert momentum([]) == -math.inf
    assert still_fresh(-math.inf, NOW) == 0


def test_votes_of_long_ago_neither_overflow_nor_count():
    ancient = [(datetime(1950, 1, 1, tzinfo=UTC), 5.0), (NOW, 1.0)]
    assert still_fresh(momentum(ancient), NOW) == pytest.approx(1)


def test_a_paper_of_a_small_field_rises_with_fewer_votes():
    large, small = usual_votes(Activity(900, 9_000), 0.5), usual_votes(Activity(30, 6), 0.5)
    assert sum(rising_points(4, small)) > sum(rising_points(12, large)) > 0
    assert sum(rising_points(0, small)) < 0


def test_a_field_of_few_papers_is_drawn_to_the_typical_field():
    assert usual_votes(Activity(0, 0), 3) == pytest.approx(3)
    assert usual_votes(Activity(1, 0), 3) == pytest.approx(9 / 4)
    assert usual_votes(Activity(3_000, 0), 3) == pytest.approx(0, abs=0.01)
