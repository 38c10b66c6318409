"""Looking up: the worker asks the sources for papers that were submitted by a bare name."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.harvest.conftest import FakeClock, FakeNetwork

from broadsheet import submitting
from broadsheet.drafts import Identifier
from broadsheet.harvest.client import Client
from broadsheet.ingest import ingest
from broadsheet.looking_up import look_up_next
from broadsheet.sources.http import FetchFailed
from broadsheet.store import harvest, submissions
from broadsheet.store.catalogue import find_paper, get_paper
from broadsheet.store.models import EditionEntry, Paper, Submission
from broadsheet.submitting import Proposal

pytestmark = pytest.mark.django_db

REASON = "It shows where people look next, which nobody could before."
ARXIV = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>arXiv Query</title>
 <opensearch:totalResults>1</opensearch:totalResults><entry><id>http://arxiv.org/abs/{id}v1</id>
 <title>Lakes That Remember</title><summary>We measure how lakes remember.</summary>
 <published>{day}T10:00:00Z</published><updated>{day}T10:00:00Z</updated>
 <author><name>Mira Okafor</name></author><arxiv:primary_category term="cs.CV"/>
 <category term="cs.CV"/></entry></feed>"""
EMPTY = ARXIV.replace("<entry>", "<!--").replace("</entry>", "-->").replace("Results>1", "Results>0")
CROSSREF = json.dumps(
    {"status": "ok", "message-type": "work", "message": {"DOI": "10.5555/lakes.1", "title": ["Lakes That Remember"],
     "type": "journal-article", "author": [{"given": "Mira", "family": "Okafor"}]}}
)  # fmt: skip
DATACITE = json.dumps(
    {"data": {"id": "10.5555/lakes.1", "type": "dois", "attributes": {"doi": "10.5555/lakes.1",
     "titles": [{"title": "Lakes That Remember"}], "types": {"resourceTypeGeneral": "Preprint"},
     "publicationYear": 2026,
     "creators": [{"name": "Okafor, Mira", "givenName": "Mira", "familyName": "Okafor"}]}}}
)  # fmt: skip


@pytest.fixture
def clock():
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def network(clock):
    return FakeNetwork(clock)


@pytest.fixture
def client(clock, network):
    return Client(clock, fetch=network)


@pytest.fixture
def look_up(person, viewer_of, clock, client, network):
    """Submits a name as somebody, and lets the worker look for it."""

    def run(kind, value, *answers, days=100, times=1):
        alice = person(days=days)
        identifier = Identifier(kind, value)
        number = submitting.submit(viewer_of(alice), Proposal(REASON, own=True, identifier=identifier), clock.now())
        network.answers = [answer.encode() if isinstance(answer, str) else answer for answer in answers]
        for _ in range(times):
            look_up_next(client, clock.now())
            clock.pass_time(hours=2)
        return submissions.get_submission(number)

    return run


def arxiv(day="2025-01-05"):
    return ARXIV.format(id="2501.01234", day=day)


def test_an_arxiv_id_is_asked_of_arxivs_interface_and_its_paper_put_into_the_edition(look_up, network):
    done = look_up("arxiv", "2501.01234", arxiv())
    assert (done.state, done.title) == ("accepted", "Lakes That Remember")
    assert network.urls == ["https://export.arxiv.org/api/query?id_list=2501.01234&start=0&max_results=200"]
    detail = get_paper(find_paper("2501.01234")[0])
    assert detail.provenance["title"] == "arxiv-api"
    assert EditionEntry.objects.filter(basis="submission").count() == 1


def test_a_paper_that_came_into_an_edition_by_itself_keeps_that_place(look_up, clock):
    done = look_up("arxiv", "2501.01234", arxiv(str(clock.now().date() - timedelta(days=2))))
    assert done.state == "accepted"
    assert [entry.basis for entry in EditionEntry.objects.all()] == ["estimate"]
    assert done.edition_day == EditionEntry.objects.get().edition_id


def test_a_newcomers_paper_waits(person, viewer_of, clock, client, network):
    clock.moment = person("old").joined_at + timedelta(days=100)
    newcomer = person("new", days=0)
    number = submitting.submit(
        viewer_of(newcomer), Proposal(REASON, own=True, identifier=Identifier("arxiv", "2501.01234")), clock.now()
    )
    network.answers = [arxiv().encode()]
    look_up_next(client, clock.now())
    done = submissions.get_submission(number)
    assert (done.state, done.title) == ("waiting", "Lakes That Remember")
    assert newcomer.notifications.get().kind == "submission"


def test_a_doi_is_asked_of_crossref(look_up, network):
    assert look_up("doi", "10.5555/lakes.1", CROSSREF).state == "accepted"
    assert network.urls == ["https://api.crossref.org/works/10.5555%2Flakes.1"]


def test_a_doi_that_crossref_does_not_know_is_asked_of_datacite(look_up, network):
    done = look_up("doi", "10.5555/lakes.1", (404, {}, b"Resource not found."), DATACITE)
    assert done.state == "accepted"
    assert network.urls[1] == "https://api.datacite.org/dois/10.5555%2Flakes.1"


def test_a_name_that_nobody_knows_fails_with_the_way_out(look_up):
    done = look_up(
        "doi", "10.5555/nothing", (404, {}, b"Resource not found."), (404, {}, b'{"errors":[{"status":"404"}]}')
    )
    assert done.state == "failed"
    assert "fill in the form instead" in done.note
    assert Paper.objects.count() == 0


def test_an_answer_about_another_paper_is_no_answer(look_up):
    done = look_up("arxiv", "2501.09999", arxiv())
    assert done.state == "failed"
    assert Paper.objects.count() == 0


def test_an_id_that_arxiv_does_not_have_fails(look_up):
    assert look_up("arxiv", "2501.01234", EMPTY.format(id="x", day="2025-01-05")).state == "failed"


@pytest.mark.parametrize(
    "trouble", [(503, {}, b""), (429, {"retry-after": "60"}, b""), b"<html>", FetchFailed("timed out")]
)
def test_trouble_that_may_pass_is_waited_out(look_up, trouble):
    assert look_up("arxiv", "2501.01234", trouble, arxiv(), times=2).state == "accepted"


def test_trouble_that_does_not_pass_ends_after_some_attempts(look_up, network):
    done = look_up("arxiv", "2501.01234", *[FetchFailed("no route")] * 9, times=8)
    assert done.state == "failed"
    assert "After 5 attempts" in done.note
    assert len(network.asked) == 5


def test_what_came_by_itself_meanwhile_needs_no_asking(look_up, network, draft):
    ingest([draft("2501.01234")])
    assert look_up("arxiv", "2501.01234").state == "accepted"
    assert network.asked == []


def test_a_submission_that_was_taken_back_is_not_looked_up(person, viewer_of, clock, client, network):
    alice = viewer_of(person())
    number = submitting.submit(alice, Proposal(REASON, identifier=Identifier("arxiv", "2501.01234")), clock.now())
    submitting.withdraw(alice, number, clock.now())
    assert look_up_next(client, clock.now()) is None
    assert network.asked == []


def test_a_source_that_is_paused_is_not_asked(look_up, network):
    harvest.set_source(replace(harvest.get_source("arxiv-api"), paused=True))
    assert look_up("arxiv", "2501.01234", arxiv()).state == "looking"
    assert network.asked == []


def test_two_workers_do_not_ask_for_one_paper_at_once(person, viewer_of, clock):
    submitting.submit(viewer_of(person()), Proposal(REASON, identifier=Identifier("arxiv", "2501.01234")), clock.now())
    assert submissions.take_due(clock.now()) is not None
    assert submissions.take_due(clock.now()) is None
    assert submissions.take_due(clock.now() + timedelta(minutes=4)) is not None
    assert Submission.objects.get().attempts == 2
