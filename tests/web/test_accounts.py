"""Accounts: joining, signing in by each way, a new password, addresses, and that no answer tells who is known."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client, override_settings
from tests.web.account_visits import ANOTHER, PASSWORD, Browser, code_in, joined, letters, link_in, no_evenness

from broadsheet import accounts
from broadsheet.store.limits import count_up
from broadsheet.store.models import LimitCount, MailMessage, Person, Session
from broadsheet.web.invitations import invitation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fast():
    with no_evenness():
        yield


def settings_with(**values):
    from django.conf import settings

    from broadsheet.environment import Environment

    given = settings.ENVIRONMENT
    return override_settings(ENVIRONMENT=Environment({**given.values, **values}, given.given))


def count_again():
    """Another day: no limit has been used yet."""
    LimitCount.objects.all().delete()


def test_somebody_joins_confirms_the_address_and_is_in():
    browser = Browser()
    answer = browser.send("/account/signup", username="Mira", email="Mira@Example.org", password1=PASSWORD)
    assert answer.headers["Location"] == "/account/confirm"
    assert not browser.is_in
    (letter,) = letters()
    assert (letter.recipient, letter.stream, letter.headers) == ("mira@example.org", "account", {})
    assert letter.subject == "Broadsheet: Confirm your mail address"
    link = link_in(letter)
    for _ in range(3):
        assert "Is mira@example.org your address?" in Browser().get(link).text_content()
    assert not EmailAddress.objects.get().verified
    browser.send(link)
    assert EmailAddress.objects.get().verified
    assert browser.is_in
    assert Person.objects.get().handle == "mira"


def test_passwords_are_kept_as_argon2():
    from broadsheet import settings as ours

    with override_settings(PASSWORD_HASHERS=ours.PASSWORD_HASHERS):
        assert joined("alice").is_in
    assert Person.objects.get().password.startswith("argon2$argon2id$")


def test_a_link_that_confirms_counts_once_for_one_address_and_cannot_be_changed():
    browser = Browser()
    browser.send("/account/signup", username="mira", email="mira@example.org", password1=PASSWORD)
    link = link_in(letters()[0])
    key = link.rpartition("/")[2]
    for place in range(len(key)):
        other = "A" if key[place] != "A" else "B"
        client = Client(REMOTE_ADDR=f"10.0.{place}.1")
        assert client.post(f"/account/confirm/{key[:place]}{other}{key[place + 1 :]}").status_code == 404
    assert not EmailAddress.objects.get().verified
    elsewhere = signing.dumps(obj=EmailAddress.objects.get().pk, salt="another purpose")
    assert Client().post(f"/account/confirm/{elsewhere}").status_code == 404
    browser.send(link)
    Browser().get(link)
    assert not Browser().is_in


def test_who_joins_with_a_known_address_gets_the_same_answer_and_the_letter_tells():
    joined("alice")
    count_again()
    answers = []
    for handle, mail in (("nora", "new@example.org"), ("otto", "alice@example.org")):
        browser = Browser()
        answer = browser.send("/account/signup", username=handle, email=mail, password1=PASSWORD)
        browser.get("/account/confirm")
        cookies = sorted((name, len(each.value)) for name, each in browser.client.cookies.items())
        page = re.sub(r'value="\w{64}"', "", browser.answer.content.decode())
        answers.append((answer.status_code, answer.headers["Location"], answer.content, page, cookies))
    assert answers[0] == answers[1]
    assert "There is an account with it already" in letters("alice@example.org")[-1].text
    assert Person.objects.filter(email="alice@example.org").count() == 1
    for handle in ("nora", "otto"):  # neither does the handle tell: both are taken by the try
        Browser().send("/account/signup", status=200, username=handle, email="x@example.org", password1=PASSWORD)
        assert Client().get(f"/people/{handle}").status_code == 404


def test_accounts_that_nobody_confirmed_lapse_and_so_do_their_likenesses():
    joined("alice")
    for handle, mail in (("nora", "new@example.org"), ("otto", "alice@example.org")):
        Browser().send("/account/signup", username=handle, email=mail, password1=PASSWORD)
    now = datetime.now(UTC)
    assert accounts.forget_unconfirmed(now) == 0
    assert accounts.forget_unconfirmed(now + timedelta(days=4)) == 2
    assert [person.handle for person in Person.objects.all()] == ["alice"]


@pytest.mark.parametrize(
    "handle", ["a", "admin", "deleted-7", "-a", "a-", "a--b", "a.b", "a b", "ä-b", "x" * 33, "a/b"]
)
def test_a_handle_that_cannot_be_is_refused(handle):
    browser = Browser()
    browser.send("/account/signup", status=200, username=handle, email="m@example.org", password1=PASSWORD)
    assert not Person.objects.exists()
    assert not letters()


@pytest.mark.parametrize("mail", ["mïra@example.org", "mira", "a@b@example.org", "a@example.org\nBcc: b@example.org"])
def test_an_address_that_cannot_be_is_refused(mail):
    Browser().send("/account/signup", status=200, username="mira", email=mail, password1=PASSWORD)
    assert not letters()


@pytest.mark.parametrize("password", ["short", "password1234", "mirabella-mirabella" * 60])
def test_a_password_that_is_no_good_is_refused(password):
    Browser().send("/account/signup", status=200, username="mira", email="m@example.org", password1=password)
    assert not letters()


def test_a_closed_house_and_one_by_invitation():
    with settings_with(sign_up="closed"):
        assert "Nobody can join" in Browser().get("/account/signup").text_content()
        assert Client().post("/account/signup", {"username": "a2", "email": "a@b.example"}).status_code == 200
    with settings_with(sign_up="invited"):
        assert "Nobody can join" in Browser().get("/account/signup").text_content()
        path = invitation("guest@example.org").partition("8000")[2]
        assert "Nobody can join" in Browser().get(path + "x").text_content()
        browser = Browser()
        browser.get(path)
        browser.send("/account/signup", username="guest1", email="guest@example.org", password1=PASSWORD)
    assert [each.recipient for each in letters()] == ["guest@example.org"]
    assert Person.objects.get().handle == "guest1"


def test_an_invitation_is_for_one_address():
    with settings_with(sign_up="invited"):
        browser = Browser()
        browser.get(invitation("guest@example.org").partition("8000")[2])
        browser.send("/account/signup", username="other", email="other@example.org", password1=PASSWORD)
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.org", "Alice@Example.ORG", " alice "])
def test_signing_in_with_a_handle_or_an_address(name):
    joined("alice")
    assert Browser().sign_in(name).is_in


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody-here", PASSWORD), ("no@example.org", "x")])
def test_who_may_not_sign_in_gets_one_answer(name, password):
    joined("alice")
    browser = Browser()
    browser.send("/account/login", status=200, login=name, password=password)
    assert "That name and password do not go together." in browser.words
    assert not browser.is_in


def test_the_session_changes_its_name_and_its_cookie_is_kept_from_scripts():
    joined("alice")
    browser = Browser()
    browser.get("/account/login/code")
    browser.send("/account/login/code", email="alice@example.org")
    before = browser.client.cookies["sessionid"].value
    browser.send("/account/login/code/confirm", code=code_in(letters()[-1]))
    cookie = browser.client.cookies["sessionid"]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == 30 * 86_400
    assert not Session.objects.filter(session_key=cookie.value).exists()
    kept = str(list(Session.objects.values()))
    assert PASSWORD not in kept
    assert "alice@" not in kept
    with override_settings(SESSION_COOKIE_SECURE=True):
        assert Browser().sign_in().client.cookies["sessionid"]["secure"] is True


def test_signing_in_by_a_mailed_code():
    joined("alice")
    browser = Browser()
    browser.send("/account/login/code", email="alice@example.org")
    letter = letters()[-1]
    code = code_in(letter)
    assert "sign in" in letter.subject
    assert code not in str(list(Session.objects.values()))
    browser.send("/account/login/code/confirm", status=200, code="WRONG1")
    assert "That code is not right." in browser.words
    browser.send("/account/login/code/confirm", code=code)
    assert browser.is_in
    assert Client().post("/account/login/code/confirm", {"code": code}).headers["Location"] == "/account/login/code"


def test_asking_for_a_code_or_a_new_password_tells_nothing():
    joined("alice")
    count_again()
    for path in ("/account/login/code", "/account/reset"):
        answers = []
        for mail in ("nobody@example.org", "alice@example.org"):
            browser = Browser()
            answer = browser.send(path, email=mail)
            page = browser.get(answer.headers["Location"])
            text = " ".join(page.xpath("//main")[0].text_content().split()).replace(mail, "")
            cookies = sorted((name, len(each.value)) for name, each in browser.client.cookies.items())
            answers.append((answer.status_code, answer.headers["Location"], answer.content, text, cookies))
        assert answers[0] == answers[1]
    assert [each.subject for each in letters("nobody@example.org")] == [
        "Broadsheet: There is no account with this address"
    ]


def test_a_new_password_by_mail_ends_every_session():
    browser = joined("alice")
    stranger = Browser()
    stranger.send("/account/reset", email="alice@example.org")
    link = link_in(letters()[-1])
    page = stranger.client.get(link)
    assert page.status_code == 302
    assert page.headers["Location"].endswith("-set-password")
    stranger.send(page.headers["Location"], password1=ANOTHER, password2=ANOTHER)
    assert not browser.is_in
    assert not stranger.is_in
    assert Browser().sign_in("alice", ANOTHER).is_in
    assert "does not work any more" in Client().get(link).content.decode()
    assert letters()[-1].subject == "Broadsheet: Your account was changed"


def test_a_changed_password_ends_all_other_sessions():
    here, there = joined("alice"), Browser().sign_in()
    here.send("/account/password", oldpassword=PASSWORD, password1=ANOTHER, password2=ANOTHER)
    assert here.is_in
    assert not there.is_in
    assert "The password was changed." in letters()[-1].text


def test_another_address_is_confirmed_before_it_counts():
    browser = joined("alice").again()
    browser.send("/account/email", action_add="1", email="second@example.org")
    assert not Browser().client.post("/account/login", {"login": "second@example.org", "password": PASSWORD}).cookies
    browser.send(link_in(letters("second@example.org")[-1]))
    browser.client.post("/account/email")
    assert EmailAddress.objects.get(email="second@example.org").verified
    browser.send("/account/email", email="second@example.org", action_primary="1")
    assert Person.objects.get().email == "second@example.org"
    browser.send("/account/email", email="alice@example.org", action_remove="1")
    assert [each.email for each in EmailAddress.objects.all()] == ["second@example.org"]
    told = [each.text for each in letters("alice@example.org")]
    assert any("main mail address was changed" in text for text in told)


def test_an_address_of_somebody_else_is_not_taken_over():
    joined("alice")
    browser = joined("bob").again()
    browser.send("/account/email", action_add="1", email="alice@example.org")
    assert EmailAddress.objects.get(email="alice@example.org", verified=True).user.handle == "alice"
    browser.get("/account/email")
    for letter in letters("alice@example.org")[1:]:
        browser.get(link_in(letter))
    assert EmailAddress.objects.filter(email="alice@example.org", verified=True).count() == 1


def test_what_matters_asks_for_the_password_again_and_then_goes_on():
    browser = joined("alice")
    assert browser.client.get("/account/delete").headers["Location"] == "/account/again?next=%2Faccount%2Fdelete"
    browser.send("/account/again?next=/account/delete", status=200, password="wrong")
    assert "That password is not right." in browser.words
    answer = browser.send("/account/again?next=/account/delete", password=PASSWORD)
    assert answer.headers["Location"] == "/account/delete"
    browser.get("/account/delete")


OFF_SITE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "//evil.example/%2f..",
    "https://localhost@evil.example",
    "//localhost@evil.example",
    "data:text/html,x",
    "/%09/evil.example/..//",
    "http://testserver.evil.example",
    "http://evil.example/testserver",
    "//testserver%2eevil.example",
    "https://testserver/",
    "ftp://testserver/",
    "////evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "/ /evil.example\\",
    "\x00//evil.example",
    "//\\evil.example",
]


@pytest.mark.parametrize("next_path", OFF_SITE)
def test_signing_in_and_out_leads_nowhere_else(next_path):
    joined("alice")
    for path, values in (("/account/login", {"login": "alice", "password": PASSWORD}), ("/account/logout", {})):
        client = Client()
        if path == "/account/logout":
            client.force_login(Person.objects.get())
        answer = client.post(path, {**values, "next": next_path})
        location = answer.headers["Location"]
        assert location == "/" or (location.startswith("/") and location[1:2] not in ("/", "\\"))
        assert "evil.example" not in location.partition("?")[0].partition("/")[0]


def test_signing_in_leads_back():
    joined("alice")
    browser = Browser()
    answer = browser.send("/account/login?next=/papers/x%3Fy=1", "/account/login", login="alice", password=PASSWORD)
    assert answer.headers["Location"] == "/papers/x?y=1"


def test_no_letter_says_what_a_request_claimed():
    for host in ("evil.example", "localhost:80@evil.example", "localhost"):
        Client().post(
            "/account/signup",
            {"username": "mira", "email": "mira@example.org", "password1": PASSWORD},
            headers={"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
        )
    assert letters()
    assert not [each for each in letters() if "evil" in each.text + each.message_id]
    with settings_with(url="https://papers.example.org"):
        count_again()
        Browser().send("/account/reset", email="mira@example.org")
    assert "https://papers.example.org/account/" in letters()[-1].text


def test_every_form_carries_a_token():
    joined("alice")
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get())
    from broadsheet.web.account_routes import urlpatterns

    for route in urlpatterns:
        if "POST" in route.callback.methods and "<" not in str(route.pattern):
            assert client.post(f"/{route.pattern}").status_code == 403, route.pattern
    assert Person.objects.get().deleted_at is None


def test_looking_at_every_page_changes_nothing_and_nothing_is_kept_by_caches():
    browser = joined("alice").again()
    from broadsheet.web.account_routes import urlpatterns

    before = (list(Person.objects.values()), MailMessage.objects.count(), EmailAddress.objects.count())
    for route in urlpatterns:
        path = f"/{route.pattern}"
        if "<" in path or "GET" not in route.callback.methods:
            continue
        answer = browser.client.get(path)
        assert answer.status_code in (200, 302, 401, 404), path
        assert answer.headers["Cache-Control"] == "no-store, private", path
    assert (list(Person.objects.values()), MailMessage.objects.count(), EmailAddress.objects.count()) == before
    assert browser.is_in


def test_pages_of_an_account_need_one():
    from broadsheet.web.access import Who
    from broadsheet.web.account_routes import urlpatterns

    for route in urlpatterns:
        path = re.sub(r"<\w+:\w+>", "1", f"/{route.pattern}")
        if route.callback.open_to is not Who.ANYONE and "GET" in route.callback.methods:
            answer = Client().get(path)
            assert answer.status_code == 302, path
            assert answer.headers["Location"].startswith("/account/login?next="), path


def test_who_is_suspended_can_sign_in_take_everything_and_leave_but_not_act():
    joined("alice")
    accounts.suspend("alice", accounts.FOREVER)
    browser = Browser().sign_in().again()
    assert "store.Person" in browser.get("/account/export")
    browser.get("/account/profile", status=403)
    assert browser.client.post("/account/tokens/make").status_code == 403
    browser.send("/account/delete", status=303, handle="alice")
    assert not Person.objects.filter(handle="alice").exists()


def test_providers_that_are_not_set_up_are_not_there():
    for path in ("/account/github", "/account/github/back", "/account/orcid", "/account/orcid/back"):
        assert Client().get(path).status_code == 404
    assert "GitHub" not in Browser().get("/account/login").text_content()


def test_a_provider_that_is_set_up_has_a_button_that_may_lead_there():
    apps = [{"client_id": "id", "secret": "marker-of-a-secret", "key": ""}]
    given = {"github": {"APPS": apps, "SCOPE": ["user:email"]}, "orcid": {"APPS": [], "BASE_DOMAIN": "orcid.org"}}
    with override_settings(SOCIALACCOUNT_PROVIDERS=given):
        browser = Browser()
        assert "GitHub" in browser.get("/account/login").text_content()
        browser.get("/account/github?process=login")
        assert "form-action 'self' https://github.com" in browser.answer.headers["Content-Security-Policy"]
        assert "marker" not in browser.answer.content.decode()
        location = browser.send("/account/github?process=login", "/account/github?process=login").headers["Location"]
    assert location.startswith("https://github.com/login/oauth/authorize?client_id=id&")


def test_counts_of_strangers_are_for_good():
    mark = accounts.fingerprint("key", " A@B.example ")
    assert mark == accounts.fingerprint("key", "a@b.example")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert [accounts.may_write_to("a@b.example", mark, "code", at) for _ in range(3)] == [True, False, False]
    given = [accounts.may_write_to("a@b.example", mark, f"kind{n}", at + timedelta(days=n)) for n in range(10)]
    assert given.count(True) == 2
    assert not count_up(f"mail:{mark}:ever", accounts.FOREVER, 3)
