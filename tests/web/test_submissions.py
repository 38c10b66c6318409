"""Submitting: from a pasted line to the edition, found before it is doubled, and back out again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from broadsheet import submitting
from broadsheet.drafts import EditionPlace, Identifier
from broadsheet.errors import TooMany
from broadsheet.identifying import join
from broadsheet.ingest import ingest
from broadsheet.store import admission, submissions
from broadsheet.store.catalogue import find_paper, get_paper
from broadsheet.store.content import content_hash
from broadsheet.store.models import (
    Edition,
    EditionClosing,
    EditionEntry,
    ModerationEvent,
    Paper,
    PaperState,
    Submission,
)
from broadsheet.store.transactions import together
from broadsheet.submitting import Proposal

pytestmark = pytest.mark.django_db

REASON = "It shows where people look next, which nobody could before."
BIBTEX = """@article{okafor, title = {Lakes That Remember}, author = {Okafor, Mira and Lindqvist, Jonas}, year = {2026},
 doi = {10.5555/lakes.1}, abstract = {We measure how lakes remember the weather of past years.}}"""
FORM = {
    "title": "A Report on Tides",
    "authors": "Alice Example; Lakeside University; 0000-0002-1825-0097\nBob Example",
    "abstract": "We report on tides in a harbour, measured for forty days with a stick and a clock.",
    "day": "2026-01-05",
    "category1": "physics.ao-ph",
    "project": "https://tides.example.org/",
}


def today():
    return datetime.now(UTC).date()


@pytest.fixture
def paper(draft):
    """A paper of the catalogue that is in no edition."""
    ingest([draft()])
    return find_paper("2601.00001")[0]


def send(ask, status=303, **data):
    return ask("/submit/send", status, "post", data={"reason": REASON, **data})


@pytest.mark.parametrize("path", ["/submit", "/submit/form", "/submissions", "/submissions/1"])
def test_a_visitor_is_sent_to_sign_in(visit, path):
    assert visit(path, 302).response.headers["Location"].startswith("/account/login?next=")


def test_nobody_submits_without_an_account_or_without_the_forms_token(visit, person, paper):
    visit("/submit/send", 403, method="post")
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post("/submit/send", {"text": "2601.00001", "reason": REASON}).status_code == 403
    assert Submission.objects.count() == 0


def test_a_paper_of_the_catalogue_is_found_by_any_of_its_names_and_put_into_todays_edition(person, signed_in, paper):
    ask = signed_in(person())
    for name in (
        "2601.00001",
        "arXiv:2601.00001v2",
        "https://arxiv.org/pdf/2601.00001",
        "see arxiv.org/abs/2601.00001.",
    ):
        assert "from the catalogue" in ask("/submit", data={"text": name}).words
    answer = send(ask, text="2601.00001")
    number = Submission.objects.get().pk
    assert answer.response.headers["Location"] == f"/submissions/{number}"
    entry = EditionEntry.objects.get()
    assert (entry.paper_id, entry.edition_id, entry.source, entry.basis) == (paper, today(), "member", "submission")
    assert "in the edition" in ask(f"/submissions/{number}").words
    assert ask(f"/papers/date/{today()}").headlines == ["A Study of Scanpaths, Part 2601.00001"]


def test_the_paper_page_says_who_put_it_forward_and_why(person, signed_in, visit, paper):
    send(signed_in(person()), text="2601.00001", own="yes")
    page = visit("/papers/2601.00001")
    assert f"Submitted by Alice, an author, because “{REASON}”" in page.words
    assert page.all("//a[@href='/people/alice']")


def test_each_paper_is_put_forward_once(person, signed_in, paper):
    send(signed_in(person()), text="2601.00001")
    ask = signed_in(person("bob"))
    assert "Each paper is put forward once" in ask("/submit", data={"text": "2601.00001"}).words
    assert "Each paper is put forward once" in send(ask, 400, text="2601.00001").words
    assert Submission.objects.count() == 1


def test_a_paper_of_a_recent_edition_needs_no_submission(person, signed_in, draft, edition_of):
    ingest([draft(edition=edition_of(str(today() - timedelta(days=3)), 1))])
    ask = signed_in(person())
    assert "It is in the edition of" in send(ask, 400, text="2601.00001").words
    ingest([draft("2601.00002", edition=edition_of(str(today() - timedelta(days=30)), 1))])
    send(ask, text="2601.00002")
    assert EditionEntry.objects.filter(basis="submission").count() == 1


@pytest.mark.parametrize(
    ("reason", "says"), [("", "yours has 0"), ("Nice paper", "yours has 10"), ("x" * 501, "yours has 501")]
)
def test_a_reason_is_asked_and_what_was_typed_comes_back(person, signed_in, paper, reason, says):
    answer = signed_in(person())(
        "/submit/send", 400, "post", data={"text": "2601.00001", "reason": reason, "own": "yes"}
    )
    assert says in answer.words
    assert answer.all("//input[@name='own']/@checked")
    assert answer.all("//input[@type='hidden'][@name='text']/@value") == ["2601.00001"]


def test_what_a_bibtex_entry_holds_becomes_a_paper(person, signed_in, visit):
    ask = signed_in(person())
    step = ask("/submit", data={"text": BIBTEX})
    assert "Lakes That Remember" in step.words
    assert "not in the catalogue" in step.words
    send(ask, text=step.all("//input[@name='text']/@value")[0])
    found = find_paper("10.5555/lakes.1")
    detail = get_paper(found[0])
    assert [author.name for author in detail.authors] == ["Mira Okafor", "Jonas Lindqvist"]
    assert detail.provenance["title"] == "member"
    visit(f"/papers/{found[1]}")


def test_a_better_source_replaces_what_a_member_wrote(person, signed_in, draft):
    send(signed_in(person()), text=BIBTEX)
    ingest([draft("9", source="crossref", key="c", title="Lakes that remember: weather", authors=draft().authors,
                  identifiers=(Identifier("doi", "10.5555/lakes.1"),))])  # fmt: skip
    detail = get_paper(find_paper("10.5555/lakes.1")[0])
    assert detail.card.title == "Lakes that remember: weather"
    assert Paper.objects.filter(merged_into=None).count() == 1


def test_a_paper_of_the_same_title_is_shown_before_it_is_doubled(person, signed_in, draft, paper):
    title = draft().title
    entry = (
        f"@misc{{x, title = {{{title}}}, author = {{Somebody Else}}, year = {{1999}}, url = {{https://e.example/1}}}}"
    )
    ask = signed_in(person())
    step = ask("/submit", data={"text": entry})
    assert "A paper of this title, or nearly so, is here already" in step.words
    assert step.all("//input[@name='paper']/@value") == [str(paper), "another"]
    assert "Say whether it is yours" in send(ask, 400, text=entry).words
    send(ask, text=entry, paper=str(paper))
    assert Submission.objects.get().paper_id == paper
    send(ask, text=entry, paper="another")
    assert Paper.objects.count() == 2


def test_a_report_is_described_in_a_form(person, signed_in, visit):
    ask = signed_in(person())
    step = ask("/submit/form", 200, "post", data=FORM)
    assert "A Report on Tides" in step.words
    hidden = {field.get("name"): field.get("value") for field in step.all("//main//input[@type='hidden']")}
    assert Submission.objects.count() == 0
    send(ask, **{name: value for name, value in hidden.items() if name in FORM})
    paper = Submission.objects.get().paper
    detail = get_paper(paper.pk)
    assert [(a.name, a.affiliation, a.orcid) for a in detail.authors] == [
        ("Alice Example", "Lakeside University", "0000-0002-1825-0097"),
        ("Bob Example", "", ""),
    ]
    assert [category.slug for category in detail.card.categories] == ["physics.ao-ph"]
    assert detail.card.project == "https://tides.example.org/"
    assert paper.key.startswith("bs-")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": " "}, "Title:"),
        ({"authors": "\n"}, "Authors:"),
        ({"abstract": "Short."}, "Abstract:"),
        ({"day": "tomorrow"}, "Date:"),
        ({"day": "2999-01-01"}, "yet to come"),
        ({"category1": "cs.NO"}, "Category:"),
        ({"project": "javascript:alert(1)"}, "Project:"),
    ],
)
def test_a_form_that_cannot_be_read_names_the_field_and_comes_back(person, signed_in, changes, says):
    answer = signed_in(person())("/submit/form", 400, "post", data={**FORM, **changes})
    assert says in answer.words
    assert "sticks" not in answer.words


def test_a_paper_of_nearly_the_same_title_is_shown_too(person, signed_in, draft, paper, index):
    index()
    entry = "@misc{{x, title = {{{}}}, author = {{Somebody Else}}, year = {{1999}}}}"
    ask = signed_in(person())
    step = ask("/submit", data={"text": entry.format("A Study on Scanpaths: Part 2601.00001")})
    assert step.all("//input[@name='paper']/@value") == [str(paper), "another"]
    assert ask("/submit", data={"text": entry.format("Scanpaths of Cats")}).all("//input[@name='paper']") == []


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/paper", "http://[::1]:5432/", "http://169.254.169.254/latest", "http://2130706433/"),
        *("http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://localhost:8000/admin", "http://0/"),
        *("http://[::ffff:127.0.0.1]/", "http://user:word@10.0.0.1/", "https://example.org@127.0.0.1/x"),
        *("http://metadata.google.internal/", "https://example.org/paper.html"),
    ],
)  # fmt: skip
def test_an_address_is_never_fetched_it_begins_a_form(person, signed_in, address):
    answer = signed_in(person())("/submit", data={"text": address})
    assert answer.all("//input[@name='project']/@value") == [address]
    send(signed_in(person("bob")), 400, text=address)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "two\nlines of prose",
        "@article{broken",
        "x" * 6_001,
        "\0",
        f"{BIBTEX}\n{BIBTEX.replace('okafor', 'b')}",
    ],
)
def test_what_names_no_paper_is_explained(person, signed_in, text):
    ask = signed_in(person())
    answer = ask("/submit", 200 if not text.strip("\0 ") else 400, data={"text": text})
    assert answer.all("//textarea[@name='text']")
    send(ask, 400, text=text)
    assert Submission.objects.count() == 0


def test_a_name_that_nobody_here_knows_is_left_to_the_worker(person, signed_in):
    ask = signed_in(person())
    assert "we ask arXiv for it" in ask("/submit", data={"text": "2611.01234"}).words
    send(ask, text="arXiv:2611.01234")
    submission = Submission.objects.get()
    assert (submission.state, submission.identifier, submission.paper_id) == ("looking", "2611.01234", None)
    page = ask(f"/submissions/{submission.pk}")
    assert "We are asking the sources" in page.words
    assert "has put it forward" in send(signed_in(person("bob")), 400, text="2611.01234").words


def test_newcomers_put_forward_their_own_first_paper_which_waits(person, signed_in, paper, draft):
    ingest([draft("2601.00002")])
    ask = signed_in(person(days=1))
    assert "first seven days" in send(ask, 400, text="2601.00001").words
    send(ask, text="2601.00001", own="yes")
    submission = Submission.objects.get()
    assert submission.state == "waiting"
    assert EditionEntry.objects.count() == 0
    assert "Your first paper is submitted" in send(ask, 400, text="2601.00002", own="yes").words


def test_a_newcomers_report_is_no_paper_before_a_moderator_says_so(person, signed_in, visit):
    ask, moderator = signed_in(person(days=1)), signed_in(person("mod", role="moderator"))
    send(ask, **FORM, own="yes")
    number = Submission.objects.get().pk
    assert Paper.objects.count() == 0
    queue = moderator("/moderation/submissions")
    assert "A Report on Tides" in queue.words
    moderator(f"/moderation/submissions/{number}", 303, "post", data={"to": "accept", "note": "Welcome to us"})
    submission = Submission.objects.get()
    assert (submission.state, submission.decided_by.handle, submission.note) == ("accepted", "mod", "Welcome to us")
    assert visit(f"/papers/date/{today()}").headlines == ["A Report on Tides"]


def test_a_refusal_has_a_reason_that_its_submitter_reads(person, signed_in, paper):
    alice = person(days=1)
    ask, moderator = signed_in(alice), signed_in(person("mod", role="moderator"))
    send(ask, text="2601.00001", own="yes")
    number = Submission.objects.get().pk
    moderator(f"/moderation/submissions/{number}", 400, "post", data={"to": "refuse"})
    moderator(f"/moderation/submissions/{number}", 303, "post", data={"to": "refuse", "note": "Not a paper of yours."})
    assert "Not a paper of yours." in ask(f"/submissions/{number}").words
    assert alice.notifications.get().kind == "submission"
    assert EditionEntry.objects.count() == 0
    moderator(f"/moderation/submissions/{number}", 400, "post", data={"to": "accept", "note": "On second thoughts"})


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_strangers_neither_see_nor_decide_about_a_submission(person, signed_in, paper, who):
    send(signed_in(person(days=1)), text="2601.00001", own="yes")
    number = Submission.objects.get().pk
    ask = signed_in(person(who))
    ask(f"/submissions/{number}", 404)
    ask(f"/submissions/{number}/withdraw", 404, "post")
    ask("/moderation/submissions", 403)
    ask(f"/moderation/submissions/{number}", 403, "post", data={"to": "accept"})
    assert Submission.objects.get().state == "waiting"


def test_a_submission_is_taken_back_while_it_waits(person, signed_in, paper):
    ask = signed_in(person(days=1))
    send(ask, text="2601.00001", own="yes")
    number = Submission.objects.get().pk
    ask(f"/submissions/{number}/withdraw", 303, "post")
    assert Submission.objects.get().state == "withdrawn"
    ask(f"/submissions/{number}/withdraw", 400, "post")
    send(signed_in(person("bob")), text="2601.00001")


@pytest.mark.parametrize(("role", "allowed"), [("member", 5), ("trusted", 20)])
def test_how_many_a_day_depends_on_trust(person, viewer_of, draft, role, allowed):
    names = [f"2601.{number:05}" for number in range(1, allowed + 2)]
    ingest([draft(name) for name in names])
    alice, now = viewer_of(person(role=role)), datetime.now(UTC)
    for name in names[:allowed]:
        submitting.submit(alice, Proposal(REASON, paper=find_paper(name)[0]), now)
    with pytest.raises(TooMany, match="Too many submissions"):
        submitting.submit(alice, Proposal(REASON, paper=find_paper(names[-1])[0]), now)
    assert Submission.objects.count() == EditionEntry.objects.count() == allowed


def test_a_closed_edition_takes_no_more_papers(person, viewer_of, paper):
    edition = Edition.objects.create(day=today())
    EditionClosing.objects.create(edition=edition, closed_at=datetime.now(UTC), zone="UTC")
    submitting.submit(viewer_of(person()), Proposal(REASON, paper=paper), datetime.now(UTC))
    assert EditionEntry.objects.get().edition_id == today() + timedelta(days=1)


def test_a_hidden_paper_is_not_put_forward(person, signed_in, paper):
    PaperState.objects.create(paper_id=paper, hidden=True)
    send(signed_in(person()), 400, text="2601.00001")


def test_an_admission_taken_back_leaves_the_catalogue_as_it_was(person, viewer_of, paper):
    before = content_hash()
    number = submitting.submit(viewer_of(person()), Proposal(REASON, paper=paper), datetime.now(UTC))
    state, at = admission.read_state(number), datetime.now(UTC)
    assert state["state"] == "accepted"
    with together():
        admission.write_state({**state, "state": "waiting", "edition_day": None}, at, number)
    assert EditionEntry.objects.count() == 0
    with together():
        admission.write_state(state, at, number)
    assert EditionEntry.objects.get().basis == "submission"
    assert before != content_hash()


def test_a_submission_outlives_a_join(person, viewer_of, draft, visit):
    ingest([draft("2601.00001"), draft("2601.00002", title="Another Study of Scanpaths and Where They Lead")])
    younger = find_paper("2601.00002")[0]
    submitting.submit(viewer_of(person()), Proposal(REASON, paper=younger), datetime.now(UTC))
    key = join("2601.00001", "2601.00002")
    entry = EditionEntry.objects.get()
    assert (entry.paper.key, entry.basis) == (key, "submission")
    assert "Submitted by Alice" in visit(f"/papers/{key}").words
    with pytest.raises(submitting.BadInput, match="once"):
        submitting.submit(viewer_of(person("bob")), Proposal(REASON, paper=entry.paper_id), datetime.now(UTC))


def test_an_announcement_comes_beside_a_submission(person, viewer_of, draft, paper):
    submitting.submit(viewer_of(person()), Proposal(REASON, paper=paper), datetime.now(UTC))
    announced = EditionPlace(today() - timedelta(days=1), 4, "announcement")
    ingest([draft(payload_hash="new", edition=announced)])
    assert sorted(EditionEntry.objects.values_list("basis", flat=True)) == ["announcement", "submission"]


def test_two_who_submit_one_paper_at_once_leave_one_submission(person, viewer_of, paper):
    now = datetime.now(UTC)
    submitting.submit(viewer_of(person()), Proposal(REASON, paper=paper), now)
    with pytest.raises(submitting.BadInput):
        submitting.submit(viewer_of(person("bob")), Proposal(REASON, paper=paper), now)
    with pytest.raises(Exception, match="submission_once"), together():
        submissions.add(submissions.Fresh(person("eve").pk, REASON, False, now, "waiting", paper=paper))


def test_what_a_moderator_decides_stands_in_the_log_and_is_undone_there(person, signed_in, paper):
    moderator = signed_in(person("mod", role="moderator"))
    send(signed_in(person(days=1)), text="2601.00001", own="yes")
    number = Submission.objects.get().pk
    data = {"to": "accept", "note": "Welcome to us"}
    moderator(f"/moderation/submissions/{number}", 303, "post", data=data)
    event = ModerationEvent.objects.get()
    assert (event.action, event.subject, event.reason) == ("accept", f"submission:{number}", "Welcome to us")
    assert EditionEntry.objects.count() == 1
    moderator(f"/moderation/undo/{event.pk}", 303, "post", data={"reason": "That was too early."})
    assert EditionEntry.objects.count() == 0
    assert Submission.objects.get().state == "waiting"
    moderator(f"/moderation/submissions/{number}", 303, "post", data=data)
    assert EditionEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_who_submit_one_paper_at_the_same_moment_leave_one_submission(person, viewer_of, draft):
    ingest([draft()])
    paper, now = find_paper("2601.00001")[0], datetime.now(UTC)
    people = [viewer_of(person(f"p{number}")) for number in range(8)]

    def put_forward(viewer):
        try:
            return submitting.submit(viewer, Proposal(REASON, paper=paper), now)
        except submitting.BadInput:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = [number for number in pool.map(put_forward, people) if number]
    assert len(done) == Submission.objects.count() == EditionEntry.objects.count() == 1
