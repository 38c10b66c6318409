"""A stranger's walk in Chromium, with script and without: from signing up to the front page and the open log."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.web.test_browser import TABLES, Server, browser, paper

from broadsheet.ingest import ingest
from broadsheet.store.models import Person

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

BIBTEX = """@article{newcomb2026,
  title = {%s},
  author = {Newcomb, Ada and Okafor, Mira},
  year = {2026}, month = {11},
  abstract = {Readers meet formulas and go on. We measure how long they stay, and why they leave.}
}"""
PEOPLE = {"bob": "member", "carol": "member", "mona": "moderator"}
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Site:
    """A running server, and the session cookies of people who signed in long ago."""

    address: str
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, assets: None) -> Iterator[Site]:
    """A server over a catalogue of one paper, and three people; all is emptied in the end."""
    with django_db_blocker.unblock():
        ingest([paper(1)])
        cookies = {handle: signed_in(handle, role) for handle, role in PEOPLE.items()}
        server = Server()
        server.start()
        server.is_ready.wait(30)
        yield Site(f"http://127.0.0.1:{server.port}", cookies)
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES}, person, mail_message, limit_count CASCADE")
        connection.close()


def signed_in(handle: str, role: str) -> str:
    """The session cookie of somebody who joined long ago."""
    joined = datetime.now(UTC) - timedelta(days=100)
    person = Person.objects.create(handle=handle, name=handle.title(), joined_at=joined, role=role)
    EmailAddress.objects.create(user=person, email=f"{handle}@example.org", verified=True, primary=True)
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def known(browser: Browser, site: Site, handle: str, *, script: bool) -> Page:
    """A window of one of them."""
    context = window(browser, site, script=script)
    context.add_cookies([{"name": "sessionid", "value": site.cookies[handle], "url": site.address}])
    return context.new_page()


def window(browser: Browser, site: Site, *, script: bool) -> BrowserContext:
    return browser.new_context(
        base_url=site.address, java_script_enabled=script, viewport={"width": 1100, "height": 900}
    )


def arrive(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, (path, answer.status, page.inner_text("main")[:500])


def sign_up(page: Page, handle: str) -> None:
    """Join, and verify by the letter in the outbox."""
    arrive(page, "/")
    page.click("text=Join")
    page.fill("input[name=username]", handle)
    page.fill("input[name=email]", f"{handle}@example.org")
    page.fill("input[name=password1]", PASSWORD)
    page.click("main button.main")
    expect(page.locator("main")).to_contain_text("We sent a letter")
    arrive(page, "/dev/outbox")
    letter = page.locator("article", has_text=f"{handle}@example.org")
    link = letter.locator("a[href*='/account/confirm/']").first.get_attribute("href") or ""
    arrive(page, re.sub(r"^https?://[^/]+", "", link))
    page.click("text=Yes, confirm it")
    expect(page.locator(".account")).to_contain_text(handle)


TITLES = {
    "alpha": "How Long Readers Stay With a Formula",
    "beta": "What Editors Remember of the Letters That They Print",
}


def submit(page: Page, title: str) -> None:
    page.click(".account >> text=Submit")
    page.fill("textarea[name=text]", BIBTEX % title)
    page.click("text=Look for it")
    page.fill("textarea[name=reason]", "It is my first paper, and measures what editors only guess.")
    page.check("input[name=own]")
    page.click("main button.main")
    expect(page.locator("main")).to_contain_text("A moderator looks at it")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_stranger_comes_to_the_front_page(browser: Browser, site: Site, script: bool) -> None:
    mark = "alpha" if script else "beta"
    stranger = window(browser, site, script=script).new_page()
    bob, carol, mona = (known(browser, site, handle, script=script) for handle in PEOPLE)
    handle = f"ada-{mark}"
    sign_up(stranger, handle)
    submit(stranger, TITLES[mark])

    arrive(mona, "/moderation/submissions")
    mona.fill("input[name=note]", "Welcome, and thank you")
    mona.click("text=Accept")
    arrive(stranger, "/submissions")
    stranger.locator("main a", has_text=TITLES[mark]).first.click()
    stranger.click("text=Open its page")
    address = re.sub(r"^https?://[^/]+|#.*$", "", stranger.url)

    stranger.click("text=Is one of the authors you?")
    stranger.locator("a.claim-me").first.click()
    stranger.click("text=Yes, this is me")
    arrive(mona, "/moderation/claims")
    mona.locator("main input[name='why'], main input[name='note'], main input[name='reason']").first.fill(
        "She wrote it"
    )
    mona.locator("main button", has_text=re.compile("Confirm")).first.click()
    arrive(stranger, address)
    expect(stranger.locator("a.confirmed")).to_contain_text(handle)

    arrive(bob, address)
    bob.fill("form.write textarea[name=text]", "What does the model assume?")
    bob.click("form.write button.main")
    expect(bob.locator("article.comment")).to_contain_text("What does the model assume?")
    arrive(stranger, address)
    stranger.locator("article.comment a", has_text="Reply").first.click()
    form = stranger.locator("form.write", has=stranger.locator("button", has_text="Answer"))
    form.locator("textarea[name=text]").fill("Only that $p(t) = \\lambda e^{-\\lambda t}$ holds.")
    form.locator("button.main").click()
    expect(stranger.locator("article.comment", has_text="holds.").last).to_be_visible()
    arrive(stranger, address)
    answer = stranger.locator("article.comment", has_text="holds.").last
    expect(answer.locator("math").first).to_be_attached()
    expect(answer).to_contain_text("author")

    for voter in (bob, carol):
        arrive(voter, address)
        voter.locator("button.vote").click()
        expect(voter.locator("button.vote")).to_have_attribute("aria-pressed", "true")
    arrive(carol, "/")
    card = carol.locator("article.card", has_text=TITLES[mark])
    expect(card.locator(".vote")).to_contain_text("2")
    expect(card.locator("details summary", has_text=re.compile("why here", re.IGNORECASE))).to_be_attached()

    arrive(carol, address)
    carol.click("text=Flag >> nth=0")
    carol.check("input[name=reason][value=wrong]")
    carol.fill("textarea[name=note]", f"The year of {mark} is wrong")
    carol.click("text=Flag it")
    arrive(mona, "/moderation")
    case = mona.locator("article.case", has_text=f"The year of {mark} is wrong")
    case.locator("form[action='/moderation/dismiss'] input[name=reason]").fill(f"The year of {mark} is right")
    case.locator("text=clear the flags").click()
    arrive(stranger, "/log")
    expect(stranger.locator("main")).to_contain_text(f"The year of {mark} is right")
    for page in (stranger, bob, carol, mona):
        page.context.close()
