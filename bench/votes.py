"""Votes under load: how many a second, how long each takes, and whether counts are what the rows say.

python -m bench.votes [--rate 300] [--seconds 30]

Requests are sent at a fixed rate; each is timed from the moment it was due, so that a stall is not hidden by waiting.
"""

import argparse
import http.client
import queue
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from bench.catalogue import bench_instance
from bench.pages import with_server
from bench.report import Figure, report

PAPERS, PEOPLE, CONNECTIONS = 2_000, 300, 24
SAME, OF_THEM = 200, 50
TOGGLES, HANDS = 10_000, 8


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who is signed in: what the browser sends."""

    person: int
    cookies: str
    token: str


def fill() -> list[int]:
    """Papers to vote for."""
    from broadsheet.drafts import Draft, EditionPlace, Identifier, PartialDate
    from broadsheet.ingest import ingest
    from broadsheet.store.query import rows

    today = datetime.now(UTC).date()
    ingest(
        [
            Draft(
                source="jsonl",
                key=f"arxiv:2601.{number:05}",
                payload_hash=str(number),
                title=f"Paper number {number} on the cost of counting",
                abstract="We count votes. They add up.",
                identifiers=(Identifier("arxiv", f"2601.{number:05}"),),
                published=PartialDate(today),
                edition=EditionPlace(today, number),
            )
            for number in range(1, PAPERS + 1)
        ]
    )
    return [row[0] for row in rows("SELECT id FROM paper ORDER BY id")]


def sign_in(number: int) -> list[Voter]:
    """People with verified addresses, a session each."""
    from allauth.account.models import EmailAddress
    from django.test import Client

    from broadsheet.store.models import Person

    joined, voters = datetime.now(UTC) - timedelta(days=60), []
    for each in range(number):
        person = Person.objects.create(handle=f"voter-{each}", email=f"v{each}@example.org", joined_at=joined)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(person)
        client.get("/papers/2601.00001")
        jar = client.cookies
        voters.append(Voter(person.pk, "; ".join(f"{n}={m.value}" for n, m in jar.items()), jar["csrftoken"].value))
    return voters


def send(connection: http.client.HTTPConnection, voter: Voter, paper: int, to: str) -> int:
    body = urlencode({"to": to, "csrfmiddlewaretoken": voter.token, "next": "/"})
    headers = {"Cookie": voter.cookies, "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    connection.request("POST", f"/votes/{paper}", body, headers)
    response = connection.getresponse()
    response.read()
    return response.status


def at_once(port: int, voters: Sequence[Voter], papers: Sequence[int]) -> list[Figure]:
    """The same vote 200 times at once, on 50 papers, by somebody else each."""
    from broadsheet.store.query import rows

    jobs = [
        (voter, paper) for voter, paper in zip(voters[:OF_THEM], papers[:OF_THEM], strict=True) for _ in range(SAME)
    ]
    random.Random(1).shuffle(jobs)
    threads = threading.local()

    def one(job: tuple[Voter, int]) -> int:
        if not hasattr(threads, "connection"):
            threads.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        return send(threads.connection, *job, "up")

    with ThreadPoolExecutor(SAME // 2) as pool:
        statuses = list(pool.map(one, jobs))
    found = rows("SELECT count(*) FROM vote")[0][0], rows("SELECT sum(votes) FROM standing")[0][0]
    return [
        Figure("identical votes sent at once", len(jobs), "votes"),
        Figure("of them not answered 200", sum(status != 200 for status in statuses), "votes", "0"),
        Figure("rows they left", found[0], "rows", "50"),
        Figure("votes that pages show", found[1], "votes", "50"),
    ]


def steadily(port: int, voters: Sequence[Voter], papers: Sequence[int], rate: int, seconds: int) -> list[Figure]:
    """Votes and votes taken back at a fixed rate."""
    due: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    waits, failed, lock = list[float](), [0], threading.Lock()

    def hand(number: int) -> None:
        chance, connection = random.Random(number), http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (moment := due.get()) is not None:
            status = send(connection, chance.choice(voters), chance.choice(papers), chance.choice(("up", "none")))
            with lock:
                waits.append(time.perf_counter() - moment)
                failed[0] += status != 200

    hands = [threading.Thread(target=hand, args=(number,)) for number in range(CONNECTIONS)]
    generator = time.process_time()
    for each in hands:
        each.start()
    begun = time.perf_counter()
    for number in range(rate * seconds):
        moment = begun + number / rate
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put(moment)
    for _ in hands:
        due.put(None)
    for each in hands:
        each.join()
    took = time.perf_counter() - begun
    points = statistics.quantiles(waits, n=100)
    return [
        Figure("votes a second, asked for", rate, "votes/s", ">= 300"),
        Figure("votes a second, done", len(waits) / took, "votes/s"),
        Figure("of them failed", failed[0], "votes", "0"),
        Figure("median", points[49] * 1e3, "ms"),
        Figure("p95", points[94] * 1e3, "ms"),
        Figure("p99", points[98] * 1e3, "ms", "< 100"),
        Figure("load generator's share of a core", (time.process_time() - generator) / took * 100, "%"),
    ]


def toggles(voters: Sequence[Voter], papers: Sequence[int]) -> list[Figure]:
    """Random votes and votes taken back from several hands at once; afterwards counts must be what rows say."""
    from django.db import connection

    from broadsheet.store import votes

    def hand(number: int) -> None:
        chance = random.Random(number)
        for _ in range(TOGGLES // HANDS):
            paper, person = chance.choice(papers[:40]), chance.choice(voters).person
            if chance.random() < 0.5:
                votes.cast(paper, votes.Ballot(person, chance.random(), datetime.now(UTC)))
            else:
                votes.withdraw(paper, person)
        connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(hand, range(HANDS)))
    return [Figure("papers with drift after 10,000 random toggles", len(votes.drifted()), "papers", "0")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, bench_instance(folder):
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        papers, voters = fill(), sign_in(PEOPLE)

        def measure(port: int) -> list[Figure]:
            figures = at_once(port, voters, papers)
            steadily(port, voters, papers, given.rate, 5)
            return figures + steadily(port, voters, papers, given.rate, given.seconds)

        figures = with_server(measure) + toggles(voters, papers)
    report("votes", figures, f"{PAPERS:,} papers, {PEOPLE} people signed in, two web processes")


if __name__ == "__main__":
    main()
