"""A folder for vectors."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "vectors" / "space"


@pytest.fixture(autouse=True, scope="module")
def no_waiting_for_the_disk():
    """What a power cut leaves is not tested here; a killed process leaves what it gave to the system."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield
