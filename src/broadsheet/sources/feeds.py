"""Any RSS, Atom or JSON feed: journals, proceedings, blogs of laboratories. feedparser reads the XML ones."""

import codecs
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from time import struct_time
from typing import Any, BinaryIO
from xml.parsers import expat

import feedparser

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import fields, xml
from broadsheet.sources.arxiv_fields import printed_authors
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, TooLarge
from broadsheet.sources.wording import abstract as plain_abstract
from broadsheet.sources.wording import plain

NAME = "feed"
MAX_FEED_BYTES = 8 << 20
MAX_MARKS = 30_000
"""Beginnings of marks (<) that a feed may have: feedparser takes a millisecond for thirty of them."""
MAX_ENTITIES = 300_000
MAX_MALFORMED_BYTES = 256 << 10
"""Of a feed that is not well-formed: its attributes cannot be counted, and each takes feedparser 300 bytes and more."""
SWOLLEN = re.compile(rb"<[\w:/][^<>]{20000}")
MAX_ATTRIBUTES = 50_000
MAX_ATTRIBUTES_EACH = 100
"""Of one element: feedparser compares each of them with each."""
MAX_ITEM_CHARACTERS = 60_000
ROOTS = frozenset(("rss", "feed", "RDF", "channel"))
OLD_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", re.IGNORECASE)
JSON_FEED = re.compile(rb'"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org/version/')
IDENTIFIER_FIELDS = ("prism_doi", "dc_identifier", "prism_url", "arxiv_doi", "doi", "id", "link")
WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
"""First bytes of documents whose characters take two or four bytes."""
NARROW = re.compile(
    r"utf-?8|(?:us-)?ascii|latin-?\d+|(?:x-)?(?:iso-?8859|windows|cp|koi8|mac|big5|gb|euc|ks_?c|shift|s?jis|tis)[\w-]*",
    re.IGNORECASE,
)
"""Codings that a feed may name: no other is in use, and Python has some that take minutes (punycode)."""
CODING = re.compile(rb"\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
DECLARATION = re.compile(r"\ufeff?\s*<\?xml[^>]*>")
DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>")
FIRST_MARK = re.compile(r"<\w")


def recognises(head: bytes) -> bool:
    """Whether a file is a feed; asked after those who know certain feeds."""
    if head.lstrip().startswith(b"{"):
        return bool(JSON_FEED.search(head))
    namespace, name = xml.root_name(head)
    if name == "RDF":
        return b"http://purl.org/rss/1.0/" in head or b"http://my.netscape.com/rdf" in head
    return name in ROOTS and "openarchives" not in namespace


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts of a feed's items. Raises Malformed for what is no feed, TooLarge for one beyond reason."""
    return _read(stream.read(MAX_FEED_BYTES + 1), name)


def _read(body: bytes, name: str, charset: str = "") -> Iterator[Draft | Problem]:
    if len(body) > MAX_FEED_BYTES:
        raise TooLarge(f"{name} is too large for a feed: over {MAX_FEED_BYTES >> 20} MiB.")
    is_json = body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")
    entries = _json_items(body, name) if is_json else _xml_items(_weighed(_decoded(body, charset), name), name)
    for place, entry in enumerate(entries, start=1):
        try:
            yield _from_json(entry) if is_json else _from_xml(entry)
        except BadInput as error:
            payload = json.dumps(entry, default=str).encode("utf-8", "replace")
            yield fields.problem(NAME, entry.get("id"), f"{name}, item {place}", error, payload)


def _decoded(body: bytes, charset: str) -> str:
    """A feed's text, by its first bytes, its own word, as UTF-8, or by the server's word, which is often a default."""
    wide = next((coding for start, coding in WIDE if body.startswith(start)), "")
    if wide:
        return body.decode(wide, "replace")
    named = CODING.match(body)
    for coding in (named[1].decode() if named else "", "utf-8", charset):
        try:
            if NARROW.fullmatch(coding):
                return body.decode("gb18030" if coding.lower() == "gb2312" else coding)
        except (UnicodeError, LookupError):
            continue
    return body.decode("windows-1252", "replace")


def _weighed(text: str, name: str) -> bytes:
    """The feed in UTF-8, without what comes before its first element. Raises TooLarge for one that would take long.

    feedparser is given these bytes and no others, and reads them with expat too: it sees what was weighed.
    """
    if "<!ENTITY" in text:
        raise TooLarge(f"{name} declares entities of its own, which an honest feed has no need of.")
    declaration = DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    doctype = DOCTYPE.match(text, max(text.find("<!DOCTYPE"), 0))
    text = text[: doctype.start()] + text[doctype.end() :] if doctype else text
    first = FIRST_MARK.search(text)
    if "<!DOCTYPE" in text[: first.start() if first else None]:
        raise Malformed(f"{name} declares more than one type of document, or one without end.")
    if text.count("<") > MAX_MARKS or text.count("&") > MAX_ENTITIES:
        raise TooLarge(f"{name} has more marks than a feed has.")
    body = text.encode("utf-8", "replace")
    is_well_formed = _count_attributes(body, name)
    if not is_well_formed and (len(body) > MAX_MALFORMED_BYTES or SWOLLEN.search(body)):
        raise TooLarge(f"{name} is not well-formed XML, and too large to be guessed at.")
    return body


def _count_attributes(body: bytes, name: str) -> bool:
    """Whether all elements could be counted: the document is well-formed. Raises TooLarge."""
    left = MAX_ATTRIBUTES

    def count(_tag: str, attributes: dict[str, str]) -> None:
        nonlocal left
        left -= len(attributes)
        if left < 0 or len(attributes) > MAX_ATTRIBUTES_EACH:
            raise TooLarge(f"{name} has more attributes than a feed has.")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = count
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        return False
    return True


def _xml_items(body: bytes, name: str) -> list[Any]:
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        # Bytes in a stream: given a text, feedparser would take it for an address and go there.
        found = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # its parsers let out whatever they meet
        raise Malformed(f"{name} cannot be read as a feed: {type(error).__name__}.") from error
    if not found.get("version") and not found.entries:
        raise Malformed(f"{name} is no feed: {found.get('bozo_exception') or 'it has no items'}.")
    return list(found.entries)


def _json_items(body: bytes, name: str) -> list[Any]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{name} is not JSON: {error}.") from error
    if not isinstance(feed, dict):
        raise Malformed(f"{name} is no JSON feed.")
    return [item if isinstance(item, dict) else {} for item in fields.items(feed, "items")]


def _from_xml(entry: dict[str, Any]) -> Draft:
    contents = entry.get("content") or []
    texts = [str(entry.get("summary") or ""), *(str(each.get("value") or "") for each in contents)]
    text = next((text for text in texts if text), "")[:MAX_ITEM_CHARACTERS]
    names = [str(each.get("name") or "") for each in entry.get("authors") or () if isinstance(each, dict)]
    tags = (str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags") or ())
    links = [str(each.get("href") or "") for each in entry.get("links") or () if each.get("rel") == "alternate"]
    named = [str(entry.get(field) or "") for field in IDENTIFIER_FIELDS] + links
    # Past the feedparser's own `get`, which gives the one date for the other.
    revised = _day(dict.get(entry, "updated_parsed"))
    published = _day(entry.get("published_parsed")) or revised
    return _draft(
        str(entry.get("id") or entry.get("link") or ""), plain(str(entry.get("title") or "")), text, named,
        published=published,
        updated=revised,
        authors=tuple(author for name in names for author in _names(name)),
        tags=tuple(filter(None, tags)),
        venue=str(entry.get("prism_publicationname") or ""),
    )  # fmt: skip


def _names(text: str) -> tuple[PrintedAuthor, ...]:
    """A feed puts all authors into one element, or each into one: "A. Lee, B. Roe" or "Lee, A."."""
    return printed_authors(text) if text.count(",") != 1 else (PrintedAuthor(text),)


def _from_json(item: Mapping[str, Any]) -> Draft:
    text = fields.text(item, "content_text") or fields.text(item, "content_html") or fields.text(item, "summary")
    authors = [each for each in fields.items(item, "authors") if isinstance(each, dict)]
    authors = authors or list(filter(None, [dict(fields.mapping(item, "author"))]))
    url, external = fields.text(item, "url"), fields.text(item, "external_url")
    moment = fields.moment(fields.text(item, "date_published"))
    updated = fields.moment(fields.text(item, "date_modified"))
    identifier = item.get("id")
    return _draft(
        str(identifier) if isinstance(identifier, str | int) else url, plain(fields.text(item, "title")),
        text[:MAX_ITEM_CHARACTERS], [external, url, str(identifier or "")],
        published=moment.date() if moment else None,
        updated=updated.date() if updated else None,
        authors=tuple(PrintedAuthor(fields.text(each, "name")) for each in authors),
        tags=fields.texts(item, "tags"),
        venue="",
    )  # fmt: skip


def _draft(
    item_id: str, title: str, text: str, named: list[str], *, published: date | None, updated: date | None,
    authors: tuple[PrintedAuthor, ...], tags: tuple[str, ...], venue: str,
) -> Draft:  # fmt: skip
    identifiers = _identifiers(named)
    if not title.strip():
        raise BadInput("the item has no title")
    key = (item_id or (identifiers[0].value if identifiers else title))[: fields.MAX_KEY].strip()
    content = "\x1f".join((title, text, *named, str(published), *(author.name for author in authors)))
    return Draft(
        source=NAME,
        key=fields.key(key),
        payload_hash=fields.digest(content.encode("utf-8", "replace")),
        title=title,
        abstract=plain_abstract(text),
        identifiers=identifiers,
        authors=authors,
        published=PartialDate(published) if published else None,
        updated=updated,
        tags=tags,
        venue=venue,
    )


def _identifiers(named: list[str]) -> tuple[Identifier, ...]:
    """What the item's own names say, addresses last."""
    found = [each for text in named if (each := parse_identifier(text.strip().removeprefix("doi:")))]
    ordered = sorted(dict.fromkeys(found), key=lambda each: each.kind == "url")
    return tuple(ordered)


def _day(parsed: struct_time | None) -> date | None:
    try:
        return date(*parsed[:3]) if parsed else None
    except (ValueError, TypeError):
        return None


def first_url(_root: str, stream: str, _window: Window) -> str:
    """The feed's own address."""
    return stream


def read_page(answer: Answer, _window: Window) -> Page:
    """The feed, whole."""
    charset = CHARSET.search(answer.content_type)
    return Page(tuple(_read(answer.body, answer.url[:200], charset[1] if charset else "")))


def check_stream(stream: str) -> None:
    """Raises BadInput for what is no address."""
    if not stream.startswith(("http://", "https://")):
        raise BadInput(
            f"{stream[:80]!r} is not the address of a feed. Write it whole, such as https://example.org/feed."
        )


LIVE = Live(
    group="feed",
    root="",
    pace_s=1.0,
    rhythm="hourly",
    stream="the address of a feed",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
    conditional=True,
    ranges=False,
)
