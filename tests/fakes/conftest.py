"""A world of four weeks, served at noon of a Friday."""

from datetime import date

import pytest
from tests.fakes.upstream import SetClock, Upstream
from tests.fakes.world import World, midday


@pytest.fixture(scope="module")
def world():
    return World(7, date(2026, 10, 26), papers_per_day=12)


@pytest.fixture
def clock():
    return SetClock(midday(date(2026, 11, 20)))


@pytest.fixture
def upstream(world, clock):
    with Upstream(world, clock, page_size=50) as running:
        yield running
