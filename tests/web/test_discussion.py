"""Discussion in pages: reading, writing, answering, editing, and who may, without any script."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from lxml import etree

from broadsheet import threads as threads_
from broadsheet.ingest import ingest
from broadsheet.store import discussion as stored
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import Comment, FilterRule, Flag, Notification, PaperState, Person
from broadsheet.store.notifications import mark_read, subscription, unread_count

pytestmark = pytest.mark.django_db

KEY = "/papers/2601.00001"


@pytest.fixture
def paper(draft):
    ingest([draft()])
    return find_paper("2601.00001")[0]


@pytest.fixture
def alice(person, signed_in):
    return signed_in(person("alice", affiliation="University of Lagos"))


@pytest.fixture
def bob(person, signed_in):
    return signed_in(person("bob"))


@pytest.fixture
def moderator(person, signed_in):
    return signed_in(person("max", role="moderator"))


def write(visit, paper, text="Well *said*.", **values):
    answer = visit(f"/discussion/{paper}/add", 303, "post", {"text": text, **values})
    return int(answer.response.headers["Location"].rpartition("#c")[2])


def comments(page):
    return page.all("//article[contains(@class,'comment')]/@id")


def test_who_signed_in_writes_and_everybody_reads(visit, alice, paper):
    page = alice(f"/discussion/{paper}")
    assert page.all("//form[@id='write-new']//input[@name='csrfmiddlewaretoken']")
    number = write(alice, paper, form=page.all("//form[@id='write-new']//input[@name='form']/@value")[0])
    for path in (f"/discussion/{paper}", f"/discussion/{paper}?comments=new", f"/discussion/{paper}?thread={number}"):
        read = visit(path)
        assert "Well said." in read.words
        assert "Alice University of Lagos" in read.words
        assert read.all("//em/text()") == ["said"]
        assert not read.all("//form[contains(@class,'write')]")
    assert "Sign in to write a comment" in visit(f"/discussion/{paper}").words
    assert "Set-Cookie" not in visit(f"/discussion/{paper}").response.headers


def test_after_writing_one_stands_at_the_comment(alice, paper):
    answer = alice(f"/discussion/{paper}/add", 303, "post", {"text": "Yes."})
    assert answer.response.headers["Location"] == f"{KEY}#c{Comment.objects.get().id}"


def test_a_form_needs_its_token(paper, person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("alice"))
    assert client.post(f"/discussion/{paper}/add", {"text": "x"}).status_code == 403
    assert not Comment.objects.exists()


@pytest.mark.parametrize("who", ["nobody", "unverified", "suspended"])
def test_who_may_not_write_is_told_why(client, person, signed_in, paper, alice, who):
    number = write(alice, paper)
    if who != "nobody":
        until = datetime(9999, 1, 1, tzinfo=UTC) if who == "suspended" else None
        client.force_login(person("eve", verified=who != "unverified", suspended_until=until))
    for path, data in (
        (f"/discussion/{paper}/add", {"text": "x"}),
        (f"/discussion/{paper}/follow", {"to": "follow"}),
        (f"/comments/{number}/edit", {"text": "x"}),
        (f"/comments/{number}/delete", {}),
        (f"/comments/{number}/react", {"give": "up"}),
    ):
        answer = client.post(path, data)
        assert answer.status_code == 403, path
        assert {"nobody": b"Sign in", "unverified": b"Verify", "suspended": b"suspended"}[who] in answer.content
    reply = client.get(f"/comments/{number}/reply")
    assert reply.status_code == (302 if who == "nobody" else 403)
    assert Comment.objects.values_list("body", "up", "removed_at").get() == ("Well *said*.", 0, None)


def test_a_preview_shows_the_text_and_keeps_it(alice, paper):
    first = write(alice, paper)
    sent = {"text": "A **bold** $x$", "do": "preview", "form": "f", "parent": first}
    page = alice(f"/discussion/{paper}/add", 200, "post", sent)
    assert page.all("//div[@class='shown']//strong/text()") == ["bold"]
    assert page.all("//div[@class='shown']//math")
    assert page.all("//textarea")[0].text == "\nA **bold** $x$"
    assert page.all("//form[@id]//input[@name='form']/@value") == ["f"]
    assert Comment.objects.count() == 1
    piece = alice(f"/discussion/{paper}/add", 200, "post", sent, **{"HX-Request": "true"})
    assert "<html" not in piece.text
    assert "<strong>bold</strong>" in piece.text


def test_what_was_written_is_not_lost_when_it_is_refused(alice, paper):
    page = alice(f"/discussion/{paper}/add", 400, "post", {"text": "y" * 20_001})
    assert "20,000 are allowed" in page.all("//*[@role='alert']")[0].text_content()
    assert page.all("//textarea")[0].text.strip() == "y" * 20_001
    PaperState.objects.create(paper_id=paper, locked=True)
    page = alice(f"/discussion/{paper}/add", 403, "post", {"text": "Mine"})
    assert "closed by a moderator" in page.words
    assert page.all("//textarea")[0].text.strip() == "Mine"
    closed = alice(f"/discussion/{paper}")
    assert "closed by a moderator" in closed.words
    assert not closed.all("//textarea")


def test_too_many_comments_are_asked_to_wait(person, signed_in, paper):
    newcomer = signed_in(person("newcomer", days=0))
    for number in range(10):
        write(newcomer, paper, f"Number {number}")
    answer = newcomer(f"/discussion/{paper}/add", 429, "post", {"text": "Once more"})
    assert int(answer.response.headers["Retry-After"]) <= 3_600
    assert "Once more" in answer.all("//textarea")[0].text


def test_an_answer_has_a_form_of_its_own(alice, bob, paper):
    first = write(alice, paper)
    page = bob(f"/comments/{first}/reply")
    assert "Well said." in page.words
    assert page.all("//form[@id]//input[@name='parent']/@value") == [str(first)]
    assert "<html" not in bob(f"/comments/{first}/reply", **{"HX-Request": "true"}).text
    second = write(bob, paper, "Indeed.", parent=first)
    nested = bob(f"/discussion/{paper}").all(f"//article[@id='c{first}']//article/@id")
    assert nested == [f"c{second}"]
    assert bob(f"/discussion/{paper}/add", 400, "post", {"text": "x", "parent": "x"})


def test_editing_shows_what_it_said_before(visit, alice, bob, paper):
    number = write(alice, paper, "One two three")
    assert alice(f"/comments/{number}/edit").all("//textarea")[0].text.strip() == "One two three"
    page = alice(f"/comments/{number}/edit", 200, "post", {"text": "One *two*", "do": "preview"})
    assert page.all("//div[@class='shown']//em/text()") == ["two"]
    alice(f"/comments/{number}/edit", 303, "post", {"text": "One two four"})
    assert visit(f"/discussion/{paper}").all("//a[text()='edited']/@href") == [f"/comments/{number}/history"]
    history = visit(f"/comments/{number}/history")
    assert (history.all("//del/text()"), history.all("//ins/text()")) == (["three"], ["four"])
    assert "One two three" in history.words
    bob(f"/comments/{number}/edit", 403)
    bob(f"/comments/{number}/edit", 403, "post", {"text": "Mine"})
    alice(f"/comments/{number}/edit", 400, "post", {"text": " "})


def test_taking_back_asks_first_and_leaves_a_stub(visit, alice, bob, paper):
    first = write(alice, paper, "A secret")
    write(bob, paper, "I see.", parent=first)
    bob(f"/comments/{first}/delete", 403, "post")
    assert "Take a comment back?" in alice(f"/comments/{first}/delete").words
    alice(f"/comments/{first}/delete", 303, "post")
    page = visit(f"/discussion/{paper}")
    assert "secret" not in page.text
    assert "Taken back by its author." in page.words
    assert "I see." in page.words
    visit(f"/comments/{first}/history", 404)
    alice(f"/comments/{first}/delete", 404, "post")
    bob(f"/comments/{first}/reply", 404)


def test_reactions_are_buttons_that_say_whether_they_are_pressed(visit, alice, bob, paper):
    number = write(alice, paper)
    assert not alice(f"/discussion/{paper}").all("//span[@class='reactions']/button")
    path = f"/comments/{number}/react"
    assert bob(path, 303, "post", {"give": "up"}).response.headers["Location"] == f"{KEY}#c{number}"
    piece = bob(path, 200, "post", {"give": "insight"}, **{"HX-Request": "true"})
    assert "<html" not in piece.text
    pressed = bob(f"/discussion/{paper}").all("//button[@aria-pressed='true']")
    assert [(button.get("name"), button.get("value")) for button in pressed] == [("drop", "up"), ("drop", "insight")]
    assert "▲ 1" in visit(f"/discussion/{paper}").words
    bob(path, 303, "post", {"drop": "up"})
    assert Comment.objects.get().up == 0
    alice(path, 403, "post", {"give": "up"})
    for data in ({}, {"give": "x"}, {"give": "up", "drop": "up"}):
        bob(path, 400, "post", data)
    bob("/comments/99999999999999999/react", 404, "post", {"give": "up"})


def test_a_hidden_comment_says_why_and_moderators_open_it(visit, alice, moderator, paper):
    number = write(alice, paper, "Rude words")
    stored.set_comment_hidden(paper, number, hidden=True, reason="No <b>insults</b>", at="2026-06-01T00:00Z")
    page = visit(f"/discussion/{paper}")
    assert "Hidden by a moderator: No <b>insults</b>" in page.words
    assert "Rude" not in page.text
    visit(f"/comments/{number}/history", 404)
    assert "Rude words" in moderator(f"/discussion/{paper}").words
    assert "Rude words" in moderator(f"/comments/{number}/history").words


def test_a_moderator_hides_a_comment_and_shows_it_again(visit, alice, bob, moderator, paper):
    number = write(alice, paper, "Rude words")
    assert bob(f"/discussion/{paper}").all(f"//a[@href='/flag/comment:{paper}:{number}']")
    assert not bob(f"/discussion/{paper}").all("//a[text()='Moderate']")
    bob(f"/comments/{number}/moderate", 403)
    visit(f"/comments/{number}/moderate", 302)
    for action, shown in (("hide", False), ("show", True)):
        form = moderator(f"/comments/{number}/moderate").all(f"//form[.//input[@value='{action}']]")[0]
        fields = {name: value for name, value in form.fields.items() if name}
        answer = moderator(form.action, 303, "post", {**fields, "reason": "Not polite"})
        assert answer.response.headers["Location"] == f"{KEY}#c{number}"
        assert ("Rude words" in visit(f"/discussion/{paper}").words) is shown
        assert ("Not polite" in visit(f"/discussion/{paper}").words) is not shown


@pytest.mark.parametrize(
    ("action", "status", "shown"), [("flag", 303, True), ("hold", 303, False), ("refuse", 400, False)]
)
def test_rules_of_the_instance_watch_what_is_written(visit, alice, bob, moderator, paper, action, status, shown):
    bob(f"/discussion/{paper}/follow", 303, "post", {"to": "follow"})
    FilterRule.objects.create(kind="keyword", pattern="cheap lenses", action=action)
    first = write(alice, paper, "Fine words")
    mark_read(Person.objects.get(handle="bob").pk, datetime.now(UTC))
    alice(f"/discussion/{paper}/add", status, "post", {"text": "Buy cheap lenses!"})
    assert ("cheap lenses" in visit(f"/discussion/{paper}").words) is shown
    assert unread_count(Person.objects.get(handle="bob").pk) == shown
    assert Flag.objects.count() == (action != "refuse")
    alice(f"/comments/{first}/edit", status, "post", {"text": "Cheap lenses."})
    assert ("Fine words" in visit(f"/discussion/{paper}").words) is (action == "refuse")


def test_a_permalink_leads_to_the_comment_and_from_a_long_discussion_to_its_thread(visit, alice, paper, monkeypatch):
    first = write(alice, paper, "First")
    second = write(alice, paper, "Second")
    assert visit(f"/comments/{first}", 302).response.headers["Location"] == f"{KEY}#c{first}"
    monkeypatch.setattr(threads_, "PAGE", 1)
    monkeypatch.setattr("broadsheet.web.thread.PAGE", 1)
    path = visit(f"/comments/{first}", 302).response.headers["Location"]
    assert path == f"/discussion/{paper}?thread={first}#c{first}"
    assert comments(visit(path)) == [f"c{first}"]
    assert comments(visit(f"/discussion/{paper}?comments=old")) == [f"c{first}"]
    assert visit(f"/discussion/{paper}?comments=old").all("//a[@rel='next']/@href") == [
        f"/discussion/{paper}?comments=old&page=2"
    ]
    assert comments(visit(f"/discussion/{paper}?comments=old&page=2")) == [f"c{second}"]
    for path in ("/comments/99999999999999999999", "/comments/1", "/discussion/99999999999999999999"):
        visit(path, 404)


@pytest.mark.parametrize("query", ["comments=x", "page=0", "page=x", "thread=-1", "page=" + "9" * 30])
def test_what_makes_no_sense_is_refused(visit, paper, query):
    visit(f"/discussion/{paper}?{query}", 400)


def test_a_discussion_is_followed_and_muted(alice, bob, person, paper):
    path = f"/discussion/{paper}/follow"
    assert bob(path, 303, "post", {"to": "follow"}).response.headers["Location"] == f"{KEY}#discussion"
    assert "You hear of every new comment." in bob(f"/discussion/{paper}").words
    write(alice, paper, "News for followers")
    page = bob("/notifications")
    assert "Alice wrote on A Study of Scanpaths" in page.words
    assert "News for followers" in page.words
    assert page.all("//li[@class='unread']")
    bob(path, 303, "post", {"to": "mute"})
    assert "You hear nothing from here." in bob(f"/discussion/{paper}").words
    bob(path, 400, "post", {"to": "x"})
    eve = Person.objects.get(handle="bob")
    assert subscription([paper], eve.pk) == "mute"


def test_notifications_are_ones_own_and_are_marked_as_read(visit, alice, bob, paper):
    first = write(alice, paper, "Hello @bob")
    write(bob, paper, "Hello @alice", parent=first)
    page = alice("/notifications")
    assert "Bob answered you on" in page.words
    assert page.all(f"//a[@href='/comments/{first}']") == []
    notice = Notification.objects.get(person__handle="bob")
    alice("/notifications", 303, "post", {"notice": notice.pk})
    assert unread_count(notice.person_id) == 1
    bob("/notifications", 303, "post", {"notice": notice.pk})
    assert unread_count(notice.person_id) == 0
    alice("/notifications", 303, "post")
    assert not alice("/notifications").all("//li[@class='unread']")
    alice("/notifications?before=x", 400)
    visit("/notifications", 302)


def test_who_left_is_not_named(visit, alice, bob, paper):
    write(alice, paper, "Hello @bob")
    gone = {"handle": "deleted-1", "name": "", "affiliation": "", "deleted_at": "2026-06-01T00:00Z"}
    Person.objects.filter(handle="alice").update(**gone)
    page = visit(f"/discussion/{paper}")
    assert "deleted account" in page.words
    assert not page.all("//a[starts-with(@href,'/people/deleted')]")
    assert "Somebody named you" in bob("/notifications").words


def test_the_comments_are_a_feed(visit, alice, paper):
    first = write(alice, paper, "First, see arXiv:2601.00001 & <b>")
    second = write(alice, paper, "Second")
    hidden = write(alice, paper, "Third")
    stored.set_comment_hidden(paper, hidden, hidden=True, reason="r", at="2026-06-01T00:00Z")
    answer = Client().get(f"/discussion/{paper}/comments.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    ids = [each.text for each in feed.findall("{*}entry/{*}id")]
    assert ids == [f"http://testserver/comments/{second}", f"http://testserver/comments/{first}"]
    content = feed.findall("{*}entry/{*}content")[1].text
    assert 'href="http://testserver/papers/2601.00001"' in content
    assert "&amp; &lt;b&gt;" in content


def test_the_newest_of_many_threads_is_first_where_that_is_asked_for(visit, alice, paper):
    numbers = [write(alice, paper, f"Number {number}") for number in range(3)]
    assert comments(visit(f"/discussion/{paper}?comments=new")) == [f"c{number}" for number in reversed(numbers)]
    assert comments(visit(f"/discussion/{paper}?comments=old")) == [f"c{number}" for number in numbers]


def test_long_comments_and_many_answers_are_folded(visit, alice, paper):
    first = write(alice, paper, "word " * 700)
    for number in range(12):
        write(alice, paper, f"Answer {number}", parent=first)
    page = visit(f"/discussion/{paper}")
    assert "the whole letter, 3,499 characters" in page.words
    assert "4 more replies" in page.words
    assert len(comments(page)) == 13
