"""Ingest that is killed at any moment and run again ends where an undisturbed run ends."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("broadsheet")
HASH = """
from broadsheet.launch import instance
with instance():
    from broadsheet.store.catalogue import count_papers
    from broadsheet.store.content import content_hash
    print(count_papers(), content_hash())
"""


def variables(data):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DJANGO_"))}
    return kept | {"BROADSHEET_DATA": str(data)}


def content(data):
    told = subprocess.run([sys.executable, "-c", HASH], env=variables(data), capture_output=True, text=True, check=True)
    return told.stdout.split()


def generate(path, count):
    """Records of which every fifth speaks again of an earlier paper, with some that are set aside."""
    dice = random.Random(7)
    with path.open("w") as file:
        for number in range(count):
            work = number if number % 5 else dice.randrange(number + 1)
            record = {"id": f"arxiv:2601.{work:05}v{1 + number % 3}", "title": f"On the Matter of Number {work:05}"}
            record |= {"authors": [f"Author {dice.randrange(900)}" for _ in range(4)], "tags": [f"tag {work % 90}"]}
            record |= {"abstract": f"Sentence {number}. " * 30, "doi": f"10.1000/{work}", "categories": ["cs.CV"]}
            file.write(json.dumps(record if number % 100 != 99 else {"id": f"bad:{number}"}) + "\n")


def test_an_ingest_killed_four_times_ends_as_an_undisturbed_one(tmp_path):
    path = tmp_path / "papers.jsonl"
    generate(path, 3_000)
    command = [str(COMMAND), "ingest", str(path)]
    start = time.monotonic()
    subprocess.run(command, env=variables(tmp_path / "clean"), capture_output=True, check=True)
    whole, dice = time.monotonic() - start, random.Random()
    for _ in range(4):
        process = subprocess.Popen(command, env=variables(tmp_path / "killed"), stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.2, 0.9) * whole)
        process.kill()
        process.wait()
    subprocess.run(command, env=variables(tmp_path / "killed"), capture_output=True, check=True)
    assert content(tmp_path / "killed") == content(tmp_path / "clean")
