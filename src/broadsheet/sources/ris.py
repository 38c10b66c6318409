"""RIS files, as publishers and reference managers export them.

Tags: https://github.com/aurimasv/translators/wiki/RIS-Tag-Map. Programs disagree on most: the title is T1 or TI, the
journal JF, JO, JA or T2, the abstract AB or N2, and Y1, PY and DA each tell another part of the date.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import dating, entry_fields, fields, tagged, venues, wording
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.tagged import Form, Tagged

NAME = "ris"
FORM = Form(
    re.compile(
        r"[ \ufeff]{0,3}(?P<tag>[A-Z][A-Z0-9](?= {0,3}-(?: |$))|[a-z][a-z0-9](?=  -(?: |$))) {0,3}-(?: (?P<value>.*))?",
        re.DOTALL,
    ),
    starts=frozenset(["TY"]),
    ends=frozenset(["ER"]),
)
SIGNATURE = re.compile(rb"(?:^|[\r\n])[ \xef\xbb\xbf]{0,8}(?:TY {1,3}-|ty  -) ?[A-Za-z]{2,8}\s*[\r\n]")
NO_PAPERS = frozenset(
    """ADVS ART BILL CASE COMP DATA FIGURE HEAR ICOMM LEGAL MAP MPCT MULTI MUSIC PCOMM SLIDE SOUND STAT
    VIDEO""".split()  # noqa: SIM905
)
WHOLES = frozenset("BOOK EBOOK EDBOOK JFULL SER CTLG DICT ENCYC ELEC WEB BLOG STAND PAT".split())  # noqa: SIM905
"""Kinds that are a paper only if somebody is named as the author."""
IN_BOOKS = frozenset(["CHAP", "CONF", "CPAPER", "ECHAP"])
DOI_NOTE = re.compile(r"\s*doi\s*:", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Whether a line says of what type the record is that begins there."""
    return not head.lstrip().startswith((b"<", b"{", b"[", b"@")) and bool(SIGNATURE.search(head))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each record; what is no paper by its type is passed over."""
    for record in tagged.records(stream, name, NAME, FORM):
        if isinstance(record, Problem):
            yield record
        elif record.first("TY").upper() not in NO_PAPERS:
            yield _draft_or_problem(record)


def _draft_or_problem(record: Tagged) -> Draft | Problem:
    try:
        return _draft(record)
    except BadInput as error:
        return fields.problem(NAME, "", record.place, error, record.raw)


def _draft(record: Tagged) -> Draft:
    kind = record.first("TY").strip().upper()
    title, authors = _title(record), entry_fields.people(record.all("AU", "A1"))
    if not title:
        raise BadInput("it has no title")
    if kind in WHOLES and not authors:
        raise BadInput(f"a {kind} without authors is no paper")
    published, names = _published(record), _identifiers(record)
    return Draft(
        source=NAME,
        key=entry_key(names, title, authors, published, record.first("ID", "AN")),
        payload_hash=fields.digest(record.raw),
        title=title,
        abstract=_abstract(record),
        identifiers=names,
        authors=authors,
        published=published,
        language=record.first("LA")[:20],
        tags=entry_fields.keywords(record.all("KW")),
        venue=_venue(record, kind),
    )


def _title(record: Tagged) -> str:
    title = record.first("TI", "T1", "CT", "BT")
    return " ".join(wording.plain(title).split())


def _abstract(record: Tagged) -> str:
    text = wording.abstract(record.first("AB", "N2"))
    # The heading alone, without a text below it.
    return "" if text.strip().lower() == "abstract" else text


def _published(record: Tagged) -> PartialDate | None:
    return dating.earliest(map(entry_fields.date_written, record.all("DA", "Y1", "PY", "YR")))


def _identifiers(record: Tagged) -> tuple[Identifier, ...]:
    """DOIs stand in DO, else in a note or in M3; Y2, L1 and SN are of the copy or of the whole."""
    dois = record.all("DO", "DI") or [each for each in record.all("M3", "N1", "L3") if DOI_NOTE.match(each)]
    urls = (url.strip() for each in record.all("UR", "LK") for url in re.split(r";\s*(?=http)", each))
    places = record.all("M1", "JO", "JF", "T2", "AN", "PB", "ID")
    numbers = map(entry_fields.preprint_number, record.all("VL"))
    return entry_fields.identifiers([*map(entry_fields.doi, dois), *map(entry_fields.arxiv, places), *numbers, *urls])


def _venue(record: Tagged, kind: str) -> str:
    if kind in WHOLES or kind in ("THES", "UNPB", "RPRT"):
        return ""
    tags = ("T2", "C3", "BT", "JF", "JO") if kind in IN_BOOKS else ("JF", "T2", "JO", "JA", "J2", "J1")
    name = venues.printed(wording.plain(record.first(*tags)))
    return "" if entry_fields.arxiv(name) else name
