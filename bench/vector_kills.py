"""The kill drill of the vector files: a writer killed while it adds or compacts never loses what it committed.

python -m bench.vector_kills [--kills 50] [--rows 60000] [--dimensions 384]
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.report import Figure, report
from broadsheet.index.vectors import Attributes, Row, VectorReader, VectorWriter
from broadsheet.index.vectors.writer import Sizes

BATCH = 500
ALWAYS_DUE = Sizes(grown=0)


def vector(paper: int, turn: int, dimensions: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    drawn = np.random.default_rng((paper, turn)).normal(0.1, 1, dimensions).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn), np.float32)


def batch(number: int, rows: int, dimensions: int) -> list[Row]:
    """Batch `number` goes round over papers 1 to `rows`; its digests tell which round a row is of."""
    first, turn = number * BATCH % rows, number * BATCH // rows
    papers = range(first + 1, first + BATCH + 1)
    return [Row(each, vector(each, turn, dimensions), turn, Attributes(turn, (f"turn-{turn % 9}",))) for each in papers]


def turns_after(mark: int, rows: int) -> dict[int, int]:
    """The round of each paper once batches 0 to `mark` are in."""
    done, turn = (mark * BATCH) % rows + BATCH, mark * BATCH // rows
    last = dict.fromkeys(range(1, rows + 1), turn - 1) if turn else {}
    return last | dict.fromkeys(range(1, done + 1), turn)


def position(folder: Path, act: str) -> int:
    """How far a folder is: its newest batch, or the number of its files when those are written anew."""
    if act == "add":
        return int(VectorReader(folder).watermark())
    return int(json.loads((folder / "state.json").read_text())["state"]["generation"][1:])


def write(folder: Path, rows: int, dimensions: int, act: str) -> None:
    """Add batches, or compact, for ever; says what was done once it is done."""
    with VectorWriter.open(folder, dimensions, sizes=ALWAYS_DUE if act == "compact" else Sizes()) as writer:
        number = int(writer.watermark)
        print("ready", flush=True)
        while True:
            if act == "add":
                number += 1
                writer.apply(batch(number, rows, dimensions), (), str(number))
            else:
                writer.compact()
            print(position(folder, act), flush=True)


def kill(folder: Path, act: str, wait: float, options: argparse.Namespace) -> list[str]:
    """Start a writer, kill it after `wait` seconds of work; what it said."""
    sizes = [f"--rows={options.rows}", f"--dimensions={options.dimensions}"]
    command = [sys.executable, "-m", "bench.vector_kills", "--write", str(folder), "--act", act, *sizes]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(wait)
    process.kill()
    said = process.stdout.read().split()
    process.wait()
    return said


def is_whole(folder: Path, mark: int, options: argparse.Namespace, chance: random.Random) -> bool:
    """Whether readers see exactly the papers, digests and (of a sample) vectors of that batch."""
    reader = VectorReader(folder)
    reader.check()
    held = reader.held()
    wanted = turns_after(mark, options.rows)
    if dict(zip(held.papers.tolist(), held.digests.tolist(), strict=True)) != wanted:
        return False
    sample = chance.sample(sorted(wanted), min(50, len(wanted)))
    true = np.stack([vector(paper, wanted[paper], options.dimensions) for paper in sample])
    stored, has = reader.vectors(np.array(sample))
    near = reader.nearest(true[0], 1).papers.tolist() == sample[:1]
    return bool(has.all() and np.abs(stored - true).max() < 0.02 and near)


def drill(folder: Path, act: str, options: argparse.Namespace) -> dict[str, int]:
    chance = random.Random(options.seed)
    seen = {
        "kills": 0,
        "work of the killed left out": 0,
        "its last work committed": 0,
        "left-over files": 0,
        "wrong": 0,
    }
    before = position(folder, act)
    for _ in range(options.kills):
        said = kill(folder, act, chance.uniform(0, options.seconds), options)
        told, now = int(said[-1]) if said else before, position(folder, act)
        seen["kills"] += 1
        seen["its last work committed" if now > told else "work of the killed left out"] += 1
        seen["left-over files"] += len(list(folder.glob("g*"))) > 1
        whole = is_whole(folder, position(folder, "add"), options, chance)
        seen["wrong"] += not (told <= now <= told + 1 and whole)
        before = now
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="kills while adding, and as many while compacting")
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--seconds", type=float, default=0.6, help="longest time before a kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--act", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.write, options.rows, options.dimensions, options.act)
        return
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="broadsheet-vector-kills-") as path:
        folder = Path(path) / "space"
        with VectorWriter.open(folder, options.dimensions) as writer:
            for number in range(options.rows // BATCH):
                writer.apply(batch(number, options.rows, options.dimensions), (), str(number))
        for act, name in (("add", "adding"), ("compact", "compacting")):
            for what, count in drill(folder, act, options).items():
                figures.append(Figure(f"{name}: {what}", count, "kills", "0" if what == "wrong" else ""))
    report("vector_kills", figures, f"{options.rows:,} rows, killed at random moments")
    if any(figure.value for figure in figures if figure.name.endswith("wrong")):
        raise SystemExit("A folder was not what it had promised.")


if __name__ == "__main__":
    main()
