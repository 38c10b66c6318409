"""Collections, library and groups in Chromium: accessible in every look, and whole without script."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page
from tests.web.test_browser import ABSTRACT, HOSTILE, TABLES, WATCH, Server, browser, look, paper

from broadsheet import collected, collecting, groups, library
from broadsheet.indexing import rebuild
from broadsheet.ingest import ingest
from broadsheet.people import Viewer
from broadsheet.store.catalogue import find_paper
from broadsheet.store.collections import Described
from broadsheet.store.models import Person
from broadsheet.terms import slug

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

NOW = datetime.now(UTC)
OURS = "person, reading_group, limit_count"
HARD = f"{'W' * 60} <b>$x_t$</b>"
NOTE = "Compare with $p(x_{t+1} \\mid x_{1:t})$ of the older model.\nTable 3 is the one to beat."


def somebody(handle: str, name: str) -> Viewer:
    """Somebody with an account, as the rules see them."""
    joined = NOW - timedelta(days=100)
    made = Person.objects.create(handle=handle, name=name, email=f"{handle}@example.org", joined_at=joined)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return Viewer(made.pk, handle, name, "member", joined, verified=True)


def fill() -> None:
    """Twelve papers, hard titles among them; alice and bob with a group, collections and libraries."""
    hard = (replace(paper(100 + n), title=text, abstract=f"{text} {ABSTRACT}") for n, text in enumerate(HOSTILE))
    ingest([*(paper(n) for n in range(1, 9)), *hard])
    papers = [found[0] for n in (1, 100, 2, 101, 3, 102, 103, 4, 5) if (found := find_paper(f"2605.{n:05}"))]
    alice, bob = somebody("alice", "Alice Okafor"), somebody("bob", "Bob Lindqvist")
    lab = groups.make(alice, "Gaze Lab", "We read on Fridays at three, in the kitchen.", NOW)
    groups.join(bob, lab.id, 1, NOW)
    about = "What to read before a first paper on scanpaths, from $t = 1$ on."
    for title, visibility, note in (
        ("Where people look next", "public", NOTE),
        ("Friday's papers", "group", "Bob presents."),
        (HARD, "private", "W" * 300),
    ):
        made = collecting.make(alice, Described(title, about, visibility, lab.id), NOW)
        for place, each in enumerate(papers):
            collected.add(alice, "alice", made.slug, each, NOW, note if place % 3 == 0 else "")
    for place, each in enumerate(papers):
        library.put(alice, each, list(library.STATES)[place % 3], NOW)
        if place % 2 == 0:
            library.jot(
                alice, each, NOTE if place else "W" * 300, f"gaze, to cite, {'w' * 40}" if place else "gaze", NOW
            )


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, assets: None) -> Iterator[str]:
    """Address of a server over what `fill` made; it is emptied in the end."""
    index = Path(settings.ENVIRONMENT["data"]) / "index"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        fill()
        rebuild(index)
        server = Server()
        server.start()
        server.is_ready.wait(30)
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES}, {OURS} CASCADE")
        connection.close()
    shutil.rmtree(index, ignore_errors=True)


def window(browser: Browser, site: str, handle: str, *, script: bool) -> Page:
    """A page of a window in which somebody has signed in."""
    context = browser.new_context(base_url=site, reduced_motion="reduce", java_script_enabled=script)
    client = Client()
    client.force_login(Person.objects.get(handle=handle))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    return page


@pytest.fixture(scope="module")
def alices(browser: Browser, site: str) -> Iterator[Page]:
    """A window of alice's that remembers what the policy refused."""
    page = window(browser, site, "alice", script=True)
    page.context.add_init_script(WATCH)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def bobs(browser: Browser, site: str) -> Iterator[Page]:
    """A window of bob's without script."""
    page = window(browser, site, "bob", script=False)
    yield page
    page.context.close()


PAGES = {
    "public collections": "/collections",
    "a public collection": "/collections/alice/where-people-look-next",
    "a collection of a group": "/collections/alice/fridays-papers",
    "a collection with hard texts": f"/collections/alice/{slug(HARD)}",
    "its form": "/collections/alice/fridays-papers/edit",
    "library": "/library",
    "a part of the library": "/library?state=reading&q=look&sort=title",
    "nothing found": "/library?q=xylophone",
    "own collections": "/library/collections",
    "groups": "/groups",
    "a paper that is kept": "/papers/2605.00001",
    "a paper that is not": "/papers/2605.00008",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_fits_its_window_and_keeps_the_policy(alices: Page, name: str) -> None:
    look(alices, PAGES[name], 200)


def test_so_do_a_group_and_its_invitation(alices: Page, site: str) -> None:
    alices.goto("/groups")
    path = alices.get_attribute(".shelves a", "href")
    assert path is not None
    look(alices, path, 200)
    invitation = alices.input_value("#invitation").removeprefix(site)
    look(alices, invitation, 200)


def test_a_walk_without_script(bobs: Page) -> None:
    page = bobs
    page.goto("/papers/2605.00002")
    page.click("#keep button:has-text('Reading')")
    page.fill("#keep-note", "Mine alone.")
    page.click("#keep button:has-text('Save')")
    page.fill("#keep-title", "Bob's list")
    page.click("#keep button:has-text('Make and add')")
    page.goto("/collections/bob/bobs-list")
    page.fill("#paper", "arXiv:2605.00003")
    page.click(".adding button")
    page.click(".shelf li:nth-child(2) summary")
    page.click(".shelf li:nth-child(2) button:has-text('Up')")
    assert [each.get_attribute("href") for each in page.query_selector_all(".shelf .headline")] == [
        "/papers/2605.00003",
        "/papers/2605.00002",
    ]
    page.goto("/library?q=alone")
    assert page.inner_text(".remark") == "Mine alone."
