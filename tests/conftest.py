"""What all tests share: no sockets but loopback, a catalogue with its taxonomy, and papers to work with."""

import os
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from broadsheet.drafts import Draft, EditionPlace, Identifier, PartialDate, PrintedAuthor

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Any:
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test wants to connect to {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def reachable_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let servers that run under another account, as they do for root, reach the folders that tests are given."""
    for folder in (tmp_path_factory.getbasetemp(), tmp_path_factory.getbasetemp().parent):
        folder.chmod(0o755)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database also holds the taxonomy, as every instance does, and what a flush takes away stays away."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    from broadsheet.store.subjects import sync_categories
    from broadsheet.taxonomy import load

    # Tests that bring the first contents back find them missing, and not made anew by the flush before.
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")
    with django_db_blocker.unblock():
        sync_categories(load())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("BROADSHEET_SHARED", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("not run: data missing (BROADSHEET_SHARED)")
    return folder


@pytest.fixture
def data() -> Path:
    """The data folder of the instance under test."""
    return Path(settings.ENVIRONMENT["data"])


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Makes a plausible draft; name what matters to the test."""

    def make(arxiv_id: str = "2601.00001", **changes: Any) -> Draft:
        given: dict[str, Any] = {
            "source": "jsonl",
            "key": f"arxiv:{arxiv_id}",
            "payload_hash": f"hash of {arxiv_id}",
            "title": f"A Study of Scanpaths, Part {arxiv_id}",
            "abstract": "People look at pictures. We propose a model of where they look next. It works well.",
            "identifiers": (Identifier("arxiv", arxiv_id),),
            "authors": (PrintedAuthor("Mira Okafor"), PrintedAuthor("Jonas Lindqvist")),
            "published": PartialDate(date(2026, 1, 5)),
            "categories": ("cs.CV", "cs.AI"),
        }
        return Draft(**{**given, **changes})

    return make


@pytest.fixture
def edition_of() -> Callable[[str, int], EditionPlace]:
    """A place in a day's edition."""
    return lambda day, position: EditionPlace(date.fromisoformat(day), position)


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """Makes somebody with an account: alice owns things, bob is on her side, charlie is a stranger."""
    from datetime import UTC, datetime, timedelta

    from allauth.account.models import EmailAddress

    from broadsheet.store.models import Person

    def make(handle: str = "alice", *, days: float = 100, verified: bool = True, **values: Any) -> Any:
        joined = datetime.now(UTC) - timedelta(days=days)
        email = f"{handle}@example.org"
        made = Person.objects.create(handle=handle, name=handle.title(), email=email, joined_at=joined, **values)
        EmailAddress.objects.create(user=made, email=email, verified=verified, primary=True)
        return made

    return make


@pytest.fixture
def viewer_of() -> Callable[[Any], Any]:
    """How the rules see somebody who signed in."""
    from broadsheet.people import Viewer

    def view(person: Any) -> Viewer:
        return Viewer(person.pk, person.handle, person.name, person.role, person.joined_at, verified=True)

    return view
