"""A fake community: plausible, marked, repeatable, never beside real people, and gone without a trace."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from broadsheet.errors import BadInput
from broadsheet.fake_community import fill
from broadsheet.ingest import ingest
from broadsheet.inventing import invent_people, invent_thread, invent_vote_count, invent_vote_time
from broadsheet.store import discussion, fakes, votes
from broadsheet.store.models import Comment, Person, Standing, Vote
from broadsheet.web import rendering

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def papers(draft, edition_of):
    ingest([draft(f"2601.{number:05}", edition=edition_of("2026-01-06", number)) for number in range(1, 13)])


@pytest.fixture(autouse=True)
def asked_anew():
    rendering._is_invented.cache_clear()
    yield
    rendering._is_invented.cache_clear()


def test_people_vote_and_talk_and_every_page_says_that_they_are_invented(papers, visit):
    filled = fill(60, 12, 1, NOW, lambda done: None)
    assert filled.votes == Vote.objects.count() > 20
    assert filled.comments == Comment.objects.count() > 2
    assert votes.drifted() == discussion.drifted() == []
    assert not Vote.objects.filter(cast_at__gt=NOW).exists()
    assert "invented" in visit("/papers/date/2026-01-06").words
    assert "60 " not in visit("/nowhere", 404).words


def test_the_same_dice_invent_the_same_people(papers):
    assert invent_people(50, Random(3)) == invent_people(50, Random(3)) != invent_people(50, Random(4))


def test_they_leave_without_a_trace(papers, visit):
    fill(40, 12, 2, NOW, lambda done: None)
    assert fakes.remove_people() == 40
    assert Person.objects.count() == Vote.objects.count() == Comment.objects.count() == 0
    assert set(Standing.objects.values_list("votes", "comments", "commenters")) <= {(0, 0, 0)}
    rendering._is_invented.cache_clear()
    assert "invented" not in visit("/papers/date/2026-01-06").words


def test_they_are_refused_beside_real_people_and_twice(papers, person):
    fill(10, 3, 1, NOW, lambda done: None)
    with pytest.raises(BadInput, match="--remove"):
        fill(10, 3, 1, NOW, lambda done: None)
    fakes.remove_people()
    person("alice")
    with pytest.raises(BadInput, match="real account"):
        fill(10, 3, 1, NOW, lambda done: None)
    assert fakes.remove_people() == 0
    assert Person.objects.get().handle == "alice"


def test_there_must_be_papers_to_talk_about():
    with pytest.raises(BadInput, match="no papers"):
        fill(10, 3, 1, NOW, lambda done: None)
    assert not Person.objects.exists()


def test_counts_and_times_are_spread_as_on_a_real_list():
    dice = Random(1)
    counts = sorted(invent_vote_count(dice, 1_000) for _ in range(5_000))
    assert (counts[500], counts[2_500], counts[4_500]) == (
        pytest.approx(1, abs=1),
        pytest.approx(6, abs=1),
        pytest.approx(33, abs=4),
    )
    times = sorted(invent_vote_time(dice) for _ in range(2_000))
    assert timedelta(0) <= times[0]
    assert timedelta(hours=6) < times[1_000] < timedelta(days=1)
    assert times[-1] <= timedelta(days=7)


def test_replies_come_after_what_they_answer():
    for seed in range(40):
        thread = invent_thread(range(20), 60, Random(seed))
        for place, comment in enumerate(thread):
            assert comment.parent is None or (comment.parent < place and thread[comment.parent].after < comment.after)
