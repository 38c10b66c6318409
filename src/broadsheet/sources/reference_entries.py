"""Entries of reference managers: from the facts that all their formats have to drafts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import fields
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.venues import printed
from broadsheet.sources.wording import abstract as plain_abstract
from broadsheet.sources.wording import plain


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says; `named` are texts that may hold identifiers, the surest first."""

    key: str
    title: str
    authors: Sequence[str]
    named: Sequence[str]
    abstract: str = ""
    published: PartialDate | None = None
    venue: str = ""
    language: str = ""
    tags: Sequence[str] = ()


def identifiers(named: Iterable[str]) -> tuple[Identifier, ...]:
    """The identifiers in these texts, addresses last."""
    found = (parse_identifier(text.strip()) for text in named if text.strip())
    return tuple(sorted(dict.fromkeys(each for each in found if each), key=lambda each: each.kind == "url"))


def to_draft(source: str, entry: Entry, payload: object) -> Draft:
    """The draft of an entry. Raises BadInput for one without title."""
    title = " ".join(plain(entry.title).split())
    if not title:
        raise BadInput("the entry has no title")
    own = identifiers(entry.named)
    authors = tuple(PrintedAuthor(" ".join(name.split())) for name in entry.authors if name.strip(" ,;."))
    raw = json.dumps(payload, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "replace")
    return Draft(
        source=source,
        key=entry_key(own, title, authors, entry.published, entry.key),
        payload_hash=fields.digest(raw),
        title=title,
        abstract=plain_abstract(entry.abstract),
        identifiers=own,
        authors=authors,
        published=entry.published,
        language=entry.language,
        tags=tuple(tag.strip() for tag in entry.tags if tag.strip()),
        venue=printed(entry.venue),
    )
