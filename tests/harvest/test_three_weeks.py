"""An instance nobody watches, over weeks of a fake clock: it holds what is true, whatever the upstream does."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from tests.fakes.faults import FAULTS, SHORT_S, scripted
from tests.fakes.upstream import Upstream
from tests.fakes.world import Truth, World
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


def harvester(upstream: Upstream, clock: Clock) -> Harvester:
    """A harvester that may go to loopback, and has little patience."""
    policy = FetchPolicy(total_s=SHORT_S, allow_loopback=True, ports=frozenset({upstream.port}))
    fetch = lambda url, policy, headers: fetch_once(url, policy=policy, headers=headers)  # noqa: E731
    return Harvester(Client(clock, policy, fetch), draw=lambda _least, most: most)


def switch_on(upstream: Upstream, clock: Clock) -> None:
    """arXiv's three interfaces, at the fake's addresses."""
    for name, path in (("arxiv-rss", "/rss"), ("arxiv-oai-raw", "/oai"), ("arxiv-api", "/api/query")):
        control.switch_on(name, CATEGORIES, clock, root=upstream.url + path, begin=START)


def live_through(worker: Harvester, clock: FakeClock, until: datetime) -> None:
    """Work until then; where there is nothing to do, time passes."""
    while clock.now() < until:
        if worker.step() is None:
            clock.pass_time(minutes=20)


def held() -> dict[str, Truth]:
    """What the catalogue holds, in the words of the truth."""
    found = rows(
        """SELECT p.key, p.version, p.title, p.abstract, p.withdrawn,
                  (SELECT edition_day FROM edition_entry e WHERE e.paper_id = p.id AND basis <> 'list')
           FROM paper p"""
    )
    return {key: Truth(*values) for key, *values in found}


def wanted(world: World, now: datetime) -> dict[str, Truth]:
    """What should be held: the truth about papers of the categories that are on."""
    chosen = {work.id for work in world.works if set(work.categories) & set(CATEGORIES)}
    return {key: truth for key, truth in world.truth(now).items() if key in chosen}


WAITS = {"429 seconds": 120, "503 seconds": 300, "503 date": 600}


def assert_polite(upstream: Upstream) -> None:
    """Three seconds between requests, and every wait that was asked for."""
    for before, after in pairwise(upstream.asked):
        assert (after.at - before.at).total_seconds() >= WAITS.get(before.fault, 3)


@pytest.fixture
def world():
    return World(seed=11, start=START, days=12, per_day=5)


@pytest.fixture
def begun():
    return FakeClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


END = datetime(2026, 3, 17, 12, tzinfo=UTC)


def test_two_weeks_without_faults_are_the_truth(world, begun):
    with Upstream(world, begun) as upstream:
        switch_on(upstream, begun)
        live_through(harvester(upstream, begun), begun, END)
    assert held() == wanted(world, END)
    assert rows("SELECT count(*) FROM ingest_problem")[0][0] == 0
    assert {asked.headers["user-agent"].split("/")[0] for asked in upstream.asked} == {"Broadsheet"}


@pytest.mark.parametrize("seed", [1, 2])
def test_two_weeks_of_faults_end_in_the_same_truth(world, begun, seed):
    with Upstream(world, begun, scripted(seed, 0.25)) as upstream:
        switch_on(upstream, begun)
        live_through(harvester(upstream, begun), begun, END)
    assert {asked.fault for asked in upstream.asked} > {"", "html", "429 seconds"}
    assert held() == wanted(world, END)
    assert_polite(upstream)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_alone_is_survived(world, begun, fault):
    def script(number, path):
        return fault if 0 < number < 4 else ""

    now = datetime(2026, 3, 4, 12, tzinfo=UTC)
    with Upstream(world, begun, script) as upstream:
        switch_on(upstream, begun)
        live_through(harvester(upstream, begun), begun, now)
    assert held() == wanted(world, now)


def test_ten_days_off_are_caught_up(world, begun):
    with Upstream(world, begun) as upstream:
        switch_on(upstream, begun)
        worker = harvester(upstream, begun)
        live_through(worker, begun, datetime(2026, 3, 4, 12, tzinfo=UTC))
        begun.pass_time(days=10)
        live_through(worker, begun, END)
    assert held() == wanted(world, END)
