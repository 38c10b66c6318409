"""Replies: what an upstream answers when nothing goes wrong on the way."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of an answer."""

    body: bytes
    status: int = 200
    kind: str = "text/xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """An honest answer."""
    handler.send_response(reply.status)
    for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(reply.body)
