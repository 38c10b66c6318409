"""The matrix: every route as ten kinds of people, on what is theirs and what is not, against the declared table."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from broadsheet import claiming, collecting, discussion, groups, submitting
from broadsheet.discussion import Words
from broadsheet.ingest import ingest
from broadsheet.people import Viewer
from broadsheet.store.catalogue import find_paper
from broadsheet.store.collections import Described
from broadsheet.submitting import Proposal
from broadsheet.web import operator
from broadsheet.web.access import Who
from broadsheet.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)

ROLES = (
    *("visitor", "unverified", "suspended", "newcomer", "member", "trusted", "moderator", "admin", "operator", "gone"),
)
ADMITS = {
    Who.ANYONE: set(ROLES),
    Who.SIGNED_IN: {"unverified", "suspended", "newcomer", "member", "trusted", "moderator", "admin"},
    Who.MEMBER: {"newcomer", "member", "trusted", "moderator", "admin"},
    Who.MODERATOR: {"moderator", "admin"},
    Who.ADMIN: {"admin"},
    Who.OPERATOR: {"admin", "operator"},
}
"""Who is let in by each declaration; written down here once more, so that a slip in `access.py` is seen."""

SAMPLES = {
    "name": "2601.00001", "code": "cs.CV", "key": "okafor-mira", "slug": "nothing", "version": "1", "handle": "alice",
    "subject": "paper:1", "action": "on", "decision": "join", "number": "1", "paper": "1", "position": "1",
    "person": "1", "form": "bib", "uidb36": "1", "pk": "1",
}  # fmt: skip


@pytest.fixture
def clients(person):
    """A browser for each kind of person; the operator's holds the cookie of the printed link."""

    def signed_in(handle, **values):
        client = Client(raise_request_exception=False)
        client.force_login(person(handle, **values))
        return client

    later = NOW + timedelta(days=9)
    found = {
        "visitor": Client(raise_request_exception=False),
        "unverified": signed_in("unverified", verified=False),
        "suspended": signed_in("suspended", suspended_until=later),
        "newcomer": signed_in("newcomer", days=1),
        "member": signed_in("member"),
        "trusted": signed_in("trusted", role="trusted"),
        "moderator": signed_in("moderator", role="moderator"),
        "admin": signed_in("admin", role="admin"),
        "operator": Client(raise_request_exception=False),
        "gone": signed_in("gone", is_active=False),
    }
    found["operator"].post(
        "/admin/enter", {"token": re.sub(r".*token=", "", operator.entry_path()).replace("%3A", ":")}
    )
    assert operator.COOKIE in found["operator"].cookies
    return found


def filled(pattern):
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: SAMPLES[found[1]], pattern)


def is_let_in(response):
    """Whether somebody got past the door: what lies behind may still be missing, or want more in the form."""
    if response.status_code in (301, 302, 303):
        return not response.headers["Location"].startswith("/account/login?next=")
    return response.status_code not in (401, 403)


NOT_BY_ROLE = {
    "account": "the account library decides by the state of the log-in",
    "admin/enter": "decides by the token of a link",
    "dev/outbox": "decides by where the request comes from",
    "groups/join": "decides by the token of an invitation",
    "files/of/<int:paper>": "decides by whose paper it is",
}
"""Routes that refuse those whom they let in, by something else than who asks."""
ENDS_THE_VISIT = ("account/logout", "account/delete", "admin/leave")
"""What must not be sent by people who are asked to send more."""


def decides_otherwise(pattern):
    return any(pattern == part or (part == "account" and pattern.startswith("account/")) for part in NOT_BY_ROLE)


def test_every_declaration_is_in_the_table():
    assert set(ADMITS) == set(Who)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_route_lets_in_whom_it_declares(clients, draft, method):
    ingest([draft()])
    wrong = []
    for route in urlpatterns:
        pattern, handler = str(route.pattern), route.callback
        if method not in handler.methods or (method == "POST" and pattern in ENDS_THE_VISIT):
            continue
        for role in ROLES:
            response = clients[role].generic(method, filled(pattern), content_type="application/x-www-form-urlencoded")
            expected = role in ADMITS[handler.open_to]
            refused_within = expected and response.status_code in (401, 403) and decides_otherwise(pattern)
            if (is_let_in(response) is not expected and not refused_within) or response.status_code >= 500:
                wrong.append((method, pattern, role, response.status_code, expected))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_form_without_its_token_changes_nothing_anywhere(person, draft):
    ingest([draft()])
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person("admin", role="admin"))
    changing = [route for route in urlpatterns if "POST" in route.callback.methods]
    statuses = {str(route.pattern): client.post(filled(str(route.pattern))).status_code for route in changing}
    assert {pattern for pattern, status in statuses.items() if status != 403} == set()


@pytest.fixture
def world(person, draft):
    """What alice owns, by name; charlie is a stranger."""
    ingest([draft()])
    paper = find_paper("2601.00001")[0]
    alice = person("alice")
    person("charlie")
    viewer = Viewer(alice.pk, "alice", "Alice", "member", alice.joined_at, verified=True)
    comment = discussion.add_comment(viewer, paper, Words("A comment of mine"), NOW)
    collecting.make(viewer, Described("Mine"), NOW)
    group = groups.make(viewer, "Readers", "", NOW)
    claiming.claim(viewer, paper, 1, NOW)
    submission = submitting.submit(viewer, Proposal(reason="It is worth a reading by others", paper=paper), NOW)
    return {"paper": paper, "comment": comment, "submission": submission, "group": group.slug}


OWN = {
    "/comments/{comment}/edit": (200, 403),
    "/comments/{comment}/delete": (200, 403),
    "/collections/alice/mine": (200, 404),
    "/collections/alice/mine/edit": (200, 404),
    "/submissions/{submission}": (200, 404),
    "/claims/{paper}/1": (200, 404),
    "/groups/{group}": (200, 404),
}
"""Addresses of alice's own things: what she gets, and what a stranger gets."""


@pytest.mark.parametrize("path", OWN)
def test_what_is_ones_own_is_nobody_elses(world, path):
    from broadsheet.store.models import Person

    address = path.format(**world)
    for handle, status in zip(("alice", "charlie"), OWN[path], strict=True):
        client = Client(raise_request_exception=False)
        client.force_login(Person.objects.get(handle=handle))
        assert client.get(address).status_code == status
