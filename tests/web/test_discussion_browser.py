"""Discussion in Chromium: no payload runs in anything it shows, every look is accessible, and script only helps."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page
from tests.web.test_browser import LONG_FORMULA, TABLES, Server, browser, look, paper, watched
from tests.web.xss_payloads import HOOK, PAYLOADS, STIR

from broadsheet.discussion import Words, add_comment, edit_comment, react
from broadsheet.ingest import ingest
from broadsheet.people import Viewer
from broadsheet.store import discussion as stored
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import Person

__all__ = ["browser", "watched"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db]

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
CHUNK = 15_000
"""Characters of payloads in one text."""


@dataclass(frozen=True, slots=True)
class Site:
    """A server with what was written on it."""

    address: str
    cookie: str
    """Of the session of somebody who was named by everybody."""
    papers: dict[str, int]
    edited: tuple[int, ...]


def join(handle: str, **values: Any) -> Viewer:
    """Somebody with an account."""
    made = Person.objects.create(**{"handle": handle, "name": handle.title(), "joined_at": BEGIN, **values})
    EmailAddress.objects.create(user=made, email=f"{handle}@example.org", verified=True, primary=True)
    return Viewer(made.pk, made.handle, made.name, made.role, made.joined_at, verified=True)


def chunks() -> list[str]:
    """All payloads, in as few texts as may be; each stands in a paragraph of its own."""
    texts = [""]
    for payload in PAYLOADS:
        if len(texts[-1]) + len(payload) > CHUNK:
            texts.append("")
        texts[-1] += f"{payload}\n\n"
    return texts


def attack(papers: dict[str, int]) -> tuple[int, ...]:
    """Every payload as a comment that was edited into its mirror, as a name, an affiliation and a reason."""
    moment = iter(BEGIN + timedelta(days=40, minutes=step) for step in range(10**6))
    enemies = [join(f"enemy-{n}", role="trusted") for n in range(4)]
    edited = []
    for place, payload in enumerate(PAYLOADS):
        enemy = enemies[place % len(enemies)]
        number = add_comment(enemy, papers["bodies"], Words(f"{payload}\n\n@victim"), next(moment))
        if place % 8 == 0:
            edit_comment(enemy, number, Words(f"{payload} {payload}"), next(moment))
            edited.append(number)
        named = join(f"named-{place}", name=payload, affiliation=payload, role="trusted")
        number = add_comment(named, papers["names"], Words(f"Named and hidden {place} @victim"), next(moment))
        if place % 2:
            stored.set_comment_hidden(papers["names"], number, hidden=True, reason=payload, at=next(moment))
    return tuple(edited)


BOUND = r"The bound in Theorem 2 is loose: by $$\sum_{i=1}^n a_i^2 \le \frac{1}{2}$$ one gains a factor $n$."
LONG_LINE = f"    loss = model(batch).loss  # {'x' * 200}"
ARGUMENTS = (
    f"{BOUND} {LONG_FORMULA}",
    f"A run of my own:\n\n```python\nfor step in range(10):\n{LONG_LINE}\n```\n\nIt diverges.",
    "| set | ours | theirs | a third of them |\n|---|--:|--:|---|\n| A | 0.1 | 0.2 | words words words words words |",
    f"See arXiv:2605.00001 and https://example.org/{'a' * 200} by @bob. {'W' * 300}",
    "دراسة في مسارات النظر",
    "> quoted\n\n1. One\n2. Two\n\n# A heading",
)


def converse(papers: dict[str, int]) -> None:
    """A discussion with all that is hard to set."""
    alice, bob, max_ = join("alice"), join("bob", affiliation="Institute of " + "W" * 60), join("max", role="moderator")
    moment = iter(BEGIN + timedelta(days=50, minutes=step) for step in range(1_000))
    parent = None
    for place, text in enumerate(ARGUMENTS * 2):
        author = (alice, bob, max_)[place % 3]
        number = add_comment(author, papers["talk"], Words(text, parent), next(moment))
        react((bob, max_, alice)[place % 3], number, "up", next(moment), given=True)
        parent = None if place % 4 == 3 else number
    edit_comment(author, number, Words("Shorter now."), next(moment))
    add_comment(alice, papers["talk"], Words("A long letter. " * 300), next(moment))
    last = add_comment(alice, papers["talk"], Words("Rude"), next(moment))
    stored.set_comment_hidden(papers["talk"], last, hidden=True, reason="Rude", at=next(moment))


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: Any, assets: None) -> Iterator[Site]:
    """A server over three papers: two under attack, one under discussion; all is emptied in the end."""
    with django_db_blocker.unblock():
        hostile = replace(paper(2), title=PAYLOADS[0] + PAYLOADS[1])
        ingest([paper(1), hostile, paper(3)])
        papers = {name: find_paper(f"2605.0000{n}")[0] for n, name in enumerate(("bodies", "names", "talk"), 1)}
        join("victim")
        edited = attack(papers)
        converse(papers)
        client = Client()
        client.force_login(Person.objects.get(handle="victim"))
        server = Server()
        server.start()
        server.is_ready.wait(30)
        yield Site(f"http://127.0.0.1:{server.port}", client.cookies["sessionid"].value, papers, edited)
        server.terminate()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES}, person CASCADE")
        connection.close()


@pytest.fixture(scope="module")
def site(written: Site) -> str:
    """The address alone."""
    return written.address


def enter(page: Page, site: Site) -> None:
    """Sign in as the victim."""
    page.context.add_cookies([{"name": "sessionid", "value": site.cookie, "url": site.address}])


@pytest.fixture(scope="module", params=["with the policy", "without it"])
def hooked(request: pytest.FixtureRequest, browser: Browser, written: Site) -> Iterator[Page]:
    """A signed-in window that remembers what ran and what was refused; without the policy everything let in runs."""
    context = browser.new_context(base_url=written.address, bypass_csp=request.param == "without it")
    context.add_init_script(HOOK)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    enter(page, written)
    yield page
    context.close()


def assert_inert(page: Page) -> None:
    """Nothing ran by itself, nothing runs when stirred, nothing would run when followed."""
    assert page.evaluate(STIR) == []
    page.wait_for_timeout(50)
    assert page.evaluate("window.ran") == []
    assert page.evaluate("window.refused") == []


@pytest.mark.parametrize("paper", ["bodies", "names"])
@pytest.mark.parametrize("order", ["best", "new", "old"])
def test_no_comment_no_name_and_no_reason_runs(hooked: Page, written: Site, paper: str, order: str) -> None:
    hooked.goto(f"/discussion/{written.papers[paper]}?comments={order}")
    assert hooked.locator("article.comment").count() == len(PAYLOADS)
    assert_inert(hooked)


@pytest.mark.parametrize("number", [1, 2])
def test_nor_do_they_on_the_page_of_the_paper(hooked: Page, number: int) -> None:
    hooked.goto(f"/papers/2605.0000{number}?comments=old")
    assert hooked.locator("article.comment").count() == len(PAYLOADS)
    assert_inert(hooked)


def test_no_notification_runs(hooked: Page) -> None:
    path, seen = "/notifications", 0
    while path:
        hooked.goto(path)
        seen += hooked.locator(".notices > li").count()
        assert_inert(hooked)
        older = hooked.query_selector("a[rel=next]")
        path = older.get_attribute("href") if older else None
    assert seen >= len(PAYLOADS)


def test_no_history_runs(hooked: Page, written: Site) -> None:
    for number in written.edited:
        hooked.goto(f"/comments/{number}/history")
        assert hooked.locator(".revision").count() == 2
        assert_inert(hooked)


@pytest.mark.parametrize("script", [True, False], ids=["by script", "by form"])
def test_no_preview_runs(hooked: Page, written: Site, script: bool) -> None:
    for text in chunks():
        hooked.goto(f"/discussion/{written.papers['talk']}")
        hooked.fill("#text-new", text)
        if not script:
            hooked.eval_on_selector("#write-new", "form => form.className = 'plain'")
        hooked.click("#write-new button[value=preview], .plain button[value=preview]")
        hooked.wait_for_selector(".shown .prose", state="attached")
        assert len(hooked.inner_text(".shown .prose")) > len(text) / 4
        assert_inert(hooked)


def test_no_form_runs(hooked: Page, written: Site) -> None:
    """Names and texts in the forms that answer, and payloads that were refused and are shown again."""
    hooked.goto(f"/discussion/{written.papers['names']}?comments=old")
    numbers = [each.get_attribute("id")[1:] for each in hooked.query_selector_all("article.comment")[::16]]
    for number in numbers:
        hooked.goto(f"/comments/{number}/reply")
        assert_inert(hooked)
    for text in chunks():
        hooked.goto(f"/discussion/{written.papers['talk']}")
        hooked.eval_on_selector("#text-new", "area => area.removeAttribute('maxlength')")
        hooked.fill("#text-new", text + "x" * 20_001)
        hooked.click("#write-new button.main")
        hooked.wait_for_selector("[role=alert]")
        assert_inert(hooked)


@pytest.mark.parametrize("path", ["/discussion/{talk}", "/papers/2605.00003?comments=new", "/notifications"])
@pytest.mark.parametrize("who", ["nobody", "victim"])
def test_a_page_is_accessible_fits_its_window_and_keeps_the_policy(
    watched: Page, written: Site, path: str, who: str
) -> None:
    watched.context.clear_cookies()
    if who == "victim":
        enter(watched, written)
    elif path == "/notifications":
        return
    look(watched, path.format(**written.papers), 200)


@pytest.mark.parametrize("act", ["reply", "history"])
def test_so_do_the_pages_of_one_comment(watched: Page, written: Site, act: str) -> None:
    enter(watched, written)
    watched.goto(f"/discussion/{written.papers['talk']}")
    number = watched.locator("article.comment:has(a[href$=history])").first.get_attribute("id")[1:]
    look(watched, f"/comments/{number}/{act}", 200)


def test_reactions_and_answers_happen_in_place(watched: Page, written: Site) -> None:
    enter(watched, written)
    watched.set_viewport_size({"width": 1280, "height": 900})
    watched.goto(f"/discussion/{written.papers['talk']}?comments=new")
    comment = watched.locator("article.comment:has(.reactions button)").first
    here = watched.url
    thanks = comment.locator(":scope > .doings button[value=thanks]")
    thanks.click()
    watched.wait_for_selector("button[name=drop][value=thanks]")
    assert thanks.inner_text() == "Thanks 1"
    assert thanks.evaluate("button => button === document.activeElement")
    comment.locator(":scope > .doings a.reply").click()
    watched.wait_for_selector(".comment > .write textarea:focus")
    watched.keyboard.type("Quite *so*")
    comment.locator(":scope > .write button[value=preview]").click()
    watched.wait_for_selector(".comment > .write .shown em")
    assert watched.url == here
    comment.locator(":scope > .write button.main").click()
    watched.wait_for_url("**/papers/2605.00003#c*")
    thread = watched.goto(f"/discussion/{written.papers['talk']}")
    assert "Quite" in thread.text()


def test_all_of_it_works_without_script(browser: Browser, written: Site) -> None:
    context = browser.new_context(base_url=written.address, java_script_enabled=False)
    page = context.new_page()
    enter(page, written)
    page.goto(f"/discussion/{written.papers['talk']}?comments=old")
    first = page.locator("article.comment").first
    number = first.get_attribute("id")
    first.locator(":scope > .doings button[value=insight]").click()
    page.wait_for_url(f"**#{number}")
    assert page.locator(f"#{number} > .doings button[name=drop]").first.inner_text() == "Insight 1"
    page.locator(f"#{number} > .doings a.reply").click()
    page.fill("textarea", "Without *script*")
    page.click("button[value=preview]")
    assert page.locator(".shown em").inner_text() == "script"
    page.click(".write button.main")
    page.wait_for_url("**/papers/2605.00003#c*")
    page.goto(f"/discussion/{written.papers['talk']}?comments=old")
    assert page.locator(f"#{number} article em").last.inner_text() == "script"
    page.click("button[value=follow]")
    assert "You hear of every new comment" in page.goto(f"/discussion/{written.papers['talk']}").text()
    context.close()
