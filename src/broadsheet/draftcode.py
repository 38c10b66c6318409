"""Drafts as compact JSON and back, without loss: what a source does not say is left out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, Final

from broadsheet.drafts import (
    Counts,
    Draft,
    DraftLink,
    EditionPlace,
    Identifier,
    Organisation,
    PartialDate,
    PrintedAuthor,
)

_DEFAULTS: Final[dict[str, Any]] = {
    each.name: each.default for each in fields(Draft) if each.default is not MISSING and each.name != "payload_hash"
}
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_PLAIN: Final = ("abstract", "author_count", "version", "language", "licence", "comment", "withdrawn", "categories",
                 "tags", "venue", "summary", "summary_by", "gone")  # fmt: skip


def _author(author: PrintedAuthor) -> str | list[str]:
    return [author.name, author.orcid, author.affiliation] if author.orcid or author.affiliation else author.name


def _partial(value: PartialDate) -> list[str]:
    return [value.day.isoformat(), value.precision]


def _counts(counts: Counts) -> list[Any]:
    return [counts.votes, counts.comments, counts.stars, counts.observed_at.isoformat()]


_ENCODE: Final[dict[str, Callable[[Any], Any]]] = {
    "identifiers": lambda value: [[each.kind, each.value] for each in value],
    "authors": lambda value: [_author(each) for each in value],
    "published": _partial,
    "updated": date.isoformat,
    "organisation": lambda value: [value.slug, value.name],
    "links": lambda value: [[each.kind, each.url, each.said_by] for each in value],
    "counts": _counts,
    "edition": lambda value: [value.day.isoformat(), value.position, value.basis],
    "observed_at": datetime.isoformat,
    "version_days": lambda value: [[number, day.isoformat()] for number, day in value],
}
_DECODE: Final[dict[str, Callable[[Any], Any]]] = {
    "identifiers": lambda value: tuple(Identifier(*each) for each in value),
    "authors": lambda value: tuple(PrintedAuthor(*([each] if isinstance(each, str) else each)) for each in value),
    "published": lambda value: PartialDate(date.fromisoformat(value[0]), value[1]),
    "updated": date.fromisoformat,
    "organisation": lambda value: Organisation(*value),
    "links": lambda value: tuple(DraftLink(*each) for each in value),
    "counts": lambda value: Counts(value[0], value[1], value[2], datetime.fromisoformat(value[3])),
    "edition": lambda value: EditionPlace(date.fromisoformat(value[0]), *value[1:]),
    "observed_at": datetime.fromisoformat,
    "version_days": lambda value: tuple((number, date.fromisoformat(day)) for number, day in value),
    "categories": tuple,
    "tags": tuple,
}


def encode(draft: Draft) -> str:
    """The draft as JSON, without source, key and payload digest, which are kept beside it."""
    told: dict[str, Any] = {"title": draft.title}
    for name in _PLAIN:
        value = getattr(draft, name)
        if value != _DEFAULTS[name]:
            told[name] = value
    for name, code in _ENCODE.items():
        value = getattr(draft, name)
        if value != _DEFAULTS[name]:
            told[name] = code(value)
    return _WRITER.encode(told)


def decode(source: str, key: str, payload_hash: str, told: Mapping[str, Any]) -> Draft:
    """The draft that `encode` wrote."""
    values = {name: _DECODE[name](value) if name in _DECODE else value for name, value in told.items()}
    return Draft(source=source, key=key, payload_hash=payload_hash, **values)
