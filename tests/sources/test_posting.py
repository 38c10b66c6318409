"""Posting, against a server on the loopback interface."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from broadsheet.sources.http import FetchFailed, FetchPolicy, FetchRefused
from broadsheet.sources.posting import post_json


class Echo(BaseHTTPRequestHandler):
    """Gives back what it was sent; other paths fail in their own ways."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = {"headers": dict(self.headers), "body": json.loads(self.rfile.read(length))}
        statuses = {"/busy": 429, "/moved": 307}
        body = b"x" * 2**20 if self.path == "/large" else json.dumps(sent).encode()
        self.send_response(statuses.get(self.path, 200))
        self.send_header("Retry-After", "7")
        if self.path == "/moved":
            self.send_header("Location", "/echo")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server on 127.0.0.1 that answers as Echo does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def _opened(port, **changes):
    return FetchPolicy(inner=frozenset({f"127.0.0.1:{port}"}), total_s=5.0, **changes)


def test_an_object_and_its_headers_arrive(port) -> None:
    body = {"input": ["Größe", "π"], "model": "m"}
    status, headers, answer = post_json(
        f"http://127.0.0.1:{port}/echo", body, {"Authorization": "Bearer k"}, _opened(port)
    )
    sent = json.loads(answer)
    assert (status, sent["body"]) == (200, body)
    assert sent["headers"]["Authorization"] == "Bearer k"
    assert sent["headers"]["Content-Type"] == "application/json"
    assert headers["retry-after"] == "7"


def test_an_error_status_is_an_answer(port) -> None:
    assert post_json(f"http://127.0.0.1:{port}/busy", {}, {}, _opened(port))[0] == 429


def test_a_redirect_is_not_followed(port) -> None:
    with pytest.raises(FetchFailed, match="redirects to"):
        post_json(f"http://127.0.0.1:{port}/moved", {}, {"Authorization": "Bearer k"}, _opened(port))


def test_an_answer_too_large_is_not_read(port) -> None:
    with pytest.raises(FetchFailed, match="more than 1000 bytes"):
        post_json(f"http://127.0.0.1:{port}/large", {}, {}, _opened(port, max_bytes=1000))


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/echo", "http://10.0.0.1/", "ftp://example.org/", "http://["])
def test_an_inner_address_is_refused_unless_it_is_opened(port, url) -> None:
    with pytest.raises(FetchRefused):
        post_json(url.format(port=port), {}, {}, FetchPolicy(ports=frozenset({port, 80})))


def test_a_server_that_is_away(port) -> None:
    with pytest.raises(FetchFailed):
        post_json("http://127.0.0.1:9/", {}, {}, FetchPolicy(inner=frozenset({"127.0.0.1:9"})))
