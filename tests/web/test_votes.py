"""Votes: one a person and paper, by a button that works without script, counted from the rows."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from broadsheet import voting
from broadsheet.errors import TooMany
from broadsheet.ingest import ingest
from broadsheet.limits import HOUR, Allowance
from broadsheet.people import Trust
from broadsheet.store import votes
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import PaperState, Standing, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(draft, edition_of):
    ingest([draft(edition=edition_of("2026-01-06", 1))])
    return find_paper("2601.00001")[0]


def test_a_visitor_is_invited_to_sign_in_and_gets_no_cookie(visit, paper):
    page = visit("/papers/2601.00001")
    assert page.all("//a[@class='vote']/@href") == ["/account/login"]
    assert "Set-Cookie" not in page.response.headers
    visit(f"/votes/{paper}", 403, method="post")
    assert Vote.objects.count() == 0


def test_a_vote_is_cast_and_taken_back_by_the_button_on_the_page(person, signed_in, paper):
    ask = signed_in(person())
    for path in ("/papers/2601.00001", "/papers/date/2026-01-06"):
        assert ask(path).all("//button[@class='vote']/@aria-pressed") == ["false"]
        answer = ask(f"/votes/{paper}", 303, method="post", data={"to": "up", "next": path})
        assert answer.response.headers["Location"] == f"{path}#p{paper}"
        button = ask(path).all("//button[@class='vote']")[0]
        assert (button.get("aria-pressed"), button.get("value")) == ("true", "none")
        assert "1" in button.text_content()
        ask(f"/votes/{paper}", 303, method="post", data={"to": "none", "next": path})
        assert Standing.objects.get(paper=paper).votes == 0


def test_a_script_gets_the_button_alone(person, signed_in, paper):
    answer = signed_in(person())(f"/votes/{paper}", method="post", data={"to": "up"}, **{"HX-Request": "true"})
    assert answer.all("//button/@aria-pressed") == ["true"]
    assert "<html" not in answer.text


def test_voting_twice_is_voting_once(person, signed_in, paper):
    ask = signed_in(person())
    for _ in range(3):
        ask(f"/votes/{paper}", 303, method="post", data={"to": "up"})
    assert Vote.objects.count() == Standing.objects.get(paper=paper).votes == 1


def test_forms_without_their_token_change_nothing(person, paper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post(f"/votes/{paper}", {"to": "up"}).status_code == 403
    assert Vote.objects.count() == 0


@pytest.mark.parametrize(
    "leads", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_nobody_is_led_off_the_site(person, signed_in, paper, leads):
    answer = signed_in(person())(f"/votes/{paper}", 303, method="post", data={"to": "up", "next": leads})
    assert answer.response.headers["Location"] == f"/#p{paper}"


def test_what_is_no_vote_is_refused_by_name(person, signed_in, paper):
    ask = signed_in(person())
    assert "sideways" in ask(f"/votes/{paper}", 400, method="post", data={"to": "sideways"}).words
    ask("/votes/999999", 404, method="post", data={"to": "up"})
    ask(f"/votes/{2**70}", 404, method="post", data={"to": "up"})


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"verified": False}, "Verify your mail address"),
        ({"suspended_until": datetime.now(UTC) + timedelta(days=2)}, "suspended until"),
        ({"suspended_until": datetime(9999, 1, 1, tzinfo=UTC)}, "suspended for good"),
    ],
)
def test_who_may_not_vote_is_told_why(person, signed_in, paper, values, says):
    assert says in signed_in(person(**values))(f"/votes/{paper}", 403, method="post", data={"to": "up"}).words
    assert Vote.objects.count() == 0


def test_a_locked_paper_takes_no_votes_but_gives_them_back(person, viewer_of, paper):
    alice = viewer_of(person())
    now = datetime.now(UTC)
    voting.vote(alice, paper, up=True, now=now)
    PaperState.objects.create(paper_id=paper, locked=True)
    with pytest.raises(voting.Forbidden, match="closed"):
        voting.vote(alice, paper, up=True, now=now)
    assert voting.vote(alice, paper, up=False, now=now) == voting.Outcome(mine=False, votes=0)


def test_too_many_votes_are_refused_for_the_rest_of_the_hour(person, viewer_of, paper, monkeypatch):
    monkeypatch.setitem(voting.ALLOWED, Trust.MEMBER, Allowance(3, HOUR))
    alice, now = viewer_of(person()), datetime.now(UTC).replace(minute=59, second=0)
    for up in (True, False, True):
        voting.vote(alice, paper, up=up, now=now)
    with pytest.raises(TooMany) as refused:
        voting.vote(alice, paper, up=False, now=now)
    assert 0 < refused.value.wait_s <= 61
    voting.vote(alice, paper, up=False, now=now + timedelta(minutes=1))


def test_new_accounts_weigh_less_and_grow(person, viewer_of, paper):
    for handle, days, role in (
        ("new", 0, "member"),
        ("half", 10, "member"),
        ("old", 40, "member"),
        ("sure", 0, "trusted"),
    ):
        voting.vote(viewer_of(person(handle, days=days, role=role)), paper, up=True, now=datetime.now(UTC))
    weights = [round(v.weight, 2) for v in Vote.objects.order_by("person_id")]
    assert weights == [0.25, 0.5, 1.0, 1.0]
    standing = Standing.objects.get(paper=paper)
    assert (standing.votes, round(standing.weight, 3)) == (4, round(sum(v.weight for v in Vote.objects.all()), 3))


def test_a_held_vote_counts_nowhere_until_it_is_let_go(person, viewer_of, paper):
    people = [person(handle) for handle in ("alice", "bob", "charlie")]
    for each in people:
        voting.vote(viewer_of(each), paper, up=True, now=datetime.now(UTC))
    assert votes.hold(paper, [people[0].pk, people[1].pk], held=True) == 2
    assert votes.count_votes(paper) == 1
    assert votes.hold(paper, [people[0].pk], held=False) == 1
    assert votes.count_votes(paper) == 2
    assert votes.drifted() == []


def test_random_toggles_leave_no_drift(person, draft):
    ingest([draft(f"2601.{number:05}") for number in range(1, 6)])
    papers = [find_paper(f"2601.{number:05}")[0] for number in range(1, 6)]
    people = [person(f"p{number}").pk for number in range(8)]
    dice, truth, now = random.Random(7), set(), datetime.now(UTC)
    for _ in range(600):
        pair = dice.choice(papers), dice.choice(people)
        if dice.random() < 0.5:
            votes.cast(pair[0], votes.Ballot(pair[1], dice.random(), now))
            truth.add(pair)
        else:
            votes.withdraw(*pair)
            truth.discard(pair)
    assert set(Vote.objects.values_list("paper_id", "person_id")) == truth
    assert votes.drifted() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_votes_sent_at_once_give_one_row_each(person, draft):
    ingest([draft()])
    paper = find_paper("2601.00001")[0]
    people = [person(f"p{number}").pk for number in range(5)] * 8

    def cast(number: int) -> bool:
        try:
            return votes.cast(paper, votes.Ballot(number, 1.0, datetime.now(UTC)))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(cast, people)) == 5
    assert Vote.objects.count() == Standing.objects.get(paper=paper).votes == 5
    assert votes.drifted() == []
