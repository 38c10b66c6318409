"""Standings: what the database reckons is what the formula says, and lists are read by their indexes."""

import math
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.ranking import COMMENT_GROWTH, DAY, EPOCH, HALVING_DAYS, Weights, hot, momentum
from broadsheet.store import standings
from broadsheet.store.models import Comment, Edition, EditionEntry, ImportedCount, Paper, Vote
from broadsheet.store.query import execute, rows
from broadsheet.store.transactions import together

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def counted(paper):
    with together():
        standings.lock(paper)
        standings.refresh(paper)
    return rows(
        "SELECT votes, weight, comments, commenters, counted, said, hot, momentum FROM standing WHERE paper_id = %s",
        paper,
    )[0]


@pytest.fixture
def people(person):
    return [person(f"voter{number}") for number in range(12)]


def test_the_database_and_the_formula_agree_on_random_papers(people):
    draw = random.Random(7)
    for number in range(40):
        paper = Paper.objects.create(
            key=f"p{number}", title="T",
            imported_votes=draw.choice([0, 1, 17, 90_000]), imported_comments=draw.randrange(5),
            created_at=START - timedelta(days=draw.randrange(300), seconds=draw.randrange(86_400)),
        )  # fmt: skip
        votes, comments = draw.sample(people, draw.randrange(12)), draw.choices(people, k=draw.randrange(6))
        for voter in votes:
            Vote.objects.create(paper=paper, person=voter, weight=draw.choice([0.25, 0.7, 1]), cast_at=_moment(draw))
        for writer in comments:
            Comment.objects.create(paper=paper, person=writer, body="b", created_at=_moment(draw))
        counted(paper.pk)
        evidence = standings.find_evidence([paper.pk])[paper.pk]
        stored, moving = standings.find_scores([paper.pk])[paper.pk]
        assert evidence.voters == pytest.approx(sum(v.weight for v in paper.votes.all()))
        assert evidence.commenters == len({writer.pk for writer in comments})
        assert stored == pytest.approx(hot(evidence, Weights()), abs=1e-9)
        assert moving == pytest.approx(_momentum(paper, evidence), abs=1e-9)


def _moment(draw):
    return START + timedelta(seconds=draw.random() * 40 * DAY)


def _momentum(paper, evidence):
    newest = {}
    for comment in paper.comments.all():
        newest[comment.person_id] = max(newest.get(comment.person_id, comment.created_at), comment.created_at)
    moments = [(v.cast_at, v.weight) for v in paper.votes.all()] + [(at, COMMENT_GROWTH) for at in newest.values()]
    moments += [(evidence.listed_at, 0.5 * paper.imported_votes)] if paper.imported_votes else []
    return momentum(moments) if moments else None


def test_a_held_vote_a_removed_comment_and_a_hidden_one_count_nothing(people):
    paper = Paper.objects.create(key="p", title="T")
    Vote.objects.create(paper=paper, person=people[0], weight=1, held=True)
    Comment.objects.create(paper=paper, person=people[0], body="b", removed_at=START)
    Comment.objects.create(paper=paper, person=people[1], body="b", hidden_at=START)
    assert counted(paper.pk)[:6] == (0, 0, 0, 0, 0, 0)


def test_time_counts_from_the_first_edition_and_not_from_one_of_the_far_future():
    paper = Paper.objects.create(key="p", title="T", created_at=START)
    for day in (date(2026, 3, 4), date(2026, 3, 3), date(2999, 1, 1)):
        Edition.objects.create(day=day)
        EditionEntry.objects.create(paper=paper, edition_id=day, position=1, source="s")
    counted(paper.pk)
    assert standings.find_evidence([paper.pk])[paper.pk].listed_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_paper_that_comes_in_on_the_day_of_its_edition_is_listed_from_that_minute():
    paper = Paper.objects.create(key="p", title="T", created_at=START)
    Edition.objects.create(day=START.date())
    EditionEntry.objects.create(paper=paper, edition_id=START.date(), position=1, source="s")
    counted(paper.pk)
    assert standings.find_evidence([paper.pk])[paper.pk].listed_at == START


def test_what_hung_on_a_paper_that_became_another_counts_for_that_one_and_once_a_person(people):
    paper = Paper.objects.create(key="p", title="T")
    gone = Paper.objects.create(key="q", title="", merged_into=paper)
    for of, voter in ((paper, people[0]), (gone, people[0]), (gone, people[1])):
        Vote.objects.create(paper=of, person=voter, weight=1)
    assert counted(paper.pk)[:2] == (2, 2)


def test_votes_and_stars_that_grow_elsewhere_move_a_paper_when_the_growth_comes_in():
    paper = Paper.objects.create(key="p", title="T", imported_votes=4, created_at=START)
    ImportedCount.objects.create(paper=paper, source="hub", votes=4, stars=100, observed_at=START)
    before = counted(paper.pk)
    assert counted(paper.pk)[7] == before[7]
    Paper.objects.filter(pk=paper.pk).update(imported_votes=8)
    ImportedCount.objects.update(stars=199)
    after = counted(paper.pk)
    now = (datetime.now(UTC) - EPOCH).total_seconds() / DAY * math.log10(2) / HALVING_DAYS
    assert after[7] == pytest.approx(now + math.log10(0.5 * 4 + 0.1 * 99), abs=1e-3)
    assert after[6] - before[6] == pytest.approx(math.log10(5 / 3) + 0.02 * 2, abs=1e-9)


def test_other_weights_make_standings_stale_until_they_are_reckoned_anew(settings):
    paper = Paper.objects.create(key="p", title="T", imported_votes=3)
    assert standings.find_stale() == [paper.pk]
    standings.refresh_listed(standings.find_stale())
    assert standings.find_stale() == []
    execute("UPDATE standing SET rule = 'old'")
    assert standings.find_stale() == [paper.pk]


def test_papers_that_stand_nowhere_get_no_standing():
    Paper.objects.create(key="p", title="T")
    listed = Paper.objects.create(key="q", title="T", imported_votes=1)
    standings.refresh_listed([each.pk for each in Paper.objects.all()])
    assert rows("SELECT paper_id FROM standing") == [(listed.pk,)]
