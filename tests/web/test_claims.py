"""Claims: a printed name is somebody's by evidence or by others' word, and a wrong match is undone with its history."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from broadsheet import claiming
from broadsheet.drafts import Identifier, Organisation, PrintedAuthor
from broadsheet.identifying import join
from broadsheet.ingest import ingest
from broadsheet.people import Trust
from broadsheet.store import claims
from broadsheet.store.catalogue import find_paper
from broadsheet.store.evidence import printed_authors
from broadsheet.store.models import Claim, ClaimEvent, ModerationEvent
from broadsheet.store.models import Organisation as OrganisationRow
from broadsheet.store.models.submissions import OrganisationProfile
from broadsheet.store.transactions import together
from broadsheet.submitting import standing_of

pytestmark = pytest.mark.django_db

ORCID = "0000-0002-1825-0097"
AUTHORS = (
    PrintedAuthor("Mira Okafor", ORCID, "Lakeside University"),
    PrintedAuthor("Jonas Lindqvist", "", "Lakeside University"),
    PrintedAuthor("Wei Li"),
)


@pytest.fixture
def paper(draft):
    ingest([draft(authors=AUTHORS)])
    return find_paper("2601.00001")[0]


def with_orcid(person, uid=ORCID):
    SocialAccount.objects.create(user=person, provider="orcid", uid=uid)
    return person


def claim(ask, paper, position, status=303, **data):
    return ask("/claims/new", status, "post", data={"paper": paper, "position": position, **data})


def act(ask, paper, position, person, to, status=303, why="It is so."):
    return ask(f"/claims/{paper}/{position}/{person.pk}", status, "post", data={"to": to, "why": why})


def state(paper, position, person):
    return Claim.objects.get(paper=paper, position=position, person=person).state


def test_signed_in_people_are_asked_beside_each_name(person, signed_in, visit, paper):
    assert visit("/papers/2601.00001").all("//a[@class='claim-me']") == []
    links = signed_in(person())("/papers/2601.00001").all("//a[@class='claim-me']/@href")
    assert links == [f"/claims/new?paper={paper}&position={place}" for place in (1, 2, 3)]


def test_a_visitor_is_sent_to_sign_in(visit, paper):
    assert "/account/login" in visit(f"/claims/new?paper={paper}&position=1", 302).response.headers["Location"]
    visit("/claims/new", 403, method="post")
    visit("/claims", 302)
    visit(f"/claims/{paper}/1", 302)


def test_the_form_carries_its_token(person, paper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post("/claims/new", {"paper": paper, "position": 1}).status_code == 403
    assert Claim.objects.count() == 0


def test_who_signs_in_with_the_printed_orcid_is_confirmed_at_once(person, signed_in, visit, paper):
    alice = with_orcid(person())
    ask = signed_in(alice)
    assert "That is enough" in ask(f"/claims/new?paper={paper}&position=1").words
    answer = claim(ask, paper, 1)
    assert answer.response.headers["Location"] == f"/claims/{paper}/1"
    assert Claim.objects.get().evidence == "orcid"
    page = visit("/papers/2601.00001")
    assert page.all("//a[@class='confirmed']/@href") == ["/people/alice"]
    assert claims.claimed_papers(alice.pk) == [paper]
    assert ask("/papers/2601.00001").all("//a[@class='claim-me']") == []


def test_an_orcid_that_is_not_the_printed_one_confirms_nothing(person, signed_in, paper):
    alice = with_orcid(person(), "0000-0001-5109-3700")
    claim(signed_in(alice), paper, 1)
    assert state(paper, 1, alice) == "pending"


def test_an_address_at_the_affiliation_that_bears_the_name_confirms(person, signed_in, paper):
    made = OrganisationRow.objects.create(slug="lakeside", name="Lakeside University")
    OrganisationProfile.objects.create(organisation=made, domains=["lakeside.edu"])
    jonas, other = person("jonas"), person("other")
    EmailAddress.objects.create(user=jonas, email="j.lindqvist@lakeside.edu", verified=True)
    EmailAddress.objects.create(user=other, email="lindqvist@lakeside.edu", verified=False)
    claim(signed_in(other), paper, 2)
    assert state(paper, 2, other) == "pending"
    claim(signed_in(jonas), paper, 2)
    assert state(paper, 2, jonas) == "confirmed"


def test_the_authors_of_a_members_own_report_prove_nothing(person, signed_in):
    mira = with_orcid(person("mira"))
    ask = signed_in(mira)
    report = {"title": "A Report on Tides", "authors": f"Mira Okafor; {ORCID}", "reason": "It is about tides and new."}
    report["abstract"] = "We report on tides in a harbour, measured for forty days with a stick and a clock."
    ask("/submit/send", 303, "post", data={**report, "own": "yes"})
    paper = Claim._meta.get_field("paper").related_model.objects.get().pk
    claim(ask, paper, 1)
    assert state(paper, 1, mira) == "pending"


def test_a_coauthor_confirms(person, signed_in, paper):
    mira, jonas, charlie = with_orcid(person("mira")), person("jonas"), person("charlie")
    claim(signed_in(mira), paper, 1)
    claim(signed_in(jonas), paper, 2, words="My page is at https://jonas.example.org")
    assert mira.notifications.filter(kind="claim").count() == 1
    page = signed_in(mira)("/claims")
    assert "Co-authors who wait for your word" in page.words
    assert "jonas.example.org" in page.words
    act(signed_in(charlie), paper, 2, jonas, "confirm", 404)
    act(signed_in(jonas), paper, 2, jonas, "confirm", 403)
    act(signed_in(mira), paper, 2, jonas, "confirm")
    assert state(paper, 2, jonas) == "confirmed"
    assert Claim.objects.get(person=jonas).evidence == "coauthor"
    assert jonas.notifications.filter(kind="claim").count() == 1


def test_a_coauthor_neither_refuses_nor_undoes(person, signed_in, paper):
    mira, jonas = with_orcid(person("mira")), person("jonas")
    claim(signed_in(mira), paper, 1)
    claim(signed_in(jonas), paper, 2)
    act(signed_in(mira), paper, 2, jonas, "refuse", 403)
    act(signed_in(mira), paper, 2, jonas, "confirm")
    act(signed_in(mira), paper, 2, jonas, "undo", 403)


def test_a_moderator_decides_and_undoes_with_the_history_kept(person, signed_in, visit, paper):
    alice, moderator = person(), signed_in(person("mod", role="moderator"))
    claim(signed_in(alice), paper, 3)
    assert "Wei Li" in moderator("/moderation/claims").words
    act(moderator, paper, 3, alice, "confirm")
    assert visit("/papers/2601.00001").all("//a[@class='confirmed']")
    act(moderator, paper, 3, alice, "undo", 400, why="")
    act(moderator, paper, 3, alice, "undo", why="This is another Wei Li.")
    assert not visit("/papers/2601.00001").all("//a[@class='confirmed']")
    assert list(ClaimEvent.objects.order_by("pk").values_list("state", flat=True)) == ["pending", "confirmed", "undone"]
    page = signed_in(alice)(f"/claims/{paper}/3")
    assert "This is another Wei Li." in page.words
    claim(signed_in(alice), paper, 3)
    assert state(paper, 3, alice) == "pending"
    assert ClaimEvent.objects.count() == 4


def test_a_moderator_does_not_confirm_a_claim_of_their_own(person, signed_in, paper):
    moderator = person("mod", role="moderator")
    claim(signed_in(moderator), paper, 3)
    act(signed_in(moderator), paper, 3, moderator, "confirm", 403)


def test_one_name_is_one_person_s(person, signed_in, paper):
    mira, other = with_orcid(person("mira")), person("other")
    claim(signed_in(mira), paper, 1)
    page = signed_in(other)(f"/claims/new?paper={paper}&position=1")
    assert "confirmed as" in page.words
    claim(signed_in(other), paper, 1)
    moderator = signed_in(person("mod", role="moderator"))
    act(moderator, paper, 1, other, "confirm", 400)
    act(moderator, paper, 1, mira, "undo", why="The other one is right.")
    act(moderator, paper, 1, other, "confirm")
    assert claims.confirmed_authors(paper)[1].handle == "other"


def test_one_person_bears_one_name_of_a_paper(person, signed_in, paper):
    ask = signed_in(person())
    claim(ask, paper, 1)
    assert "Your claim to Mira Okafor" in claim(ask, paper, 2, 400).words
    act(ask, paper, 1, person("x") and Claim.objects.get().person, "withdraw")
    claim(ask, paper, 2)


@pytest.mark.parametrize(
    "query", ["", "?paper=1", "?paper=x&position=1", "?paper=1&position=-1", f"?paper={10**30}&position=1"]
)
def test_a_claim_without_a_name_is_explained(person, signed_in, query):
    signed_in(person())(f"/claims/new{query}", 400)


@pytest.mark.parametrize(("number", "position"), [(10**9, 1), (None, 9), (None, 0)])
def test_a_name_that_does_not_exist_is_not_found(person, signed_in, paper, number, position):
    signed_in(person())(f"/claims/new?paper={number or paper}&position={position}", 404)
    claim(signed_in(person("bob")), number or paper, position, 404)


def test_strangers_do_not_see_who_claims_what(person, signed_in, visit, paper):
    alice = person()
    claim(signed_in(alice), paper, 3, words="secret words")
    signed_in(person("charlie"))(f"/claims/{paper}/3", 404)
    act(signed_in(person("eve")), paper, 3, alice, "withdraw", 404)
    assert "secret words" not in visit("/papers/2601.00001").text
    assert "secret words" in signed_in(alice)(f"/claims/{paper}/3").words


def test_other_claimants_of_the_paper_see_it(person, signed_in, paper):
    claim(signed_in(person()), paper, 3)
    bob = signed_in(person("bob"))
    claim(bob, paper, 2)
    bob(f"/claims/{paper}/3")


def test_what_is_no_act_is_refused_by_name(person, signed_in, paper):
    alice = person()
    claim(signed_in(alice), paper, 1)
    assert "sideways" in act(signed_in(alice), paper, 1, alice, "sideways", 400).words


def test_a_confirmed_author_is_no_newcomer(person, viewer_of, paper):
    mira, now = with_orcid(person("mira", days=0)), datetime.now(UTC)
    assert standing_of(viewer_of(mira), now) is Trust.NEWCOMER
    claiming.claim(viewer_of(mira), paper, 1, now)
    assert standing_of(viewer_of(mira), now) is Trust.MEMBER


def test_a_name_that_moved_in_the_list_of_authors_is_followed(person, viewer_of, draft, paper):
    mira = with_orcid(person("mira"))
    claiming.claim(viewer_of(mira), paper, 1, datetime.now(UTC))
    ingest([draft(payload_hash="v2", authors=(AUTHORS[1], AUTHORS[0]))])
    assert {place: who.handle for place, who in claims.confirmed_authors(paper).items()} == {2: "mira"}
    ingest([draft(payload_hash="v3", authors=AUTHORS[1:])])
    assert claims.confirmed_authors(paper) == {}


def test_a_claim_outlives_a_join(person, viewer_of, draft, paper):
    ingest([draft("2601.00002", title="Another Study of Scanpaths and Where They Lead", authors=AUTHORS[::-1])])
    younger = find_paper("2601.00002")[0]
    mira = with_orcid(person("mira"))
    claiming.claim(viewer_of(mira), younger, 3, datetime.now(UTC))
    join("2601.00001", "2601.00002")
    places = [author.position for author in printed_authors(paper) if author.name == "Mira Okafor"]
    assert {place: who.handle for place, who in claims.confirmed_authors(paper).items()} == {places[0]: "mira"}
    assert claims.claimed_papers(mira.pk) == [paper]


def test_namesakes_are_told_apart(person, viewer_of, draft, paper):
    ingest([draft("2601.00002", title="Yet Another Study of Something Else", authors=(PrintedAuthor("Mira Okafor"),))])
    mira = with_orcid(person("mira"))
    claiming.claim(viewer_of(mira), paper, 1, datetime.now(UTC))
    author = claims.rows("SELECT id FROM author WHERE key = 'mira-okafor'")[0][0]
    assert [(who.handle, number) for who, number in claims.people_of_name(author)] == [("mira", 1)]


def test_a_state_that_is_written_back_is_what_it_was(person, viewer_of, paper):
    mira, now = with_orcid(person("mira")), datetime.now(UTC)
    claiming.claim(viewer_of(mira), paper, 1, now)
    key = (paper, 1, mira.pk)
    before = claims.read_state(*key)
    with together():
        claims.write_state({**before, "state": "undone"}, now, *key)
        claims.write_state(before, now, *key)
    assert claims.read_state(*key) == before


def test_an_organisation_of_the_paper_vouches_by_its_domain(person, viewer_of, draft):
    ingest([draft(authors=(PrintedAuthor("Mira Okafor"),), organisation=Organisation("lakeside", "Lakeside"),
                  identifiers=(Identifier("arxiv", "2601.00001"),))])  # fmt: skip
    paper = find_paper("2601.00001")[0]
    OrganisationProfile.objects.create(organisation=OrganisationRow.objects.get(), domains=["lakeside.edu"])
    mira = person("mira")
    EmailAddress.objects.create(user=mira, email="okafor@cs.lakeside.edu", verified=True)
    assert claiming.claim(viewer_of(mira), paper, 1, datetime.now(UTC)).state == "confirmed"


def test_what_a_moderator_decides_stands_in_the_log_and_is_undone_there(person, signed_in, paper):
    alice, moderator = person(), signed_in(person("mod", role="moderator"))
    claim(signed_in(alice), paper, 3)
    act(moderator, paper, 3, alice, "confirm")
    event = ModerationEvent.objects.get()
    assert (event.subject, event.action, event.paper_id) == (f"claim:{paper}:3:{alice.pk}", "confirm", paper)
    moderator(f"/moderation/undo/{event.pk}", 303, "post", data={"reason": "The wrong Wei Li."})
    assert state(paper, 3, alice) == "pending"


def test_a_coauthors_word_is_no_act_of_moderation(person, signed_in, paper):
    mira, jonas = with_orcid(person("mira")), person("jonas")
    claim(signed_in(mira), paper, 1)
    claim(signed_in(jonas), paper, 2)
    act(signed_in(mira), paper, 2, jonas, "confirm", why="")
    assert ModerationEvent.objects.count() == 0
