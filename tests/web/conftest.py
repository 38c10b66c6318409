"""A visitor of the pages: asks for an address, and gets the answer parsed."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from lxml import html


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and its page as a tree."""

    response: HttpResponse
    tree: Any

    @property
    def text(self) -> str:
        """The body."""
        return self.response.content.decode()

    @property
    def words(self) -> str:
        """What a reader sees, with single spaces."""
        return " ".join(self.tree.text_content().split())

    def all(self, path: str) -> list[Any]:
        """Elements, attributes or texts by XPath."""
        return list(self.tree.xpath(path))

    def meta(self, name: str) -> list[str]:
        """Contents of the meta elements of a name or a property."""
        return self.all(f"//meta[@name='{name}' or @property='{name}']/@content")

    @property
    def headlines(self) -> list[str]:
        """Titles of the papers on the page, in order."""
        return [link.text_content() for link in self.all("//article//a[@class='headline']")]


Visit = Callable[..., Answer]


@pytest.fixture(autouse=True, scope="session")
def assets(django_db_setup: None) -> None:
    """Static files where an instance has them, under their hashed names."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def visit() -> Visit:
    """Ask for an address and expect a status."""
    client = Client(raise_request_exception=False)

    def ask(path: str, status: int = 200, method: str = "get", **headers: str) -> Answer:
        response = getattr(client, method)(path, headers=headers)
        assert response.status_code == status, response.content[:2000].decode()
        body = response.content.decode() if hasattr(response, "content") else ""
        return Answer(response, html.document_fromstring(body) if "<" in body else None)

    return ask


@pytest.fixture
def signed_in() -> Callable[[Any], Visit]:
    """Visits as somebody: `ask(path, status, method, data={...})`; the token of forms is checked elsewhere."""

    def visits_of(person: Any) -> Visit:
        client = Client(raise_request_exception=False)
        client.force_login(person)

        def ask(
            path: str, status: int = 200, method: str = "get", data: dict[str, Any] | None = None, **headers: str
        ) -> Answer:
            response = getattr(client, method)(path, data or {}, headers=headers)
            assert response.status_code == status, response.content[:2000].decode()
            body = response.content.decode()
            return Answer(response, html.document_fromstring(body) if "<" in body else None)

        return ask

    return visits_of


@pytest.fixture
def index(data: Path) -> Iterator[Callable[[], None]]:
    """Builds the search index from the catalogue; it is gone after the test."""
    from tests.fakes.models import WordModels

    from broadsheet.embedding.static import shipped
    from broadsheet.indexing import rebuild
    from broadsheet.vectoring import Instant

    def build() -> None:
        rebuild(data / "index")
        Instant(data / "index", WordModels(shipped())).catch_up()  # type: ignore[arg-type]

    yield build
    shutil.rmtree(data / "index", ignore_errors=True)


@pytest.fixture(autouse=True)
def fresh_counts():
    """Counts are kept for each state of the catalogue; a test's own transaction makes no new one."""
    from broadsheet.web import listings

    listings._category_counts.cache_clear()
    listings._organisations.cache_clear()
