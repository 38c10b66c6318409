"""Papers of the ACL Anthology as its repository keeps them: a file for each collection, with volumes and papers.

Schema: https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc. Editors are no authors, front matter
is no paper, and a paper may be retracted or removed but stays in its place.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from lxml import etree

from broadsheet.drafts import Draft, DraftLink, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, fields, wording, xml
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import WrongContent
from broadsheet.sources.xml import Element, child

NAME = "acl"
OLD_COLLECTION = re.compile(r"[A-Z]\d\d", re.ASCII)
NEW_COLLECTION = re.compile(r"\d{4}\.[a-z0-9_]+", re.ASCII)
ACL_ID = re.compile(r"[A-Z]\d\d-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+", re.ASCII)
VOLUME = re.compile(rb"<volume[\s>]")
MONTH = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Volume:
    """What the papers of a volume have in common."""

    venue: str = ""
    published: PartialDate | None = None
    language: str = ""


def recognises(head: bytes) -> bool:
    """Whether a file is a collection of the Anthology; those of libraries stand in a namespace of their own."""
    namespace, root = xml.root_name(head)
    return not namespace and root == "collection" and bool(VOLUME.search(head))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each paper of a collection. Raises Refusal."""
    volume, number = _Volume(), 0
    for element in xml.records(stream, name, "meta", "paper"):
        if element.tag == "meta":
            volume = _volume(element)
            continue
        number += 1
        yield _paper(element, volume, f"{name}, paper {number}")


def _volume(meta: Element) -> _Volume:
    names = (
        wording.plain(wording.marked(meta.find(path))) for path in ("journal-title", "shortbooktitle", "booktitle")
    )
    month = MONTH.search(child(meta, "month"))
    return _Volume(
        next((name for each in names if (name := " ".join(each.split()))), ""),
        dating.partial(child(meta, "year"), month[0] if month else None),
        child(meta, "language"),
    )


def _paper(paper: Element, volume: _Volume, place: str) -> Draft | Problem:
    try:
        return _draft(paper, volume)
    except BadInput as error:
        return fields.problem(NAME, _id(paper), place, error, etree.tostring(paper, encoding="utf-8", with_tail=False))


def _draft(paper: Element, volume: _Volume) -> Draft:
    key = _id(paper)
    title = " ".join(wording.plain(wording.marked(paper.find("title"))).split())
    if not title:
        raise BadInput("it has no title")
    if not key:
        raise BadInput("it has no id of the Anthology")
    days = tuple(_version_days(paper))
    return Draft(
        source=NAME,
        key=fields.key(key),
        payload_hash=fields.digest(etree.tostring(paper, encoding="utf-8", with_tail=False)),
        title=title,
        abstract=wording.abstract(wording.marked(paper.find("abstract"))),
        identifiers=_identifiers(paper, key),
        authors=tuple(_authors(paper)),
        published=volume.published,
        updated=days[-1][1] if days else None,
        version=max((number for number, _ in days), default=None),
        version_days=days,
        language=(child(paper, "language") or volume.language)[:20],
        withdrawn=paper.find("retracted") is not None or paper.find("removed") is not None,
        venue=volume.venue,
        links=tuple(_links(paper)),
    )


def _id(paper: Element) -> str:
    """The id as the address of the paper's page gives it, else as it is built from collection, volume and number."""
    name = child(paper, "url").rpartition("/")[2].removesuffix(".pdf")
    if ACL_ID.fullmatch(name):
        return name
    parent = paper.getparent()
    whole = parent.getparent() if parent is not None else None
    if parent is None or whole is None:
        return ""
    return _built_id(whole.get("id") or "", parent.get("id") or "", paper.get("id") or "")


def _built_id(collection: str, volume: str, number: str) -> str:
    """P19-1001 and W19-0101 up to 2019, 2020.acl-main.1 since."""
    if not OLD_COLLECTION.fullmatch(collection):
        name = f"{collection}-{volume}.{number}"
    elif collection[0] == "W" or collection == "C69" or (collection == "D19" and volume in ("5", "6")):
        name = f"{collection}-{volume.zfill(2)}{number.zfill(2)}"
    else:
        name = f"{collection}-{volume}{number.zfill(3)}"
    return name if ACL_ID.fullmatch(name) else ""


def _identifiers(paper: Element, key: str) -> tuple[Identifier, ...]:
    doi = parse_identifier(child(paper, "doi"))
    return (Identifier("acl", key), doi) if doi and doi.kind == "doi" else (Identifier("acl", key),)


def _authors(paper: Element) -> Iterator[PrintedAuthor]:
    """The names in Latin letters; `variant` repeats some in others."""
    for author in paper.iterfind("author"):
        names = (child(author, part) for part in ("first", "last"))
        affiliations = (xml.content(each).strip() for each in author.iterfind("affiliation"))
        if name := " ".join(each for each in names if each):
            orcid = (author.get("orcid") or "").rstrip("/")[-19:]
            yield PrintedAuthor(name, orcid, "; ".join(each for each in affiliations if each))


def _version_days(paper: Element) -> Iterator[tuple[int, date]]:
    """When the paper was revised; the first version is not listed with a date."""
    for revision in paper.iterfind("revision"):
        number, day = revision.get("id") or "", fields.day(revision.get("date") or "")
        if number.isdecimal() and number.isascii() and len(number) < 4 and day:
            yield int(number), day


def _links(paper: Element) -> Iterator[DraftLink]:
    for kind, tag in (("code", "pwccode"), ("data", "pwcdataset")):
        for each in paper.iterfind(tag):
            if url := each.get("url"):
                yield DraftLink(kind, url, NAME)  # type: ignore[arg-type]


def check_stream(stream: str) -> None:
    """Raises BadInput for what cannot be the id of a collection."""
    if not (OLD_COLLECTION.fullmatch(stream) or NEW_COLLECTION.fullmatch(stream)):
        raise BadInput(f"{stream!r} is not the id of a collection, such as 2024.acl or P19.")


def first_url(root: str, stream: str, _window: Window) -> str:
    """The address of a collection: a file that is there as a whole."""
    return f"{root}/{stream}.xml"


def read_page(answer: Answer, _window: Window) -> Page:
    """All papers of a collection. Raises Refusal."""
    name = "the Anthology's answer"
    if xml.root_name(answer.body[: 1 << 16])[1] not in ("collection", ""):
        raise WrongContent(f"{name} is no collection of papers.")
    return Page(tuple(read(io.BytesIO(answer.body), name)))


LIVE = Live(
    group="acl",
    root="https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml",
    pace_s=1.0,
    rhythm="daily",
    stream="the id of a collection: 2024.acl, 2023.emnlp, P19",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
    conditional=True,
    ranges=False,
)
