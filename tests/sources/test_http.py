"""Fetching, against servers on the loopback interface: limits, redirects, and addresses we never go to."""

import contextlib
import gzip
import select
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from broadsheet.addresses import inner_reason
from broadsheet.errors import BadInput, Unavailable
from broadsheet.sources.http import Fetched, FetchFailed, FetchPolicy, FetchRefused, fetch, user_agent

BOMB = gzip.compress(bytes(64 * 2**20))


class Pages(BaseHTTPRequestHandler):
    """Each path is one way to answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name, _, rest = self.path[1:].partition("?")
        with contextlib.suppress(OSError):
            getattr(self, f"page_{name}")(rest)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page_plain(self, _: str) -> None:
        self.answer(b"hello", ETag='"1"')

    def page_asked(self, _: str) -> None:
        self.answer(str(self.headers).encode())

    def page_missing(self, _: str) -> None:
        self.answer(b"gone", 410)

    def page_to(self, place: str) -> None:
        self.answer(BOMB, 302, Location=place, Content_Encoding="gzip")

    def page_loop(self, _: str) -> None:
        self.answer(b"", 301, Location="/loop")

    def page_gzip(self, _: str) -> None:
        self.answer(gzip.compress(b"one ") + gzip.compress(b"two"), Content_Encoding="gzip")

    def page_bomb(self, _: str) -> None:
        self.answer(BOMB, Content_Encoding="gzip")

    def page_broken(self, _: str) -> None:
        self.answer(gzip.compress(b"x" * 1000)[:-9], Content_Encoding="gzip")

    def page_garbage(self, _: str) -> None:
        self.answer(b"not gzip", Content_Encoding="gzip")

    def page_brotli(self, _: str) -> None:
        self.answer(b"\x0b\x02\x80x\x03", Content_Encoding="br")

    def page_large(self, _: str) -> None:
        self.answer(b"x" * 2**20)

    def page_endless(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65_536)

    def page_drip(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.drip(b"x")

    def page_drip_headers(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.drip(b"x")

    def drip(self, what: bytes) -> None:
        for _ in range(100):
            self.wfile.write(what)
            time.sleep(0.05)

    def page_short(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        self.close_connection = True

    def page_nonsense(self, _: str) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server on 127.0.0.1 that answers as Pages does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A listener on 127.0.0.1 that must never hear of us."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener
        assert not select.select([listener], [], [], 0)[0], "somebody connected"


def _here(port: int, **changes: object) -> FetchPolicy:
    return FetchPolicy(ports=frozenset({port}), allow_loopback=True, **{"total_s": 5.0, **changes})  # type: ignore[arg-type]


def _page(port: int, path: str, **changes: object) -> Fetched:
    return fetch(f"http://127.0.0.1:{port}/{path}", policy=_here(port, **changes))


def test_a_plain_page(port: int) -> None:
    answer = _page(port, "plain")
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", '"1"')
    assert answer.url == f"http://127.0.0.1:{port}/plain"


def test_localhost_by_name(port: int) -> None:
    assert fetch(f"http://localhost:{port}/plain", policy=_here(port)).body == b"hello"


def test_an_error_status_is_an_answer(port: int) -> None:
    assert _page(port, "missing").status == 410


def test_we_say_who_we_are_and_nothing_more(port: int) -> None:
    asked = _page(port, "asked", user_agent=user_agent("https://papers.example.org")).body.decode()
    assert "User-Agent: Broadsheet/" in asked
    assert "(+https://papers.example.org)" in asked
    assert {line.split(":")[0] for line in asked.split("\n") if line} == {
        "Host", "User-Agent", "Accept", "Accept-Encoding", "Connection",
    }  # fmt: skip


@pytest.mark.parametrize("contact", ["a\r\nX: y", "ü", "a)b"])
def test_a_contact_cannot_break_out_of_its_header(contact: str) -> None:
    with pytest.raises(BadInput):
        user_agent(contact)


def test_proxies_of_the_environment_are_ignored(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert _page(port, "plain").body == b"hello"


def test_a_redirect_is_followed_and_its_body_not_read(port: int) -> None:
    answer = _page(port, "to?/plain", max_bytes=100)
    assert (answer.body, answer.url) == (b"hello", f"http://127.0.0.1:{port}/plain")


def test_redirects_end(port: int) -> None:
    with pytest.raises(FetchFailed, match="gave up after 3 redirects"):
        _page(port, "loop")


@pytest.mark.parametrize(
    "place",
    [
        "http://10.0.0.1:{port}/",
        "http://169.254.169.254:{port}/latest/meta-data/",
        "//[fd00::1]:{port}/",
        "http://2130706433:{port}/",
        "https://example.org:22/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "http://user:secret@127.0.0.1:{port}/plain",
        "http://[",
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused(port: int, place: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        _page(port, "to?" + place.format(port=port))
    assert "secret" not in str(refused.value)


def test_a_redirect_out_of_loopback_permission(port: int, canary: socket.socket) -> None:
    """The port is checked on each hop, too."""
    with pytest.raises(FetchRefused, match="port"):
        _page(port, f"to?http://127.0.0.1:{canary.getsockname()[1]}/")


def test_gzip_in_several_members(port: int) -> None:
    assert _page(port, "gzip").body == b"one two"


def test_a_bomb_is_met_while_it_is_small(port: int) -> None:
    tracemalloc.start()
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1: sent more than 100000 bytes"):
        _page(port, "bomb", max_bytes=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


@pytest.mark.parametrize("page", ["large", "endless"])
def test_too_much_is_refused(port: int, page: str) -> None:
    with pytest.raises(FetchFailed, match="sent more than 100000 bytes"):
        _page(port, page, max_bytes=100_000)


def test_exactly_the_limit_is_allowed(port: int) -> None:
    assert len(_page(port, "large", max_bytes=2**20).body) == 2**20


@pytest.mark.parametrize("page", ["drip", "drip_headers"])
def test_a_drip_feed_ends_with_the_deadline(port: int, page: str) -> None:
    before = time.monotonic()
    with pytest.raises(FetchFailed, match=r"no whole answer within 0\.3 s"):
        _page(port, page, total_s=0.3)
    assert time.monotonic() - before < 1.0


@pytest.mark.parametrize("page", ["broken", "garbage", "brotli", "short", "nonsense"])
def test_what_breaks_the_rules_fails_and_names_the_host(port: int, page: str) -> None:
    with pytest.raises(FetchFailed, match=r"^127\.0\.0\.1: "):
        _page(port, page)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchFailed, match="refused"):
        _page(port, "plain")


def test_tls_with_a_plain_server_fails_cleanly(port: int) -> None:
    with pytest.raises(FetchFailed):
        fetch(f"https://127.0.0.1:{port}/plain", policy=_here(port, total_s=2.0))


def test_kinds_of_failure_have_their_status() -> None:
    assert issubclass(FetchRefused, BadInput)
    assert issubclass(FetchFailed, Unavailable)


SPELLINGS = """
127.0.0.1 127.0.0.1. 127.1 127.0.1 127.255.255.254 2130706433 017700000001 0177.0.0.1 0177.0.0.01 0x7f000001
0x7F.0.0.1 0x7f.1 00000177.1 0 0.0.0.0 127.0.0.1.0 127.0.0.0x1 localhost LOCALHOST localhost. foo.localhost
printer intranet.local metadata.google.internal router.lan 10.0.0.1 172.31.255.255 192.168.1.1 169.254.169.254
100.64.0.1 192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255
168.63.129.16 [::1] [0:0:0:0:0:0:0:1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:127.0.0.1]
[64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [64:ff9b::a00:1] [2002:7f00:1::] [2002:c0a8:101::1]
[2001:0:4136:e378:8000:63bf:80ff:fffe] [fe80::1] [fe80::1%25lo] [fe80::1%lo] [fc00::1] [fd12:3456::1] [fec0::1]
[ff02::1] [2001:db8::1] [3fff::1] [100::1] [4000::1] [5f00::1] [::1].example.org 127.0.0.1%2eexample.org
127%2e0.0.1 %31%32%37.0.0.1 user@127.0.0.1 user:secret@127.0.0.1 example.org@127.0.0.1 example.org:80@127.0.0.1
127.0.0.1@example.org a@b@127.0.0.1 127.0.0.1\\@example.org example.org\\@127.0.0.1 127.0.0.1#@example.org
127。0。0。1 ①②⑦.⓪.⓪.① １２７.0.0.1 ⅼocalhost ＬＯＣＡＬＨＯＳＴ loc\u00adalhost -a-.example.org
a..example.org .example.org *.example.org
""".split()  # noqa: SIM905 - fifteen lines instead of ninety


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_inner_address_gets_through(host: str, canary: socket.socket) -> None:
    port = canary.getsockname()[1]
    authority = host.replace("#", f":{port}#", 1) if "#" in host else f"{host}:{port}"
    with pytest.raises(FetchRefused) as refused:
        fetch(f"http://{authority}/", policy=FetchPolicy(ports=frozenset({port}), total_s=2.0))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "//example.org/", "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/",
        "data:text/plain,x",
        "javascript:alert(1)", "http://", "http:example.org", "http:///example.org", "http://example.org:22/",
        "http://example.org:99999/", "http://example.org:-1/", "http://exa mple.org/", "http://example.org/\r\nX: y",
        "http://example.org/\x00", "http://example.org\t/", " http://example.org/", "unix:///run/x.sock",
        "http://example.org/" + "x" * 5_000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        fetch(url)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%lo"],
        ["10.1.2.3"],
    ],
)
def test_a_name_that_leads_inside_is_refused(addresses: list[str], canary: socket.socket) -> None:
    port = canary.getsockname()[1]
    with pytest.raises(FetchRefused, match=r"papers\.example\.org: leads to"):
        fetch(
            f"http://papers.example.org:{port}/",
            policy=FetchPolicy(ports=frozenset({port})),
            resolve=lambda _host, _port: addresses,
        )


def test_a_name_is_resolved_once_for_check_and_connection(port: int) -> None:
    """A second, different answer (DNS rebinding) is never asked for."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    answer = fetch(
        f"http://papers.example.org:{port}/asked", policy=_here(port), resolve=lambda _host, _port: answers.pop(0)
    )
    assert f"Host: papers.example.org:{port}" in answer.body.decode()
    assert answers == [["10.0.0.1"]]


def test_the_second_address_is_tried_when_the_first_does_not_answer(port: int) -> None:
    answer = fetch(
        f"http://papers.example.org:{port}/plain",
        policy=_here(port),
        resolve=lambda _host, _port: ["127.0.0.99", "127.0.0.1"],
    )
    assert answer.body == b"hello"


def test_name_resolution_is_within_the_deadline() -> None:
    def slow(_host: str, _port: int) -> list[str]:
        time.sleep(1.0)
        return []

    with pytest.raises(FetchFailed, match=r"within 0\.2 s"):
        fetch("http://papers.example.org/", policy=FetchPolicy(total_s=0.2), resolve=slow)


def test_an_unknown_name_fails_and_says_so() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchFailed, match=r"papers\.example\.org: .*Name or service not known"):
        fetch("http://papers.example.org/", resolve=unknown)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14", "8.8.8.8", "100.128.0.1", "172.32.0.1",
        "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_public_addresses_are_outside(address: str) -> None:
    assert inner_reason(ip_address(address)) == ""
