"""What a page costs, on the catalogue that `bench.catalogue` made: CPU a page, pages a second, time to the first byte.

python -m bench.pages [--data FOLDER]
"""

import http.client
import random
import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.catalogue import arguments, bench_instance, database_cpu
from bench.report import Figure, report

WORDS = (
    *("learning", "model", "quantum", "graph", "theory", "galaxy", "language", "protein"),
    *("network", "neural", "equation", "random", "field", "image"),
)
LOAD_S = 12.0
CONNECTIONS = 8


def addresses(chance: random.Random) -> dict[str, list[str]]:
    """Addresses of each kind of page, drawn from the catalogue."""
    from broadsheet.store.query import rows

    keys = [row[0] for row in rows("SELECT key FROM paper TABLESAMPLE SYSTEM (2)")]
    days = [row[0].isoformat() for row in rows("SELECT day FROM edition ORDER BY day DESC LIMIT 30")]
    categories = [row[0] for row in rows("SELECT code FROM category")]
    queries = ["+".join(chance.sample(WORDS, chance.randint(1, 4))) for _ in range(200)]
    return {
        "front page": ["/"] * 60,
        "edition of a day": [f"/papers/date/{day}" for day in days],
        "paper": [f"/papers/{key}" for key in chance.sample(keys, min(300, len(keys)))],
        "search": [f"/papers?q={query}" for query in queries],
        "search in a category": [f"/papers?q={query}&category={chance.choice(['cs', 'math.AP'])}" for query in queries],
        "category": [f"/categories/{code}" for code in chance.sample(categories, 60)],
    }


def measure_cpu(kind: str, paths: Sequence[str], budget: str) -> list[Figure]:
    """CPU of this process at the median, plus the database's at the mean (its clock is too coarse for one page)."""
    from django.test import Client

    client = Client()
    for path in paths[:5]:
        client.get(path)
    spent = []
    database = database_cpu()
    for path in paths:
        start = time.process_time()
        status = client.get(path).status_code
        spent.append((time.process_time() - start) * 1e3)
        assert status == 200, (path, status)
    mean = (database_cpu() - database) / len(paths) * 1e3
    return [
        Figure(f"{kind}: CPU, median", statistics.median(spent) + mean, "ms", budget),
        Figure(f"{kind}: of it database, mean", mean, "ms"),
        Figure(f"{kind}: own CPU, p95", statistics.quantiles(spent, n=20)[-1], "ms"),
    ]


def measure_load(port: int, paths: Sequence[str]) -> list[Figure]:
    """Pages a second over a few connections that ask as fast as they are answered."""
    done, failed = [0] * CONNECTIONS, [0] * CONNECTIONS
    stop = time.perf_counter() + LOAD_S

    def ask(number: int) -> None:
        chance, connection = random.Random(number), http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < stop:
            connection.request("GET", chance.choice(paths))
            response = connection.getresponse()
            response.read()
            done[number] += 1
            failed[number] += response.status != 200

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    generator = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [
        Figure("mixed pages", sum(done) / LOAD_S, "pages/s", ">= 150"),
        Figure("of them failed", sum(failed), "pages", "0"),
        Figure("load generator's share of a core", (time.process_time() - generator) / LOAD_S * 100, "%"),
    ]


def measure_first_byte(port: int, paths: Sequence[str]) -> list[Figure]:
    """Time to the first byte on an idle server, a request at a time."""
    waits = []
    for path in paths:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        start = time.perf_counter()
        connection.request("GET", path)
        connection.getresponse().read(1)
        waits.append((time.perf_counter() - start) * 1e3)
        connection.close()
        time.sleep(0.02)
    return [
        Figure("first byte when idle, median", statistics.median(waits), "ms"),
        Figure("first byte when idle, p95", statistics.quantiles(waits, n=20)[-1], "ms", "< 50"),
    ]


def with_server(measure: Callable[[int], list[Figure]]) -> list[Figure]:
    """Run the web server as an instance does, on a free port."""
    import subprocess

    from broadsheet.supervisor import web_program

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(web_program("127.0.0.1", port, 2).command)
    try:
        _wait(port)
        return measure(port)
    finally:
        process.terminate()
        process.wait(15)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server does not start")


def main() -> None:
    given = arguments(__doc__)
    chance = random.Random(1)
    budgets = {"front page": "<= 15", "paper": "<= 15", "search": "<= 25", "search in a category": "<= 25"}
    with bench_instance(given.data):
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        pages = addresses(chance)
        figures = [
            figure for kind, paths in pages.items() for figure in measure_cpu(kind, paths, budgets.get(kind, ""))
        ]
        mixed = [path for paths in pages.values() for path in chance.sample(paths, min(30, len(paths)))]

        def measure(port: int) -> list[Figure]:
            measure_first_byte(port, mixed[:40])
            return measure_first_byte(port, mixed) + measure_load(port, mixed)

        figures += with_server(measure)
    report("pages", figures, f"catalogue of {Path(given.data).name}, two web processes")


if __name__ == "__main__":
    main()
