"""Paging: addresses with queries, and the address of the next page."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from broadsheet.errors import BadInput

SAFE = ":,*/|"


def address(root: str, path: str, query: Mapping[str, str]) -> str:
    """An address with a query; parameters without value are left out."""
    pairs = [(name, value) for name, value in query.items() if value]
    written = urlencode(pairs, quote_via=quote, safe=SAFE, encoding="utf-8", errors="replace")
    return f"{root}{path}?{written}"


def with_query(url: str, changes: Mapping[str, str]) -> str:
    """The same address with some parameters of its query set anew."""
    path, _, query = url.partition("?")
    return address(path, "", dict(parse_qsl(query.partition("#")[0], keep_blank_values=True)) | dict(changes))


def parameter(url: str, name: str) -> str:
    """A parameter of an address; empty where it has none."""
    return dict(parse_qsl(url.partition("?")[2].partition("#")[0])).get(name, "")


def needs_a_choice(stream: str) -> None:
    """Refuses the empty stream, for sources that hold more than one can ask for. Raises BadInput."""
    if not stream.strip():
        raise BadInput("Choose what to ask for: all that this source holds is too much.")
