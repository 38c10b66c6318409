"""Any OAI-PMH repository, in the form that all of them speak: `oai_dc`, fifteen elements of Dublin Core."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import arxiv_fields, fields, oai_envelope, xml
from broadsheet.sources.dating import earliest
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.oai_envelope import Header, Told
from broadsheet.sources.refusals import WrongContent
from broadsheet.sources.xml import Element

NAME = "oai-dc"
DC = "{http://purl.org/dc/elements/1.1/}"
DUBLIN_CORE = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
LEAST_ABSTRACT = 80
"""Characters; shorter descriptions are remarks: "12 pages, 3 figures"."""
NOT_PAPERS = re.compile(
    r"(?:^|[/:\s])(?:dataset|software|image|stillimage|movingimage|sound|physicalobject|collection|interactiveresource)$",
    re.I,
)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


def recognises(head: bytes) -> bool:
    """Whether a file is an OAI answer of any kind; arXiv's own forms are asked first."""
    return xml.root_name(head) == (oai_envelope.NAMESPACE, "OAI-PMH")


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts of a saved answer."""
    return oai_envelope.read(stream, name, NAME, draft, Told())


def draft(metadata: Element | None, header: Header) -> Draft:
    """A record of Dublin Core. Raises BadInput for what is no paper, WrongContent for another form of metadata."""
    if header.deleted or metadata is None:
        identifiers = tuple(filter(None, [_own_identifier(header)]))
        return Draft(NAME, fields.key(_key(header)), fields.digest(b"deleted"), "", identifiers=identifiers, gone=True)
    told = _elements(metadata)
    kinds = [kind for kind in told.get("type", ()) if NOT_PAPERS.search(kind.strip())]
    if kinds and len(kinds) == len(told["type"]):
        raise BadInput(f"it describes {kinds[0][:60]!r}, no paper")
    descriptions = told.get("description", [])
    abstract = max(descriptions, key=len, default="")
    abstract = abstract if len(abstract) >= LEAST_ABSTRACT else ""
    comment = next((text for text in descriptions if text != abstract), "")
    content = "\x1f".join(f"{name}={value}" for name, values in sorted(told.items()) for value in values)
    return Draft(
        source=NAME,
        key=fields.key(_key(header)),
        payload_hash=fields.digest(content.encode("utf-8", "replace")),
        title=" ".join(told.get("title", [""])[0].split()),
        abstract=abstract,
        identifiers=tuple(_identifiers(header, told)),
        authors=tuple(PrintedAuthor(name) for name in told.get("creator", ())),
        published=_published(told.get("date", [])),
        language=next((text for text in told.get("language", ()) if LANGUAGE.fullmatch(text)), ""),
        licence=next((text for text in told.get("rights", ()) if text.startswith("http")), ""),
        comment=comment if comment != abstract else "",
        withdrawn=arxiv_fields.is_withdrawn(comment, abstract),
        tags=tuple(told.get("subject", ())),
    )


def _elements(metadata: Element) -> dict[str, list[str]]:
    """The elements by name; raises WrongContent for another form, BadInput where all are empty."""
    found: dict[str, list[str]] = {}
    for child in metadata.iter():
        if isinstance(child.tag, str) and child.tag.startswith(DC) and (text := xml.content(child).strip()):
            found.setdefault(child.tag[len(DC) :], []).append(text)
    if not found and metadata.tag == DUBLIN_CORE:
        raise BadInput("it says nothing: its metadata are empty")
    if not found:
        raise WrongContent(f"The records are in the form {str(metadata.tag)[:100]}. Ask for oai_dc.")
    return found


def _key(header: Header) -> str:
    own = _own_identifier(header)
    return own.value if own else header.identifier


def _own_identifier(header: Header) -> Identifier | None:
    if not header.identifier.lower().startswith("oai:arxiv.org:"):
        return None
    return arxiv_fields.identifier(header.identifier)


def _identifiers(header: Header, told: dict[str, list[str]]) -> Iterator[Identifier]:
    """The record's own names: `relation` names other works. A bare address comes last."""
    own = _own_identifier(header)
    if own:
        yield own
    named = [found for text in told.get("identifier", ()) if (found := parse_identifier(text))]
    yield from (each for each in named if each.kind != "url" and each != own)
    yield from (each for each in named if each.kind == "url")
    if not named and not own:
        yield Identifier("other", header.identifier)


def _published(dates: list[str]) -> PartialDate | None:
    return earliest(fields.partial_date(text.strip()) for text in dates)


def first_url(root: str, stream: str, window: Window) -> str:
    """The first page of a set, or of all."""
    return oai_envelope.list_url(root, "oai_dc", stream, window)


def read_page(answer: Answer, _window: Window) -> Page:
    """An answer as a page."""
    return oai_envelope.page(answer, NAME, draft)


LIVE = Live(
    group="oai-dc",
    root="https://zenodo.org/oai2d",
    pace_s=2.0,
    rhythm="daily",
    stream="a set of the repository that --root names; all of it without",
    first_url=first_url,
    read_page=read_page,
)
