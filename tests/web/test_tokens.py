"""Tokens: made once, shown once, and what a program gets with one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.web.account_visits import PASSWORD, joined, no_evenness

from broadsheet.errors import BadInput
from broadsheet.people import Viewer
from broadsheet.store.models import ApiToken, Person
from broadsheet.tokens import MOST, SCOPES, Wanted, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fast():
    with no_evenness():
        yield


def ask(token, path="/", method="get", **headers):
    return getattr(Client(raise_request_exception=False), method)(
        path, headers={"Authorization": f"Bearer {token}", **headers}
    )


def made(viewer, scopes=("read",), days=30, at=None):
    return make_token(viewer, Wanted("a script", scopes, days), at or datetime.now(UTC))


@pytest.fixture
def alice(person, viewer_of):
    return viewer_of(person("alice"))


def test_a_token_is_made_after_the_password_and_shown_once():
    browser = joined("alice")
    values = {"name": "My  script", "scopes": ["read", "vote"], "days": "90"}
    answer = browser.send("/account/tokens", "/account/tokens/make", **values)
    assert answer.headers["Location"].startswith("/account/again")
    assert not ApiToken.objects.exists()
    path = answer.headers["Location"]
    answer = browser.send(path, status=200, password=PASSWORD)  # what was sent before goes on by itself
    secret = answer.content.decode().partition('class="secret">')[2].partition("<")[0]
    assert secret.startswith("bs_")
    assert len(secret) == 46
    kept = ApiToken.objects.get()
    assert (kept.name, kept.scopes, (kept.expires_at - kept.created_at).days) == ("My script", ["read", "vote"], 90)
    page = browser.get("/account/tokens")
    assert secret not in browser.answer.content.decode()
    assert "My script" in page.text_content()
    assert ask(secret).status_code == 200
    assert "last used today" in " ".join(browser.get("/account/tokens").text_content().split())
    browser.send("/account/tokens", f"/account/tokens/{kept.pk}/revoke", status=303)
    assert ask(secret).status_code == 401


@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"name": "x" * 61}, {"scopes": ["admin"]}, {"scopes": []}, {"days": "31"}, {"days": "x"}],
)
def test_a_token_that_cannot_be_is_refused(values):
    browser = joined("alice").again()
    given = {"name": "x", "scopes": ["read"], "days": "30", **values}
    browser.send("/account/tokens", "/account/tokens/make", status=400, **given)
    assert "alert" in browser.answer.content.decode()
    assert not ApiToken.objects.exists()


def test_nobody_has_more_than_fifty(alice):
    for _ in range(MOST):
        made(alice)
    with pytest.raises(BadInput, match="Revoke some"):
        made(alice)


def test_a_program_is_who_its_token_speaks_for(alice):
    page = ask(made(alice)).content.decode()
    assert "/people/alice" in page
    response = ask(made(alice))
    assert response.headers["Cache-Control"] == "no-store, private"
    assert "Authorization" in response.headers["Vary"]
    assert not response.cookies


def test_a_token_never_reads_a_session(person, alice, django_assert_num_queries):
    client = Client()
    client.force_login(person("bob"))
    answer = client.get("/", headers={"Authorization": f"Bearer {made(alice)}"})
    assert "/people/bob" not in answer.content.decode()
    assert client.get("/", headers={"Authorization": "Bearer bs_wrong"}).status_code == 401


@pytest.mark.parametrize("token", ["bs_wrong", "", "bs_" + "x" * 5000, "\u00e9", "bs_' OR 1=1"])
def test_a_wrong_token_is_told_so_clearly(db, token):
    response = ask(token.encode().decode("latin-1"))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert response.json()["error"]["status"] == 401
    assert "/account/tokens" in response.json()["error"]["message"]
    page = ask("bs_wrong", Accept="text/html")
    assert page.status_code == 401
    assert "<html" in page.content.decode()


def test_an_expired_token_is_wrong(alice):
    token = made(alice, at=datetime.now(UTC) - timedelta(days=31))
    assert ask(token).status_code == 401


def test_a_token_opens_no_pages_of_an_account_and_changes_nothing(alice):
    token = made(alice, tuple(SCOPES))
    for path in ("/account", "/account/export", "/account/tokens", "/admin/sources", "/library", "/dev/outbox"):
        assert ask(token, path).status_code == 403, path
    assert ask(token, "/account/delete", "post").status_code == 405
    assert ask(token, "/votes/1", "post").status_code == 405
    assert Person.objects.get().handle == "alice"


def test_without_the_scope_nothing_is_read(alice):
    assert ask(made(alice, ("vote",))).status_code == 403


def test_another_scheme_is_none_of_our_business(db):
    assert Client().get("/", headers={"Authorization": "Basic eDp5"}).status_code == 200


def test_a_viewer_by_token_says_what_it_may(alice):
    assert isinstance(alice, Viewer)
    assert alice.scopes is None
