"""The query language of arXiv's API: `cat:`, `submittedDate:[a TO b]` and texts, with AND, OR, ANDNOT and brackets."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from tests.fakes.lives import Record

Matches = Callable[[Record], bool]
TOKEN = re.compile(r'\s*(\(|\)|\w+:\[[^\]]*\]|\w+:"[^"]*"|"[^"]*"|[^\s()]+)')
RANGE = re.compile(r"\[(\d{8}(?:\d{4}){0,1}(?:\d{2})?|\*) TO (\d{8}(?:\d{4}){0,1}(?:\d{2})?|\*)\]")


class Malformed(ValueError):
    """A query that is none."""


def parse(text: str) -> Matches:
    """Whether a record is meant. Raises Malformed."""
    tokens = TOKEN.findall(text)
    found = _either(tokens)
    if tokens:
        raise Malformed(f"unexpected {tokens[0]}")
    return found


def _either(tokens: list[str]) -> Matches:
    found = _both(tokens)
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        found = _or(found, _both(tokens))
    return found


def _both(tokens: list[str]) -> Matches:
    found = _term(tokens)
    while tokens and tokens[0] not in ("OR", ")"):
        operator = tokens.pop(0) if tokens[0] in ("AND", "ANDNOT") else "AND"
        found = _and(found, _term(tokens), negated=operator == "ANDNOT")
    return found


def _or(left: Matches, right: Matches) -> Matches:
    return lambda record: left(record) or right(record)


def _and(left: Matches, right: Matches, *, negated: bool) -> Matches:
    return lambda record: left(record) and right(record) is not negated


def _term(tokens: list[str]) -> Matches:
    if not tokens or tokens[0] in ("AND", "OR", "ANDNOT", ")"):
        raise Malformed("a term is missing")
    token = tokens.pop(0)
    if token != "(":
        return _field(token)
    found = _either(tokens)
    if not tokens or tokens.pop(0) != ")":
        raise Malformed("a bracket is not closed")
    return found


def _field(token: str) -> Matches:
    name, colon, value = token.partition(":")
    if not colon:
        name, value = "all", token
    if name == "cat":
        return _category(value.strip('"'))
    if name in ("submittedDate", "lastUpdatedDate"):
        return _span(value, 0 if name == "submittedDate" else -1)
    if name == "id":
        return lambda record: record.id == value
    if name not in TEXTS:
        raise Malformed(f"unknown field {name}")
    words = value.strip('"').lower().split()
    return lambda record: all(word in TEXTS[name](record).lower() for word in words)


def _category(code: str) -> Matches:
    if code.endswith("*"):
        return lambda record: any(each.startswith(code[:-1]) for each in record.categories)
    return lambda record: code in record.categories


def _span(value: str, place: int) -> Matches:
    told = RANGE.fullmatch(value)
    if not told:
        raise Malformed(f"{value} is no span of time")
    first, last = _moment(told[1], "00000000000000"), _moment(told[2], "99991231235959")
    return lambda record: first <= f"{record.versions[place].astimezone(UTC):%Y%m%d%H%M%S}" <= last


def _moment(text: str, default: str) -> str:
    """A bound, filled up to the second. Raises Malformed for a day that does not exist."""
    if text == "*":
        return default
    try:
        datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError as problem:
        raise Malformed(f"{text} is no day") from problem
    return text + ((default[:1] == "9" and "235959") or "000000")[len(text) - 8 :]


TEXTS: dict[str, Callable[[Record], str]] = {
    "ti": lambda record: record.title,
    "abs": lambda record: record.abstract,
    "au": lambda record: " ".join(author.name for author in record.authors),
    "co": lambda record: record.comment,
    "jr": lambda record: record.journal_ref,
    "all": lambda record: f"{record.title} {record.abstract} {' '.join(author.name for author in record.authors)}",
}
