"""The kill drill: the development corpus, ingested under repeated SIGKILL, must equal an undisturbed ingest.

python -m bench.kill_drill [--kills 5] [--shared FOLDER]
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Figure, report

HASH = """
from broadsheet.launch import instance
with instance():
    from broadsheet.store.content import content_hash
    print(content_hash())
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = os.environ.get("BROADSHEET_SHARED", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--shared", default=shared, help="folder of the development data")
    parser.add_argument("--kills", type=int, default=5, help="how often the ingest is killed")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments")
    return parser.parse_args()


def ingest_command(path: Path) -> list[str]:
    return [sys.executable, "-m", "broadsheet", "ingest", str(path)]


def variables(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    return kept | {"BROADSHEET_DATA": str(data)}


def content(data: Path) -> str:
    told = subprocess.run([sys.executable, "-c", HASH], env=variables(data), capture_output=True, text=True, check=True)
    return told.stdout.strip()


def run_whole(path: Path, data: Path) -> float:
    """Seconds that the ingest takes to its end."""
    start = time.perf_counter()
    ended = subprocess.run(ingest_command(path), env=variables(data), capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise SystemExit(f"The ingest into {data} ended with {ended.returncode}:\n{ended.stderr}")
    return time.perf_counter() - start


def kill_after(path: Path, data: Path, seconds: float) -> bool:
    """Start the ingest and kill it; whether it was still at work."""
    process = subprocess.Popen(ingest_command(path), env=variables(data), stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def main() -> None:
    given = arguments()
    path = Path(given.shared) / "corpus" / "papers-200k.jsonl.zst"
    dice = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="broadsheet-drill-") as folder:
        clean, killed = Path(folder) / "clean", Path(folder) / "killed"
        whole = run_whole(path, clean)
        kills = sum(kill_after(path, killed, dice.uniform(0.05, 0.4) * whole) for _ in range(given.kills))
        last = run_whole(path, killed)
        same = content(clean) == content(killed)
    figures = [
        Figure("undisturbed ingest", whole, "s"),
        Figure("kills that met it at work", kills, "kills"),
        Figure("last run, to the end", last, "s"),
        Figure("same content", float(same), "1 = yes", "1"),
    ]
    report("kill_drill", figures, f"development corpus, killed {given.kills} times at random moments")
    if not same:
        raise SystemExit("The contents differ.")


if __name__ == "__main__":
    main()
