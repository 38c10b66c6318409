"""The log tells who asked when; connections, compression, clocks and the command."""

import gzip
import http.client
import socket
import time
from datetime import UTC, date, datetime

from lxml import etree
from tests.fakes import upstream as by_hand
from tests.fakes.asking import get
from tests.fakes.upstream import FastClock, Upstream

TODAY = date(2026, 11, 20)


def test_the_log_tells_who_asked_when(upstream, clock):
    get(upstream, "/rss/cs.CL", {"User-Agent": "Broadsheet/1 (+me)", "If-None-Match": '"x"'})
    clock.forward(seconds=3)
    get(upstream, "/oai?verb=Identify")
    get(upstream, "/api/daily_papers")
    first = upstream.requests[0]
    assert (first.user_agent, first.headers["if-none-match"]) == ("Broadsheet/1 (+me)", '"x"')
    assert [request.group for request in upstream.requests] == ["arxiv", "arxiv", "hub"]
    assert upstream.min_gap("arxiv", simulated=True).start_to_start == 3
    real = upstream.min_gap("arxiv")
    assert 0 < real.end_to_start < real.start_to_start < 1
    assert upstream.min_gap("hub") is None
    assert (upstream.connections_at_once_max, upstream.requests_at_once_max()) == (1, 1)


def test_overlapping_requests_are_seen(upstream):
    upstream.faults = ["hang"]
    with socket.create_connection(("127.0.0.1", upstream.port), timeout=5) as peer:
        peer.sendall(b"GET /oai?verb=Identify HTTP/1.0\r\n\r\n")
        while not upstream.requests:
            time.sleep(0.005)
        get(upstream, "/rss/cs.CL")
    while upstream.requests[0].end is None:
        time.sleep(0.005)
    assert (upstream.connections_at_once_max, upstream.requests_at_once_max("arxiv")) == (2, 2)
    assert upstream.min_gap("arxiv").end_to_start < 0


def test_kept_connections_serve_several_requests(upstream):
    connection = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=2)
    for path in ("/oai?verb=Identify", "/rss/cs.CL"):
        connection.request("GET", path)
        assert connection.getresponse().read()
    connection.close()
    get(upstream, "/rss/cs.CL")
    assert upstream.requests[0].peer_port == upstream.requests[1].peer_port != upstream.requests[2].peer_port
    assert upstream.connections_at_once_max == 1


def test_answers_are_compressed_for_those_who_accept_it(upstream):
    _, headers, body = get(upstream, "/rss/cs", {"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert etree.fromstring(gzip.decompress(body)).tag == "rss"


def test_it_stops_although_clients_hang(world, clock):
    with Upstream(world, clock, faults=["hang=60"]) as upstream:
        peer = socket.create_connection(("127.0.0.1", upstream.port), timeout=2)
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not upstream.requests:
            time.sleep(0.005)
    assert peer.recv(10) == b""
    peer.close()


def test_a_fast_clock_and_the_options_of_the_command():
    clock = FastClock(datetime(2026, 11, 20, tzinfo=UTC), 1_000_000)
    assert clock.now() < clock.now()
    chosen = by_hand._options(["--port", "9000", "--day", "2026-11-20", "--speed", "60", "--faults", "429,truncated"])
    assert (chosen.port, chosen.day, chosen.speed, chosen.faults) == (9000, TODAY, 60.0, "429,truncated")
