"""Speed of the vector files: adding, asking with and without filters, what is missed, memory, compaction.

python -m bench.vectors [--rows 200000 1000000] [--dimensions 256 384 512] [--precision int8] [--real FILE.npz]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.report import Figure, report
from broadsheet.index.vectors import Attributes, Row, RowFilter, VectorReader, VectorWriter

Vectors = NDArray[np.float32]

BATCH = 2_000
TIMED, JUDGED, BEST = 300, 100, 20
"""Queries that are timed, queries whose answers are compared with exact ones, and how many of the best are compared."""
CLUSTERS = 3_000


class Mixture:
    """Paper-like vectors: topics of Zipf sizes in a space of uneven directions, all leaning one way."""

    def __init__(self, dimensions: int) -> None:
        chance = np.random.default_rng(dimensions)
        self.dimensions = dimensions
        self.spread = (1.0 / np.arange(1, dimensions + 1) ** 0.35).astype(np.float32)
        self.turn = np.linalg.qr(chance.normal(size=(dimensions, dimensions)))[0].astype(np.float32)
        self.topics = chance.normal(size=(CLUSTERS, dimensions)).astype(np.float32)
        sizes = 1.0 / np.arange(1, CLUSTERS + 1) ** 0.8
        self.shares = sizes / sizes.sum()
        self.lean = np.float32(0.4) * chance.normal(size=dimensions).astype(np.float32)

    def draw(self, count: int, seed: int) -> Vectors:
        """Some vectors of length 1; the same seed gives the same ones."""
        chance = np.random.default_rng((seed, self.dimensions))
        noise = chance.normal(size=(count, self.dimensions)).astype(np.float32)
        plain = (self.lean + self.topics[chance.choice(CLUSTERS, count, p=self.shares)] + noise) * self.spread
        return _normalised(plain @ self.turn)


def _normalised(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def attributes(paper: int) -> Attributes:
    """One paper in a hundred is in `hundredth`, one in ten in `tenth`; days and venues go round."""
    spread = paper * 7_919 % 1_000
    codes = (f"c{spread % 150}", "hundredth" if spread < 10 else "rest", "tenth" if spread < 100 else "others")
    return Attributes(spread * 10, codes, f"venue-{spread % 50}", spread % 5 == 0)


FILTERS: dict[str, tuple[RowFilter | None, Callable[[NDArray[np.int64]], NDArray[np.bool_]]]] = {
    "no filter": (None, lambda spread: spread >= 0),
    "category of 1 %": (RowFilter(category="hundredth"), lambda spread: spread < 10),
    "category of 10 %": (RowFilter(category="tenth"), lambda spread: spread < 100),
    "10 % of the days": (RowFilter(since=2_000, until=2_999), lambda spread: (spread >= 200) & (spread < 300)),
    "half of the days": (RowFilter(since=5_000), lambda spread: spread >= 500),
    "category and days, 5 %": (
        RowFilter(category="tenth", since=500),
        lambda spread: (spread >= 50) & (spread < 100),
    ),
}


class Exact:
    """The best papers of every query under every filter, gathered while rows go by."""

    def __init__(self, queries: Vectors) -> None:
        self.queries = queries
        empty = np.full((len(queries), BEST), -2, np.float32)
        self.best = {name: (empty, np.zeros(empty.shape, np.int64)) for name in FILTERS}

    def see(self, papers: NDArray[np.int64], vectors: Vectors) -> None:
        """Take in more rows."""
        cosines = self.queries @ vectors.T
        for name, (_, passes) in FILTERS.items():
            chosen = passes(papers * 7_919 % 1_000)
            old, ids = self.best[name]
            both = np.concatenate((old, cosines[:, chosen]), axis=1)
            named = np.concatenate((ids, np.broadcast_to(papers[chosen], (len(ids), chosen.sum()))), axis=1)
            top = np.argpartition(-both, BEST - 1, axis=1)[:, :BEST]
            self.best[name] = np.take_along_axis(both, top, 1), np.take_along_axis(named, top, 1)


def fill(folder: Path, pieces: Iterator[Vectors], dimensions: int, precision: str, exact: Exact) -> tuple[float, float]:
    """Write all rows in batches; seconds of the clock and of the processor that the writer took."""
    wall = cpu = 0.0
    paper = 1
    with VectorWriter.open(folder, dimensions, precision=precision) as writer:  # type: ignore[arg-type]
        for piece in pieces:
            rows = [Row(paper + at, vector, paper + at, attributes(paper + at)) for at, vector in enumerate(piece)]
            exact.see(np.arange(paper, paper + len(piece)), piece)
            wall_before, cpu_before = time.perf_counter(), time.process_time()
            for at in range(0, len(rows), BATCH):
                writer.apply(rows[at : at + BATCH], (), str(paper + at))
            wall, cpu = wall + time.perf_counter() - wall_before, cpu + time.process_time() - cpu_before
            paper += len(piece)
    return wall, cpu


def measure_compaction(folder: Path, dimensions: int, precision: str, rows: int) -> list[Figure]:
    """A quarter of the rows is given up, then left behind; the folder that is asked later is a copy made before."""
    with VectorWriter.open(folder, dimensions, precision=precision) as writer:  # type: ignore[arg-type]
        start = time.perf_counter()
        writer.apply((), range(1, rows, 4), "fewer")
        removing = time.perf_counter() - start
        start, cpu = time.perf_counter(), time.process_time()
        assert writer.compact()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    return [Figure("removing a quarter", removing, "s"), Figure("compaction", wall, "s"), Figure("its CPU", cpu, "s")]


def ask(folder: Path, questions: Path) -> None:
    """What a process of its own finds and takes, as JSON."""
    queries = np.load(questions)
    start = _memory()
    began = time.process_time()
    reader = VectorReader(folder)
    reader.nearest(queries[0], BEST)
    told: dict[str, object] = {"first": (time.process_time() - began) * 1e3}
    told["asked"] = {name: _asked(reader, queries, within) for name, (within, _) in FILTERS.items()}
    began = time.process_time()
    reader.cosines(queries[0], np.arange(1, 2))
    told["places"] = (time.process_time() - began) * 1e3
    few = RowFilter(only=np.arange(1, 1_001))
    told["only"] = statistics.median(_cpu_ms(lambda query: reader.nearest(query, BEST, few), each) for each in queries)
    told["scored"] = statistics.median(
        _cpu_ms(lambda query: reader.cosines(query, np.arange(1, 201)), each) for each in queries
    )
    told["memory"] = {name: _memory()[name] - start[name] for name in start}
    print(json.dumps(told))


def _asked(reader: VectorReader, queries: Vectors, within: RowFilter | None) -> dict[str, object]:
    times = [_cpu_ms(lambda query: reader.nearest(query, BEST, within), query) for query in queries]
    found = [reader.nearest(query, BEST, within).papers.tolist() for query in queries[:JUDGED]]
    return {"median": statistics.median(times), "p99": statistics.quantiles(times, n=100)[98], "found": found}


def _memory() -> dict[str, float]:
    """Megabytes of this process's own pages and of file pages that it shares."""
    lines = Path("/proc/self/status").read_text().splitlines()
    held = {line.split()[0]: int(line.split()[1]) / 1e3 for line in lines if line.startswith("Rss")}
    return {"own": held["RssAnon:"], "shared": held["RssFile:"]}


def _cpu_ms(function: Callable[[Vectors], object], query: Vectors) -> float:
    start = time.process_time()
    function(query)
    return (time.process_time() - start) * 1e3


def measure(name: str, pieces: Iterator[Vectors], queries: Vectors, precision: str, folder: Path) -> list[Figure]:
    """Everything about one folder of rows."""
    dimensions = queries.shape[1]
    exact = Exact(queries[:JUDGED])
    wall, cpu = fill(folder / "space", pieces, dimensions, precision, exact)
    rows = VectorReader(folder / "space").count()
    size = sum(path.stat().st_blocks * 512 for path in (folder / "space").rglob("*"))
    np.save(folder / "questions.npy", queries)
    command = [sys.executable, "-m", "bench.vectors", "--ask", str(folder)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    figures = [
        Figure("added, wall", rows / wall, "rows/s"),
        Figure("added, CPU", cpu / rows * 1e6, "us/row"),
        Figure("size on disk", size / 1e6, "MB"),
        Figure("opening and the first question, CPU", told["first"], "ms"),
        *_answers(told["asked"], exact),
        Figure("among 1,000 given papers, median CPU", told["only"], "ms"),
        Figure("cosines of 200 papers, median CPU", told["scored"], "ms"),
        Figure("table of papers, once a commit", told["places"], "ms"),
        Figure("own memory of a reader", told["memory"]["own"], "MB", "< 600"),
        Figure("shared pages", told["memory"]["shared"], "MB"),
        *measure_compaction(folder / "space", dimensions, precision, rows),
    ]
    return [Figure(f"{name}: {figure.name}", figure.value, figure.unit, figure.budget) for figure in figures]


def _answers(asked: dict[str, dict[str, list[list[int]]]], exact: Exact) -> Iterator[Figure]:
    for name, told in asked.items():
        _, true = exact.best[name]
        hits = sum(len(set(found) & set(best)) for found, best in zip(told["found"], true.tolist(), strict=True))
        yield Figure(f"{name}, median CPU", float(told["median"]), "ms")  # type: ignore[arg-type]
        yield Figure(f"{name}, 99th percentile CPU", float(told["p99"]), "ms")  # type: ignore[arg-type]
        yield Figure(f"{name}, recall@20", hits / true.size * 100, "%", ">= 97" if name == "no filter" else "")


def made_up(rows: int, dimensions: int) -> tuple[Iterator[Vectors], Vectors]:
    """Rows in pieces, and queries that are none of them."""
    mixture = Mixture(dimensions)
    piece = 50_000
    pieces = (mixture.draw(min(piece, rows - at), at) for at in range(0, rows, piece))
    return pieces, mixture.draw(TIMED, -1 % 2**32)


def real(path: Path) -> tuple[Iterator[Vectors], Vectors]:
    """The first array of shape (rows, dimensions) in an NPZ file: every row but TIMED, which are the queries."""
    with np.load(path) as held:
        vectors = next(array for array in held.values() if array.ndim == 2 and array.dtype.kind == "f")
    vectors = _normalised(vectors.astype(np.float32))
    queries = np.random.default_rng(1).choice(len(vectors), TIMED, replace=False)
    rest = np.delete(vectors, queries, axis=0)
    return iter(np.array_split(rest, max(1, len(rest) // 50_000))), vectors[queries]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--dimensions", type=int, nargs="+", default=[256, 384, 512])
    parser.add_argument("--precision", choices=("int8", "float16"), default="int8")
    parser.add_argument("--real", type=Path, help="NPZ file with vectors of papers, measured instead of made-up ones")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        ask(options.ask / "space", options.ask / "questions.npy")
        return
    figures: list[Figure] = []
    sets = [(rows, dimensions) for rows in options.rows for dimensions in options.dimensions]
    for rows, dimensions in [(0, 0)] if options.real else sets:
        pieces, queries = real(options.real) if options.real else made_up(rows, dimensions)
        folder = Path(tempfile.mkdtemp(prefix="broadsheet-vectors-", dir=os.environ.get("TMPDIR")))
        try:
            name = f"{options.real.stem}" if options.real else f"{rows:,} x {dimensions}"
            figures += measure(name, pieces, queries, options.precision, folder)
        finally:
            shutil.rmtree(folder)
    setting = f"vectors of {options.real.name}" if options.real else "made-up vectors"
    report("vectors_real" if options.real else "vectors", figures, f"{setting}, {options.precision}")


if __name__ == "__main__":
    main()
