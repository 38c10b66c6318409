"""Replies as values: what is answered, and how it is put on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an answer is sent, where that is not simply done.

    `reset` breaks the connection before the answer or in the middle of it; `cut` ends it in the middle although its
    length was promised; `hang_s` waits before it; `drip_s` waits between its bytes; `endless` never stops.
    """

    reset: Literal["", "before", "middle"] = ""
    cut: bool = False
    hang_s: float = 0.0
    drip_s: float = 0.0
    endless: bool = False


PLAIN = Conduct()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    body: bytes
    status: int = 200
    content_type: str = XML
    headers: Mapping[str, str] = field(default_factory=dict)
    conduct: Conduct = PLAIN


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fault may know of the request and of the server.

    `base` is the server's own address, `trap` that of another port which only counts who comes; `previous` is the last
    whole answer to the same kind of request.
    """

    path: str
    query: Mapping[str, str]
    now: datetime
    base: str
    trap: str
    previous: Reply | None = None

    @property
    def route(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]
