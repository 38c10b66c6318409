"""The harvest drill: weeks of harvesting and file ingest under repeated SIGKILL must end in the upstream's truth.

python -m bench.harvest_drill [--kills 200]

The upstream is the tests' fake; an hour passes in half a second. A worker harvests arXiv's three interfaces while it
takes in a file over and over; it is killed at random moments and started again.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.fakes.upstream import Upstream
from tests.fakes.world import World

from bench.report import Figure, report

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPEED = 7_200.0
"""Simulated seconds in a real one."""
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


def worker(url: str, began: float, file: Path) -> None:
    """Harvest in one thread and take in a file in another, until killed."""
    import threading

    from broadsheet.harvest.client import Client
    from broadsheet.harvest.engine import Harvester
    from broadsheet.ingest import ingest_file
    from broadsheet.sources.http import FetchPolicy

    port = int(url.rsplit(":", 1)[1])
    policy = FetchPolicy(total_s=5.0, allow_loopback=True, ports=frozenset({port}))
    harvester = Harvester(Client(FastClock(began), policy))

    def harvest() -> None:
        while True:
            if harvester.step() is None:
                time.sleep(0.01)

    threading.Thread(target=harvest, daemon=True).start()
    while True:
        ingest_file(file)
        time.sleep(0.05)


def settle(url: str, began: float, until: datetime) -> None:
    """Harvest undisturbed until a simulated moment, and then until nothing is left to do."""
    from broadsheet.harvest.client import Client
    from broadsheet.harvest.engine import Harvester
    from broadsheet.sources.http import FetchPolicy
    from broadsheet.store import harvest as memory

    port = int(url.rsplit(":", 1)[1])
    clock = FastClock(began)
    harvester = Harvester(Client(clock, FetchPolicy(total_s=5.0, allow_loopback=True, ports=frozenset({port}))))
    while clock.now() < until or memory.list_open_runs():
        if harvester.step() is None:
            time.sleep(0.005)


def switch_on(url: str, clock: FastClock) -> None:
    """arXiv's three interfaces, at the fake's addresses."""
    from broadsheet.harvest import control

    for name, path in (("arxiv-rss", "/rss"), ("arxiv-oai-raw", "/oai"), ("arxiv-api", "/api/query")):
        control.switch_on(name, CATEGORIES, clock, root=url + path, begin=START.date())


def library(world: World, folder: Path) -> Path:
    """A file that tells of the same papers, less well."""
    lines = [
        json.dumps({"id": f"arxiv:{work.id}", "title": work.revisions[0].title, "authors": list(work.authors)})
        for work in world.works[: len(world.works) // 2]
        if set(work.categories) & set(CATEGORIES) and work.day <= date(2026, 3, 6)
    ]
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

    world = World(seed=3, start=START.date(), days=16, per_day=8)
    with instance(found=True):
        from tests.fakes.truth import held, wanted

        from broadsheet.store.content import content_hash
        from broadsheet.store.query import rows

        clock, file = FastClock(time.time()), library(world, folder)
        with Upstream(world, clock) as upstream:
            switch_on(upstream.url, clock)
            command = [
                sys.executable,
                "-m",
                "bench.harvest_drill",
                "--worker",
                upstream.url,
                str(clock.began),
                str(file),
            ]
            variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
            met = kill_often(command, variables, kills, dice)
            killed_for = clock.now() - START
            end = max(clock.now(), START + timedelta(days=22))
            settle(upstream.url, clock.began, end)
            here, there = held(), wanted(world, clock.now(), CATEGORIES)
            before = content_hash()
            settle(upstream.url, clock.began, clock.now() + timedelta(days=3))
            after = content_hash()
            requests = len(upstream.asked)
        doubles = rows("SELECT count(*) - count(DISTINCT (title, published)) FROM paper WHERE merged_into IS NULL")
    figures = [
        Figure("kills that met it at work", met, "kills"),
        Figure("simulated time under kills", killed_for.total_seconds() / 86_400, "days"),
        Figure("requests", requests, "requests"),
        Figure("papers in the truth", len(there), "papers"),
        Figure("papers lost", len(there.keys() - here.keys()), "papers", "0"),
        Figure("papers that nobody told of", len(here.keys() - there.keys()), "papers", "0"),
        Figure("papers twice", float(doubles[0][0]), "papers", "0"),
        Figure("papers with a false version, text, state or day", _differing(here, there), "papers", "0"),
        Figure("same content after three more days", float(before == after), "1 = yes", "1"),
    ]
    report("harvest_drill", figures, f"fake upstream, worker killed {kills} times at random moments")
    if here != there or before != after:
        raise SystemExit("The catalogue is not the truth.")


def _differing(here: dict, there: dict) -> int:
    return sum(here[key] != there[key] for key in here.keys() & there.keys())


if __name__ == "__main__":
    main()
