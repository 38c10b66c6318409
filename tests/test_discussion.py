"""Discussion: who may write what, counts that are always those of the rows, and who is told."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from broadsheet import discussion
from broadsheet.discussion import Words, add_comment, discussion_of, edit_comment, history, react, remove_comment
from broadsheet.errors import BadInput, Forbidden, NotFound, TooMany
from broadsheet.ingest import ingest
from broadsheet.people import NOBODY
from broadsheet.store import discussion as stored
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import Claim, Comment, CommentReaction, Notification, PaperState, Standing, Submission
from broadsheet.store.notifications import list_notices, mark_read, unread_count

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def paper(draft):
    ingest([draft()])
    return find_paper("2601.00001")[0]


@pytest.fixture
def alice(person, viewer_of):
    return viewer_of(person("alice"))


@pytest.fixture
def bob(person, viewer_of):
    return viewer_of(person("bob"))


@pytest.fixture
def moderator(person, viewer_of):
    return viewer_of(person("max", role="moderator"))


def write(viewer, paper, text="Well said.", parent=None, now=NOW, form=""):
    return add_comment(viewer, paper, Words(text, parent, form), now)


def threads(viewer, paper):
    return discussion_of(viewer, paper, "old", NOW).threads


def told(viewer):
    return [(notice.kind, notice.comment) for notice in list_notices(viewer.id, 0, 50)]


pytestmark = pytest.mark.django_db


def test_a_comment_is_kept_as_it_was_written_and_as_html(alice, paper):
    number = write(alice, paper, "On $x^2$:\r\n\r\n*yes*\u202e\x00 <b>  \n")
    kept = Comment.objects.get(id=number)
    assert kept.body == "On $x^2$:\n\n*yes* <b>"
    assert "<math>" in kept.html
    assert "<em>yes</em> &lt;b&gt;" in kept.html
    assert Standing.objects.values_list("comments", "commenters").get(paper=paper) == (1, 1)


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "x" * 20_001])
def test_nothing_and_too_much_are_refused(alice, paper, text):
    with pytest.raises(BadInput):
        write(alice, paper, text)
    assert not Comment.objects.exists()


def test_the_same_form_or_the_same_words_within_a_minute_are_one_comment(alice, bob, paper):
    first = write(alice, paper, form="f1")
    assert write(alice, paper, "Other words", form="f1") == first
    assert write(alice, paper, form="f2", now=NOW + timedelta(seconds=50)) == first
    later = write(alice, paper, form="f3", now=NOW + timedelta(seconds=90))
    answer = write(alice, paper, parent=first)
    assert len({first, later, answer, write(bob, paper, form="f1")}) == 4
    remove_comment(alice, first, NOW)
    assert write(alice, paper, form="f1") == first


def test_an_answer_stands_under_what_it_answers(alice, bob, paper, draft):
    first = write(alice, paper)
    answer = write(bob, paper, "No.", first)
    assert [(node.comment.id, [reply.comment.id for reply in node.replies]) for node in threads(bob, paper)] == [
        (first, [answer])
    ]
    ingest([draft("2601.00002", title="Dough and Its Crust")])
    with pytest.raises(BadInput, match="another paper"):
        write(bob, find_paper("2601.00002")[0], "No.", first)
    with pytest.raises(NotFound):
        write(bob, paper, "No.", 10**15)
    with pytest.raises(NotFound):
        write(bob, 10**15, "No.")


def test_only_its_author_changes_a_comment_and_what_it_said_stays(alice, bob, paper):
    number = write(alice, paper, "One two three")
    with pytest.raises(Forbidden):
        edit_comment(bob, number, Words("Mine now"), NOW)
    with pytest.raises(Forbidden):
        remove_comment(bob, number, NOW)
    edit_comment(alice, number, Words("One two four"), NOW + timedelta(hours=1))
    edit_comment(alice, number, Words("One two four"), NOW + timedelta(hours=2))
    edit_comment(alice, number, Words("Five"), NOW + timedelta(hours=3))
    found, texts = history(NOBODY, number, NOW)
    assert found.html == "<p>Five</p>\n"
    assert [(text.body, text.since) for text in texts] == [
        ("One two three", NOW),
        ("One two four", NOW + timedelta(hours=1)),
        ("Five", NOW + timedelta(hours=3)),
    ]


def test_what_is_taken_back_leaves_a_stub_and_the_answers(alice, bob, paper):
    first = write(alice, paper, "A secret")
    answer = write(bob, paper, "I see", first)
    react(bob, first, "up", NOW, given=True)
    edit_comment(alice, first, Words("A secret, edited"), NOW)
    remove_comment(alice, first, NOW)
    node = threads(bob, paper)[0]
    assert (node.comment.removed, node.comment.body, node.comment.html, node.comment.up) == (True, "", "", 0)
    assert [reply.comment.id for reply in node.replies] == [answer]
    assert Standing.objects.values_list("comments", "commenters").get(paper=paper) == (1, 1)
    for act in (lambda: history(alice, first, NOW), lambda: remove_comment(alice, first, NOW)):
        with pytest.raises(NotFound, match="taken back"):
            act()
    with pytest.raises(NotFound):
        write(bob, paper, "Too late", first)
    assert stored.drifted_reactions() == []


def test_what_is_hidden_is_read_by_its_author_and_moderators_alone(alice, bob, moderator, paper):
    number = write(alice, paper, "Rude words")
    assert stored.set_comment_hidden(paper, number, hidden=True, reason="Rude", at=NOW)
    assert not stored.set_comment_hidden(paper, number, hidden=True, reason="Rude", at=NOW)
    for viewer, body in ((NOBODY, ""), (bob, ""), (alice, "Rude words"), (moderator, "Rude words")):
        seen = threads(viewer, paper)[0].comment
        assert (seen.hidden_reason, seen.body, bool(seen.html)) == ("Rude", body, bool(body))
    with pytest.raises(NotFound, match="hidden by a moderator: Rude"):
        history(bob, number, NOW)
    with pytest.raises(Forbidden):
        edit_comment(alice, number, Words("Nicer"), NOW)
    assert Standing.objects.get(paper=paper).comments == 0
    assert stored.set_comment_hidden(paper, number, hidden=False, reason="", at=NOW)
    assert Standing.objects.get(paper=paper).comments == 1


def test_a_closed_thread_and_a_closed_paper_take_no_words(alice, bob, paper):
    first = write(alice, paper)
    answer = write(bob, paper, "No.", first)
    other = write(alice, paper, "Another")
    assert stored.set_locked(paper, first, locked=True)
    with pytest.raises(Forbidden, match="thread is closed"):
        write(alice, paper, "Yes.", answer)
    with pytest.raises(Forbidden, match="thread is closed"):
        edit_comment(bob, answer, Words("Nope."), NOW)
    write(bob, paper, "Fine", other)
    remove_comment(bob, answer, NOW)
    stored.set_locked(paper, first, locked=False)
    write(bob, paper, "Yes.", first)
    PaperState.objects.create(paper_id=paper, locked=True)
    with pytest.raises(Forbidden, match="closed by a moderator"):
        write(bob, paper, "Never")


def test_reactions_are_given_once_and_taken_back(alice, bob, paper):
    number = write(alice, paper)
    for kind, given in (("up", True), ("up", True), ("thanks", True), ("down", True), ("down", False), ("up", True)):
        react(bob, number, kind, NOW, given=given)
    seen = threads(bob, paper)[0].comment
    assert (seen.up, seen.down, dict(seen.others), seen.mine) == (1, 0, {"thanks": 1}, {"up", "thanks"})
    assert threads(NOBODY, paper)[0].comment.mine == frozenset()
    with pytest.raises(Forbidden):
        react(alice, number, "up", NOW, given=True)
    with pytest.raises(BadInput):
        react(bob, number, "love", NOW, given=True)
    with pytest.raises(NotFound):
        react(bob, 10**15, "up", NOW, given=True)


def test_each_is_told_once_and_for_the_nearest_reason(alice, bob, moderator, person, viewer_of, paper):
    fan, muted = viewer_of(person("fan")), viewer_of(person("muted"))
    discussion.subscribe(fan, paper, "follow", NOW)
    discussion.subscribe(bob, paper, "follow", NOW)
    discussion.subscribe(muted, paper, "mute", NOW)
    first = write(alice, paper, "Hello @bob and @muted and @alice and @nobody")
    assert [told(each) for each in (bob, fan, muted, alice)] == [[("mention", first)], [("comment", first)], [], []]
    answer = write(bob, paper, "Hello @alice", first)
    assert told(alice) == [("reply", answer)]
    edit_comment(bob, answer, Words("Hello @alice and @max"), NOW)
    assert (told(alice), told(moderator)) == ([("reply", answer)], [("mention", answer)])
    assert unread_count(fan.id) == 2
    assert mark_read(fan.id, NOW, list_notices(fan.id, 0, 1)[0].id) == 1
    assert mark_read(fan.id, NOW) == 1
    assert unread_count(fan.id) == 0
    mark_read(alice.id, NOW)
    assert unread_count(moderator.id) == 1
    remove_comment(bob, answer, NOW)
    assert not Notification.objects.filter(comment_id=answer).exists()


def test_who_unsubscribes_hears_no_more(alice, bob, paper):
    for choice, heard in (("follow", 1), ("none", 1), ("follow", 2), ("mute", 2)):
        discussion.subscribe(bob, paper, choice, NOW)
        assert discussion_of(bob, paper, "best", NOW).subscription == choice
        write(alice, paper, f"On {choice} {heard}")
        assert unread_count(bob.id) == heard
    with pytest.raises(BadInput):
        discussion.subscribe(bob, paper, "x", NOW)


def test_badges_say_who_speaks(alice, bob, moderator, paper):
    Claim.objects.create(paper_id=paper, position=1, person_id=alice.id, state="confirmed")
    Claim.objects.create(paper_id=paper, position=2, person_id=bob.id, state="pending")
    Submission.objects.create(paper_id=paper, person_id=bob.id, state="accepted", draft={}, reason="")
    for viewer in (alice, bob, moderator):
        write(viewer, paper)
    badges = [(c.is_author, c.is_submitter, c.is_moderator) for c in (node.comment for node in threads(bob, paper))]
    assert badges == [(True, False, False), (False, True, False), (False, False, True)]


def test_newcomers_write_less(person, viewer_of, paper):
    newcomer = viewer_of(person("newcomer", days=0))
    for number in range(10):
        write(newcomer, paper, f"Number {number}")
    with pytest.raises(TooMany, match="10 in an hour"):
        write(newcomer, paper, "Once more")
    assert Comment.objects.count() == 10


def test_html_of_another_renderer_is_made_anew(alice, paper):
    number = write(alice, paper, "*Old*")
    Comment.objects.filter(id=number).update(html="<script>alert(1)</script>", html_by="0")
    assert threads(NOBODY, paper)[0].comment.html == "<p><em>Old</em></p>\n"
    assert Comment.objects.get(id=number).html_by == "0"
    assert (discussion.renew(), discussion.renew()) == (1, 0)
    assert Comment.objects.get(id=number).html == "<p><em>Old</em></p>\n"


def test_counts_are_those_of_the_rows_whatever_happens(person, viewer_of, draft):
    ingest([draft(f"2601.0000{n}") for n in (1, 2)])
    papers = [find_paper(f"2601.0000{n}")[0] for n in (1, 2)]
    people = [viewer_of(person(f"p{n}", role="trusted")) for n in range(4)]
    chance = random.Random(5)
    written = []
    for step in range(400):
        someone, now = chance.choice(people), NOW + timedelta(minutes=step)
        act = chance.choice(["write", "answer", "remove", "hide", "show", "react", "react", "react", "edit"])
        paper, number = chance.choice(written) if written else (papers[0], 0)
        try:
            if act == "write" or not written:
                paper = chance.choice(papers)
                written.append((paper, write(someone, paper, f"W {step}", now=now)))
            elif act == "answer":
                written.append((paper, write(someone, paper, f"A {step}", number, now=now)))
            elif act in ("hide", "show"):
                stored.set_comment_hidden(paper, number, hidden=act == "hide", reason="r", at=now)
            elif act == "react":
                react(someone, number, chance.choice(["up", "down", "thanks"]), now, given=chance.random() < 0.7)
            elif act == "remove":
                remove_comment(someone, number, now)
            else:
                edit_comment(someone, number, Words(f"E {step}"), now)
        except (Forbidden, NotFound):
            continue
        assert stored.drifted() == []
    assert stored.drifted_reactions() == []
    assert Comment.objects.count() > 40
    assert CommentReaction.objects.count() > 10


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_at_once_leave_no_torn_counts(person, viewer_of, draft):
    ingest([draft()])
    paper = find_paper("2601.00001")[0]
    people = [viewer_of(person(f"p{n}", role="trusted")) for n in range(6)]
    first = write(people[0], paper, "First")
    failures = []

    def work(someone):
        try:
            for step in range(6):
                write(someone, paper, f"{someone.handle} {step % 3}", form=f"form {step % 3}")
                if someone.id != people[0].id:
                    react(someone, first, ("up", "down")[step % 2], NOW, given=True)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads_ = [threading.Thread(target=work, args=(someone,)) for someone in people for _ in range(2)]
    for each in threads_:
        each.start()
    for each in threads_:
        each.join()
    assert failures == []
    assert Comment.objects.count() == 1 + 6 * 3
    assert Standing.objects.values_list("comments", "commenters").get(paper=paper) == (19, 6)
    assert (stored.drifted(), stored.drifted_reactions()) == ([], [])
    assert Comment.objects.values_list("up", "down").get(id=first) == (0, 5)
