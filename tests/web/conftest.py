"""What the tests of the pages share: papers that are published and indexed, static files, pages as trees."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from django.core.management import call_command
from django.test import Client

from broadsheet import indexing
from broadsheet.drafts import Counts, Draft, EditionPlace
from broadsheet.ingest import Outcome, ingest

Tree = lxml.html.HtmlElement


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Static files under their hashed names, as `broadsheet up` lays them out before it serves."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def publish(db: None) -> Callable[..., Outcome]:
    """Takes drafts into the catalogue; a draft that is set aside fails the test."""

    def take(*drafts: Draft) -> Outcome:
        outcome = ingest(drafts)
        assert outcome.set_aside == 0, "a draft was set aside"
        return outcome

    return take


@pytest.fixture
def no_index(data: Path) -> None:
    """An instance whose index was not built yet."""
    shutil.rmtree(data / "index", ignore_errors=True)


@pytest.fixture
def build_index(no_index: None, data: Path) -> Any:
    """Builds the index of what was published so far; it is gone after the test."""
    yield lambda: indexing.rebuild(data / "index")
    shutil.rmtree(data / "index", ignore_errors=True)


@pytest.fixture
def printed(draft: Callable[..., Draft]) -> Callable[..., Draft]:
    """Makes the draft of a paper that stood in a day's edition and drew votes."""

    def make(arxiv_id: str, day: str, position: int, votes: int = 0, **changes: Any) -> Draft:
        counts = Counts(votes, 0, None, datetime(2026, 6, 1, tzinfo=UTC))
        place = EditionPlace(date.fromisoformat(day), position)
        return draft(arxiv_id, edition=place, counts=counts, **changes)

    return make


@pytest.fixture
def read(client: Client) -> Callable[..., Tree]:
    """Asks for a page, checks its status, and parses it."""

    def page(path: str, status: int = 200, **fields: str) -> Tree:
        answer = client.get(path, fields or None)
        assert answer.status_code == status, f"{path} answers {answer.status_code}: {words(answer.content)[:300]}"
        return lxml.html.document_fromstring(answer.content)

    return page


def words(content: bytes) -> str:
    """The text of a page without its markup."""
    return " ".join(lxml.html.document_fromstring(content).text_content().split())


@pytest.fixture
def said() -> Callable[[Tree], str]:
    """The text a reader sees in the main part of a page."""
    return lambda tree: " ".join(tree.xpath("//main")[0].text_content().split())


@pytest.fixture
def headlines() -> Callable[[Tree], list[str]]:
    """The addresses of the papers that a page lists, in its order."""
    return lambda tree: [str(address) for address in tree.xpath("//article//a[@class='headline']/@href")]
