"""An endpoint for embeddings on the loopback interface that misbehaves on demand."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the endpoint does next, and what it was asked. A text's vector holds its length and its first sign."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    dimensions: int = 4
    shuffled: bool = False
    hangs: bool = False
    longest: int = 10**9
    asked: list[dict] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, body: dict) -> tuple[int, bytes]:
        if any(len(text) > self.longest for text in body["input"]):
            return 400, b'{"error": "input is too long"}'
        if self.status != 200 or self.body is not None:
            return self.status, self.body or b"no vectors today"
        items = [{"index": row, "embedding": self.vector(text)} for row, text in enumerate(body["input"])]
        return 200, json.dumps({"data": items[::-1] if self.shuffled else items}).encode()

    def vector(self, text: str) -> list[float]:
        return [float(len(text)), float(ord(text[0])), *[1.0] * (self.dimensions - 2)]


@contextlib.contextmanager
def embeddings_server() -> Iterator[Behaviour]:
    """A running endpoint at `base`."""
    behaviour = Behaviour()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            behaviour.asked.append(body)
            behaviour.keys.append(self.headers["Authorization"])
            if behaviour.hangs:
                time.sleep(3)
            status, answer = behaviour.answer(body) if self.path == "/v1/embeddings" else (404, b"")
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in behaviour.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        behaviour.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield behaviour
        server.shutdown()
        thread.join()
