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
    world = World(5, datetime(2026, 3, 2, tzinfo=UTC).date(), 80)
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-drill-") as folder,
        Upstream(world, StillClock(), page_size=4) as upstream,
    ):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
        inner = f"127.0.0.1:{upstream.port}"
        variables = kept | {"BROADSHEET_DATA": folder, "BROADSHEET_INNER_HOSTS": inner, "BROADSHEET_SAMPLE": "no"}
        for name in ("arxiv-rss", "arxiv-oai-raw", "arxiv-api"):
            arguments = ["sources", "on", name, "cs.CL", "cs.LG", "stat.ML", "--root", upstream.root(name)]
            start([*arguments, "--begin", "2026-03-01"], variables).wait()
        processes = [start(["work"], variables) for _ in range(WORKERS)]
        processes.append(start(["sources", "run", "arxiv-api"], variables))
        has_killed = False
        while len(upstream.requests) < given.requests:
            time.sleep(0.5)
            if not has_killed and len(upstream.requests) > given.requests // 2:
                processes[0].kill()
                processes[0] = start(["work"], variables)
                has_killed = True
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        gap, most = upstream.min_gap("arxiv"), upstream.connections_at_once_max
    figures = [
        Figure("requests", len(upstream.requests), "requests"),
        Figure("shortest time from one's end to the next's start", gap.end_to_start, "s", "3.0"),
        Figure("most connections at once", most, "connections", "1"),
    ]
    report("politeness", figures, f"{WORKERS} workers and the command line at once, one worker killed and restarted")
    if gap.end_to_start < 3.0 or most > 1:
        raise SystemExit("The source was annoyed.")


if __name__ == "__main__":
    main()
