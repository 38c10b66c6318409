"""Organisations: members by mail domain or by a manager's word, managers, and tags on submitted papers."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from broadsheet.ingest import ingest
from broadsheet.store.catalogue import find_paper, list_cards
from broadsheet.store.models import Membership, Submission
from broadsheet.store.models import Organisation as OrganisationRow
from broadsheet.store.models.submissions import OrganisationProfile

pytestmark = pytest.mark.django_db

REASON = "It shows where people look next, which nobody could before."


@pytest.fixture
def lakeside():
    made = OrganisationRow.objects.create(slug="lakeside", name="Lakeside University")
    OrganisationProfile.objects.create(organisation=made, domains=["lakeside.edu"], about="By the lake.")
    return made


def member_of(organisation, person, role="member", state="member"):
    Membership.objects.create(organisation=organisation, person=person, role=role, state=state)
    return person


def states():
    return dict(Membership.objects.values_list("person__handle", "state"))


def test_the_page_lists_members_for_everybody(visit, person, lakeside):
    member_of(lakeside, person())
    member_of(lakeside, person("bob"), state="asked")
    page = visit("/organisations/lakeside/people")
    assert "By the lake." in page.words
    assert page.all("//ul[@class='rows']//h3/a/@href") == ["/people/alice"]
    assert "Set-Cookie" not in page.response.headers
    visit("/organisations/nowhere/people", 404)


def test_a_verified_address_of_the_domain_makes_a_member_at_once(person, signed_in, lakeside):
    alice, bob = person(), person("bob")
    EmailAddress.objects.create(user=alice, email="alice@cs.lakeside.edu", verified=True)
    EmailAddress.objects.create(user=bob, email="bob@lakeside.edu", verified=False)
    for who in (alice, bob):
        signed_in(who)("/organisations/lakeside/join", 303, "post")
    assert states() == {"alice": "member", "bob": "asked"}


def test_a_manager_approves_removes_and_makes_managers(person, signed_in, lakeside):
    boss, bob = member_of(lakeside, person("boss"), "manager"), person("bob")
    signed_in(bob)("/organisations/lakeside/join", 303, "post")
    assert boss.notifications.count() == 1
    ask = signed_in(boss)
    for to, state, role in (
        ("approve", "member", "member"),
        ("manager", "member", "manager"),
        ("remove", "removed", "member"),
    ):
        ask("/organisations/lakeside/members", 303, "post", data={"person": "bob", "to": to})
        found = Membership.objects.get(person=bob)
        assert (found.state, found.role) == (state, role)
    signed_in(bob)("/organisations/lakeside/join", 403, "post")
    ask("/organisations/lakeside/members", 400, "post", data={"person": "boss", "to": "remove"})
    ask("/organisations/lakeside/members", 404, "post", data={"person": "nobody", "to": "approve"})
    ask("/organisations/lakeside/members", 400, "post", data={"person": "bob", "to": "sideways"})


@pytest.mark.parametrize("path", ["members", "edit"])
def test_others_decide_nothing(person, signed_in, visit, lakeside, path):
    bob = member_of(lakeside, person("bob"), state="asked")
    for handle, state in (("alice", "member"), ("charlie", "left")):
        ask = signed_in(member_of(lakeside, person(handle), state=state))
        ask(f"/organisations/lakeside/{path}", 403, "post", data={"person": "bob", "to": "approve", "about": "Mine"})
    visit(f"/organisations/lakeside/{path}", 403, method="post")
    assert Membership.objects.get(person=bob).state == "asked"
    assert OrganisationProfile.objects.get().about == "By the lake."


def test_forms_without_their_token_change_nothing(person, lakeside):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post("/organisations/lakeside/join").status_code == 403
    assert states() == {}


def test_a_member_leaves(person, signed_in, lakeside):
    alice = member_of(lakeside, person())
    signed_in(alice)("/organisations/lakeside/leave", 303, "post")
    assert states() == {"alice": "left"}
    signed_in(alice)("/organisations/lakeside/leave", 404, "post")
    signed_in(alice)("/organisations/lakeside/join", 303, "post")
    assert states() == {"alice": "asked"}


def test_a_manager_edits_the_page_but_not_the_domains(person, signed_in, lakeside):
    ask = signed_in(member_of(lakeside, person(), "manager"))
    data = {"about": "On the shore.", "url": "https://lakeside.edu", "domains": "evil.example"}
    ask("/organisations/lakeside/edit", 303, "post", data=data)
    profile = OrganisationProfile.objects.get()
    assert (profile.about, profile.url, profile.domains) == ("On the shore.", "https://lakeside.edu", ["lakeside.edu"])
    assert (
        "address is none" in ask("/organisations/lakeside/edit", 400, "post", data={"url": "javascript:alert(1)"}).words
    )


def test_a_moderator_sets_the_domains(person, signed_in, lakeside):
    ask = signed_in(person(role="moderator"))
    ask("/organisations/lakeside/edit", 303, "post", data={"about": "x", "domains": "lakeside.edu lake.example.org"})
    assert OrganisationProfile.objects.get().domains == ["lakeside.edu", "lake.example.org"]
    assert "gmail.com" in ask("/organisations/lakeside/edit", 400, "post", data={"domains": "gmail.com"}).words


def test_a_member_puts_a_paper_forward_for_the_organisation_and_takes_that_back(person, signed_in, draft, lakeside):
    ingest([draft(), draft("2601.00002")])
    alice = member_of(lakeside, person())
    ask = signed_in(alice)
    data = {"text": "2601.00001", "reason": REASON, "organisation": "lakeside"}
    ask("/submit/send", 303, "post", data=data)
    number, paper = Submission.objects.get().pk, find_paper("2601.00001")[0]
    assert [o.slug for o in list_cards([paper])[0].organisations] == ["lakeside"]
    signed_in(person("bob"))("/submit/send", 400, "post", data={**data, "text": "2601.00002"})
    signed_in(person("charlie"))(f"/submissions/{number}/untag", 404, "post")
    ask(f"/submissions/{number}/untag", 303, "post")
    assert list_cards([paper])[0].organisations == ()
    ask(f"/submissions/{number}/untag", 404, "post")


def test_a_manager_takes_a_tag_back(person, signed_in, draft, lakeside):
    ingest([draft()])
    alice, boss = member_of(lakeside, person()), member_of(lakeside, person("boss"), "manager")
    signed_in(alice)(
        "/submit/send", 303, "post", data={"text": "2601.00001", "reason": REASON, "organisation": "lakeside"}
    )
    signed_in(boss)(f"/submissions/{Submission.objects.get().pk}/untag", 303, "post")
    assert list_cards([find_paper("2601.00001")[0]])[0].organisations == ()
