"""A plugin that starts a private PostgreSQL before Django reads its settings; `pytest.ini` loads it first."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from broadsheet.store.server import Attachment, attach

CLUSTER = Path(tempfile.gettempdir()) / f"broadsheet-tests-{os.getuid()}"
OWN_SETTINGS = {"BROADSHEET_SHARED"}

_attachments: list[Attachment] = []
_folders: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Join the server that all workers of all runs share, and give this process a data folder of its own."""
    for name in [name for name in os.environ if name.startswith("BROADSHEET_") and name not in OWN_SETTINGS]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    _attachments.append(attach(CLUSTER))
    _folders.append(tempfile.mkdtemp(prefix="broadsheet-instance-"))
    os.environ["BROADSHEET_DATABASE_URL"] = _attachments[0].server.url
    os.environ["BROADSHEET_DATA"] = _folders[0]


def pytest_unconfigure() -> None:
    """Leave the server, which stops when the last process leaves."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
    while _attachments:
        _attachments.pop().close()
