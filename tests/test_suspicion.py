"""Suspicion: bursts of new accounts, crowds behind one network, rings that vote alike; and innocent votes."""

from datetime import UTC, datetime, timedelta

from broadsheet.suspicion import VoteLine, suspicions

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def line(paper, person, minute=0.0, age_days=300.0, origin=""):
    at = NOW + timedelta(minutes=minute)
    return VoteLine(paper, person, at, at - timedelta(days=age_days), origin, held=False)


def test_a_burst_of_newcomers_is_found():
    found = suspicions([line(1, person, person * 2, age_days=2) for person in range(1, 8)])
    assert [(each.kind, each.people) for each in found] == [("burst", tuple(range(1, 8)))]


def test_old_accounts_may_vote_at_once():
    assert suspicions([line(1, person, person) for person in range(1, 40)]) == []


def test_newcomers_may_vote_one_by_one():
    assert suspicions([line(1, person, person * 60, age_days=2) for person in range(1, 20)]) == []


def test_a_crowd_of_newcomers_behind_one_network_is_found():
    votes = [line(1, person, person * 60, age_days=1, origin="a") for person in (1, 2, 3)]
    assert [each.kind for each in suspicions(votes)] == ["crowd"]
    assert suspicions([line(1, person, person * 60, origin="campus") for person in range(1, 9)]) == []


def test_accounts_that_always_vote_together_are_a_ring():
    ring = [line(paper, person, paper * 900 + person * 100) for paper in range(1, 7) for person in (1, 2, 3)]
    others = [line(paper, person, paper * 700) for paper in range(1, 60) for person in (paper + 100, paper + 101)]
    assert [(each.kind, each.people) for each in suspicions(ring + others)] == [("ring", (1, 2, 3))]


def test_two_friends_are_no_ring():
    assert suspicions([line(paper, person, paper * 900) for paper in range(1, 9) for person in (1, 2)]) == []
