"""A clock that only moves when somebody waits, and a source that answers from a list."""

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.harvest.client import Client
from broadsheet.sources.http import Fetched


class FakeClock:
    """Tells the time it is set to; waiting moves it on."""

    def __init__(self, moment=datetime(2026, 3, 3, 12, tzinfo=UTC)):
        self.moment, self.slept = moment, []

    def now(self):
        return self.moment

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.moment += timedelta(seconds=max(0.0, seconds))

    def pass_time(self, **span):
        self.moment += timedelta(**span)


class FakeNetwork:
    """Answers each request with the next of its answers: bytes, (status, headers, body), or an error to raise."""

    def __init__(self, clock):
        self.clock, self.answers, self.asked = clock, [], []

    def __call__(self, url, _policy, headers):
        self.asked.append((self.clock.now(), url, dict(headers)))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Fetched):
            return answer
        status, received, body = answer if isinstance(answer, tuple) else (200, {}, answer)
        return Fetched(url, status, received, body, received.get("location", ""))

    @property
    def urls(self):
        return [url for _, url, _ in self.asked]


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def network(clock):
    return FakeNetwork(clock)


@pytest.fixture
def client(clock, network):
    return Client(clock, fetch=network)
