"""Launch: from a bare data folder to a running Django over an up-to-date database."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django

from broadsheet.environment import PREFIX, Environment, read_environment
from broadsheet.errors import NotFound, Unavailable

SCHEMA_LOCK = 20_260_002
SECRET_FILE = "secret-key"  # noqa: S105 - a file's name


@contextmanager
def instance(*, found: bool = False) -> Iterator[Environment]:
    """The instance's environment with Django ready; a private database server runs while this is open.

    With `found`, a new instance is made where there is none; else that raises NotFound.
    """
    environment = read_environment()
    if not (found or environment["database_url"] or (environment["data"] / "pg").exists()):
        raise NotFound(
            f"There is no instance in {environment['data']}. Start one there with `broadsheet up`, "
            f"or name its folder with {PREFIX}DATA."
        )
    make_data_folder(environment["data"])
    hand_over_secret(environment)
    with _database(environment):
        os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
        django.setup()
        ensure_schema()
        yield environment


def make_data_folder(data: Path) -> None:
    """Create the folder that holds everything the instance owns. Raises Unavailable where that is refused."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "log").mkdir(exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The data folder {data} cannot be made ({error.strerror}). Name another with {PREFIX}DATA."
        ) from error


def hand_over_secret(environment: Environment) -> None:
    """Put the signing key where the settings find it, making one at the first start."""
    if environment["secret_key"]:
        return
    path = environment["data"] / SECRET_FILE
    if not path.exists():
        _make_secret(path)
    os.environ[f"{PREFIX}SECRET_KEY_FILE"] = str(path)


def _make_secret(path: Path) -> None:
    """Of processes that start together the first makes the key, whole and on disk before it has its name."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(temporary)
    temporary.unlink()


@contextmanager
def _database(environment: Environment) -> Iterator[None]:
    """The database that was named, or the private server, started if it does not run."""
    if environment["database_url"]:
        yield
        return
    from broadsheet.store.server import attach

    with attach(environment["data"]) as attachment:
        os.environ[f"{PREFIX}DATABASE_URL"] = attachment.server.url
        yield


def ensure_schema() -> None:
    """Bring the tables up to date; processes that start together take turns."""
    from broadsheet.store.schema import migrate

    migrate(SCHEMA_LOCK)
