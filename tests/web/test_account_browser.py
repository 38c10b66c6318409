"""Accounts in Chromium: a stranger joins with and without script, a passkey signs in, and pages are sound."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.web.account_visits import PASSWORD, code_in, link_in, no_evenness

from broadsheet.store.models import MailMessage, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
TABLES = "person, account_emailaddress, session, mail_message, limit_count"
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
OPEN_PAGES = ("/account/login", "/account/signup", "/account/reset", "/account/reset/sent", "/account/login/code")
OPEN_PAGES += ("/account/confirm", "/account/confirm/none", "/account/reset/1-none", "/account/gone", "/dev/outbox")
OWN_PAGES = ("/account", "/account/email", "/account/password", "/account/security", "/account/security/keys")
OWN_PAGES += ("/account/sessions", "/account/tokens", "/account/profile", "/account/elsewhere", "/account/logout")
GUARDED_PAGES = ("/account/security/app", "/account/security/keys/add", "/account/delete")
LOOKS = (("light", 360), ("dark", 360), ("dark", 1280), ("light", 1280))
AXE = {"resultTypes": ["violations"], "rules": {"region": {"enabled": False}}}


class Server(LiveServerThread):
    """The application alone, as a real server runs it."""

    def __init__(self) -> None:
        super().__init__("localhost", static_handler=lambda application: application)


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, assets: None) -> Iterator[str]:
    """Address of a server; under the name localhost, since passkeys belong to names."""
    with django_db_blocker.unblock(), no_evenness():
        server = Server()
        server.start()
        server.is_ready.wait(30)
        yield f"http://localhost:{server.port}"
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        connection.close()


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("The browser tests need Chromium. Install it as root: apt-get install -y chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET.split())
        yield chromium
        chromium.close()
        connection.close()


def window(browser: Browser, site: str, *, script: bool = True) -> BrowserContext:
    """A window of a visitor nobody knows."""
    context = browser.new_context(base_url=site, java_script_enabled=script)
    if script:
        context.add_init_script(WATCH)
    return context


def newest(address: str) -> MailMessage:
    """The newest letter to an address."""
    return MailMessage.objects.filter(recipient=address).latest("pk")


def fill(page: Page, **values: str) -> None:
    """Fill in fields by their names, and send the form."""
    for name, value in values.items():
        page.fill(f"main [name={name}]", value)
    page.click("main button.main")


def join(page: Page, handle: str) -> None:
    """Join, and open the link of the letter."""
    page.goto("/account/signup")
    fill(page, username=handle, email=f"{handle}@example.org", password1=PASSWORD)
    assert page.locator("h1").inner_text() == "Look into your mail"
    page.goto("/dev/outbox")
    link = link_in(newest(f"{handle}@example.org"))
    assert page.locator(f"pre a[href$='{link}']").count() == 1
    page.goto(link)
    page.click("text=Yes, confirm it")
    assert page.locator(f"header a[href='/people/{handle}']").count() == 1


def again(page: Page, path: str) -> None:
    """Open a page that asks for the password first."""
    page.goto(path)
    if "/account/again" in page.url:
        fill(page, password=PASSWORD)
    assert page.url.endswith(path)


def test_without_script_a_stranger_joins_leaves_and_comes_back_by_a_code(browser, site):
    with window(browser, site, script=False) as context:
        page = context.new_page()
        join(page, "norma")
        page.goto("/account")
        page.click("text=Sign out")
        page.goto("/account/login/code")
        fill(page, email="norma@example.org")
        fill(page, code=code_in(newest("norma@example.org")))
        page.goto("/account/profile")
        fill(page, name="Norma Script", about="I read without.")
        assert page.locator("h1").inner_text() == "Norma Script"
        again(page, "/account/delete")
        fill(page, handle="norma")
        assert page.locator("h1").inner_text() == "The account is gone"
    assert not Person.objects.filter(handle="norma").exists()


def test_a_passkey_is_added_and_signs_in_without_a_password(browser, site):
    with window(browser, site) as context:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        key = {**options, "isUserVerified": True, "automaticPresenceSimulation": True}
        wire.send("WebAuthn.addVirtualAuthenticator", {"options": key})
        join(page, "pasha")
        again(page, "/account/security/keys/add")
        page.check("[name=passwordless]")
        page.click("#add_key")
        page.wait_for_url("**/account/security/codes")
        assert page.locator(".codes li").count() == 10
        page.goto("/account/security/keys")
        assert "passkey: signs you in without a password" in page.locator("main").inner_text()
        page.goto("/account/logout")
        page.click("main button.main")
        page.goto("/account/login?next=/people/pasha")
        page.click("#passkey_login")
        page.wait_for_url(f"{site}/people/pasha")
        assert "Change this page" in page.locator("main").inner_text()
        page.goto("/account/logout")
        page.click("main button.main")
        page.goto("/account/login")
        fill(page, login="pasha", password=PASSWORD)
        assert page.locator("h1").inner_text() == "Your second factor"
        page.click("#use_key")
        page.wait_for_url(f"{site}/")
        assert page.evaluate("window.refused") == []


@pytest.fixture(scope="module")
def windows(browser: Browser, site: str) -> Iterator[tuple[Page, Page]]:
    """A window of a stranger, and one of somebody who has just shown the password."""
    with window(browser, site) as strange, window(browser, site) as own:
        page = own.new_page()
        join(page, "vera")
        page.goto("/account/profile")
        fill(
            page, name="Vera Rubin", affiliation="Carnegie Institution", about="Galaxies.", links="https://example.org"
        )
        again(page, "/account/delete")
        yield strange.new_page(), page


@pytest.mark.parametrize("path", [*OPEN_PAGES, *OWN_PAGES, *GUARDED_PAGES, "/people/vera"])
def test_a_page_is_sound_in_every_look(windows, path):
    page = windows[0] if path in OPEN_PAGES else windows[1]
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        if folder := os.environ.get("ACCOUNT_PICTURES"):
            name = path.strip("/").replace("/", "-") or "account"
            page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("window.refused") == []
