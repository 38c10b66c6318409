"""Zotero libraries: items of the web API (version 3), and the RDF that the program exports.

Only public libraries are asked over the network: nothing that needs a key is sent or kept.
"""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import documents, fields, xml
from broadsheet.sources.dating import partial
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.paging import parameter, with_query
from broadsheet.sources.reference_entries import Entry, to_draft
from broadsheet.sources.refusals import Malformed, UpstreamError
from broadsheet.sources.xml import Element

NAME = "zotero"
PAGE_SIZE = 100
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SPACES = {
    "rdf": RDF,
    "z": "http://www.zotero.org/namespaces/export#",
    "bib": "http://purl.org/net/biblio#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
}
NO_PAPERS = frozenset(("attachment", "note", "annotation"))
EXTRA = re.compile(r"^\s*(arxiv|doi|pmid|pmcid)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?")
YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
LIBRARY = re.compile(r"(?:users|groups)/\d+(?:/collections/\w+)?")
VENUES = ("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "encyclopediaTitle")


def recognises(head: bytes) -> bool:
    """Whether a file holds items of the API, or Zotero's RDF."""
    if head.lstrip().startswith((b"[", b"{")):
        return bool(re.search(rb'"itemType"\s*:', head))
    return xml.root_name(head) == (RDF, "RDF") and SPACES["z"].encode() in head


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each item that may be a paper; attachments and notes are passed over. Raises Malformed, TooLarge."""
    head = stream.peek(64).lstrip()[:1] if hasattr(stream, "peek") else b""
    if head == b"<":
        yield from _rdf(stream, name)
        return
    items: list[Any] = []
    for value in documents.values(stream, name, NAME):
        items += (
            value if isinstance(value, list) else value.get("items", [value]) if isinstance(value, dict) else [value]
        )
    yield from documents.drafts(NAME, name, items, draft, "key")


def draft(item: Mapping[str, Any]) -> Draft | None:
    """An item of the API, with its facts under `data` or bare; None for what hangs on an item."""
    data = fields.mapping(item, "data") or item
    if fields.text(data, "itemType") in NO_PAPERS:
        return None
    people = documents.objects(data, "creators")
    names = [
        _name(each) for each in people if fields.text(each, "creatorType") in ("author", "", "inventor", "programmer")
    ]
    extra = {found[1].lower(): found[2] for found in EXTRA.finditer(_text(data, "extra"))}
    doi, archive_id = _text(data, "DOI") or extra.get("doi", ""), _text(data, "archiveID")
    tags = documents.objects(data, "tags")
    entry = Entry(
        key=_text(item, "key") or _text(data, "key") or _text(data, "id"),
        title=_text(data, "title"),
        authors=[name for name in names if name],
        named=[f"doi:{doi.removeprefix('doi:')}" if doi.removeprefix("doi:").startswith("10.") else doi,
               archive_id, f"arxiv:{extra['arxiv']}" if "arxiv" in extra else "",
               f"pmid:{extra['pmid']}" if "pmid" in extra else "", _text(data, "url")],
        abstract=_text(data, "abstractNote"),
        published=_published(_text(data, "date")),
        venue=next((text for name in VENUES if (text := _text(data, name))), ""),
        language=_text(data, "language"),
        tags=[_text(tag, "tag") for tag in tags],
    )  # fmt: skip
    return to_draft(
        NAME, entry, {name: value for name, value in data.items() if name not in ("version", "dateModified")}
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value.strip() if isinstance(value, str) else ""


def _name(person: Mapping[str, Any]) -> str:
    return f"{_text(person, 'firstName')} {_text(person, 'lastName')}".strip() or _text(person, "name")


def _published(text: str) -> Any:
    found = DATE.search(text)
    if found:
        return partial(found[1], found[2], found[3])
    year = YEAR.search(text)
    return partial(year[1]) if year else None


def _rdf(stream: BinaryIO, name: str) -> Iterator[Draft | Problem]:
    """Items of the exported RDF: whatever has a `z:itemType` and is no attachment."""
    body = stream.read(xml.MAX_XML_BYTES + 1)
    root = xml.document(body[: xml.MAX_XML_BYTES], name)
    places = {each.get(f"{{{RDF}}}about", ""): each for each in root}
    for number, item in enumerate(root, start=1):
        kind = item.findtext("z:itemType", namespaces=SPACES) or ""
        if kind in NO_PAPERS or not (kind or item.tag.startswith(f"{{{SPACES['bib']}}}")):
            continue
        if item.tag in (f"{{{SPACES['bib']}}}Journal", f"{{{SPACES['bib']}}}Memo") or item.tag.endswith("Attachment"):
            continue
        try:
            yield _rdf_draft(item, places)
        except BadInput as error:
            about = item.get(f"{{{RDF}}}about")
            yield fields.problem(NAME, about, f"{name}, item {number}", error, etree.tostring(item)[:2_000])


def _rdf_draft(item: Element, places: Mapping[str, Element]) -> Draft:
    about = item.get(f"{{{RDF}}}about", "")
    people = item.iterfind("bib:authors/rdf:Seq/rdf:li/foaf:Person", SPACES)
    authors = [" ".join(filter(None, (_find(p, "foaf:givenName"), _find(p, "foaf:surname")))) for p in people]
    container = _container(item, places)
    named = [_find(item, "dc:identifier"), about]
    named += [xml.content(each) for each in item.iterfind("dc:identifier/dcterms:URI/rdf:value", SPACES)]
    extra = {found[1].lower(): found[2] for found in EXTRA.finditer(_find(item, "dc:description"))}
    doi = next(
        (xml.content(each) for each in item.iterfind(".//dc:identifier", SPACES) if "DOI 10." in xml.content(each)), ""
    )
    if container is not None and not doi:
        doi = next(
            (xml.content(e) for e in container.iterfind("dc:identifier", SPACES) if "DOI 10." in xml.content(e)), ""
        )
    named = [f"doi:{doi.strip().removeprefix('DOI ').strip()}" if doi else "",
             *(f"{kind}:{value}" for kind, value in extra.items()), *named]  # fmt: skip
    entry = Entry(
        key=about or _find(item, "dc:title"),
        title=_find(item, "dc:title"),
        authors=[author for author in authors if author],
        named=named,
        abstract=_find(item, "dcterms:abstract"),
        published=_published(_find(item, "dc:date")),
        venue=_find(container, "dc:title") if container is not None else "",
        language=_find(item, "z:language"),
        tags=[xml.content(each).strip() for each in item.iterfind("dc:subject", SPACES)],
    )
    return to_draft(NAME, entry, etree.tostring(item, exclusive=True).decode())


def _doi(element: Element) -> str:
    """ "DOI 10.1000/182", which Zotero writes at the item or at the journal it stands in."""
    texts = (xml.content(each).strip() for each in element.iterfind(".//dc:identifier", SPACES))
    return next((f"doi:{text[4:].strip()}" for text in texts if text.startswith("DOI 10.")), "")


def _find(element: Element, path: str) -> str:
    return xml.content(element.find(path, SPACES)).strip()


def _container(item: Element, places: Mapping[str, Element]) -> Element | None:
    part = item.find("dcterms:isPartOf", SPACES)
    if part is None:
        return None
    return part[0] if len(part) else places.get(part.get(f"{{{RDF}}}resource", ""))


def first_url(root: str, stream: str, _window: Window) -> str:
    """The first page of a library's items, the last changed first."""
    return f"{root}/{stream}/items/top?format=json&limit={PAGE_SIZE}&start=0&sort=dateModified&direction=desc"


def read_page(answer: Answer, window: Window) -> Page:
    """A page of items. Pages go on while they are full, and end where all items are older than the window."""
    if answer.body.lstrip()[:1] != b"[":
        told = answer.body[:200].decode("utf-8", "replace")
        raise (
            Malformed("HTML where JSON was due.")
            if told.lstrip().startswith("<")
            else UpstreamError(f"Zotero says: {told}")
        )
    stream = io.BufferedReader(io.BytesIO(answer.body))
    items = tuple(read(stream, answer.url[:200]))
    size = answer.body.count(b'"itemType"')
    stamps = re.findall(rb'"dateModified"\s*:\s*"(\d{4}-\d\d-\d\d)', answer.body)
    is_old = bool(window.since and stamps and max(stamps).decode() < window.since.isoformat())
    start = int(parameter(answer.url, "start") or 0) + PAGE_SIZE
    return Page(items, with_query(answer.url, {"start": str(start)}) if size >= PAGE_SIZE and not is_old else "")


def check_stream(stream: str) -> None:
    """Raises BadInput for what names no library."""
    if not LIBRARY.fullmatch(stream):
        raise BadInput(f"{stream[:60]!r} is no library. Write users/123, groups/456 or groups/456/collections/KEY.")


LIVE = Live(
    group="zotero",
    root="https://api.zotero.org",
    pace_s=1.0,
    rhythm="daily",
    stream="a public library: users/123, groups/456 or groups/456/collections/KEY",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
)
