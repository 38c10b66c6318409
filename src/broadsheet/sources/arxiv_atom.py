"""arXiv's Atom API: papers by category and days of submission, by ids, or by any query (info.arxiv.org, "API manual").

Errors come with status 200, as an entry whose id lies under `api/errors`. First pages are at times empty although
`totalResults` counts more; that is an error too.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import BinaryIO
from urllib.parse import parse_qs, urlencode

from lxml import etree

from broadsheet.drafts import Draft, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import arxiv_fields, fields, xml
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.paging import parameter, with_query
from broadsheet.sources.refusals import NoSuchThing, UpstreamError
from broadsheet.sources.xml import Element
from broadsheet.taxonomy import load as load_taxonomy

NAME = "arxiv-api"
ROOT = "https://export.arxiv.org/api/query"
ATOM, ARXIV = "{http://www.w3.org/2005/Atom}", "{http://arxiv.org/schemas/atom}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
PAGE_SIZE = 200
FIRST_DAY, LAST_DAY = date(1991, 8, 14), date(2199, 12, 31)
OURS = re.compile(
    rb"<(?:\w+:)?id>\s*https?://(?:export\.)?arxiv\.org/(?:abs|api)[/<]|"
    rb"ArXiv Query:|arXiv Search Results|arxiv\.org/api/query"
)
FEED = re.compile(rb"rss\.arxiv\.org|<arxiv:announce_type>")


def recognises(head: bytes) -> bool:
    """Whether a file is an answer of the API, or an Atom feed of arXiv's own entries."""
    return xml.root_name(head) == (ATOM[1:-1], "feed") and bool(OURS.search(head)) and not FEED.search(head)


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts of a saved answer. Raises UpstreamError where it tells of an error."""
    return (item for item in _items(stream, name, {}) if item)


def _items(stream: BinaryIO, name: str, counts: dict[str, int]) -> Iterator[Draft | Problem]:
    tags = (f"{ATOM}entry", f"{SEARCH}totalResults", f"{SEARCH}startIndex")
    place = 0
    for element in xml.records(stream, name, *tags, root=f"{ATOM}feed"):
        if element.tag != f"{ATOM}entry":
            text = (element.text or "").strip()
            counts[etree.QName(element).localname] = int(text[:9]) if text.isascii() and text.isdigit() else 0
            continue
        place += 1
        entry_id = (element.findtext(f"{ATOM}id") or "").strip()
        if "/api/errors" in entry_id:
            raise _error(element.findtext(f"{ATOM}summary") or element.findtext(f"{ATOM}title") or "")
        try:
            yield draft(element, entry_id)
        except BadInput as error:
            yield fields.problem(NAME, entry_id, f"{name}, entry {place}", error, etree.tostring(element)[:2_000])


def _error(text: str) -> Exception:
    message = f"arXiv says: {' '.join(text.split())[:200] or 'an error'}"
    return (
        NoSuchThing(message) if "incorrect id format" in text or "malformed" in text.lower() else UpstreamError(message)
    )


def draft(entry: Element, entry_id: str) -> Draft:
    """An entry. Raises BadInput for one without an arXiv id."""
    identifier = arxiv_fields.identifier(entry_id)
    comment, abstract = _text(entry, f"{ARXIV}comment"), _text(entry, f"{ATOM}summary")
    submitted, updated = fields.moment(_text(entry, f"{ATOM}published")), fields.moment(_text(entry, f"{ATOM}updated"))
    version = arxiv_fields.version(entry_id)
    return Draft(
        source=NAME,
        key=identifier.value,
        payload_hash=fields.digest(etree.tostring(entry, exclusive=True, with_tail=False)),
        title=_text(entry, f"{ATOM}title"),
        abstract=abstract,
        identifiers=(identifier, *arxiv_fields.doi(_text(entry, f"{ARXIV}doi"))),
        authors=tuple(_author(each) for each in entry.iterfind(f"{ATOM}author")),
        published=PartialDate(submitted.date()) if submitted else None,
        updated=updated.date() if updated else None,
        version=version,
        version_days=_version_days(version, submitted, updated),
        comment=comment,
        withdrawn=arxiv_fields.is_withdrawn(comment, abstract),
        categories=_categories(entry),
        venue=_text(entry, f"{ARXIV}journal_ref"),
        edition=arxiv_fields.estimated_place(identifier.value, submitted) if submitted else None,
    )


def _text(entry: Element, tag: str) -> str:
    return xml.content(entry.find(tag)).strip()


def _author(author: Element) -> PrintedAuthor:
    return PrintedAuthor(_text(author, f"{ATOM}name"), "", _text(author, f"{ARXIV}affiliation"))


def _version_days(
    version: int | None, submitted: datetime | None, updated: datetime | None
) -> tuple[tuple[int, date], ...]:
    """`published` is the day of the first version, `updated` that of the version shown."""
    days = {1: submitted.date() if submitted else None, version or 1: updated.date() if updated else None}
    return tuple((number, day) for number, day in days.items() if day) if version else ()


def _categories(entry: Element) -> tuple[str, ...]:
    """The codes, the primary one first; terms of other schemes (ACM, MSC classes) are left out."""
    primary = entry.find(f"{ARXIV}primary_category")
    terms = [primary.get("term", "")] if primary is not None else []
    terms += [each.get("term", "") for each in entry.iterfind(f"{ATOM}category")]
    taxonomy = load_taxonomy()
    return tuple(dict.fromkeys(term for term in terms if taxonomy.canonical(term)))


def by_ids(ids: Sequence[str]) -> str:
    """The stream that asks for papers by their ids."""
    return f"id:{','.join(ids)}"


def first_url(root: str, stream: str, window: Window) -> str:
    """The first page of a category, of ids, or of any query, for papers submitted on these days."""
    parts: dict[str, str | int] = {"start": 0, "max_results": PAGE_SIZE}
    if stream.startswith("id:"):
        return f"{root}?{urlencode({'id_list': stream[3:], **parts}, safe=',/')}"
    query = _query(stream)
    if window.since or window.until:
        first, last = window.since or FIRST_DAY, window.until or LAST_DAY
        days = f"submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
        query = f"({query}) AND {days}" if query else days
    parts = {"search_query": query, **parts, "sortBy": "submittedDate", "sortOrder": "ascending"}
    return f"{root}?{urlencode(parts, safe=':[]*')}"


def _query(stream: str) -> str:
    """A category is asked for by its code, an archive with all that lies in it; other streams are queries."""
    category = load_taxonomy().canonical(stream) if stream else None
    if category is None:
        return stream
    archives = [each for each in load_taxonomy().categories if each.parent == category]
    return f"cat:{category}.*" if archives and "." not in category else f"cat:{category}"


def read_page(answer: Answer, _window: Window) -> Page:
    """An answer as a page. Raises UpstreamError for an error entry, and for an empty page where more is counted."""
    counts: dict[str, int] = {}
    items = tuple(_items(io.BytesIO(answer.body), answer.url[:200], counts))
    total, start = counts.get("totalResults"), counts.get("startIndex", 0)
    by_id = "id_list" in parse_qs(answer.url.partition("?")[2])
    asked_from = int("".join(filter(str.isdecimal, parameter(answer.url, "start")))[:9] or 0)
    if not items and total and asked_from < total and not by_id:
        raise UpstreamError(f"arXiv counts {total} papers and sent none of them.")
    after = max(start, asked_from) + len(items)
    following = with_query(answer.url, {"start": str(after)}) if total and items and after < total else ""
    return Page(items, following, None, None if by_id else total)


LIVE = Live(
    group=arxiv_fields.GROUP,
    root=ROOT,
    pace_s=arxiv_fields.PACE_S,
    rhythm="daily",
    stream="a category such as cs.CL, an archive such as stat, or any query of the API",
    first_url=first_url,
    read_page=read_page,
    overlap_days=4,
    exact_total=True,
    checks="arxiv-rss",
    by_ids=by_ids,
)
