"""EndNote's tagged export (.enw, "Refer"): a percent sign and one character before each field."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import dating, entry_fields, fields, tagged, venues, wording
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.tagged import Form, Tagged

NAME = "endnote"
FORM = Form(
    re.compile(r"(?P<tag>%[0-9A-Za-z@!?#$\]&*+<>\[=~^(){}|:])(?:\s+(?P<value>.*)|$)", re.DOTALL),
    starts=frozenset(["%0"]),
)
SIGNATURE = re.compile(rb"(?:^|[\r\n])%0 [A-Z][A-Za-z -]{2,40}\s*[\r\n]+%[^\s]\s")
NO_PAPERS = re.compile(
    r"(?:computer program|dataset|artwork|audiovisual material|film or broadcast|map|music|figure|chart or table|"
    r"personal communication|case|bill|statute|hearing)",
    re.IGNORECASE,
)
WHOLES = re.compile(
    r"(?:edited book|book|electronic book|web page|serial|patent|standard|manuscript|blog)", re.IGNORECASE
)
PLACES = re.compile(r"(?:thesis|report|unpublished work|book|edited book|web page|patent)", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Whether a line names the type of the reference that begins there."""
    return bool(SIGNATURE.search(head))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each reference; what is no paper by its type is passed over."""
    for record in tagged.records(stream, name, NAME, FORM):
        if isinstance(record, Problem):
            yield record
        elif not NO_PAPERS.fullmatch(record.first("%0")):
            yield _draft_or_problem(record)


def _draft_or_problem(record: Tagged) -> Draft | Problem:
    try:
        return _draft(record)
    except BadInput as error:
        return fields.problem(NAME, "", record.place, error, record.raw)


def _draft(record: Tagged) -> Draft:
    kind, authors = record.first("%0"), entry_fields.people(record.all("%A"))
    title = " ".join(wording.plain(record.first("%T")).split())
    if not title:
        raise BadInput("it has no title")
    if WHOLES.fullmatch(kind) and not authors:
        raise BadInput(f"a {kind} without authors is no paper")
    published = dating.earliest(map(entry_fields.date_written, record.all("%8", "%D")))
    names = entry_fields.identifiers([*map(entry_fields.doi, record.all("%R")), *record.all("%U")])
    venue = "" if PLACES.fullmatch(kind) else venues.printed(wording.plain(record.first("%J", "%B")))
    return Draft(
        source=NAME,
        key=entry_key(names, title, authors, published, record.first("%F", "%M")),
        payload_hash=fields.digest(record.raw),
        title=title,
        abstract=wording.abstract(record.first("%X")),
        identifiers=names,
        authors=authors,
        published=published,
        language=record.first("%G")[:20],
        tags=entry_fields.keywords(record.all("%K")),
        venue="" if entry_fields.arxiv(venue) else venue,
    )
