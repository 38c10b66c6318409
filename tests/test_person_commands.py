"""`broadsheet person`: an operator makes the first admin, suspends, resets, and invites."""

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client
from tests.web.account_visits import ANOTHER, Browser, joined, no_evenness
from typer.testing import CliRunner

from broadsheet import person_commands
from broadsheet.errors import BadInput, NotFound
from broadsheet.store.models import Person, Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def assets(django_db_setup):
    """Static files where an instance has them: the pages that follow from a command are looked at too."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def quick():
    with no_evenness():
        yield


@pytest.fixture
def call(monkeypatch):
    """Calls a command on the database of the test."""
    from contextlib import contextmanager

    @contextmanager
    def this_one(**_options):
        yield None

    monkeypatch.setattr(person_commands, "instance", this_one)

    def run(*arguments):
        result = CliRunner().invoke(person_commands.app, list(arguments), catch_exceptions=True)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return re.sub(r"\x1b\[[0-9;]*m", "", result.output)

    return run


def path_in(text):
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def test_the_first_admin_is_made_by_the_operator(call):
    path = path_in(call("add", "mira", "mira@example.org", "--role", "admin"))
    browser = Browser()
    page = browser.client.get(path)
    browser.send(page.headers["Location"], password1=ANOTHER, password2=ANOTHER)
    assert browser.sign_in("mira", ANOTHER).is_in
    assert Person.objects.get().role == "admin"
    assert [each["handle"] for each in json.loads(call("list", "--json", "--role", "admin"))] == ["mira"]
    assert "mira@example.org" in call("list")


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "admin", "a@example.org"),
        ("add", "mira", "no-address"),
        ("add", "bob", "b@example.org"),
        ("invite", "x"),
    ],
)
def test_what_cannot_be_is_told(call, person, arguments):
    person("bob")
    with pytest.raises(BadInput):
        call(*arguments)


def test_an_address_that_somebody_has_is_told(call, person):
    person("bob")
    with pytest.raises(BadInput, match="somebody has an account"):
        call("add", "bob2", "bob@example.org")


def test_roles_suspensions_and_resets_end_sessions(call):
    assert "Nobody has an account" in call("list")
    browser = joined("alice")
    assert "alice is now moderator" in call("role", "alice", "moderator")
    assert not browser.is_in
    browser = Browser().sign_in()
    assert "suspended for 3 days" in call("suspend", "alice", "--days", "3")
    assert not browser.is_in
    assert "suspended" in call("list")
    assert "for good" in call("suspend", "alice")
    assert "may act again" in call("suspend", "alice", "--lift")
    assert Person.objects.get().suspended_until is None
    browser = Browser().sign_in()
    path = path_in(call("reset", "alice"))
    assert not browser.is_in
    assert not Session.objects.exclude(person=None).exists()
    assert Client().get(path).status_code == 302


def test_nobody_of_that_name(call):
    for arguments in (("role", "nobody", "admin"), ("suspend", "nobody"), ("reset", "nobody")):
        with pytest.raises(NotFound, match="person list"):
            call(*arguments)


def test_no_such_role_and_no_such_wish(call, person):
    person("bob")
    with pytest.raises(BadInput, match="member, trusted, moderator, admin"):
        call("role", "bob", "king")
    with pytest.raises(BadInput, match="choose one"):
        call("suspend", "bob", "--lift", "--days", "3")


def test_an_invitation_is_a_link(call):
    assert "/account/signup?invitation=guest@example.org" in call("invite", "guest@example.org")
