"""Putting replies on the wire, honestly or not: the server's sockets."""

import contextlib
import gzip
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Protocol

from tests.fakes.record import Connections, Request
from tests.fakes.replies import Reply

GZIP_FROM = 1_000
"""Bytes; shorter answers are not compressed."""
ENDLESS_MOST = 256 << 20
"""Bytes after which even an endless body ends, lest a client without limits fill its memory."""
LOOK_S = 0.02
"""How often one looks whether a hanging client has gone."""


class Answering(Protocol):
    """What the sockets need to know of the upstream."""

    stopping: threading.Event
    connections: Connections
    errors: list[Exception]

    def received(self, path: str, headers: dict[str, str], peer_port: int) -> Request:
        """Note a request."""

    def respond(self, request: Request) -> Reply:
        """What it gets, faults included."""

    def ended(self, request: Request) -> None:
        """Note that its answer is out."""

    def date(self) -> str:
        """The time, as headers tell it."""


class Server(ThreadingHTTPServer):
    """Listens on loopback, with a thread for each connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, upstream: Answering) -> None:
        self.upstream = upstream
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Bind without asking what this machine is called, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def shutdown_request(self, request: Any) -> None:
        """Close at once where a reset was wanted; a polite end would be seen first."""
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == struct.pack("ii", 1, 0):
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may leave whenever they like."""


class Handler(BaseHTTPRequestHandler):
    """One connection; it is kept where the client wants that."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        self.server.upstream.connections.opened(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.upstream.connections.closed(self.request)
        super().finish()

    def do_GET(self) -> None:
        upstream = self.server.upstream
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = upstream.received(self.path, headers, self.client_address[1])
        try:
            reply = _compressed(upstream.respond(request), headers.get("accept-encoding", ""))
        except Exception as problem:
            upstream.errors.append(problem)
            raise
        sender = Sender(self, reply, lambda: self._ended(request))
        try:
            sender.send(body_wanted=self.command != "HEAD")
        except OSError:
            self.close_connection = True
        finally:
            if request.end is None:
                self._ended(request)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _ended(self, request: Request) -> None:
        self.server.upstream.ended(request)
        if self.close_connection:
            self.server.upstream.connections.closed(self.request)

    def log_message(self, *_: object) -> None:
        """The upstream keeps its own log."""


def _compressed(reply: Reply, accepted: str) -> Reply:
    if "gzip" not in accepted or len(reply.body) < GZIP_FROM or "Content-Encoding" in reply.headers:
        return reply
    headers = {**reply.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Reply(gzip.compress(reply.body, 1), reply.status, reply.content_type, headers, reply.conduct)


class Sender:
    """Sends one reply in the way its conduct says. `ended` is called just before the last byte."""

    def __init__(self, handler: Handler, reply: Reply, ended: Callable[[], None]) -> None:
        self.handler, self.reply, self.ended = handler, reply, ended
        self.stopping, self.socket = handler.server.upstream.stopping, handler.connection

    def send(self, *, body_wanted: bool) -> None:
        """The reply, or what is left of it. Raises OSError where the client has gone."""
        conduct = self.reply.conduct
        if conduct != type(conduct)():
            self.handler.close_connection = True
        if conduct.hang_s and not self._wait_for_client(conduct.hang_s):
            return
        if conduct.reset == "before":
            self._reset()
        elif conduct.endless:
            self._endless()
        elif conduct.reset or conduct.cut:
            self._half()
        elif conduct.drip_s:
            self._drip(conduct.drip_s)
        else:
            self._whole(self.reply.body if body_wanted else b"")

    def _head(self, length: int | None) -> bytes:
        reply, status = self.reply, self.reply.status
        reason = HTTPStatus(status).phrase if status in iter(HTTPStatus) else ""
        headers = {"Date": self.handler.server.upstream.date(), "Content-Type": reply.content_type, **reply.headers}
        if length is not None and status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(length)
        if self.handler.close_connection:
            headers["Connection"] = "close"
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _whole(self, body: bytes) -> None:
        sent = self._head(len(self.reply.body)) + body
        self.socket.sendall(sent[:-1])
        self.ended()
        self.socket.sendall(sent[-1:])

    def _half(self) -> None:
        """The head and half of what it promises, and then the end or a reset."""
        body = self.reply.body
        self.socket.sendall(self._head(len(body)) + body[: len(body) // 2])
        if self.reply.conduct.reset:
            # A reset overtakes what the client has not yet read.
            self._wait_for_client(LOOK_S)
            self._reset()
        self.ended()

    def _reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.ended()

    def _drip(self, pause_s: float) -> None:
        self.socket.sendall(self._head(len(self.reply.body)))
        for place in range(len(self.reply.body)):
            if self.stopping.wait(pause_s):
                return
            self.socket.sendall(self.reply.body[place : place + 1])

    def _endless(self) -> None:
        self.socket.sendall(self._head(None) + self.reply.body)
        chunk = b"<!-- and so on -->\n" * 3_000
        for _ in range(ENDLESS_MOST // len(chunk)):
            if self.stopping.is_set():
                return
            self.socket.sendall(chunk)

    def _wait_for_client(self, seconds: float) -> bool:
        """Wait; false where the client has gone or the server stops meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.socket], [], [], min(left, LOOK_S))
            if self.stopping.is_set() or (readable and self.socket.recv(1, socket.MSG_PEEK) == b""):
                return False
        return True


class Trap:
    """Another port of this machine, where nobody should come; `visits` counts those who do."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/trap"

    def run(self) -> None:
        """Answer until closed."""
        with contextlib.suppress(OSError):
            for connection in iter(lambda: self._socket.accept()[0], None):
                self.visits += 1
                with connection:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntrapped")

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextlib.contextmanager
def running(*works: Callable[[], None]) -> Iterator[None]:
    """Threads that run while this is entered; they must have been told to end before it is left."""
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(timeout=5)


def http_date(moment: Any) -> str:
    """A moment as headers write it."""
    return format_datetime(moment, usegmt=True)
