"""Papers as JSON Lines: `id`, `title` and whatever else is known of each, one object a line (docs/sources.md)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, DraftLink, EditionPlace, Identifier, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import arxiv_version, parse_identifier
from broadsheet.sources import fields
from broadsheet.sources.arxiv_fields import is_withdrawn
from broadsheet.sources.files import read_objects

NAME = "jsonl"
TITLE = re.compile(rb'"title"\s*:')
NO_VENUES = frozenset({"arxiv", "arxiv.org", "corr"})


def recognises(head: bytes) -> bool:
    """Whether one of a file's first lines starts as an object that has a title of its own."""
    lines = (line.lstrip(b"\xef\xbb\xbf \t") for line in head.splitlines())
    return any(line.startswith(b"{") and TITLE.search(line) for line in lines)


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each line; a line that gives none is a problem with its reason."""
    position = 0
    for item in read_objects(stream, name, NAME):
        if isinstance(item, Problem):
            yield item
            continue
        place, payload, record = item
        position += 1
        try:
            yield draft(record, payload, EditionPlace(edition, position) if edition else None)
        except BadInput as error:
            yield fields.problem(NAME, record.get("id"), place, error, payload)


def draft(record: Mapping[str, Any], payload: bytes, edition: EditionPlace | None = None) -> Draft:
    """One line as a draft. Raises BadInput for a field of the wrong kind."""
    key = fields.key(fields.text(record, "id"))
    comment = fields.text(record, "comments")
    return Draft(
        source=NAME,
        key=key,
        payload_hash=fields.digest(payload),
        title=fields.text(record, "title"),
        abstract=fields.text(record, "abstract"),
        identifiers=_identifiers(record, key),
        authors=tuple(_author(author) for author in fields.items(record, "authors") if author),
        published=fields.partial_date(fields.text(record, "date")),
        updated=fields.day(fields.text(record, "updated")),
        version=fields.number(record, "version") or arxiv_version(key),
        language=fields.text(record, "language")[:20],
        licence=fields.text(record, "licence")[:300],
        comment=comment,
        withdrawn=record.get("withdrawn") is True or is_withdrawn(comment, ""),
        categories=fields.texts(record, "categories"),
        tags=fields.texts(record, "tags"),
        venue=_venue(fields.text(record, "venue")),
        organisation=fields.organisation(record, "organisation"),
        links=_links(record),
        edition=edition,
    )


def _identifiers(record: Mapping[str, Any], key: str) -> tuple[Identifier, ...]:
    doi, url = fields.text(record, "doi"), fields.text(record, "url")
    # An address that only repeats the id says nothing new, and reading it costs as much as all the rest.
    repeats = url.endswith(f"/{key.partition(':')[2]}")
    names = [key, f"doi:{doi}" if doi else "", *fields.texts(record, "other_ids"), "" if repeats else url]
    found = [identifier for name in names if name and (identifier := parse_identifier(name))]
    return tuple(dict.fromkeys(found)) or (Identifier("other", key),)


def _author(author: object) -> PrintedAuthor:
    if isinstance(author, str):
        return PrintedAuthor(author)
    if isinstance(author, dict):
        orcid, affiliation = fields.text(author, "orcid"), fields.text(author, "affiliation")
        return PrintedAuthor(fields.text(author, "name"), orcid[-19:], affiliation)
    raise BadInput(f"authors: names were expected, not {type(author).__name__}")


def _venue(venue: str) -> str:
    """A preprint server is where a paper lies, not where it appeared."""
    return "" if venue.strip().lower() in NO_VENUES else venue


def _links(record: Mapping[str, Any]) -> tuple[DraftLink, ...]:
    code, project = fields.text(record, "code_url"), fields.text(record, "project_url")
    links = (DraftLink("code", code, NAME), DraftLink("project", project, NAME))
    return tuple(link for link in links if link.url)
