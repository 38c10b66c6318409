"""Search in Chromium: accessible in every look, usable by keyboard, and whole without script."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page
from tests.web.test_browser import ABSTRACT, HOSTILE, TABLES, Server, browser, look, paper, watched

from broadsheet.drafts import PrintedAuthor
from broadsheet.indexing import rebuild
from broadsheet.ingest import ingest
from broadsheet.models import Models
from broadsheet.store.schema import name_catalogue
from broadsheet.vectoring import Instant

__all__ = ["browser", "watched"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

EXAMPLES = urlencode({"like": f"2605.00001\n10.1234/nowhere\n\n{ABSTRACT}", "unlike": "W" * 300})


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, assets: None) -> Iterator[str]:
    """Address of a server over fifty papers, hard titles among them; the catalogue is emptied in the end."""
    index = Path(settings.ENVIRONMENT["data"]) / "index"
    hard = (replace(paper(100 + n), title=text, abstract=f"{text} {ABSTRACT}") for n, text in enumerate(HOSTILE))
    long_name = replace(paper(110), authors=(PrintedAuthor("Pictura " + "W" * 150),), venue="Journal of " + "V" * 150)
    with django_db_blocker.unblock():
        ingest([*(paper(n) for n in range(1, 46)), *hard, long_name])
        name_catalogue()
        rebuild(index)
        Instant(index, Models(settings.ENVIRONMENT)).catch_up()
        server = Server()
        server.start()
        server.is_ready.wait(30)
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES}, catalogue_identity CASCADE")
        connection.close()
    shutil.rmtree(index, ignore_errors=True)


PAGES = {
    "words": "/papers?q=pictures",
    "filters": "/papers?q=pictures&category=cs&from=2026&to=2026&has=code&organisation=acme&sort=votes",
    "all": "/papers",
    "by number": "/papers?q=pictures&page=2",
    "long words": "/papers?q=" + "W" * 300,
    "nothing": "/papers?q=xylophone+marimba&from=1999&to=1999",
    "examples": f"/papers/like?{EXAMPLES}",
    "no examples yet": "/papers/like",
    "similar": "/papers/similar/2605.00001",
    "similar to a hard one": "/papers/similar/2605.00102?sort=new",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_fits_its_window_and_keeps_the_policy(watched: Page, name: str) -> None:
    look(watched, PAGES[name], 200)


@pytest.mark.parametrize("path", ["/papers?q=pictures", "/papers/like"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_shifts_while_a_page_loads(watched: Page, path: str, width: int) -> None:
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(path, wait_until="load")
    assert watched.evaluate("new Promise(done => setTimeout(() => done(window.shifted), 100))") == 0


def suggest(page: Page, path: str, words: str = "Where People") -> None:
    """Type into the search box and wait for suggestions."""
    page.goto(path)
    page.focus("#q")
    page.keyboard.type(words)
    page.wait_for_selector(".completions [role=option]")


@pytest.mark.parametrize("path", ["/", "/papers", "/papers/like"])
@pytest.mark.parametrize("width", [360, 1280])
def test_suggestions_are_accessible_and_fit(watched: Page, path: str, width: int) -> None:
    watched.set_viewport_size({"width": width, "height": 900})
    suggest(watched, path)
    watched.keyboard.press("ArrowDown")
    found = Axe().run(watched, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    scrolled, shown = watched.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scrolled <= shown
    assert watched.evaluate("window.refused") == []


def test_arrows_choose_enter_opens_and_escape_closes(watched: Page) -> None:
    watched.set_viewport_size({"width": 1280, "height": 900})
    suggest(watched, "/")
    field = watched.locator("#q")
    assert field.get_attribute("role") == "combobox"
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    watched.keyboard.press("ArrowDown")
    first = watched.locator("[role=option][aria-selected=true]")
    assert first.get_attribute("id") == field.get_attribute("aria-activedescendant")
    watched.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    watched.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "Where People"
    watched.keyboard.press("ArrowDown")
    watched.wait_for_selector(".completions [role=option]")
    watched.keyboard.press("ArrowDown")
    watched.keyboard.press("Enter")
    watched.wait_for_url("**/papers/2605.*")


def test_enter_without_a_choice_searches(watched: Page) -> None:
    suggest(watched, "/")
    watched.keyboard.press("Enter")
    watched.wait_for_url("**/papers?q=Where+People")


def test_a_click_opens_a_suggestion_and_leaving_closes_the_list(watched: Page) -> None:
    suggest(watched, "/papers")
    watched.locator("[role=option]").first.click()
    watched.wait_for_url("**/papers/2605.*")
    suggest(watched, "/papers")
    watched.locator("h2").first.click(position={"x": 1, "y": 1}, force=True)
    assert watched.locator(".completions").is_hidden()


def test_typing_asks_once_for_what_was_typed_fast_and_shows_the_last(watched: Page) -> None:
    asked: list[str] = []
    watched.goto("/papers")
    watched.on("request", lambda request: asked.append(request.url) if "/complete" in request.url else None)
    watched.focus("#q")
    watched.keyboard.type("Where People Look")
    watched.wait_for_selector(".completions [role=option]")
    assert len(asked) <= 3
    assert asked[-1].endswith("q=Where+People+Look")


def test_where_suggestions_fail_the_box_still_searches(watched: Page) -> None:
    watched.route("**/papers/complete*", lambda route: route.fulfill(status=503, body="away"))
    watched.goto("/papers")
    watched.focus("#q")
    watched.keyboard.type("pictures")
    watched.wait_for_timeout(300)
    assert watched.locator(".completions").is_hidden()
    watched.keyboard.press("Enter")
    watched.wait_for_url("**/papers?q=pictures")
    watched.unroute("**/papers/complete*")


def test_without_script_a_search_is_narrowed_ordered_and_paged(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto("/papers?q=pictures")
    page.click("details.facets > summary")
    page.click("details.facets li a >> nth=0")
    assert "category=" in page.url
    page.click("nav[aria-label=Order] a:text-is('Votes')")
    assert "sort=votes" in page.url
    page.click("a[rel=next]")
    assert "cursor=" in page.url
    page.click(".chips a >> nth=0")
    assert "category=" not in page.url
    context.close()


def test_a_paper_found_is_added_to_a_box(watched: Page) -> None:
    watched.goto("/papers/like?like=2605.00001")
    watched.locator("button:text-is('Less like this')").first.click()
    watched.wait_for_url("**/papers/like?like=2605.00001&unlike=2605.*")
    assert watched.input_value("#like") == "2605.00001"
    assert watched.input_value("#unlike").startswith("2605.")


def test_on_a_desk_the_facets_stand_open(watched: Page) -> None:
    watched.set_viewport_size({"width": 1280, "height": 900})
    watched.goto("/papers?q=pictures")
    assert watched.locator(".facets section a").first.is_visible()
    watched.set_viewport_size({"width": 360, "height": 900})
    assert not watched.locator(".facets section a").first.is_visible()
