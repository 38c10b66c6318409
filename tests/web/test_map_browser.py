"""The map in Chromium: drawn, moved by keys, telling titles, filtered; and the list where it cannot be drawn."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Error, Page, sync_playwright

from broadsheet.drafts import Draft, Identifier, PartialDate
from broadsheet.ingest import ingest
from broadsheet.mapping.catalogue import describe, field_codes
from broadsheet.mapping.making import build
from broadsheet.mapping.projection import Effort
from broadsheet.store.catalogue import find_paper

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

QUIET = "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update"
DRAWS = "--enable-unsafe-swiftshader"
DRAWS_NOT = "--disable-gpu --disable-3d-apis"
SUBJECTS = {"Black Holes": "gr-qc", "Protein Folding": "q-bio.BM", "Graph Coloring": "math.CO"}
COUNT = 240
NAMES = ".map-names a.shown"

WATCH = """
window.shifted = 0; window.refused = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
  .observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
DRAWN = """() => {
  const home = new KeyboardEvent("keydown", {key: "0", bubbles: true});
  document.querySelector(".map-view").dispatchEvent(home);  // a frame, at the end of which its pixels can be read
  const canvas = document.querySelector(".map-view canvas"), copy = document.createElement("canvas");
  copy.width = canvas.width; copy.height = canvas.height;
  const context = copy.getContext("2d");
  return new Promise((done) => requestAnimationFrame(() => {
    context.drawImage(canvas, 0, 0);
    const pixels = context.getImageData(0, 0, copy.width, copy.height).data;
    let painted = 0;
    for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
    done(painted);
  }));
}"""


def paper(number: int) -> Draft:
    subject, category = list(SUBJECTS.items())[number % 3]
    return Draft(
        source="jsonl",
        key=f"arxiv:2601.{number:05}",
        payload_hash=str(number),
        title=f"On {subject}, Part {number // 3 + 1}",
        abstract="What we know of them.",
        identifiers=(Identifier("arxiv", f"2601.{number:05}"),),
        published=PartialDate(date(2000 + number // 10, 1, 1)),
        categories=(category,),
    )


def draw(folder: Path) -> None:
    """A map of three heaps."""
    ids = [found[0] for number in range(COUNT) if (found := find_paper(f"2601.{number:05}"))]
    chance = np.random.default_rng(2)
    vectors = chance.normal(size=(3, 16))[np.arange(COUNT) % 3] + 0.8 * chance.normal(size=(COUNT, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    build(folder, lambda: [(np.array(ids), vectors)], describe, field_codes(), effort=Effort(settling=100, threads=1))


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, assets: None) -> Iterator[str]:
    """Address of a server over a catalogue with its map, both of which are removed in the end."""
    folder = Path(settings.ENVIRONMENT["data"]) / "map"
    with django_db_blocker.unblock():
        ingest([paper(number) for number in range(COUNT)])
        draw(folder)
        server = LiveServerThread("127.0.0.1", static_handler=lambda application: application)
        server.start()
        server.is_ready.wait(30)
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE paper, author, change, source_record, paper_category, authorship CASCADE")
        connection.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browse(site: str) -> Iterator[Any]:
    """Opens a page in a browser that has WebGL, or one that has not."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("The browser tests need Chromium. Install it as root: apt-get install -y chromium")
    browsers: list[Browser] = []
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")

        def start(flags: str, **options: Any) -> Page:
            browsers.append(playwright.chromium.launch(executable_path=found, args=[*QUIET.split(), *flags.split()]))
            context = browsers[-1].new_context(base_url=site, reduced_motion="reduce", **options)
            context.add_init_script(WATCH)
            return context.new_page()

        yield start
        for each in browsers:
            each.close()
        connection.close()


@pytest.fixture(scope="module")
def page(browse: Any) -> Page:
    """A window in which the map can be drawn."""
    opened: Page = browse(DRAWS, viewport={"width": 1280, "height": 900})
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    return opened


def open_map(page: Page, address: str = "/map") -> None:
    page.goto(address)
    page.wait_for_selector(NAMES, timeout=60_000)
    page.wait_for_timeout(300)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_map_is_drawn_accessible_and_keeps_the_policy(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.said.clear()
    open_map(page)
    assert page.evaluate(DRAWN) > COUNT
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("[document.documentElement.scrollWidth <= document.documentElement.clientWidth]") == [True]
    assert page.evaluate("window.refused") == []
    assert page.evaluate("window.shifted") < 0.05
    assert page.said == []


def place(page: Page, name: str) -> str:
    return page.eval_on_selector(f"{NAMES} >> text={name}", "each => each.style.transform")


def test_keys_move_the_map_and_come_closer(page: Page) -> None:
    open_map(page)
    name = page.locator(NAMES).first.inner_text().split(",")[0]
    seen = [place(page, name)]
    page.focus(".map-view")
    for key in ("+", "0", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
        if key == "+":
            assert page.locator(".map-view.near").count() == 1
        else:
            seen.append(place(page, name))
    assert seen[1] == seen[0]
    assert len(set(seen)) == 3


def test_enter_tells_the_paper_in_the_middle_and_a_region_is_gone_to_by_keys(page: Page) -> None:
    open_map(page)
    page.locator(NAMES).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#region")
    page.wait_for_timeout(500)
    assert "region=" in page.url
    # Round about the middle of the region until a paper lies there; a slow machine takes its time to answer.
    for step in ("Right", "Down", "Left", "Left", "Up", "Up", "Right", "Right"):
        page.focus(".map-view")
        page.keyboard.press("Enter")
        with suppress(Error):
            page.wait_for_selector(".map-tip a", timeout=3_000)
            break
        page.keyboard.press(f"Arrow{step}")
        page.wait_for_timeout(400)
    assert page.locator(".map-tip a").inner_text().startswith("On ")


def test_filters_change_the_map_and_the_list_without_a_new_page(page: Page) -> None:
    open_map(page)
    page.evaluate("window.same = true")
    before = page.evaluate(DRAWN)
    page.uncheck("input[value=math]")
    page.wait_for_url("**/map?*field=*")
    page.wait_for_selector("text=160 papers chosen")
    page.wait_for_timeout(200)
    assert page.evaluate(DRAWN) < 0.9 * before
    assert page.evaluate("window.same") is True
    assert page.locator("#regions >> text=Graph Coloring, Part").count() == 0


def test_a_point_leads_to_its_paper(page: Page) -> None:
    open_map(page)
    box = page.locator(".map-view").bounding_box()
    assert box is not None
    for step in range(1, 60):
        page.mouse.move(box["x"] + box["width"] * step / 60, box["y"] + box["height"] * (0.3 + 0.4 * (step % 5) / 5))
        page.wait_for_timeout(40)
        if page.locator(".map-view.pointing").count():
            page.wait_for_selector(".map-tip:not([hidden])", timeout=3000)
            break
    title = page.locator(".map-tip a").inner_text()
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/papers/2601.*")
    assert page.inner_text("h1") == title


def test_where_it_cannot_be_drawn_the_list_stands(browse: Any) -> None:
    page = browse(DRAWS_NOT)
    page.goto("/map")
    page.wait_for_selector("#map[hidden]", state="attached", timeout=30_000)
    assert page.locator("#regions h3").count() >= 1
    assert not page.locator(".map-view").is_visible()
