"""The polite client: turns, validators, redirects, and being told to wait."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from broadsheet.harvest.client import Declined, retry_after
from broadsheet.sources.http import FetchFailed, FetchRefused
from broadsheet.store import pace
from broadsheet.store.pace import TooSoon

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Tue, 03 Mar 2026 12:05:00 GMT", 300),
        ("Tue, 03 Mar 2026 12:05:00", 300),
        ("999999999999", 86_400),
        ("Tue, 03 Mar 2099 12:05:00 GMT", 86_400),
        ("0", None),
        ("-5", None),
        ("Mon, 02 Mar 2026 12:00:00 GMT", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("Tue, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_understood_in_both_forms_and_capped(header, seconds):
    assert retry_after(header, NOW) == (timedelta(seconds=seconds) if seconds else None)


def test_requests_of_one_group_keep_their_distance(client, network, clock):
    network.answers = [b"1", b"2", b"3"]
    for url in ("http://a.example/", "http://b.example/", "http://a.example/"):
        client.get(url, "arxiv", 3.0)
    moments = [moment for moment, _, _ in network.asked]
    assert [(after - before).total_seconds() for before, after in pairwise(moments)] == [3.0, 3.0]


def test_groups_do_not_wait_for_each_other(client, network, clock):
    network.answers = [b"1", b"2"]
    client.get("http://a.example/", "arxiv", 3.0)
    client.get("http://b.example/", "hub", 1.0)
    assert clock.slept == []


def test_what_a_source_asks_for_is_never_undercut(client, network, clock):
    network.answers = [(429, {"retry-after": "3600"}, b""), b"now"]
    with pytest.raises(Declined) as declined:
        client.get("http://a.example/", "arxiv", 3.0)
    assert declined.value.retry_after == timedelta(hours=1)
    with pytest.raises(TooSoon):
        client.get("http://a.example/2", "arxiv", 3.0)
    clock.pass_time(minutes=59, seconds=45)
    assert client.get("http://a.example/2", "arxiv", 3.0).body == b"now"
    assert (network.asked[1][0] - network.asked[0][0]) >= timedelta(hours=1)


def test_a_shorter_wait_does_not_replace_a_longer_one(clock):
    pace.hold_off("arxiv", NOW + timedelta(hours=2))
    pace.hold_off("arxiv", NOW + timedelta(minutes=1))
    assert pace.free_at("arxiv") == NOW + timedelta(hours=2)


def test_validators_are_sent_and_unchanged_is_nothing(client, network):
    network.answers = [(304, {}, b"")]
    assert client.get("http://a.example/", "arxiv", 3.0, ('"e1"', "Tue, 03 Mar 2026 00:00:00 GMT")) is None
    assert network.asked[0][2] == {"If-None-Match": '"e1"', "If-Modified-Since": "Tue, 03 Mar 2026 00:00:00 GMT"}


def test_a_validator_that_is_no_header_is_not_sent(client, network):
    network.answers = [b"x"]
    client.get("http://a.example/", "arxiv", 3.0, ("bad\r\nX: 1", ""))
    assert network.asked[0][2] == {}


def test_each_hop_of_a_redirect_takes_a_turn(client, network, clock):
    network.answers = [(301, {"location": "http://a.example/2"}, b""), b"there"]
    assert client.get("http://a.example/", "arxiv", 3.0).body == b"there"
    assert clock.slept == [3.0]
    assert network.urls == ["http://a.example/", "http://a.example/2"]


def test_redirects_without_end_are_given_up(client, network):
    network.answers = [(302, {"location": "http://a.example/"}, b"")] * 10
    with pytest.raises(FetchFailed, match="redirects"):
        client.get("http://a.example/", "arxiv", 3.0)


def test_a_redirect_to_an_inner_address_is_a_failure_of_the_source(client, network):
    network.answers = [(302, {"location": "http://169.254.169.254/"}, b""), FetchRefused("inner")]
    with pytest.raises(FetchFailed, match="where we do not go"):
        client.get("http://a.example/", "arxiv", 3.0)


def test_a_turn_is_booked_even_when_the_request_fails(client, network, clock):
    network.answers = [FetchFailed("down"), b"up"]
    with pytest.raises(FetchFailed):
        client.get("http://a.example/", "arxiv", 3.0)
    client.get("http://a.example/", "arxiv", 3.0)
    assert clock.slept == [3.0]
