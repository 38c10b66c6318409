"""Scripted faulty harvests: each lives through days of a fake clock and must end in the upstream's truth.

python -m bench.faulty_harvests [--harvests 50]

Every harvest has a world and a script of faults of its own: a quarter of all requests goes wrong.
"""

import argparse
import logging
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.fakes.faults import QUICK, scripted
from tests.fakes.upstream import Upstream
from tests.fakes.world import World

from bench.report import Figure, report

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAULTS_END, SETTLED = START + timedelta(days=8), START + timedelta(days=10)
SOURCES = ("arxiv-rss", "arxiv-oai-raw", "arxiv-api")
CATEGORIES = ("cs.CL", "stat.ML")
KINDS = tuple(name for name in QUICK if "absurd" not in name)
WAITS = {"429-seconds": 30, "503-seconds": 30, "429-date": 60, "503-date": 60}


class FakeClock:
    """Moves on when somebody waits."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        """The simulated moment."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=max(0.0, seconds))


def harvest(seed: int) -> tuple[list[str], int, int, int]:
    """One harvest: what is wrong at its end, requests, faults met, and waits that were cut short."""
    from tests.fakes.comparing import differences, held, wanted

    from broadsheet.harvest import control
    from broadsheet.harvest.client import Client
    from broadsheet.harvest.engine import Harvester
    from broadsheet.sources.http import FetchPolicy
    from broadsheet.store import harvest as memory

    clock, world = FakeClock(), World(seed, START.date(), 10, held=0.0)
    with Upstream(world, clock, page_size=10, faults=scripted(seed, 2_000, KINDS, 0.25)) as upstream:
        policy = FetchPolicy(total_s=0.5, allow_loopback=True, ports=frozenset({upstream.port}))
        harvester = Harvester(Client(clock, policy))
        for name in SOURCES:
            control.switch_on(name, CATEGORIES, clock, root=upstream.root(name), begin=START.date())
        for end in (FAULTS_END, SETTLED):
            while clock.now() < end:
                if harvester.step() is None:
                    clock.sleep(1_200)
            upstream.faults = ()
        # What changed at the source since the last night's look would come with the next one.
        for name in SOURCES:
            control.run_now(name, clock)
        while harvester.step() or memory.list_open_runs():
            clock.sleep(1)
        asked = upstream.requests
        wrong = differences(held(), wanted(world, clock.now(), CATEGORIES, START.date()), START.date())
    pairs = pairwise(asked)
    short = sum((b.asked_at - a.asked_at).total_seconds() < WAITS.get(a.fault, 3) for a, b in pairs)
    return wrong, len(asked), sum(bool(each.fault) for each in asked), short


def main() -> None:
    """Run the harvests, each in an empty catalogue, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--harvests", type=int, default=50)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="broadsheet-drill-") as folder:
        os.environ["BROADSHEET_DATA"] = folder
        run(given.harvests)


def run(harvests: int) -> None:
    """All of it, on an instance of its own."""
    from django.core.management import call_command

    from broadsheet.launch import instance

    begun = time.perf_counter()
    with instance(found=True):
        from broadsheet.store.schema import name_catalogue
        from broadsheet.store.subjects import sync_categories
        from broadsheet.taxonomy import load

        outcomes = []
        for seed in range(1, harvests + 1):
            call_command("flush", interactive=False, verbosity=0)
            sync_categories(load())
            name_catalogue()
            outcomes.append(harvest(seed))
            for line in outcomes[-1][0]:
                print(f"harvest {seed}: {line}")
    wrong, requests, faults, short = zip(*outcomes, strict=True)
    equal = sum(not each for each in wrong)
    figures = [
        Figure("harvests equal to the truth", equal, "harvests", f"{harvests}"),
        Figure("requests", sum(requests), "requests"),
        Figure("faults met", sum(faults), "faults"),
        Figure("waits that were cut short", sum(short), "waits", "0"),
        Figure("all together", time.perf_counter() - begun, "s"),
    ]
    report("faulty_harvests", figures, f"{harvests} harvests of ten simulated days, a quarter of the requests failing")
    if equal < harvests or sum(short):
        raise SystemExit("Not all harvests end in the truth.")


if __name__ == "__main__":
    main()
