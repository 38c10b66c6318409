"""The repository: nothing of one machine, nothing heavy, a licence, and tables that can be spread by paper."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CompositePrimaryKey

ROOT = Path(__file__).parents[2]
HEAVIEST = 2 * 1024 * 1024
"""Bytes of a tracked file."""
MODEL = ROOT / "src" / "broadsheet" / "data" / "static" / "model.safetensors"
HEAVIEST_MODEL = 20_000_000
"""The static model, without which a new instance would search by words alone."""
MACHINE_PATH = re.compile(rb"/(?:home|Users)/\w+/|" + re.escape(f"{ROOT}/".encode()))
"""Somebody's home, or the place of this very checkout."""

WITHOUT_PAPER_IN_THE_KEY = {
    "PaperIdentifier": "identifiers are how a paper is found, whatever machine holds it",
    "SourceRecord": "a record is found by its source before its paper is known",
    "Change": "the log is read in the order of transactions",
    "Submission": "belongs to who submits, before its paper is known",
    "Notification": "belongs to who is told",
    "Flag": "waits in the moderators' queue, whatever it is about",
    "ModerationEvent": "the log is read in the order of its numbers",
    "ClaimEvent": "a history that is read with its claim alone",
}


@pytest.fixture(scope="module")
def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not run: not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_path_of_one_machine(tracked):
    here = Path(__file__)
    assert [str(path) for path in tracked if path != here and MACHINE_PATH.search(path.read_bytes())] == []


def test_no_tracked_file_is_heavy(tracked):
    heavy = [path for path in tracked if path.stat().st_size > HEAVIEST]
    assert [str(path) for path in heavy if path != MODEL or path.stat().st_size > HEAVIEST_MODEL] == []


def test_the_licence_is_apache():
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def hangs_on_a_paper(model):
    return model.__name__ != "Paper" and any(field.attname == "paper_id" for field in model._meta.concrete_fields)


def test_what_hangs_on_a_paper_has_the_papers_id_in_its_primary_key():
    without = set()
    for model in apps.get_app_config("store").get_models():
        key = model._meta.pk
        columns = key.field_names if isinstance(key, CompositePrimaryKey) else (key.attname,)
        if hangs_on_a_paper(model) and "paper_id" not in columns:
            without.add(model.__name__)
    assert without == set(WITHOUT_PAPER_IN_THE_KEY)
