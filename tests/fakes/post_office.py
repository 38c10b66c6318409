"""A post office on loopback: takes messages by SMTP, and misbehaves as it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class PostOffice:
    """What it received, and how it treats those who come: a word for each connection, "accept" when none is left.

    accept, refuse (550 at the recipient), later (451 at the recipient), 421 (turned away at the door), before (cut
    before the final dot), after (takes the whole message, then cuts), quit (cuts at QUIT).
    """

    port: int = 0
    manners: list[str] = field(default_factory=list)
    received: list[tuple[str, list[str], str]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """The address for BROADSHEET_SMTP."""
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def open_post_office(*manners: str) -> Iterator[PostOffice]:
    """A post office while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        office = PostOffice(server.getsockname()[1], list(manners))
        threading.Thread(target=_serve, args=(server, office), daemon=True).start()
        yield office


def _serve(server: socket.socket, office: PostOffice) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        office.connections += 1
        manner = office.manners.pop(0) if office.manners else "accept"
        with connection, connection.makefile("rwb") as line:
            _talk(line, office, manner)


def _talk(line: Any, office: PostOffice, manner: str) -> None:
    def say(text: str) -> None:
        line.write(f"{text}\r\n".encode())
        line.flush()

    sender, recipients = "", []
    say("421 not now" if manner == "421" else "220 here")
    while manner != "421" and (said := line.readline().decode(errors="replace").strip()):
        verb = said[:4].upper()
        if verb == "MAIL":
            sender = said.partition(":")[2].partition(" ")[0].strip("<>")
        if verb == "RCPT":
            if manner in ("refuse", "later"):
                say("550 nobody of that name" if manner == "refuse" else "451 come again")
                continue
            recipients.append(said.partition(":")[2].strip("<>"))
        if verb == "QUIT" and manner == "quit":
            return
        if verb != "DATA":
            say("221 bye" if verb == "QUIT" else "250 fine")
            continue
        say("354 go on")
        if manner == "before":
            line.readline()
            return
        office.received.append((sender, recipients, _message(line)))
        if manner == "after":
            return
        say("250 taken")


def _message(line: Any) -> str:
    lines = []
    while (each := line.readline().decode()) not in (".\r\n", ""):
        lines.append(each.removeprefix(".") if each.startswith("..") else each)
    return "".join(lines)
