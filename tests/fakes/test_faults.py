"""Faults do what their names say, and the server outlives them."""

import contextlib
import gzip
import http.client
import socket
import time
import zlib
from urllib.parse import urlsplit

import pytest
from lxml import etree
from tests.fakes import faults as all_faults
from tests.fakes.asking import ATOM, LIST, OAI, SEARCH, api, get, ids, oai_pages


def faulty(upstream, name, path=LIST, **more):
    upstream.faults = [name]
    return get(upstream, path, **more)


@pytest.mark.parametrize(
    ("name", "status", "wait"),
    [
        ("429", 429, None),
        ("429-seconds", 429, "30"),
        ("503=7", 503, "7"),
        ("503-negative", 503, "-5"),
        ("503-absurd", 503, "99999999999"),
        ("503-date", 503, "Fri, 20 Nov 2026 17:01:00 GMT"),
        ("500", 500, None),
        ("403", 403, None),
    ],
)
def test_statuses(upstream, name, status, wait):
    answered, headers, _ = faulty(upstream, name)
    assert (answered, headers.get("retry-after")) == (status, wait)


@pytest.mark.parametrize(("name", "status"), [("502", 502), ("html", 200)])
def test_html_in_place_of_xml(upstream, name, status):
    answered, headers, body = faulty(upstream, name)
    assert (answered, headers["content-type"].split(";")[0]) == (status, "text/html")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


@pytest.mark.parametrize("name", ["reset-before", "reset-middle"])
def test_resets(upstream, name):
    with pytest.raises(ConnectionResetError):
        faulty(upstream, name)


def test_short_bodies_break_their_promise(upstream):
    with pytest.raises(http.client.IncompleteRead):
        faulty(upstream, "short-body")


def begun(upstream, name):
    """A connection on which a faulty answer has been asked for."""
    upstream.faults = [name]
    peer = socket.create_connection(("127.0.0.1", upstream.port), timeout=5)
    peer.sendall(f"GET {LIST} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return peer


def test_hanging_answers_do_not_come(upstream):
    with begun(upstream, "hang") as peer:
        peer.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.recv(1)


def test_dripping_answers_come_byte_by_byte(upstream):
    asked = time.monotonic()
    with begun(upstream, "drip=0.05") as peer:
        received = b""
        while len(received.partition(b"\r\n\r\n")[2]) < 4:
            received += peer.recv(1)
    assert time.monotonic() - asked >= 4 * 0.05


@pytest.mark.parametrize("name", ["truncated", "empty-body", "not-utf8", "entity-bomb", "deep-xml"])
def test_bodies_that_cannot_be_read(upstream, name):
    status, headers, body = faulty(upstream, name)
    assert (status, int(headers["content-length"])) == (200, len(body))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def test_an_external_entity_names_a_file(upstream):
    assert b'SYSTEM "file:///etc/passwd"' in faulty(upstream, "external-entity")[2]


def test_bombs_are_small_on_the_wire(upstream):
    _, headers, body = faulty(upstream, "gzip-bomb")
    assert (headers["content-encoding"], len(body) < 1 << 20) == ("gzip", True)
    assert len(zlib.decompressobj(wbits=31).decompress(body, 20 << 20)) == 20 << 20
    _, headers, body = faulty(upstream, "brotli-bomb")
    assert (headers["content-encoding"], len(body) < 1 << 10) == ("br", True)
    with pytest.raises(zlib.error):
        gzip.decompress(faulty(upstream, "gzip-garbage")[2])


def test_endless_bodies_do_not_end(upstream):
    with begun(upstream, "endless") as peer:
        received = b""
        while len(received) < 4 << 20:
            received += peer.recv(1 << 20)
    assert b"content-length" not in received[:1_000].lower()


def test_lists_that_are_falsely_empty(upstream, clock):
    assert b"noRecordsMatch" in faulty(upstream, "empty-list")[2]
    feed = etree.fromstring(faulty(upstream, "empty-list", "/rss/cs")[2])
    assert (len(feed.findall("channel/item")), len(feed.findall("channel/pubDate"))) == (0, 1)
    assert faulty(upstream, "empty-list", "/api/daily_papers?date=2026-11-19")[2] == b"[]"
    for name, total in (("empty-list", 0), ("empty-page", len(upstream.world.at(clock.now()).searchable()))):
        page = etree.fromstring(faulty(upstream, name, api(search_query="cat:*", start=0))[2])
        assert (len(page.findall(f"{ATOM}entry")), int(page.findtext(f"{SEARCH}totalResults"))) == (0, total)


def test_tokens_expire_at_any_page_and_first_pages_are_spared(upstream):
    upstream.faults = ["token-expired", "", "token-expired"]
    pages = list(oai_pages(upstream, metadataPrefix="arXiv"))
    assert [page.find(f"{OAI}error") is None for page in pages] == [True, True, False]
    assert [request.fault for request in upstream.requests] == ["", "", "token-expired"]


def test_garbage_tokens_lead_nowhere(upstream):
    upstream.faults = ["token-garbage"]
    pages = list(oai_pages(upstream, metadataPrefix="arXiv"))
    assert pages[-1].find(f"{OAI}error").get("code") == "badResumptionToken"
    assert len(pages) == 2


def test_pages_and_records_that_come_twice(upstream, world, clock):
    upstream.faults = ["repeated-record", "", "duplicate-page"]
    found = ids(oai_pages(upstream, metadataPrefix="arXiv"))
    assert len(found) > len(set(found))
    assert set(found) == set(world.truth(clock.now()))


def test_error_entries_and_wrong_types(upstream):
    status, _, body = faulty(upstream, "error-entry", api(search_query="cat:cs.LG"))
    assert (status, b"/api/errors#" in body) == (200, True)
    assert faulty(upstream, "wrong-type")[1]["content-type"] == "application/octet-stream"


def test_redirects(upstream):
    assert faulty(upstream, "redirect-loop")[1]["location"] == upstream.url + LIST
    for name, scheme, host in (
        ("metadata", "http", "169.254.169.254"), ("ipv6", "http", "::1"), ("file", "file", None)
    ):  # fmt: skip
        status, headers, _ = faulty(upstream, f"redirect-{name}")
        target = urlsplit(headers["location"])
        assert (status, target.scheme, target.hostname) == (302, scheme, host)
    elsewhere = urlsplit(faulty(upstream, "redirect-elsewhere")[1]["location"])
    with socket.create_connection((elsewhere.hostname, elsewhere.port), timeout=1) as peer:
        assert peer.recv(100).endswith(b"trapped")
    assert upstream.trap.visits == 1


def test_scripts_are_repeatable_and_end(upstream):
    script = all_faults.scripted(5, 40, ("429", "html"))
    assert script == all_faults.scripted(5, 40, ("429", "html"))
    assert set(script) == {"", "429", "html"}
    upstream.faults = all_faults.on_paths("/rss", ["500", "502"])
    assert [get(upstream, path)[0] for path in ("/oai?verb=Identify", "/rss/cs", "/rss/cs", "/rss/cs")] == [
        200, 500, 502, 200
    ]  # fmt: skip
    with pytest.raises(KeyError):
        upstream.faults = ["no-such-fault"]


@pytest.mark.parametrize("name", sorted({*all_faults.FAULTS} - {"endless", "drip"}))
def test_no_fault_ends_the_server(upstream, name):
    with contextlib.suppress(OSError, http.client.HTTPException):
        faulty(upstream, name, timeout=0.03 if name in all_faults.SLOW else 2)
    upstream.faults = ()
    assert get(upstream, "/oai?verb=Identify")[0] == 200
