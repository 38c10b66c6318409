"""The politeness drill: several workers and the command line at once, one killed in the middle, on one pace.

python -m bench.politeness [--requests 60]

The upstream is the tests' fake on loopback; nothing is simulated: three seconds are three seconds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.fakes.upstream import Upstream
from tests.fakes.world import World

from bench.report import Figure, report

WORKERS = 3
ROOT = Path(__file__).parents[1]
MOMENT = datetime(2026, 3, 12, 12, tzinfo=UTC)


class StillClock:
    """The upstream's clock: one day, all the time."""

    def now(self) -> datetime:
        """The moment."""
        return MOMENT

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def start(arguments: list[str], variables: dict[str, str]) -> "subprocess.Popen[bytes]":
    """A broadsheet command, without its words."""
    command = [sys.executable, "-m", "broadsheet", *arguments]
    return subprocess.Popen(command, env=variables, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    """Run the drill and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=60)
    given = parser.parse_args()
    world = World(seed=5, start=datetime(2026, 3, 2, tzinfo=UTC).date(), days=10, per_day=40)
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-drill-") as folder,
        Upstream(world, StillClock(), page=4) as upstream,
    ):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
        inner = f"127.0.0.1:{upstream.port}"
        variables = kept | {"BROADSHEET_DATA": folder, "BROADSHEET_INNER_HOSTS": inner, "BROADSHEET_SAMPLE": "no"}
        for name, path in (("arxiv-rss", "/rss"), ("arxiv-oai-raw", "/oai"), ("arxiv-api", "/api/query")):
            arguments = ["sources", "on", name, "cs.CL", "cs.LG", "stat.ML", "--root", upstream.url + path]
            start([*arguments, "--begin", "2026-03-01"], variables).wait()
        processes = [start(["work"], variables) for _ in range(WORKERS)]
        processes.append(start(["sources", "run", "arxiv-api"], variables))
        has_killed = False
        while len(upstream.asked) < given.requests:
            time.sleep(0.5)
            if not has_killed and len(upstream.asked) > given.requests // 2:
                processes[0].kill()
                processes[0] = start(["work"], variables)
                has_killed = True
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        gaps, most = upstream.gaps(), upstream.most_at_once
    figures = [
        Figure("requests", len(gaps) + 1, "requests"),
        Figure("shortest time between two requests", min(gaps), "s", "3.0"),
        Figure("median time between two requests", sorted(gaps)[len(gaps) // 2], "s"),
        Figure("most connections at once", most, "connections", "1"),
    ]
    report("politeness", figures, f"{WORKERS} workers and the command line at once, one worker killed and restarted")
    if min(gaps) < 3.0 or most > 1:
        raise SystemExit("The source was annoyed.")


if __name__ == "__main__":
    main()
