"""Sessions, tokens and second factors: what ends them, when they end by themselves, and how often anybody may try."""

import hashlib
import time
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from tests.web.account_visits import ANOTHER, PASSWORD, Browser, code_in, joined, letters, link_in, no_evenness

from broadsheet import accounts, clock
from broadsheet.people import Viewer
from broadsheet.store.models import ApiToken, LimitCount, MailMessage, Person, Session
from broadsheet.store.sessions import ABSOLUTE, IDLE, forget_sessions
from broadsheet.tidying import tidy
from broadsheet.tokens import Wanted, make_token, revoke_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fast():
    with no_evenness():
        yield


def token_of(handle="alice", *scopes):
    owner = Person.objects.get(handle=handle)
    viewer = Viewer(owner.pk, owner.handle, owner.name, owner.role, owner.joined_at, verified=True)
    return make_token(viewer, Wanted("a script", scopes or ("read",), 30), datetime.now(UTC))


def works(token):
    return Client().get("/", headers={"Authorization": f"Bearer {token}"}).status_code != 401


def set_password_by_mail():
    Browser().send("/account/reset", email="alice@example.org")
    browser = Browser()
    page = browser.client.get(link_in(letters()[-1]))
    browser.send(page.headers["Location"], password1=ANOTHER, password2=ANOTHER)


def change_password():
    other = Browser().sign_in()
    other.send("/account/password", oldpassword=PASSWORD, password1=ANOTHER, password2=ANOTHER)


EVENTS = {
    "password changed": change_password,
    "password set by mail": set_password_by_mail,
    "suspended": lambda: accounts.suspend("alice", accounts.FOREVER),
    "suspended by whoever writes the row": lambda: Person.objects.update(suspended_until=accounts.FOREVER),
    "role lost": lambda: accounts.set_role("alice", "member"),
    "role lost by whoever writes the row": lambda: Person.objects.update(role="member"),
    "ended by the operator": lambda: accounts.end_sessions("alice"),
    "closed": lambda: Person.objects.update(is_active=False),
    "deleted": lambda: accounts.delete_account(Person.objects.get(handle="alice").pk, datetime.now(UTC)),
}


@pytest.mark.parametrize("event", EVENTS)
def test_what_happens_to_an_account_ends_every_session_and_token_at_once(event):
    joined("alice")
    Person.objects.update(role="moderator")
    browsers, token = [Browser().sign_in(), Browser().sign_in()], token_of()
    assert works(token)
    assert all(browser.is_in for browser in browsers)
    EVENTS[event]()
    assert not works(token)
    assert not any(browser.is_in for browser in browsers)


def test_a_revoked_token_is_dead_and_only_its_owner_can_revoke_it(viewer_of):
    joined("alice"), joined("bob")
    token = token_of()
    number = ApiToken.objects.get().pk
    bob = Browser().sign_in("bob")
    page = bob.get("/account/tokens")
    form = page.xpath("//form//input[@name='csrfmiddlewaretoken']/@value")[0]
    assert bob.client.post(f"/account/tokens/{number}/revoke", {"csrfmiddlewaretoken": form}).status_code == 404
    assert works(token)
    revoke_token(viewer_of(Person.objects.get(handle="alice")), number)
    assert not works(token)


def test_sessions_are_listed_and_each_can_be_ended_by_its_owner():
    here = joined("alice")
    there = Browser("203.0.113.77", **{"User-Agent": "Mozilla/5.0 (X11; Linux) Gecko/2 Firefox/140"}).sign_in()
    stranger = joined("bob")
    page = here.get("/account/sessions")
    assert "Firefox on Linux" in page.text_content()
    assert "203.0.113.0/24" in page.text_content()
    assert "203.0.113.77" not in page.text_content()
    (name,) = page.xpath("//form/button[text()='End']/@value")
    token = stranger.get("/account/sessions").xpath("//form//input[@name='csrfmiddlewaretoken']/@value")[0]
    answer = stranger.client.post("/account/sessions", {"name": name, "csrfmiddlewaretoken": token})
    assert answer.status_code == 404
    assert there.is_in
    here.send("/account/sessions", status=303, name=name)
    assert not there.is_in
    assert here.is_in
    another = Browser().sign_in()
    here.send("/account/sessions", status=303, name="others")
    assert (here.is_in, another.is_in, stranger.is_in) == (True, False, True)


def test_signing_out_ends_the_session():
    browser = joined("alice")
    cookie = browser.client.cookies["sessionid"].value
    browser.send("/account/logout")
    assert not browser.is_in
    browser.client.cookies["sessionid"] = cookie
    assert not browser.is_in


@pytest.fixture
def later(monkeypatch):
    """Moves the clock on."""
    begun, moved = datetime.now(UTC), [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + moved[0])

    def move(length):
        moved[0] = length
        return begun + length

    return move


def test_a_session_that_nobody_uses_ends_after_thirty_days(later):
    browser, other = joined("alice"), joined("bob")
    later(IDLE - timedelta(hours=1))
    assert browser.is_in
    later(IDLE + timedelta(hours=1))
    assert browser.is_in
    assert not other.is_in


def test_a_session_ends_after_ninety_days_however_it_is_used(later):
    browser = joined("alice")
    for day in range(1, 90):
        later(timedelta(days=day))
        assert browser.is_in, day
    later(ABSOLUTE + timedelta(minutes=1))
    assert not browser.is_in
    assert forget_sessions(later(ABSOLUTE + timedelta(days=2))) >= 1


def test_use_is_noted_now_and_then_only(later):
    browser = joined("alice")
    before = Session.objects.get(person__handle="alice").seen_at
    later(timedelta(hours=11))
    browser.get("/account")
    assert Session.objects.get(person__handle="alice").seen_at == before
    later(timedelta(hours=13))
    browser.get("/account")
    assert Session.objects.get(person__handle="alice").seen_at > before


def test_a_row_of_sessions_opens_nothing():
    browser = joined("alice")
    row = Session.objects.get(person__handle="alice")
    thief = Client()
    thief.cookies["sessionid"] = row.session_key
    assert thief.get("/account").status_code == 302
    Session.objects.filter(pk=row.pk).update(session_data="gibberish")
    assert not browser.is_in


def app_code(secret, shift=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


def with_app():
    browser = joined("alice").again()
    secret = browser.get("/account/security/app").xpath("//code[@class='secret']/text()")[0]
    form = browser.client.get("/account/security/app")  # looking again makes another secret: the last one counts
    secret = form.content.decode().partition('<code class="secret">')[2].partition("<")[0]
    token = form.content.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = browser.client.post("/account/security/app", {"code": app_code(secret), "csrfmiddlewaretoken": token})
    assert answer.headers["Location"] == "/account/security/codes"
    return browser, secret


def test_an_authenticator_app_is_asked_for_and_each_code_counts_once(django_capture_on_commit_callbacks):
    browser, secret = with_app()
    codes = browser.get("/account/security/codes").xpath("//ul[@class='codes']//code/text()")
    assert len(codes) == 10
    stored = str(list(Authenticator.objects.values()))
    assert secret not in stored
    assert secret not in str(list(Session.objects.values()))
    code = app_code(secret, 1)
    second = Browser().sign_in()
    assert not second.is_in
    second.send("/account/login/second", "/account/login/second", code=code)
    assert second.is_in
    cache.clear()  # another process knows nothing of this one
    third = Browser().sign_in()
    third.send("/account/login/second", status=200, code=code)
    assert "used before" in third.words
    third.send("/account/login/second", code=codes[0])
    assert third.is_in
    fourth = Browser().sign_in()
    fourth.send("/account/login/second", status=200, code=codes[0])
    assert not fourth.is_in


def test_codes_cannot_be_guessed():
    with_app()
    thief = Browser().sign_in()
    answers = []
    for guess in range(14):
        page = thief.client.get("/account/login/second").content.decode()
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        answers.append(
            thief.client.post(
                "/account/login/second",
                {"code": f"{guess:06}", "csrfmiddlewaretoken": token},
                REMOTE_ADDR=f"10.1.{guess}.1",
            ).status_code
        )
    assert answers == [200] * 10 + [429] * 4


def test_an_app_is_removed_and_new_recovery_codes_end_the_old():
    browser, _ = with_app()
    browser.get("/account/security/codes")
    assert "not shown again" in browser.get("/account/security/codes").text_content()
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    browser.send("/account/security/codes/new")
    assert not set(old) & set(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes())
    browser.send("/account/security/app/remove")
    assert not Authenticator.objects.exists()
    assert Browser().sign_in().is_in


def test_nobody_sees_or_changes_the_key_of_another():
    alice, bob = joined("alice"), joined("bob").again()
    key = Authenticator.objects.create(
        user=Person.objects.get(handle="alice"), type="webauthn", data={"name": "my key", "credential": {}}
    )
    for path in (f"/account/security/keys/{key.pk}", f"/account/security/keys/{key.pk}/remove"):
        assert bob.client.get(path).status_code == 404
    assert alice.is_in


LOGIN = {"login": "alice", "password": "guess"}


def test_guesses_for_one_account_are_counted_over_all_networks():
    joined("alice")
    answers = [Client(REMOTE_ADDR=f"10.{n}.0.1").post("/account/login", LOGIN).status_code for n in range(200)]
    assert answers.count(200) == 10
    assert answers.count(429) == 190
    assert int(Client().post("/account/login", LOGIN).headers["Retry-After"]) <= 900


def test_guesses_of_one_network_are_counted_over_all_accounts_and_what_it_says_of_itself_is_not_believed():
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{n % 250}")
        .post("/account/login", {"login": f"p{n}", "password": "x"}, headers={"X-Forwarded-For": f"10.{n}.0.1"})
        .status_code
        for n in range(130)
    ]
    assert answers.count(200) == 100
    assert answers[100:] == [429] * 30
    six = [
        Client(REMOTE_ADDR=f"2001:db8::{n:x}").post("/account/login", {"login": f"q{n}", "password": "x"}).status_code
        for n in range(101)
    ]
    assert six[-1] == 429
    assert "p1" not in str(list(LimitCount.objects.values_list("key", flat=True)))


def test_a_strangers_address_gets_one_letter_of_a_kind_a_day_and_three_in_all(later):
    joined("alice")
    for day in range(6):
        LimitCount.objects.filter(window_start__year__lt=9000).delete()
        for n in range(12):
            network = {"REMOTE_ADDR": f"10.{day}.{n}.1"}
            Client(**network).post("/account/reset", {"email": "victim@example.org"})
            Client(**network).post("/account/login/code", {"email": "Victim@example.org"})
            values = {"username": f"u{day}x{n}", "email": "victim@example.org", "password1": PASSWORD}
            if n < 2:
                Client(**network).post("/account/signup", values)
    assert len(letters("victim@example.org")) == 3
    assert MailMessage.objects.exclude(recipient__in=["victim@example.org", "alice@example.org"]).count() == 0


def test_somebody_who_is_known_is_not_bothered_either():
    joined("alice")
    for n in range(60):
        Client(REMOTE_ADDR=f"10.0.{n}.1").post("/account/login/code", {"email": "alice@example.org"})
        Client(REMOTE_ADDR=f"10.1.{n}.1").post("/account/reset", {"email": "alice@example.org"})
    assert len(letters("alice@example.org")) <= 1 + 10 + 5


def test_tidying_puts_away_what_had_its_time():
    joined("alice")
    Browser().send("/account/signup", username="ghost", email="ghost@example.org", password1=PASSWORD)
    MailMessage.objects.update(state="sent")
    tidy(datetime.now(UTC) + timedelta(days=100))
    assert not Session.objects.exists()
    assert not MailMessage.objects.exists()
    assert [person.handle for person in Person.objects.all()] == ["alice"]
    assert LimitCount.objects.filter(window_start__year__lt=9000).count() == 0


def test_no_secret_is_kept_as_it_is(caplog):
    joined("alice")
    Browser().send("/account/reset", email="alice@example.org")
    link = link_in(letters()[-1])
    Browser().send("/account/login/code", email="alice@example.org")
    code, token = code_in(letters()[-1]), token_of()
    MailMessage.objects.all().delete()
    kept = "".join(
        str(list(model.objects.values())) for model in (Person, Session, ApiToken, LimitCount, Authenticator)
    )
    for secret in (PASSWORD, link.partition("-")[2], code, token, token.removeprefix("bs_")):
        assert secret not in kept
        assert secret not in caplog.text
    assert hashlib.sha256(token.encode()).hexdigest() in kept
