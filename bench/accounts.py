"""Whether time tells who has an account: answers to known and unknown addresses, over a real server with real hashing.

python -m bench.accounts [--rounds 60]
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT = 5.0
"""Most per cent that the medians of known and unknown may differ by."""


@contextmanager
def scratch() -> Iterator[None]:
    """An instance of its own, with a database that is gone afterwards."""
    from broadsheet.store.server import attach

    with tempfile.TemporaryDirectory(prefix="broadsheet-accounts-") as folder:
        Path(folder).chmod(0o755)
        attachment = attach(Path(folder))
        os.environ.update(
            BROADSHEET_DATABASE_URL=attachment.server.url, BROADSHEET_DATA=folder, BROADSHEET_SECRET_KEY="of the bench"
        )
        os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
        try:
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            yield
        finally:
            from django.db import connections

            connections.close_all()
            attachment.close()


def people(count: int) -> list[str]:
    """Addresses of people who have an account."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from broadsheet.store.models import Person

    password, addresses = make_password("correct horse battery"), []
    for number in range(count):
        address = f"known{number}@example.org"
        person = Person.objects.create(handle=f"known-{number}", email=address, password=password)
        EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
        addresses.append(address)
    return addresses


def forms() -> dict[str, Callable[[str, int], tuple[str, dict[str, str]]]]:
    """Each form that an address is typed into."""
    return {
        "join": lambda mail, n: (
            "/account/signup",
            {"username": f"bench-{n}", "email": mail, "password1": "a long enough one"},
        ),
        "new password": lambda mail, _n: ("/account/reset", {"email": mail}),
        "code": lambda mail, _n: ("/account/login/code", {"email": mail}),
        "sign in": lambda mail, _n: ("/account/login", {"login": mail, "password": "wrong"}),
    }


def measure(known: list[str], rounds: int, number: int = 0) -> list[str]:
    """Lines with both medians, their difference, and whether it is small enough."""
    from django.test import Client

    from broadsheet.store.models import LimitCount

    chance, lines = random.Random(21), []
    for name, form in forms().items():
        times: dict[bool, list[float]] = {True: [], False: []}
        statuses: dict[bool, set[int]] = {True: set(), False: set()}
        for round_ in range(rounds):
            LimitCount.objects.all().delete()
            for is_known in chance.sample((True, False), 2):
                number += 1
                mail = known[round_ % len(known)] if is_known else f"nobody{number}@example.org"
                path, values = form(mail, number)
                client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.{number % 250}.{number // 250 % 250}.1")
                start = time.perf_counter()
                statuses[is_known].add(client.post(path, values).status_code)  # 200 or a redirect, never a limit
                times[is_known].append(time.perf_counter() - start)
        one, other = (statistics.median(times[each]) * 1e3 for each in (True, False))
        apart = abs(one - other) / min(one, other) * 100
        assert not {400, 429, 500} & (statuses[True] | statuses[False]), (name, statuses)
        good = apart <= LIMIT and statuses[True] == statuses[False]
        lines.append(
            f"21 {name}: known {one:.1f} ms, unknown {other:.1f} ms, apart {apart:.2f} % "
            f"limit {LIMIT:.0f} % {'PASS' if good else 'FAIL'}"
        )
    return lines


def main() -> None:
    """Measure, with the evenness that the site has and without it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    with scratch():
        from broadsheet.web import account_limits

        known = people(20)
        for line in measure(known, arguments.rounds):
            print(line)
        even, account_limits.EVEN_S = account_limits.EVEN_S, 0.0
        print(f"without the wait of {even} s:")
        for line in measure(known, arguments.rounds, 1_000_000):
            print("  " + line)


if __name__ == "__main__":
    main()
