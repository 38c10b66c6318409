"""Web of Science exports ("ISI Export Format", also of Inspec and MEDLINE): two characters before each field."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import dating, entry_fields, fields, tagged, venues, wording
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.tagged import Form, Tagged

NAME = "isi"
FORM = Form(
    re.compile(r"(?P<tag>[A-Z][A-Z0-9])(?: (?P<value>.*)|\s*$)", re.DOTALL),
    starts=frozenset(["PT"]),
    ends=frozenset(["ER", "EF"]),
)
SIGNATURE = re.compile(
    rb"\s*(?:FN (?:ISI|Clarivate|Thomson)[^\r\n]*[\r\n]+\s*VR |VR 1\.0\s+PT |PT [A-Z]\s*[\r\n]+[A-Z][A-Z0-9] )"
)


def recognises(head: bytes) -> bool:
    """Whether a file starts as such an export."""
    return bool(SIGNATURE.match(head))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each record."""
    for record in tagged.records(stream, name, NAME, FORM):
        yield record if isinstance(record, Problem) else _draft_or_problem(record)


def _draft_or_problem(record: Tagged) -> Draft | Problem:
    try:
        return _draft(record)
    except BadInput as error:
        return fields.problem(NAME, "", record.place, error, record.raw)


def _draft(record: Tagged) -> Draft:
    title, authors = _line(record.first("TI")), _authors(record)
    if not title:
        raise BadInput("it has no title")
    published, names = _published(record), _identifiers(record)
    return Draft(
        source=NAME,
        key=entry_key(names, title, authors, published, record.first("UT")),
        payload_hash=fields.digest(record.raw),
        title=title,
        abstract=wording.abstract(_line(record.first("AB"))),
        identifiers=names,
        authors=authors,
        published=published,
        language=record.first("LA")[:20],
        tags=entry_fields.keywords(_line(each) for each in record.all("DE")),
        venue=venues.printed(_line(record.first("SO"))),
    )


def _line(text: str) -> str:
    return " ".join(wording.plain(text).split())


def _authors(record: Tagged) -> tuple[PrintedAuthor, ...]:
    """One a line, full names where there are; MEDLINE's stand in one line. Groups follow."""
    names = record.all("AF") or record.all("AU")
    return entry_fields.people(name for each in [*names, *record.all("CA")] for name in re.split(r"[;\n]", each))


def _published(record: Tagged) -> PartialDate | None:
    """The year stands in PY, the month in PD: "JUN 23", "04 2006", "2006 May-Jun"."""
    year = entry_fields.date_written(record.first("PY"))
    day = record.first("PD")
    if year is None or str(year.day.year) in day:
        return dating.earliest([entry_fields.date_written(day), year])
    return dating.earliest([entry_fields.date_written(f"{day} {year.day.year}"), year])


def _identifiers(record: Tagged) -> tuple[Identifier, ...]:
    medline = record.first("UT").removeprefix("MEDLINE:") if record.first("UT").startswith("MEDLINE:") else ""
    pmid = record.first("PM") or medline
    return entry_fields.identifiers([*map(entry_fields.doi, record.all("DI", "D2")), f"pmid:{pmid}" if pmid else ""])
