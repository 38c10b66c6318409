"""CSL-JSON, as citation processors, Zotero and DOI registries write it (citationstyles.org, CSL-JSON schema)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, PartialDate, Problem
from broadsheet.sources import documents, fields
from broadsheet.sources.dating import partial
from broadsheet.sources.reference_entries import Entry, to_draft
from broadsheet.sources.refusals import WrongContent
from broadsheet.sources.wording import with_subtitle

NAME = "csl"
TYPES = (
    rb"article(?:-journal|-magazine|-newspaper)?|paper-conference|chapter|book|report|thesis|manuscript|posted-content|"
    rb"entry(?:-dictionary|-encyclopedia)?|post(?:-weblog)?|speech|webpage|preprint|journal-article|proceedings-article"
)
TYPED = re.compile(rb'"type"\s*:\s*"(?:' + TYPES + rb')"')
SIGNS = re.compile(rb'"(?:date-parts|citation-key|citation-label|container-title|given)"\s*:')
CONTAINER, FAMILY = re.compile(rb'"container-title"\s*:\s*"'), re.compile(rb'"family"\s*:\s*"')
OTHERS = re.compile(rb'"(?:message-type|itemType|inverted_index|abstract_inverted_index|externalIds|attributes)"\s*:')
DATE = re.compile(r"\s*(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?")
ARXIV = re.compile(r"arxiv[:\s]+(\S+)", re.IGNORECASE)
PARTS = frozenset(("article-journal", "article", "paper-conference", "chapter", "article-magazine", "journal-article"))


def recognises(head: bytes) -> bool:
    """Whether a file has items with the types and dates of CSL, or with its names and containers."""
    start = head.lstrip()
    if not start.startswith((b"[", b"{")) or OTHERS.search(head):
        return False
    is_typed = TYPED.search(head) and SIGNS.search(head)
    return bool(is_typed or (CONTAINER.search(head) and FAMILY.search(head)))


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each item. Raises Malformed, TooLarge, WrongContent."""
    items: list[Any] = []
    for value in documents.values(stream, name, NAME):
        items += _items(value, name)
    yield from documents.drafts(NAME, name, items, draft, "id")


def _items(value: Any, name: str) -> list[Any]:
    """A list of items, one item, or a document that holds them under `items`."""
    if isinstance(value, Problem):
        return [value]
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return list(value["items"])
    if isinstance(value, dict) and ("title" in value or "type" in value):
        return [value]
    raise WrongContent(f"{name} holds no list of CSL items.")


def draft(item: Mapping[str, Any]) -> Draft | None:
    """An item. Raises BadInput for a field of the wrong kind."""
    kind, title = fields.text(item, "type"), item.get("title")
    text = title if isinstance(title, str) else " ".join(fields.texts(item, "title"))[:2_000]
    subtitle = item.get("subtitle")
    doi, pmid = _text(item, "DOI"), _text(item, "PMID")
    note = _text(item, "note")
    arxiv = ARXIV.search(f"{_text(item, 'number')} {note}")
    entry = Entry(
        key=str(item.get("id") or item.get("citation-key") or "")[: fields.MAX_KEY],
        title=with_subtitle(text, subtitle if isinstance(subtitle, str) else ""),
        authors=[name for each in documents.objects(item, "author") if (name := _name(each))],
        named=[f"doi:{doi.removeprefix('doi:')}" if doi.removeprefix("doi:").startswith("10.") else doi,
               f"pmid:{pmid}" if pmid else "", f"arxiv:{arxiv[1]}" if arxiv else "", _text(item, "URL")],
        abstract=_text(item, "abstract"),
        published=_date(item.get("issued")) or _date(item.get("published")),
        venue=_container(item) if kind in PARTS else "",
        language=_text(item, "language"),
        tags=_keywords(item),
    )  # fmt: skip
    return to_draft(NAME, entry, item)


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _name(person: Mapping[str, Any]) -> str:
    literal = _text(person, "literal") or _text(person, "name")
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(filter(None, (_text(person, part) for part in parts))) or literal


def _container(item: Mapping[str, Any]) -> str:
    value = item.get("container-title")
    return value if isinstance(value, str) else next(iter(fields.texts(item, "container-title")), "")


def _keywords(item: Mapping[str, Any]) -> list[str]:
    value = item.get("keyword") or item.get("categories")
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    return re.split(r"[,;]", value) if isinstance(value, str) else []


def _date(value: object) -> PartialDate | None:
    """`date-parts`, or a date in words under `raw` or `literal`."""
    if isinstance(value, str):
        match = DATE.match(value)
        return partial(match[1], match[2], match[3]) if match else None
    if not isinstance(value, dict):
        return None
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first:
        return partial(*[*first, None, None][:3])
    return _date(value.get("raw") or value.get("literal") or "")
