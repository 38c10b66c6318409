"""An instance nobody watches, over weeks of a fake clock: it holds what is true, whatever the upstream does."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from tests.fakes.comparing import differences, held, wanted
from tests.fakes.faults import FAULTS, QUICK, scripted
from tests.fakes.upstream import Upstream
from tests.fakes.world import World
from tests.harvest.conftest import FakeClock

from broadsheet.clock import Clock
from broadsheet.harvest import control
from broadsheet.harvest.client import Client
from broadsheet.harvest.engine import Harvester
from broadsheet.sources.http import FetchPolicy, fetch_once
from broadsheet.store.query import rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

START = date(2026, 3, 2)
CATEGORIES = ("cs.CL", "stat.ML")
SOURCES = ("arxiv-rss", "arxiv-oai-raw", "arxiv-api")
END, SETTLED = datetime(2026, 3, 17, 12, tzinfo=UTC), datetime(2026, 3, 19, 12, tzinfo=UTC)
"""A source that forbids (403) is left alone for a day."""
THREE_WEEKS = datetime(2026, 3, 23, 12, tzinfo=UTC)
PATIENCE_S = 0.3
KINDS = tuple(name for name in QUICK if "absurd" not in name)
"""Without those that are waited out for days."""


def harvester(upstream: Upstream, clock: Clock) -> Harvester:
    """A harvester that may go to loopback, and has little patience."""
    policy = FetchPolicy(total_s=PATIENCE_S, allow_loopback=True, ports=frozenset({upstream.port}))
    fetch = lambda url, policy, headers: fetch_once(url, policy=policy, headers=headers)  # noqa: E731
    return Harvester(Client(clock, policy, fetch), draw=lambda _least, most: most)


def switch_on(upstream: Upstream, clock: Clock) -> None:
    """arXiv's three interfaces, at the fake's addresses."""
    for name in SOURCES:
        control.switch_on(name, CATEGORIES, clock, root=upstream.root(name), begin=START)


def live_through(worker: Harvester, clock: FakeClock, until: datetime) -> None:
    """Work until then; where there is nothing to do, time passes."""
    while clock.now() < until:
        if worker.step() is None:
            clock.pass_time(minutes=20)


def wrong(world: World, now: datetime, days_from: date = START) -> list[str]:
    """What the catalogue holds otherwise than it should."""
    return differences(held(), wanted(world, now, CATEGORIES, START), days_from)


def assert_polite(upstream: Upstream) -> None:
    """Three seconds between requests, and every wait that was asked for."""
    waits = {"429-seconds": 30, "503-seconds": 30, "429-date": 60, "503-date": 60}
    for before, after in pairwise(upstream.requests):
        assert (after.asked_at - before.asked_at).total_seconds() >= waits.get(before.fault, 3)


@pytest.fixture
def world():
    return World(11, START, 10, held=0.0)


@pytest.fixture
def begun():
    return FakeClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


def test_three_weeks_without_faults_are_the_truth(begun):
    world = World(12, START, 12, held=0.0)
    with Upstream(world, begun, page_size=20) as upstream:
        switch_on(upstream, begun)
        live_through(harvester(upstream, begun), begun, THREE_WEEKS)
    assert wrong(world, THREE_WEEKS, date(2026, 3, 3)) == []
    assert rows("SELECT source, key, reason FROM ingest_problem") == []
    assert {asked.user_agent.partition("/")[0] for asked in upstream.requests} == {"Broadsheet"}
    assert_polite(upstream)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_weeks_of_faults_end_in_the_same_truth(world, begun, seed):
    with Upstream(world, begun, page_size=20, faults=scripted(seed, 2_000, KINDS, 0.25)) as upstream:
        switch_on(upstream, begun)
        live_through(harvester(upstream, begun), begun, END)
        upstream.faults = ()
        live_through(harvester(upstream, begun), begun, SETTLED)
    assert len({asked.fault for asked in upstream.requests}) > 10
    assert wrong(world, SETTLED) == []
    assert_polite(upstream)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_alone_is_survived(world, begun, fault):
    now = datetime(2026, 3, 9 if "absurd" in fault else 4, 12, tzinfo=UTC)
    with Upstream(world, begun, page_size=20, faults=["", fault, fault, fault]) as upstream:
        switch_on(upstream, begun)
        live_through(harvester(upstream, begun), begun, now)
    assert wrong(world, now) == []
    assert upstream.trap.visits == 0


def test_ten_days_off_are_caught_up(world, begun):
    with Upstream(world, begun) as upstream:
        switch_on(upstream, begun)
        worker = harvester(upstream, begun)
        live_through(worker, begun, datetime(2026, 3, 4, 12, tzinfo=UTC))
        begun.pass_time(days=10)
        live_through(worker, begun, END)
    assert wrong(world, END) == []
