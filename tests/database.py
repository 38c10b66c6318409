"""A plugin that starts a private PostgreSQL before Django reads its settings; `pytest.ini` loads it first."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from broadsheet.store.server import Attachment, attach

CLUSTER = "TEST_CLUSTER"
"""Names the folder of this run's server, to the workers too; two runs at once do not meet."""
OWN_SETTINGS = {"BROADSHEET_SHARED"}

_attachments: list[Attachment] = []
_folders: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Join the server that all workers of this run share, and give this process a data folder of its own."""
    for name in [name for name in os.environ if name.startswith("BROADSHEET_") and name not in OWN_SETTINGS]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    _folders.append(tempfile.mkdtemp(prefix="broadsheet-instance-"))
    if CLUSTER not in os.environ:
        os.environ[CLUSTER] = tempfile.mkdtemp(prefix="broadsheet-tests-")
        _folders.append(os.environ[CLUSTER])
        # As root, the server runs under another account, which has to get in.
        Path(os.environ[CLUSTER]).chmod(0o755)
    _attachments.append(attach(Path(os.environ[CLUSTER])))
    os.environ["BROADSHEET_DATABASE_URL"] = _attachments[0].server.url
    os.environ["BROADSHEET_DATA"] = _folders[0]


def pytest_unconfigure() -> None:
    """Leave the server, which stops when the last process leaves."""
    while _attachments:
        _attachments.pop().close()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
