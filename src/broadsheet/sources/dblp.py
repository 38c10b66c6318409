"""Publications as dblp's search sends them (JSON) and as its records and its dump are written (XML).

Field notes: https://dblp.org/faq/How+to+use+the+dblp+search+API.html and https://dblp.org/xml/docu/dblpxml.pdf.
A list of one is sent as the one, and one of none is left out. Search cannot be asked for days.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, Identifier, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, dblp_xml, documents, fields, paging, venues, wording
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, UpstreamError, WrongContent

NAME = "dblp"
HITS = re.compile(rb'"hits"\s*:\s*\{[^{}]*"@(?:total|sent|computed|first)"')
KEY = re.compile(rb'"key"\s*:\s*"(?:conf|journals|books|phd|series|reference|tr)\\?/')
HOMONYM = re.compile(r"\s+\d{4}$")
DOI_SITE = re.compile(r"https?://(?:dx\.)?doi\.[a-z.]+/(10\..+)")
NO_PAPERS = frozenset(["Editorship", "Data and Artifacts", "proceedings", "data", "www", "person"])
PAGE = 1000
MAX_HITS = 10_000
"""Further ones dblp does not give."""


def recognises(head: bytes) -> bool:
    """Whether a file is an answer of dblp's search, or its XML."""
    start = head.lstrip()
    if start.startswith(b"<"):
        return dblp_xml.recognises(start)
    return start.startswith(b"{") and bool(HITS.search(start) or (b'"info"' in start and KEY.search(start)))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each publication of a file; proceedings as such are passed over. Raises Refusal."""
    head = stream.peek(64) if hasattr(stream, "peek") else b""
    if head.lstrip().startswith(b"<"):
        found: Iterable[Any] = dblp_xml.records(stream, name)
    else:
        found = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, found, draft, "key")


def _records(value: Any, name: str) -> list[Any]:
    """What an answer says of each hit. Raises Refusal."""
    result = value.get("result") if isinstance(value, dict) else None
    if not isinstance(result, dict):
        return [value.get("info", value) if isinstance(value, dict) else value]
    status, hits = result.get("status"), result.get("hits")
    if isinstance(status, dict) and status.get("@code") not in ("200", None):
        raise UpstreamError(f"{name}: dblp says: {str(status.get('text'))[:200]}")
    if not isinstance(hits, dict):
        raise Malformed(f"{name} holds no hits.")
    return [_info(each, name) for each in _several(hits.get("hit"))]


def _info(hit: Any, name: str) -> Any:
    """Raises WrongContent for an author or a venue."""
    info = hit.get("info") if isinstance(hit, dict) else None
    if isinstance(info, dict) and "key" not in info and "title" not in info:
        raise WrongContent(f"{name} describes no publications, but authors or venues.")
    return info


def _several(value: Any) -> list[Any]:
    """A list of one is sent as the one."""
    return [] if value is None else value if isinstance(value, list) else [value]


def draft(record: Mapping[str, Any]) -> Draft | None:
    """One publication as a draft; None for proceedings and home pages. Raises BadInput."""
    kind = fields.text(record, "type")
    if kind in NO_PAPERS:
        return None
    key = fields.key(fields.text(record, "key"))
    venue = _venue(record)
    return Draft(
        source=NAME,
        key=key,
        payload_hash=fields.digest(documents.payload(record, frozenset(["@score", "@id"]))),
        title=_title(wording.plain(fields.text(record, "title"))),
        identifiers=_identifiers(record, key),
        authors=tuple(_authors(record)),
        published=dating.partial(record.get("year"), record.get("month")),
        withdrawn="withdrawn" in kind.lower(),
        venue=venues.printed(venue),
    )


def _title(title: str) -> str:
    """Every title ends in a full stop, except where it ends in another mark."""
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title


def _venue(record: Mapping[str, Any]) -> str:
    names = _several(record.get("venue"))
    first = names[0] if names else ""
    if not isinstance(first, str):
        raise BadInput(f"venue: text was expected, not {type(first).__name__}")
    return wording.plain(first)


def _identifiers(record: Mapping[str, Any], key: str) -> tuple[Identifier, ...]:
    """What its links name; of CoRR also the volume, "abs/2103.14030"."""
    editions = [each for each in _several(record.get("ee")) if isinstance(each, str) and "wikidata.org" not in each]
    volume = str(record.get("volume") or "").removeprefix("abs/") if _venue(record) == "CoRR" else ""
    named = [volume, fields.text(record, "doi"), *(DOI_SITE.sub(r"\1", each) for each in editions)]
    found = [each for each in map(parse_identifier, named) if each]
    known, urls = [each for each in found if each.kind != "url"], [each for each in found if each.kind == "url"]
    return tuple(dict.fromkeys([*known, Identifier("other", f"dblp:{key}"), *urls]))


def _authors(record: Mapping[str, Any]) -> Iterator[PrintedAuthor]:
    for each in _several(fields.mapping(record, "authors").get("author")):
        name = fields.text(each, "text") if isinstance(each, dict) else each
        if not isinstance(name, str):
            raise BadInput(f"author: a name was expected, not {type(name).__name__}")
        orcid = fields.text(each, "orcid") if isinstance(each, dict) else ""
        # "Wei Wang 0001" is how dblp tells people of one name apart.
        yield PrintedAuthor(HOMONYM.sub("", wording.plain(name)), orcid)


def first_url(root: str, stream: str, _window: Window) -> str:
    """The address of the first hits of a query."""
    return paging.address(root, "/search/publ/api", {"q": stream.strip(), "format": "json", "h": str(PAGE), "f": "0"})


def read_page(answer: Answer, _window: Window) -> Page:
    """One page of hits. Raises Refusal."""
    name = "dblp's answer"
    value = documents.parsed(answer.body, name)
    if not isinstance(value, dict) or not isinstance(value.get("result"), dict):
        raise Malformed(f"{name} holds no hits.")
    records = _records(value, name)
    total = _whole(value["result"]["hits"].get("@total"))
    place = (_whole(paging.parameter(answer.url, "f")) or 0) + len(records)
    more = records and place < min(total or 0, MAX_HITS)
    items = tuple(documents.drafts(NAME, name, records, draft, "key"))
    return Page(items, paging.with_query(answer.url, {"f": str(place)}) if more else "", total=total)


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


LIVE = Live(
    group="dblp",
    root="https://dblp.org",
    pace_s=3.0,
    rhythm="daily",
    stream="a query of dblp's search: scanpath, venue:ETRA:, author:Jane_Doe:",
    first_url=first_url,
    read_page=read_page,
    check_stream=paging.needs_a_choice,
    default_streams=(),
    ranges=False,
)
