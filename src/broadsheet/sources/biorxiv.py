"""Preprints as the API of bioRxiv and medRxiv tells of them: a record for each version, under one DOI.

Field notes: https://api.biorxiv.org. Long windows are asked for month by month, so that no list grows deep.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, documents, fields, wording
from broadsheet.sources.arxiv_fields import is_withdrawn
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, UpstreamError

NAME = "biorxiv"
SERVERS = {"biorxiv": date(2013, 11, 1), "medrxiv": date(2019, 6, 1)}
"""Since when each has preprints."""
SIGNATURE = re.compile(rb'"(?:messages|collection)"\s*:\s*\[')
OWN_FIELD = re.compile(rb'"(?:server|jatsxml|author_corresponding|rel_doi|biorxiv_doi)"\s*:|"status"\s*:')
ADDRESS = re.compile(
    r"(?P<root>.*)/details/(?P<server>\w+)/(?P<since>[\d-]+)/(?P<until>[\d-]+)/(?P<place>\d{1,9})/json", re.ASCII
)
DOI_DAY = re.compile(r"10\.\d{4,}/(\d{4})\.(\d\d)\.(\d\d)\.\d+")
TITLE_WITHDRAWN = re.compile(r"\W*WITHDRAWN\b")
DAYS = 31


def recognises(head: bytes) -> bool:
    """Whether a file is an answer of the API."""
    start = head.lstrip()
    return start.startswith(b"{") and len(set(SIGNATURE.findall(start))) > 1 and bool(OWN_FIELD.search(start))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each version of each preprint of a file. Raises Refusal."""
    records = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, records, draft, "doi")


def _records(value: Any, name: str) -> Iterable[Any]:
    """The collection of an answer. No posts in a window is no failure; any other status is. Raises Refusal."""
    if not isinstance(value, dict) or not {"messages", "collection"} & value.keys():
        return [value]
    message, collection = _message(value), value.get("collection")
    status = str(message.get("status", "ok"))
    if status.lower().startswith("no posts found"):
        return []
    if status.lower() != "ok":
        raise UpstreamError(f"{name}: bioRxiv says: {status[:200]}")
    if not isinstance(collection, list):
        raise Malformed(f"{name} holds no collection.")
    return collection


def _message(value: Mapping[str, Any]) -> Mapping[str, Any]:
    messages = value.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else {}
    return first if isinstance(first, dict) else {}


def draft(record: Mapping[str, Any]) -> Draft:
    """One version of a preprint as a draft. Raises BadInput."""
    doi = (fields.text(record, "doi") or fields.text(record, "rel_doi")).strip().lower()
    version = _version(record)
    day = fields.day(fields.text(record, "date") or fields.text(record, "rel_date"))
    title = wording.plain(fields.text(record, "title") or fields.text(record, "rel_title"))
    abstract = wording.abstract(fields.text(record, "abstract") or fields.text(record, "rel_abs"))
    kind = fields.text(record, "type").lower()
    return Draft(
        source=NAME,
        key=fields.key(doi),
        payload_hash=fields.digest(documents.payload(record)),
        title=title,
        abstract=abstract,
        identifiers=_identifiers(record, doi),
        authors=tuple(_authors(record)),
        published=_published(doi, version, day),
        updated=day,
        version=version,
        version_days=((version, day),) if version and day else (),
        licence=_known(record, "license"),
        withdrawn=kind == "withdrawn" or is_withdrawn("", abstract) or bool(TITLE_WITHDRAWN.match(title)),
        tags=tuple(filter(None, [_known(record, "category")])),
    )


def _known(record: Mapping[str, Any], name: str) -> str:
    """A text; "NA" stands for none."""
    text = fields.text(record, name).strip()
    return "" if text.upper() == "NA" else text


def _version(record: Mapping[str, Any]) -> int | None:
    text = str(record.get("version") or "")[:10]
    return int(text) if text.isdecimal() and text.isascii() and 0 < int(text) < 1_000 else None


def _identifiers(record: Mapping[str, Any], doi: str) -> tuple[Identifier, ...]:
    """Its DOI, and that of the journal's version."""
    found = map(parse_identifier, [doi, _known(record, "published")])
    names = tuple(dict.fromkeys(each for each in found if each and each.kind == "doi"))
    if not names:
        raise BadInput("it has no DOI")
    return names


def _authors(record: Mapping[str, Any]) -> Iterator[PrintedAuthor]:
    """Names stand as "Family, G.; Family, G."; in lists of a collection each is an object."""
    listed = record.get("rel_authors")
    if isinstance(listed, list):
        for author in documents.objects(record, "rel_authors"):
            yield PrintedAuthor(fields.text(author, "author_name"), "", fields.text(author, "author_inst"))
        return
    for name in fields.text(record, "authors").split(";"):
        if name.strip():
            yield PrintedAuthor(wording.reading_order(wording.plain(name).strip()))


def _published(doi: str, version: int | None, day: date | None) -> PartialDate | None:
    """The day of the first version; a later one tells its own day only, but the DOI knows the month of the first."""
    if day and version in (1, None):
        return PartialDate(day)
    named = DOI_DAY.fullmatch(doi)
    return dating.partial(named[1], named[2]) if named else None


def check_stream(stream: str) -> None:
    """Raises BadInput for a server that is none."""
    if stream not in SERVERS:
        raise BadInput(f"There is no server {stream!r}. Choose one of: {', '.join(SERVERS)}.")


def first_url(root: str, stream: str, window: Window) -> str:
    """The address of the first preprints of the window's first month."""
    return _window_url(root, stream, window.since or SERVERS.get(stream, date(2013, 11, 1)), window)


def _window_url(root: str, server: str, since: date, window: Window) -> str:
    last = min(since + timedelta(days=DAYS - 1), window.until or date.max)
    return f"{root}/details/{server}/{since}/{last}/0/json"


def read_page(answer: Answer, window: Window) -> Page:
    """One page of versions; then the next page, then the next month up to today. Raises Refusal."""
    name = "bioRxiv's answer"
    value = documents.parsed(answer.body, name)
    if not isinstance(value, dict) or "messages" not in value:
        raise Malformed(f"{name} holds no collection.")
    records = list(_records(value, name))
    items = tuple(documents.drafts(NAME, name, records, draft, "doi"))
    return Page(items, _next_url(answer, window, len(records), _total(_message(value))))


def _total(message: Mapping[str, Any]) -> int:
    text = str(message.get("total", "0"))
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0


def _next_url(answer: Answer, window: Window, count: int, total: int) -> str:
    asked = ADDRESS.fullmatch(answer.url)
    if asked is None:
        return ""
    place, last = int(asked["place"]) + count, fields.day(asked["until"])
    if count and place < total:
        return f"{asked['root']}/details/{asked['server']}/{asked['since']}/{asked['until']}/{place}/json"
    end = min(window.until or date.max, answer.received.date())
    more = last is not None and last < end
    return _window_url(asked["root"], asked["server"], last + timedelta(days=1), window) if last and more else ""


LIVE = Live(
    group="biorxiv",
    root="https://api.biorxiv.org",
    pace_s=1.0,
    rhythm="daily",
    stream="biorxiv or medrxiv",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=("biorxiv", "medrxiv"),
)
