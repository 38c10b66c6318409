"""Works as Crossref's REST API sends them: one, a list, or bare, one or many to a file.

Field notes: https://api.crossref.org/swagger-ui and https://www.crossref.org/documentation/retrieve-metadata/rest-api/.
`update-to` stands in the notice of a retraction, `updated-by` in the work retracted. `created` and `deposited` tell
when metadata came in, decades after old papers, and are not read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, documents, fields, paging, venues, wording
from broadsheet.sources.documents import objects
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, Refusal, TokenExpired, UpstreamError, WrongContent

NAME = "crossref"
NOT_FOUND = b"Resource not found."
ENVELOPE = re.compile(rb'"message-(?:type|version)"\s*:')
OWN_FIELD = re.compile(rb'"(?:references?-count|is-referenced-by-count|content-domain|indexed|deposited)"\s*:')
TITLE_LIST = re.compile(rb'"title"\s*:\s*\[')
TITLE_TEXT = re.compile(rb'"title"\s*:\s*"')
NO_PAPERS = frozenset(
    """book-series book-set component database dataset grant journal journal-issue journal-volume peer-review
    proceedings proceedings-series report-component report-series standard-series""".split()  # noqa: SIM905
)
DATES = ("published", "issued", "published-online", "published-print", "posted")
SAME_WORK = ("is-preprint-of", "has-preprint", "is-version-of", "is-identical-to")
RETRACTIONS = frozenset(["retraction", "withdrawal", "removal"])
RETRACTED = re.compile(r"\W*(?:RETRACTED|WITHDRAWN|Retracted|Withdrawn)(?:\s+(?:ARTICLE|PAPER|Article|Paper))?\s*:")
VOLATILE = frozenset(
    """indexed score deposited is-referenced-by-count reference-count references-count reference _id""".split()  # noqa: SIM905
)
"""Fields that change, or say nothing, without the paper having changed; what it cites is not read."""
STREAM = re.compile(r"(issn|prefix|member):\s*(\S+)")
ROWS = 200
"""A page of 500 with what they all cite goes beyond the size of an answer that we take."""


def recognises(head: bytes) -> bool:
    """Whether a file starts as an answer of the API, or as a bare work: CSL-JSON has one title, a work a list."""
    start = head.lstrip()
    if not start.startswith((b"{", b"[")):
        return start.strip() == NOT_FOUND
    if start.startswith(b"{") and ENVELOPE.search(start):
        return True
    return bool(OWN_FIELD.search(start) and b'"DOI"' in start and _has_title_list(start))


def _has_title_list(start: bytes) -> bool:
    found, text = TITLE_LIST.search(start), TITLE_TEXT.search(start)
    return found is not None and (text is None or found.start() < text.start())


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each work of a file. Raises Refusal for a document that is none, or not of works."""
    head = stream.peek(64) if hasattr(stream, "peek") else b""
    if head.strip() == NOT_FOUND:
        raise NoSuchThing(f"{name}: Crossref knows no such thing.")
    records = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, records, draft, "DOI")


def _records(value: Any, name: str) -> Iterable[Any]:
    """The works of a document: a list of them, one, or an answer that holds them."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or "message" not in value:
        return [value]
    message = _message(value, name)
    return message.get("items") or [] if value.get("message-type") == "work-list" else [message]


def _message(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What an answer is about, if that is works. Raises Refusal."""
    kind, message = answer.get("message-type"), answer.get("message")
    if answer.get("status") not in ("ok", None):
        raise _refusal(message, name)
    if kind not in ("work", "work-list", None):
        raise WrongContent(f"{name} describes no works: it is a {str(kind)[:40]!r}.")
    if not isinstance(message, dict):
        raise Malformed(f"{name} holds no message.")
    if not isinstance(message.get("items"), (list, type(None))):
        raise Malformed(f"{name}: its items are no list.")
    return message


def _refusal(message: object, name: str) -> Refusal:
    """Why Crossref refuses, by its own words."""
    errors = [each for each in message if isinstance(each, dict)] if isinstance(message, list) else []
    said = "; ".join(str(each.get("message", ""))[:200] for each in errors[:3]) or str(message)[:200]
    kinds = {str(each.get("type")) for each in errors}
    if "cursor-invalid" in kinds:
        return TokenExpired(f"{name}: {said}")
    return (NoSuchThing if "resource-not-found" in kinds else UpstreamError)(f"{name}: Crossref says: {said}")


def draft(work: Mapping[str, Any]) -> Draft | None:
    """One work as a draft; None for journals, components and other things that are no papers. Raises BadInput."""
    kind = fields.text(work, "type")
    if kind in NO_PAPERS:
        return None
    doi = fields.text(work, "DOI").strip().lower()
    title = _title(work)
    return Draft(
        source=NAME,
        key=fields.key(doi),
        payload_hash=fields.digest(documents.payload(work, VOLATILE)),
        title=title,
        # Some publishers deposit the title as the heading of the abstract.
        abstract=wording.abstract(fields.text(work, "abstract")).removeprefix(f"{title}: "),
        identifiers=_identifiers(work, doi),
        authors=tuple(filter(None, map(_author, objects(work, "author")))),
        published=_published(work),
        language=fields.text(work, "language")[:20],
        licence=_licence(work),
        withdrawn=bool(RETRACTED.match(title)) or _is_retracted(work, doi),
        tags=fields.texts(work, "subject"),
        venue=_venue(work, kind),
    )


def _first(work: Mapping[str, Any], name: str) -> str:
    """The first of several texts: titles in other languages, or of other editions, follow it."""
    return next(iter(fields.texts(work, name)), "")


def _title(work: Mapping[str, Any]) -> str:
    title = _first(work, "title") or _first(work, "original-title")
    return wording.with_subtitle(wording.plain(title), wording.plain(_first(work, "subtitle"))) if title.strip() else ""


def _identifiers(work: Mapping[str, Any], doi: str) -> tuple[Identifier, ...]:
    """Its DOI, and those of the same work as a preprint, or of the work that it is a version of."""
    relation = fields.mapping(work, "relation")
    related = (each for name in SAME_WORK for each in objects(relation, name))
    names = (fields.text(each, "id") for each in related if each.get("id-type") in ("doi", "arxiv"))
    found = map(parse_identifier, [doi, *names])
    return tuple(dict.fromkeys(each for each in found if each and each.kind != "url"))


def _author(author: Mapping[str, Any]) -> PrintedAuthor | None:
    names = (fields.text(author, name).strip() for name in ("given", "family", "suffix"))
    name = " ".join(part for part in names if part) or fields.text(author, "name")
    places = (fields.text(place, "name") for place in objects(author, "affiliation"))
    affiliation = "; ".join(place for place in places if place)
    orcid = fields.text(author, "ORCID").rstrip("/")[-19:]
    return PrintedAuthor(wording.plain(name), orcid, wording.plain(affiliation)) if name else None


def _published(work: Mapping[str, Any]) -> PartialDate | None:
    """The earliest day told; of theses and standards often only the one they were approved on is."""
    days = (_date(fields.mapping(work, name)) for name in DATES)
    return dating.earliest(days) or _date(fields.mapping(work, "approved"))


def _date(given: Mapping[str, Any]) -> PartialDate | None:
    parts = given.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    return dating.partial(*first[:3]) if isinstance(first, list) and first else None


def _licence(work: Mapping[str, Any]) -> str:
    """The licence of the published version, a free one first; text mining licences are for machines."""
    licences = [each for each in objects(work, "license") if each.get("content-version") != "tdm"]
    urls = [url for each in licences if (url := fields.text(each, "URL"))]
    return next((url for url in urls if "creativecommons" in url), urls[0] if urls else "")


def _is_retracted(work: Mapping[str, Any], doi: str) -> bool:
    """Whether a later notice, or the record itself, takes the work back. A notice about another work does not."""
    updates = [*objects(work, "updated-by"), *(u for u in objects(work, "update-to") if _is(u.get("DOI"), doi))]
    return any(each.get("type") in RETRACTIONS for each in updates if isinstance(each.get("type"), str))


def _is(value: object, doi: str) -> bool:
    return isinstance(value, str) and value.strip().lower() == doi


def _venue(work: Mapping[str, Any], kind: str) -> str:
    """The journal; of a book in a series the book, which is named last. Preprints have appeared nowhere yet."""
    names = fields.texts(work, "container-title")
    if not names or kind == "posted-content":
        return ""
    return venues.printed(wording.plain(names[0] if kind == "journal-article" else names[-1]))


def check_stream(stream: str) -> None:
    """Refuses all of Crossref at once, and a prefix or member that cannot be. Raises BadInput."""
    paging.needs_a_choice(stream)
    name, colon, _ = stream.partition(":")
    if colon and name in ("issn", "prefix", "member") and not STREAM.fullmatch(stream):
        raise BadInput(f"{stream!r}: write {name}: and the {name}, without blanks.")


def first_url(root: str, stream: str, window: Window) -> str:
    """The address of the first page of works changed in the window."""
    chosen = STREAM.fullmatch(stream)
    filters = {
        "from-update-date": window.since.isoformat() if window.since else "",
        "until-update-date": window.until.isoformat() if window.until else "",
        **({chosen[1]: chosen[2]} if chosen else {}),
    }
    query = {
        "query.bibliographic": "" if chosen else stream,
        "filter": ",".join(f"{name}:{value}" for name, value in filters.items() if value),
        "rows": str(ROWS),
        "cursor": "*",
    }
    return paging.address(root, "/works", query)


def read_page(answer: Answer, _window: Window) -> Page:
    """One page of works. Raises Refusal."""
    name = "Crossref's answer"
    if answer.body.strip() == NOT_FOUND:
        raise NoSuchThing(f"{answer.url[:200]}: Crossref knows no such thing.")
    value = documents.parsed(answer.body, name)
    if not isinstance(value, dict) or value.get("message-type") not in ("work-list", "work"):
        _message(value if isinstance(value, dict) else {}, name)
        raise Malformed(f"{name} holds no list of works.")
    records = list(_records(value, name))
    message = value["message"]
    return Page(
        tuple(documents.drafts(NAME, name, records, draft, "DOI")),
        _next_url(answer.url, message, len(records)),
        total=_count(message.get("total-results")),
    )


def _next_url(url: str, message: Mapping[str, Any], count: int) -> str:
    """Crossref sends a cursor with every page; the last one is not full."""
    cursor, rows = message.get("next-cursor"), _count(message.get("items-per-page")) or ROWS
    full = count > 0 and count >= rows
    return paging.with_query(url, {"cursor": cursor}) if full and isinstance(cursor, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


LIVE = Live(
    group="crossref",
    root="https://api.crossref.org",
    pace_s=1.0,
    rhythm="daily",
    stream="issn:2167-8359, prefix:10.1371, member:98, or words to search for",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
)
