"""PubMed's text export (MEDLINE, .nbib): https://www.nlm.nih.gov/bsd/mms/medlineelements.html."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import dating, entry_fields, fields, pubmed_fields, tagged, venues, wording
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.tagged import Form, Tagged

NAME = "nbib"
FORM = Form(re.compile(r"(?P<tag>[A-Z]{2,4}) {0,2}- ?(?P<value>.*)", re.DOTALL), blank_ends=True)
SIGNATURE = re.compile(rb"(?:^|[\r\n])PMID ?- ?\d{1,9}\s*[\r\n]+[A-Z]{2,4} {0,2}-")
LOCATED = re.compile(r"(?P<value>\S+)\s*\[doi\]|doi:\s*(?P<bare>10\.\S+)", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Whether a record starts with its PubMed number."""
    return not head.lstrip().startswith(b"<") and bool(SIGNATURE.search(head))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each record."""
    for record in tagged.records(stream, name, NAME, FORM):
        yield record if isinstance(record, Problem) else _draft_or_problem(record)


def _draft_or_problem(record: Tagged) -> Draft | Problem:
    try:
        return _draft(record)
    except BadInput as error:
        return fields.problem(NAME, record.first("PMID"), record.place, error, record.raw)


def _draft(record: Tagged) -> Draft:
    title = pubmed_fields.title(_line(" ".join(record.all("TI") or record.all("TT", "BTI"))))
    if not title:
        raise BadInput("it has no title")
    authors, names, published = tuple(_authors(record)), _identifiers(record), _published(record)
    pmid = next((each.value for each in names if each.kind == "pubmed"), "")
    return Draft(
        source=NAME,
        key=pmid or entry_key(names, title, authors, published, record.first("PMID")),
        payload_hash=fields.digest(_payload(record)),
        title=title,
        abstract=wording.abstract(_line(record.first("AB"))),
        identifiers=names,
        authors=authors,
        published=published,
        language=record.first("LA")[:20],
        withdrawn="Retracted Publication" in record.all("PT"),
        tags=_tags(record),
        venue=venues.printed(record.first("JT", "TA")),
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _payload(record: Tagged) -> bytes:
    """The record without the days on which PubMed worked on it."""
    days = ("DA", "DCOM", "LR", "EDAT", "MHDA", "CRDT", "PHST", "STAT", "OWN")
    return "\n".join(f"{tag}- {value}" for tag, value in record.fields if tag not in days).encode(
        "utf-8", "surrogatepass"
    )


def _authors(record: Tagged) -> Iterator[PrintedAuthor]:
    """Full names with the ORCID and affiliations that follow each, and groups; else short names."""
    tag = "FAU" if record.all("FAU") else "AU"
    name, orcid, places = "", "", list[str]()
    for field, value in (*record.fields, ("END", "")):
        if field in (tag, "CN", "END"):
            if name:
                yield PrintedAuthor(name, orcid, _line("; ".join(places)))
            name, orcid, places = (value if field == "CN" else entry_fields.person(value)), "", []
        elif field == "AUID" and "orcid" in value.lower():
            orcid = pubmed_fields.orcid(value)
        elif field == "AD":
            places.append(value)


def _published(record: Tagged) -> PartialDate | None:
    electronic = record.first("DEP")
    day = dating.partial(electronic[:4], electronic[4:6], electronic[6:8]) if len(electronic) == 8 else None
    printed = (entry_fields.date_written(_spaced(each)) for each in record.all("DP"))
    return dating.earliest([day, *printed])


def _spaced(text: str) -> str:
    """ "2013 06 10" as "2013-06-10"."""
    return re.sub(r"(?<=\d)\s+(?=\d)", "-", text)


def _identifiers(record: Tagged) -> tuple[Identifier, ...]:
    found = (LOCATED.search(each) for each in record.all("LID", "AID"))
    dois = (f"doi:{each['value'] or each['bare']}" for each in found if each)
    return entry_fields.identifiers([*(f"pmid:{each}" for each in record.all("PMID")), *dois])


def _tags(record: Tagged) -> tuple[str, ...]:
    """MeSH headings without their qualifiers, then the authors' keywords."""
    headings = (each.partition("/")[0].strip("* ") for each in record.all("MH"))
    return tuple(dict.fromkeys([*headings, *(each.strip("* ") for each in record.all("OT"))]))[: pubmed_fields.MAX_TAGS]
