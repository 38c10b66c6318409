"""The formulas of other sites, against the numbers that they are known to give."""

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.ranking import Evidence
from broadsheet.rival_rankings import hacker_news, lobsters_hotness, newest_first, reddit_hot, votes_alone

NOW = datetime(2026, 5, 29, 12, tzinfo=UTC)


def seen(votes, hours=0.0, comments=0):
    return Evidence(NOW - timedelta(hours=hours), votes, imported_comments=comments)


@pytest.mark.parametrize(
    ("formula", "hours", "votes"),
    [
        (reddit_hot, 12, 46),
        (reddit_hot, 24, 416),
        (lobsters_hotness, 24, 73),
        (hacker_news, 24, 1_285),
        (hacker_news, 6, 92),
    ],
)
def test_votes_that_an_older_paper_needs_to_equal_a_fresh_one_with_five(formula, hours, votes):
    fresh = formula(seen(5), NOW)
    assert formula(seen(votes - 1, hours), NOW) < fresh < formula(seen(votes + 1, hours), NOW)


def test_reddit_gives_a_tenfold_twelve_and_a_half_hours():
    assert reddit_hot(seen(100, 12.5), NOW) == pytest.approx(reddit_hot(seen(10), NOW))


def test_lobsters_counts_the_comments_of_others_up_to_the_votes():
    assert lobsters_hotness(seen(5, comments=1), NOW) == lobsters_hotness(seen(5), NOW)
    assert lobsters_hotness(seen(5, comments=3), NOW) > lobsters_hotness(seen(5), NOW)
    assert lobsters_hotness(seen(5, comments=6), NOW) == lobsters_hotness(seen(5, comments=60), NOW)


def test_hacker_news_lowers_what_is_more_discussed_than_voted_for():
    assert hacker_news(seen(50, 3, comments=20), NOW) == hacker_news(seen(50, 3), NOW)
    assert hacker_news(seen(50, 3, comments=100), NOW) == pytest.approx(hacker_news(seen(50, 3), NOW) / 4)
    assert hacker_news(seen(0, 3), NOW) < 0


def test_the_simple_orders():
    assert votes_alone(seen(5, 3), NOW) == 5
    assert newest_first(seen(5, 3), NOW) < newest_first(seen(0, 2), NOW)
