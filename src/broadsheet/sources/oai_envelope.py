"""OAI-PMH 2.0: the envelope around records, the same for every repository (openarchives.org, protocol version 2.0)."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from urllib.parse import quote

from lxml import etree

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import fields, xml
from broadsheet.sources.live import Answer, Page, Window
from broadsheet.sources.refusals import NoSuchThing, TokenExpired, TooLarge, UpstreamError, WrongContent
from broadsheet.sources.xml import Element

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
OAI = f"{{{NAMESPACE}}}"
PARTS = ("record", "resumptionToken", "responseDate", "error", "set", "metadataFormat", "Identify", "ListIdentifiers")
MAX_UNUSABLE = 10_000
"""Records of one answer that are set aside; honest pages hold one or two thousand in all."""
NO_SUCH_SET = re.compile(
    r"\bset (?:does not exist|has too many levels)|(?:invalid|unknown|no such) set\b", re.IGNORECASE
)
"""How repositories word a badArgument that is about the set; the protocol has no code of its own for that."""
TAGS = tuple(f"{OAI}{part}" for part in PARTS)


class AskedWrongly(UpstreamError):
    """The repository does not understand the request, and will not understand it later."""

    retry = False


ToDraft = Callable[[Element | None, "Header"], Draft]
"""A draft out of a record's metadata (None where it is deleted) and its header; raises BadInput."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the envelope says of a record."""

    identifier: str
    deleted: bool
    sets: tuple[str, ...]


@dataclass(slots=True)
class Told:
    """What an answer says of itself besides its records."""

    answered: datetime | None = None
    token: str = ""
    total: int | None = None
    others: list[str] = field(default_factory=list)


def read(stream: BinaryIO, name: str, source: str, to_draft: ToDraft, told: Told) -> Iterator[Draft | Problem]:
    """The records of an answer; what else it says is put into `told`.

    Raises TokenExpired, NoSuchThing or UpstreamError for the protocol's own errors, WrongContent for an answer to
    another verb or in another form of metadata throughout. That no records match is an answer, too: an empty one.
    """
    place = unusable = 0
    foreign: list[tuple[BadInput, Problem]] = []
    is_ours = False
    for element in xml.records(stream, name, *TAGS, root=f"{OAI}OAI-PMH"):
        part = etree.QName(element).localname
        if part != "record":
            _note(part, element, told)
            continue
        place += 1
        header = _header(element)
        try:
            draft = to_draft(_metadata(element), header)
        except BadInput as error:
            unusable += 1
            if unusable > MAX_UNUSABLE:
                raise TooLarge(f"{name} has more than {MAX_UNUSABLE} records that cannot be used.") from error
            excerpt = etree.tostring(element)[:2_000]
            problem = fields.problem(source, header.identifier, f"{name}, record {place}", error, excerpt)
            if isinstance(error, WrongContent) and not is_ours:
                foreign.append((error, problem))  # till we know whether all of them are
                continue
            is_ours = True
            yield problem
            continue
        is_ours = is_ours or not draft.gone
        yield draft
    if foreign and not is_ours:
        raise foreign[0][0]
    yield from (problem for _, problem in foreign)
    if told.others and not place:
        raise WrongContent(f"{name} answers with {told.others[0]}, not with records.")


def _note(part: str, element: Element, told: Told) -> None:
    text = xml.content(element).strip()
    if part == "responseDate":
        told.answered = fields.moment(text)
    elif part == "resumptionToken":
        told.token = text
        size = element.get("completeListSize", "")
        told.total = int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None
    elif part == "error":
        _refuse(element.get("code", ""), text)
    else:
        told.others.append(part)


def _refuse(code: str, text: str) -> None:
    message = f"The repository says {code}: {' '.join(text.split())[:300]}".strip(": ")
    match code:
        case "noRecordsMatch":
            return
        case "badResumptionToken":
            raise TokenExpired(message)
        case "idDoesNotExist" | "noSetHierarchy" | "cannotDisseminateFormat":
            raise NoSuchThing(message)
        case "badArgument" if NO_SUCH_SET.search(text):
            raise NoSuchThing(message)
        case "badArgument" | "badVerb":
            raise AskedWrongly(message)
        case _:
            raise UpstreamError(message)


def _header(record: Element) -> Header:
    header = record.find(f"{OAI}header")
    if header is None:
        return Header("", deleted=False, sets=())
    sets = tuple((found.text or "").strip() for found in header.iterfind(f"{OAI}setSpec"))
    return Header((header.findtext(f"{OAI}identifier") or "").strip(), header.get("status") == "deleted", sets)


def _metadata(record: Element) -> Element | None:
    metadata = record.find(f"{OAI}metadata")
    return metadata[0] if metadata is not None and len(metadata) else None


def list_url(root: str, prefix: str, set_spec: str, window: Window) -> str:
    """The address of the first page of all records of a form, a set and a window of days."""
    parts = {"set": set_spec, "from": window.since, "until": window.until}
    query = "".join(f"&{name}={quote(str(value), safe=':')}" for name, value in parts.items() if value)
    return f"{root}?verb=ListRecords&metadataPrefix={prefix}{query}"


def page(answer: Answer, source: str, to_draft: ToDraft) -> Page:
    """An answer as a page; the next one is asked for by its token alone."""
    told = Told()
    stream = io.BytesIO(answer.body)
    items = tuple(read(stream, answer.url[:200], source, to_draft, told))
    root = answer.url.partition("?")[0]
    following = f"{root}?verb=ListRecords&resumptionToken={quote(told.token, safe='')}" if told.token else ""
    return Page(items, following, told.answered, told.total)
