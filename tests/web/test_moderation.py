"""Moderation: every act is one event in a log that nobody changes, and can be taken back to exactly what was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from broadsheet import moderation, voting, watching
from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.filtering import clean_rule
from broadsheet.ingest import ingest
from broadsheet.store import discussion, votes
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import Comment, FilterRule, Flag, ModerationEvent, PaperState, Person, Standing
from broadsheet.store.moderated import Subject, parse_subject

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def paper(draft, edition_of):
    ingest([draft(edition=edition_of("2026-01-06", 1)), draft("2601.00002")])
    return find_paper("2601.00001")[0]


@pytest.fixture
def mona(person, viewer_of):
    return viewer_of(person("mona", role="moderator"))


@pytest.fixture
def comment(person, paper):
    charlie = person("charlie")
    return discussion.add_comment(discussion.NewComment(paper, charlie.pk, "Buy this", "<p>Buy this</p>", "x", NOW))[0]


def everything():
    """What moderators can change, as the database holds it."""
    tables = ("paper_state", "comment", "comment_revision", "person", "vote", "standing", "flag", "filter_rule")
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            found[table] = sorted(cursor.fetchall(), key=repr)
    found["paper_state"] = [row[:3] for row in found["paper_state"] if True in row[1:3]]
    return found


def test_each_act_is_one_event_and_undo_restores_what_was(mona, person, paper, comment, viewer_of):
    alice, other = person("alice"), find_paper("2601.00002")[0]
    reply = discussion.NewComment(paper, alice.pk, "No", "<p>No</p>", "x", NOW, parent=comment)
    discussion.add_comment(reply)
    voting.vote(viewer_of(alice), paper, up=True, now=NOW)
    votes.cast(other, votes.Ballot(alice.pk, 1.0, NOW))
    watching.flag(viewer_of(alice), Subject("comment", (paper, comment)), "spam", "Look", NOW)
    rule = watching.add_rule(mona, clean_rule("keyword", "buy this", "flag"), "Advertising", NOW)
    acts = [
        lambda: moderation.act(mona, "hide", Subject("paper", (paper,)), "A test", NOW),
        lambda: moderation.act(mona, "lock", Subject("paper", (paper,)), "A test", NOW),
        lambda: moderation.act(mona, "hide", Subject("comment", (paper, comment)), "A test", NOW),
        lambda: moderation.act(mona, "lock", Subject("comment", (paper, comment)), "A test", NOW),
        lambda: moderation.move_thread(mona, comment, other, "A test", NOW),
        lambda: moderation.suspend(mona, alice.pk, 7, "A test", NOW),
        lambda: moderation.suspend(mona, alice.pk, None, "A test", NOW),
        lambda: moderation.hold_votes(mona, paper, [alice.pk], "A test", NOW),
        lambda: moderation.act(mona, "dismiss", Subject("flag", (Flag.objects.get().pk,)), "A test", NOW),
        lambda: moderation.act(mona, "switch-off", Subject("rule", (rule,)), "A test", NOW),
    ]
    for act in acts:
        before, events = everything(), ModerationEvent.objects.count()
        number = act()
        assert ModerationEvent.objects.count() == events + 1
        assert everything() != before
        moderation.undo(mona, number, "Taken back", NOW)
        assert everything() == before
    assert votes.drifted() == discussion.drifted() == []


def test_the_log_cannot_be_changed(mona, paper):
    moderation.act(mona, "hide", Subject("paper", (paper,)), "A test", NOW)
    for command in ("UPDATE moderation_event SET reason = 'x'", "DELETE FROM moderation_event"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(command)
    assert ModerationEvent.objects.get().reason == "A test"


def test_what_was_changed_again_is_not_undone(mona, paper):
    subject = Subject("paper", (paper,))
    first = moderation.act(mona, "hide", subject, "A test", NOW)
    moderation.act(mona, "show", subject, "A test", NOW)
    with pytest.raises(BadInput, match="changed again"):
        moderation.undo(mona, first, "Why", NOW)
    moderation.undo(mona, moderation.list_log(None, 1)[0].id, "Why", NOW)
    moderation.undo(mona, first, "Why", NOW)
    with pytest.raises(BadInput, match="taken back by"):
        moderation.undo(mona, first, "Why", NOW)
    assert not PaperState.objects.get().hidden


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 501])
def test_a_reason_is_asked_for(mona, paper, reason):
    with pytest.raises(BadInput, match="reason"):
        moderation.act(mona, "hide", Subject("paper", (paper,)), reason, NOW)
    assert not PaperState.objects.exists()


def test_an_act_that_changes_nothing_is_refused(mona, paper):
    with pytest.raises(BadInput, match="so already"):
        moderation.act(mona, "show", Subject("paper", (paper,)), "A test", NOW)
    assert not ModerationEvent.objects.exists()


def test_who_is_no_moderator_moderates_nothing(person, viewer_of, paper):
    for role in ("member", "trusted"):
        with pytest.raises(Forbidden):
            moderation.act(viewer_of(person(role, role=role)), "hide", Subject("paper", (paper,)), "A test", NOW)


def test_nobody_decides_about_themselves_or_about_equals(mona, person, viewer_of):
    mike, ada = person("mike", role="moderator"), person("ada", role="admin")
    for target in (mona.id, mike.pk, ada.pk):
        with pytest.raises(Forbidden):
            moderation.suspend(mona, target, 7, "A test", NOW)
    with pytest.raises(Forbidden):
        moderation.set_role(mona, mike.pk, "admin", "A test", NOW)
    moderation.set_role(viewer_of(ada), mike.pk, "member", "A test", NOW)
    assert Person.objects.get(handle="mike").role == "member"


@pytest.mark.parametrize(
    "text", ["", "paper", "paper:0:1", "paper:x", "comment:1", "person:-1", f"paper:{10**30}", "x:1"]
)
def test_what_names_nothing_is_refused(text):
    with pytest.raises(BadInput):
        parse_subject(text)


def test_what_does_not_exist_is_not_found(mona):
    for subject in ("paper:99999", "comment:1:99999", "person:99999", "flag:99999", "rule:99999"):
        kind = subject.partition(":")[0]
        action = {"person": "restore", "flag": "dismiss", "rule": "switch-off"}.get(kind, "hide")
        with pytest.raises(NotFound):
            moderation.act(mona, action, parse_subject(subject), "A test", NOW)


def test_a_hidden_paper_leaves_the_lists_and_its_page(mona, paper, visit, signed_in, person):
    moderation.act(mona, "hide", Subject("paper", (paper,)), "Not a paper", NOW)
    assert visit("/papers/date/2026-01-06").headlines == []
    assert "open log" in visit("/papers/2601.00001", 404).words
    assert signed_in(Person.objects.get(handle="mona"))("/papers/2601.00001").words
    assert "Not a paper" in visit("/log").words


def test_a_walk_from_flag_to_log(person, signed_in, mona, paper, comment, visit):
    alice, moderator = signed_in(person("alice")), signed_in(Person.objects.get(handle="mona"))
    subject = f"comment:{paper}:{comment}"
    assert alice(f"/flag/{subject}").all("//input[@name='reason']")
    alice(f"/flag/{subject}", method="post", data={"reason": "spam", "note": "An advertisement"})
    desk = moderator("/moderation")
    assert "An advertisement" in desk.words
    assert "Buy this" in desk.words
    form = {"subject": subject, "action": "hide", "reason": "An advertisement indeed", "next": "/moderation"}
    moderator("/moderation/act", 303, method="post", data=form)
    assert Flag.objects.get().state == "upheld"
    assert Comment.objects.get().hidden_at
    assert Standing.objects.get(paper=paper).comments == 0
    log = visit("/log")
    assert "An advertisement indeed" in log.words
    assert "alice" not in log.words  # who flags is not told
    number = ModerationEvent.objects.get().pk
    moderator(f"/moderation/undo/{number}", 303, method="post", data={"reason": "It was a joke"})
    assert Flag.objects.get().state == "open"
    assert Comment.objects.get().hidden_at is None


def test_flags_can_be_cleared(person, signed_in, mona, paper, comment, viewer_of):
    watching.flag(viewer_of(person("alice")), Subject("comment", (paper, comment)), "abuse", "", NOW)
    data = {"flag": [Flag.objects.get().pk], "reason": "Plain disagreement"}
    signed_in(Person.objects.get(handle="mona"))("/moderation/dismiss", 303, method="post", data=data)
    assert Flag.objects.get().state == "dismissed"
    assert ModerationEvent.objects.get().action == "dismiss"


def test_the_desk_is_for_moderators(person, signed_in, visit):
    for path in ("/moderation", "/moderation/people", "/moderation/rules"):
        assert visit(path, 302).response.headers["Location"].startswith("/account/login?next=")
        signed_in(Person.objects.filter(handle="alice").first() or person("alice"))(path, 403)


def test_flagging_twice_is_flagging_once_and_nonsense_is_refused(person, viewer_of, paper):
    alice, subject = viewer_of(person("alice")), Subject("paper", (paper,))
    assert watching.flag(alice, subject, "wrong", "", NOW)
    assert not watching.flag(alice, subject, "spam", "", NOW)
    for reason, note in (("because", ""), ("spam", "x" * 1_001)):
        with pytest.raises(BadInput):
            watching.flag(alice, subject, reason, note, NOW)


def test_a_rule_is_tried_before_it_is_kept(person, signed_in, mona, paper, comment):
    ask = signed_in(Person.objects.get(handle="mona"))
    page = ask("/moderation/rules?kind=keyword&pattern=BUY%20this&action=refuse")
    assert "would have caught 1 of 1 comment" in page.words
    assert not FilterRule.objects.exists()
    form = {"kind": "keyword", "pattern": "buy this", "action": "refuse", "note": "Advertising"}
    ask("/moderation/rules", 303, method="post", data=form)
    with pytest.raises(BadInput, match="buy this"):
        watching.screen("You should BUY THIS now")
    ask("/moderation/rules", 400, method="post", data=form)
    rule = FilterRule.objects.get()
    act = {"subject": f"rule:{rule.pk}", "action": "switch-off", "reason": "Too strict"}
    ask("/moderation/act", 303, method="post", data=act)
    assert watching.screen("You should BUY THIS now") is None
    assert [event.action for event in ModerationEvent.objects.order_by("id")] == ["add-rule", "switch-off"]


def test_a_burst_of_new_accounts_is_shown_and_held(person, signed_in, mona, paper, viewer_of):
    people = [person(f"new{number}", days=1) for number in range(6)]
    for number, each in enumerate(people):
        voting.vote(viewer_of(each), paper, up=True, now=NOW - timedelta(minutes=number))
    ask = signed_in(Person.objects.get(handle="mona"))
    desk = ask("/moderation")
    assert "6 votes in 5 minutes, 6 by accounts younger than a week" in desk.words
    form = {"subject": f"votes:{paper}", "action": "hold", "reason": "All made today", "person": [p.pk for p in people]}
    ask("/moderation/act", 303, method="post", data=form)
    assert Standing.objects.get(paper=paper).votes == 0
    assert "Nothing looks arranged" in ask("/moderation").words


def test_a_text_in_the_log_and_on_the_desk_is_shown_as_it_is(mona, visit, paper):
    moderation.act(mona, "hide", Subject("paper", (paper,)), "<script>alert(1)</script>", NOW)
    assert "<script>alert(1)" not in visit("/log").text
