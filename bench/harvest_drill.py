"""The harvest drill: weeks of harvesting and file ingest under repeated SIGKILL must end in the upstream's truth.

python -m bench.harvest_drill [--kills 200]

The upstream is the tests' fake; an hour passes in a second. A worker harvests arXiv's three interfaces while it
takes in a file over and over; it is killed at random moments and started again.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.upstream import Upstream
from tests.fakes.world import World

from bench.report import Figure, report

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPEED = 3_600.0
"""Simulated seconds in a real one."""
SOURCES = ("arxiv-rss", "arxiv-oai-raw", "arxiv-api")
CATEGORIES = ("cs.CL", "stat.ML")
ROOT = Path(__file__).parents[1]


class FastClock:
    """Time that runs fast, the same in all processes that know when it began."""

    def __init__(self, began: float) -> None:
        self.began = began

    def now(self) -> datetime:
        """The simulated moment."""
        return START + timedelta(seconds=(time.time() - self.began) * SPEED)

    def sleep(self, seconds: float) -> None:
        """Wait, fast."""
        time.sleep(max(0.0, seconds) / SPEED)


def make_harvester(url: str, began: float) -> Any:
    """A harvester of the fake upstream, by the fast clock."""
    from broadsheet.harvest.client import Client
    from broadsheet.harvest.engine import Harvester
    from broadsheet.sources.http import FetchPolicy

    port = int(url.rsplit(":", 1)[1])
    policy = FetchPolicy(total_s=5.0, allow_loopback=True, ports=frozenset({port}))
    return Harvester(Client(FastClock(began), policy))


def worker(url: str, began: float, file: Path) -> None:
    """Harvest in one thread and take in a file in another, until killed."""
    from broadsheet.ingest import ingest_file

    harvester = make_harvester(url, began)

    def harvest() -> None:
        while True:
            if harvester.step() is None:
                time.sleep(0.01)

    threading.Thread(target=harvest, daemon=True).start()
    while True:
        ingest_file(file)
        time.sleep(0.05)


def settle(harvester: Any, until: datetime) -> None:
    """Harvest undisturbed until a simulated moment, and then until nothing is left to do."""
    from broadsheet.store import harvest as memory

    while harvester.clock.now() < until or memory.list_open_runs():
        if harvester.step() is None:
            time.sleep(0.005)


def begin_again(harvester: Any) -> None:
    """Harvest everything once more, as if no stream had ever come anywhere."""
    from broadsheet.store import harvest as memory

    now = harvester.clock.now()
    for source in SOURCES:
        for stream in memory.list_streams(source).values():
            memory.set_stream(replace(stream, watermark=None, due_at=now))
    settle(harvester, now)


def switch_on(upstream: Upstream, clock: FastClock) -> None:
    """arXiv's three interfaces, at the fake's addresses."""
    from broadsheet.harvest import control

    for name in SOURCES:
        control.switch_on(name, CATEGORIES, clock, root=upstream.root(name), begin=START.date())


def library(world: World, folder: Path) -> Path:
    """A file that tells of papers of the first days, less well than their sources do."""
    told = world.truth(START + timedelta(days=3), CATEGORIES, START.date())
    lines = [json.dumps({"id": f"arxiv:{key}", "title": each.title}) for key, each in told.items()]
    path = folder / "library.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def kill_often(command: list[str], variables: dict[str, str], kills: int, dice: random.Random) -> int:
    """Start the worker and kill it, many times; how often it was at work."""
    met = 0
    for _ in range(kills):
        process = subprocess.Popen(command, env=variables, cwd=ROOT, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.7, 1.5))
        met += process.poll() is None
        process.kill()
        process.wait()
    return met


def main() -> None:
    """Run the drill and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worker", nargs=3)
    given = parser.parse_args()
    if given.worker:
        import django

        django.setup()
        worker(given.worker[0], float(given.worker[1]), Path(given.worker[2]))
    with tempfile.TemporaryDirectory(prefix="broadsheet-drill-") as folder:
        os.environ["BROADSHEET_DATA"] = folder
        drill(given.kills, random.Random(given.seed), Path(folder))


def drill(kills: int, dice: random.Random, folder: Path) -> None:
    """All of it, on an instance of its own."""
    from broadsheet.launch import instance

    world = World(3, START.date(), 40, held=0.0)
    with instance(found=True):
        from tests.fakes.comparing import differences, held, wanted

        from broadsheet.store.content import content_hash
        from broadsheet.store.query import rows

        clock, file = FastClock(time.time()), library(world, folder)
        with Upstream(world, clock, page_size=5) as upstream:
            switch_on(upstream, clock)
            what = ["--worker", upstream.url, str(clock.began), str(file)]
            command = [sys.executable, "-m", "bench.harvest_drill", *what]
            variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
            met = kill_often(command, variables, kills, dice)
            killed_for, asked = clock.now() - START, len(upstream.requests)
            harvester = make_harvester(upstream.url, clock.began)
            settle(harvester, clock.now().replace(hour=12, minute=0) + timedelta(days=2))
            there = wanted(world, clock.now(), CATEGORIES, START.date())
            wrong = differences(held(), there, START.date())
            before = content_hash()
            begin_again(harvester)
            same = before == content_hash()
        lost = sum(each.endswith("is missing") for each in wrong)
        doubles = rows("SELECT count(*) - count(DISTINCT title) FROM paper WHERE merged_into IS NULL")[0][0]
    figures = [
        Figure("kills that met it at work", met, "kills"),
        Figure("simulated time under kills", killed_for.total_seconds() / 86_400, "days"),
        Figure("requests under kills", asked, "requests"),
        Figure("papers in the truth", len(there), "papers"),
        Figure("papers lost", lost, "papers", "0"),
        Figure("papers twice", float(doubles), "papers", "0"),
        Figure("papers with a false version, text, state or day", len(wrong) - lost, "papers", "0"),
        Figure("same content after one more whole harvest", float(same), "1 = yes", "1"),
    ]
    report("harvest_drill", figures, f"fake upstream, worker killed {kills} times at random moments")
    if wrong or not same:
        raise SystemExit("The catalogue is not the truth: " + "; ".join(wrong[:10]))


if __name__ == "__main__":
    main()
