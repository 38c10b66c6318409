"""The catalogue that the page benchmarks run on: everything in the development data, ingested and indexed once.

    python -m bench.catalogue [--data FOLDER] [--shared FOLDER]

Measures the ingest and the index build on the way.
"""

import argparse
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bench.report import Figure, report

HERE = Path(__file__).parent


def arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    shared = os.environ.get("BROADSHEET_SHARED", str(HERE.parents[1] / "shared" / "data"))
    parser.add_argument("--data", default=str(HERE / "results" / "local" / "instance"), help="folder of the instance")
    parser.add_argument("--shared", default=shared, help="folder of the development data")
    return parser.parse_args()


@contextmanager
def bench_instance(data: str) -> Iterator[Path]:
    """Django over the private database of a folder of its own."""
    os.environ["BROADSHEET_DATA"] = data
    os.environ.setdefault("BROADSHEET_ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    from broadsheet.launch import instance

    with instance(found=True) as environment:
        yield environment["data"]


def database_cpu() -> float:
    """CPU seconds used so far by this process's database connection."""
    from broadsheet.store.query import rows

    pid = rows("SELECT pg_backend_pid()")[0][0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_ingest(path: Path) -> list[Figure]:
    from broadsheet.ingest import ingest_file

    start, own, database = time.perf_counter(), time.process_time(), database_cpu()
    outcome = ingest_file(path)
    wall, own, database = time.perf_counter() - start, time.process_time() - own, database_cpu() - database
    again = time.perf_counter()
    second = ingest_file(path)
    return [
        Figure("records", outcome.read, "records"),
        Figure("ingest, wall", outcome.read / wall, "records/s", ">= 2,000"),
        Figure("ingest, CPU without the reading process", own / outcome.read * 1e6, "µs/record"),
        Figure("ingest, database CPU", database / outcome.read * 1e6, "µs/record"),
        Figure("same file again", second.read / (time.perf_counter() - again), "records/s"),
        Figure("changed by the second time", second.new + second.changed, "papers", "0"),
        Figure("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB", "< 400"),
    ]


def measure_indexing(data: Path) -> list[Figure]:
    from broadsheet.indexing import rebuild

    start = time.perf_counter()
    written = rebuild(data / "index")
    return [Figure("index from the store, wall", written / (time.perf_counter() - start), "papers/s", ">= 3,000")]


def main() -> None:
    given = arguments(__doc__)
    shared = Path(given.shared)
    with bench_instance(given.data) as data:
        from broadsheet.ingest import ingest_file
        from broadsheet.store.catalogue import count_papers

        if count_papers():
            raise SystemExit(f"{data} holds a catalogue. Remove it to measure the ingest again.")
        figures = measure_ingest(shared / "corpus" / "papers-200k.jsonl.zst")
        ingest_file(shared / "hub" / "records.jsonl.zst")
        ingest_file(shared / "seed" / "papers.json", edition=date(2025, 11, 12))
        figures += measure_indexing(data)
    report("catalogue", figures, "development corpus, 196,925 records as JSON Lines")


if __name__ == "__main__":
    main()
