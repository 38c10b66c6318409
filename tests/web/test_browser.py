"""In Chromium: nothing that axe-core objects to, no sideways scrolling, no shifting, few bytes, and the keys work."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, Response, sync_playwright

from broadsheet.drafts import (
    Counts,
    Draft,
    DraftLink,
    EditionPlace,
    Identifier,
    Organisation,
    PartialDate,
    PrintedAuthor,
    Problem,
)
from broadsheet.harvest import control
from broadsheet.indexing import rebuild
from broadsheet.ingest import ingest
from broadsheet.store import harvest as memory
from broadsheet.store.intake import record_problems
from broadsheet.store.pace import DatabaseClock
from broadsheet.web.operator import entry_path

# The mark makes the test database; the server's threads see what the module has committed to it.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
TABLES = (
    "paper, author, organisation, tag, venue, edition, change, source_record, ingest_problem, "
    "paper_category, authorship, source_draft, paper_match, "
    "harvest_source, harvest_stream, harvest_run"
)
FRONT_BYTES = 190_000
STYLE_BYTES = 30_000

ABSTRACT = (
    "People look at pictures, and where they look next tells what they think. Earlier models of this need large "
    "sets of recorded eye movements. We propose a model of $p(x_{t+1} \\mid x_{1:t})$ that needs none of them. "
    "On four benchmarks it is better than all that we know of, by $3.2\\%$ on average, at half of the cost."
)
PLAIN = ABSTRACT.replace("$", "")
LONG_FORMULA = r"$\sum_{i=1}^{n} \left( \frac{\partial f}{\partial x_i} + a_i b_i c_i d_i e_i f_i g_i \right) = " + (
    r"\alpha + \beta + \gamma + \delta + \epsilon + \zeta + \eta + \theta + \iota + \kappa + \lambda + \mu$"
)
HOSTILE = ("W" * 1000, "<img src=x onerror=alert(1)>", f"{LONG_FORMULA} and {LONG_FORMULA}", "دراسة في مسارات النظر")


def paper(number: int, **changes: Any) -> Draft:
    """A plausible paper of the edition of 29 May 2026."""
    given: dict[str, Any] = {
        "source": "jsonl",
        "key": f"arxiv:2605.{number:05}",
        "payload_hash": str(number),
        "title": f"Where People Look Next in Pictures That They Know, Study {number}",
        "abstract": ABSTRACT,
        "identifiers": (Identifier("arxiv", f"2605.{number:05}"),),
        "authors": tuple(PrintedAuthor(f"Author{n} Family{number}") for n in range(7)),
        "published": PartialDate(date(2026, 5, 28)),
        "categories": ("cs.CV", "cs.AI"),
        "organisation": Organisation("acme", "Acme Research"),
        "links": (DraftLink("code", "https://example.org/code", "hub"),),
        "edition": EditionPlace(date(2026, 5, 29), number),
        "counts": Counts(votes=600 - number, comments=3, stars=None, observed_at=datetime(2026, 5, 30, tzinfo=UTC)),
    }
    return Draft(**{**given, **changes})


def catalogue() -> list[Draft]:
    """An edition, one of the day before with all that is hard to set, a crowded paper, and a full edition in April."""
    before = [
        paper(200 + n, title=text, abstract=f"{text} {ABSTRACT}", edition=EditionPlace(date(2026, 5, 28), n + 1))
        for n, text in enumerate(HOSTILE)
    ]
    crowd = paper(
        300,
        title=r"Decays of $B^0_s \to \mu^+\mu^-$ at $\sqrt{s} = 13\,\mathrm{TeV}$",
        abstract=f"{LONG_FORMULA} {ABSTRACT}\n\nAnd $$\\int_0^\\infty {{}} {LONG_FORMULA.strip('$')}$$ too.",
        authors=tuple(PrintedAuthor(f"Collaborator Number{n}", affiliation=f"Institute {n}") for n in range(200)),
        summary="A rare decay is seen.",
        comment="12 pages",
        withdrawn=True,
        venue="Journal of Decays",
        tags=("rare decays",),
        edition=EditionPlace(date(2026, 5, 28), 9),
    )
    day = date(2026, 4, 10)
    full = (
        paper(400 + n, edition=EditionPlace(day, n), categories=("cs.DB",), abstract=ABSTRACT if n % 4 == 0 else PLAIN)
        for n in range(101)
    )
    return [*(paper(n) for n in range(1, 9)), *before, crowd, *full]


def harvest() -> None:
    """A source that back-fills, one that rests, three that are due, and long words in all places."""
    clock = DatabaseClock()
    now = clock.now()
    control.switch_on("hub", [], clock)
    control.switch_on("oai-dc", ["W" * 300, "user-etra"], clock, root=f"https://example.org/{'w' * 200}")
    control.switch_on("arxiv", ["cs.CL", "stat.ML"], clock)
    ids = control.backfill("hub", date(2026, 1, 1), date(2026, 3, 1), clock)
    run = memory.find_run(ids[0])
    assert run is not None
    ended = replace(run, state="failed", started_at=now - timedelta(minutes=3), ended_at=now, note="W" * 300)
    memory.save_run(replace(ended, pages=3, read=2000, new=1234, changed=99, merged=7, known=654, set_aside=6))
    resting = replace(memory.get_source("oai-dc"), failures=7, closed_until=now + timedelta(hours=2))
    memory.set_source(replace(resting, last_error=f"example.org is silent. {'w' * 300}", last_error_at=now))
    record_problems({("hub", "W" * 300): Problem("hub", "W" * 300, "it has no title", "w" * 300)})


class Server(LiveServerThread):
    """The application alone, static files and middleware included, as a real server runs it."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", static_handler=lambda application: application)


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, assets: None) -> Iterator[str]:
    """Address of a server over a catalogue, which is emptied in the end."""
    index = Path(settings.ENVIRONMENT["data"]) / "index"
    with django_db_blocker.unblock():
        ingest(catalogue())
        harvest()
        rebuild(index)
        server = Server()
        server.start()
        server.is_ready.wait(30)
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        connection.close()
    shutil.rmtree(index, ignore_errors=True)


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("The browser tests need Chromium. Install it as root: apt-get install -y chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")  # Playwright keeps a loop in this thread, Django a transaction
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET.split())
        yield chromium
        chromium.close()
        connection.close()  # the one the tests got inside that loop, not the one outside of it


@pytest.fixture(scope="module")
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """A page of an ordinary window."""
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


PAPER = "/papers/2605.00001"
CROWD = "/papers/2605.00300"
FULL = "/papers/date/2026-04-10"
PAGES = {
    "front": "/",
    "hard edition": "/papers/date/2026-05-28",
    "empty day": "/papers/date/2026-05-30",
    "week": "/papers/week/2026-W22",
    "paper": PAPER,
    "crowded paper": CROWD,
    "wide title": "/papers/2605.00200",
    "markup in title": "/papers/2605.00201",
    "long formula": "/papers/2605.00202",
    "right to left": "/papers/2605.00203",
    "search": "/papers?q=pictures+study&category=cs&from=2026-05&sort=newest",
    "search hard": "/papers?q=alpha+WWW+img",
    "nothing found": "/papers?q=xylophone&category=cs.CV",
    "fields": "/categories",
    "category": "/categories/cs.AI",
    "organisations": "/organisations",
    "organisation": "/organisations/acme?page=3",
    "author": "/authors/author1-family1",
    "tag": "/tags/rare-decays",
    "404": "/papers/no-such-paper",
    "400": "/papers?page=x",
}
LOOKS = (("light", 360), ("dark", 360), ("dark", 1280), ("light", 1280))

WATCH = """
window.shifted = 0; window.refused = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
  .observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
"""The rules of axe-core that light and dark may answer differently."""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture(scope="module")
def watched(browser: Browser, site: str) -> Iterator[Page]:
    """A window that remembers what the console said, what the policy refused and what shifted."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def look(page: Page, path: str, status: int) -> None:
    """See a page in every look, most of it laid out and all unfolded."""
    page.said.clear()
    page.set_viewport_size({"width": 360, "height": 1800})
    response = page.goto(path)
    assert response is not None
    assert response.status == status
    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 1800})
        found = Axe().run(page, options={"resultTypes": ["violations"]} if scheme == "light" else COLOURS)
        assert found.violations_count == 0, found.generate_report()
        scrolled, shown = page.evaluate(WIDTHS)
        assert scrolled <= shown, f"{path} scrolls sideways at {width} px"
    assert page.evaluate("window.refused") == []
    assert [text for text in page.said if f"status of {status}" not in text] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_fits_its_window_and_keeps_the_policy(watched: Page, name: str) -> None:
    look(watched, PAGES[name], int(name) if name.isdigit() else 200)


def test_so_does_search_while_its_index_is_being_repaired(watched: Page) -> None:
    index = Path(settings.ENVIRONMENT["data"]) / "index"
    away = index.rename(index.with_name("index-away"))
    try:
        look(watched, "/papers?q=x", 200)
    finally:
        away.rename(index)


def enter(page: Page) -> None:
    """Open the operator's link and press the button."""
    page.goto(entry_path())
    page.click("main button")
    page.wait_for_url("**/admin/sources")


def test_so_do_the_pages_that_let_the_operator_in_and_nobody_else(watched: Page) -> None:
    watched.context.clear_cookies()
    look(watched, "/admin/sources", 403)
    look(watched, entry_path(), 200)


@pytest.mark.parametrize("path", ["/admin/sources?done=on&name=hub", "/admin/sources/hub", "/admin/sources/oai-dc"])
def test_so_do_the_operators_pages(watched: Page, path: str) -> None:
    enter(watched)
    look(watched, path, 200)


def test_the_operator_switches_a_source_by_keyboard_and_sees_what_is_wrong_with_a_form(watched: Page) -> None:
    enter(watched)
    watched.goto("/admin/sources/hub")
    watched.focus("button:text-is('Pause')")
    watched.keyboard.press("Enter")
    watched.wait_for_url("**/admin/sources/hub?done=pause&name=hub")
    assert watched.inner_text("#hub-condition").lower() == "paused"
    watched.click("button:text-is('Resume')")
    watched.wait_for_url("**/admin/sources/hub?done=resume&name=hub")
    watched.fill("#hub-since", "2026-02-01")
    watched.fill("#hub-until", "2026-01-01")
    watched.click("form[action$=backfill] button")
    assert "before it begins" in watched.inner_text("[role=alert]")
    assert watched.input_value("#hub-since") == "2026-02-01"


def test_the_operators_page_renews_itself_and_leaves_what_is_being_typed(watched: Page) -> None:
    enter(watched)
    watched.fill("#arxiv-streams", "cs.CV")
    token = watched.get_attribute("main input[name=csrfmiddlewaretoken] >> nth=0", "value")
    for action, condition in (("pause", "paused"), ("resume", "well")):
        watched.context.request.post(f"/admin/sources/hub/{action}", form={"csrfmiddlewaretoken": token})
        watched.wait_for_selector(f"#hub-condition.{condition}", timeout=20_000)
    assert watched.input_value("#arxiv-streams") == "cs.CV"


@pytest.mark.parametrize("path", ["/", PAPER, CROWD, "/papers?q=pictures"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_shifts_while_a_page_loads(watched: Page, path: str, width: int) -> None:
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(path, wait_until="load")
    assert watched.evaluate("new Promise(done => setTimeout(() => done(window.shifted), 100))") == 0


def test_the_front_page_and_the_style_are_light(plain: Page) -> None:
    answers = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    plain.on("response", keep)
    plain.goto(FULL, wait_until="networkidle")
    plain.remove_listener("response", keep)
    sizes = {answer.url: len(answer.body()) for answer in answers}
    assert len(plain.query_selector_all("article")) == 100
    assert len(sizes) >= 3
    assert sum(sizes.values()) < FRONT_BYTES
    assert max(size for url, size in sizes.items() if url.endswith(".css")) < STYLE_BYTES


def selected(page: Page) -> list[str]:
    """Headlines of what is selected."""
    return [element.inner_text() for element in page.query_selector_all(".selected a.headline")]


def test_j_and_k_move_and_o_opens(plain: Page) -> None:
    plain.goto("/")
    titles = [element.inner_text() for element in plain.query_selector_all("article a.headline")]
    plain.keyboard.press("k")
    assert selected(plain) == titles[:1]
    plain.keyboard.press("j")
    plain.keyboard.press("j")
    assert selected(plain) == titles[2:3]
    plain.keyboard.press("k")
    assert selected(plain) == titles[1:2]
    assert plain.evaluate("document.activeElement.textContent").strip() == titles[1]
    plain.keyboard.press("o")
    plain.wait_for_url("**/papers/2605.00002")


def test_slash_goes_to_the_search_field_and_letters_there_are_letters(plain: Page) -> None:
    plain.goto("/")
    plain.keyboard.press("/")
    plain.keyboard.type("jok?")
    assert plain.input_value("#q") == "jok?"
    assert selected(plain) == []
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/papers?q=jok*")


def test_question_mark_shows_the_keys_and_escape_hides_them(plain: Page) -> None:
    plain.goto("/categories")
    plain.keyboard.press("?")
    assert plain.is_visible("#keys")
    plain.keyboard.press("Escape")
    assert not plain.is_visible("#keys")
    for key in ("j", "k", "o", "n", "p", "x", "Control+j"):
        plain.keyboard.press(key)
    assert plain.url.endswith("/categories")


def test_n_and_p_turn_pages_and_editions(plain: Page) -> None:
    plain.goto("/")
    plain.keyboard.press("p")
    plain.wait_for_url("**/papers/date/2026-05-28")
    plain.keyboard.press("n")
    plain.wait_for_url("**/papers/date/2026-05-29")
    plain.goto(FULL)
    plain.keyboard.press("n")
    plain.wait_for_url("**/2026-04-10?page=2")
    plain.keyboard.press("p")
    plain.wait_for_url("**/2026-04-10?page=1")


def test_bibtex_can_be_copied(plain: Page) -> None:
    plain.goto(PAPER)
    plain.click("text=Copy BibTeX")
    plain.wait_for_selector("#copied:has-text('Copied.')")
    assert plain.evaluate("navigator.clipboard.readText()") == plain.inner_text("#bibtex")
    assert plain.inner_text("#bibtex").startswith("@")


def test_bibtex_can_be_copied_where_the_browser_gives_no_clipboard(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site)
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page = context.new_page()
    page.goto(PAPER)
    page.click("text=Copy BibTeX")
    page.wait_for_selector("#copied:not(:empty)")
    assert page.evaluate("getSelection().toString()").startswith("@")
    context.close()


@pytest.mark.parametrize("path", ["/", PAPER, CROWD, "/papers?q=pictures", "/categories/cs.CV"])
def test_without_script_everything_can_be_read(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(path)
    assert page.locator("h1").is_visible()
    assert page.locator("math, .lede, .abstract p, .snippet").first.is_visible()
    assert not page.locator("[data-copy]").is_visible() if path == PAPER else True
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_title_does_not_run_under_its_rank(watched: Page, width: int) -> None:
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(FULL)
    for card in watched.query_selector_all("article.ranked:not(.lead)")[-3:]:
        rank, title = (card.query_selector(name).bounding_box() for name in (".rank", "h2"))
        assert rank["x"] + rank["width"] <= title["x"]
