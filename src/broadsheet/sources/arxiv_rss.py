"""arXiv's daily feeds, in RSS and Atom: what was announced in a category this morning, and how.

A feed is rebuilt at midnight US Eastern and holds that day only; on weekends and holidays it is empty. New papers and
fresh cross-lists take their place in the day's edition; replacements bring a version and are not announced again.
"""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from lxml import etree

from broadsheet.drafts import Draft, EditionPlace, PartialDate, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import arxiv_fields, fields, xml
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed
from broadsheet.sources.xml import Element
from broadsheet.timetable import feed_day

NAME = "arxiv-rss"
ROOT = "https://rss.arxiv.org/rss"
ATOM, ARXIV, DC = (
    "{http://www.w3.org/2005/Atom}",
    "{http://arxiv.org/schemas/atom}",
    "{http://purl.org/dc/elements/1.1/}",
)
PREFIX = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s*(?:Abstract:)?\s*", re.IGNORECASE)
OURS = re.compile(
    rb"https?://(?:rss|export)\.arxiv\.org/(?:rss|atom)|<arxiv:announce_type>|updates on (?:the )?arXiv\.org"
)


def recognises(head: bytes) -> bool:
    """Whether a file is one of arXiv's daily feeds."""
    return xml.root_name(head) in (("", "rss"), (ATOM[1:-1], "feed")) and bool(OURS.search(head))


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts of a saved feed."""
    return _items(stream, name, [])


def _items(stream: BinaryIO, name: str, days: list[datetime]) -> Iterator[Draft | Problem]:
    """The items; the feed's own dates are put into `days` as they come, before the first item."""
    dates = ("pubDate", "lastBuildDate", f"{ATOM}updated")
    place, seen = 0, False
    for element in xml.records_apart(stream, name, ("item", f"{ATOM}entry"), dates):
        seen = True
        if element.tag in dates:
            days += filter(None, [_moment((element.text or "").strip())])
            continue
        place += 1
        name_of_item = _text(element, "guid") or _text(element, f"{ATOM}id")
        try:
            yield draft(element, name_of_item, min(days, default=None), place)
        except BadInput as error:
            yield fields.problem(NAME, name_of_item, f"{name}, item {place}", error, etree.tostring(element)[:2_000])
    if not seen:
        raise Malformed(f"{name} is no feed: it has neither items nor a date.")


def _text(element: Element, tag: str) -> str:
    return xml.content(element.find(tag)).strip()


def _moment(text: str) -> datetime | None:
    """A moment in UTC: times without a zone, or of another age, cannot be compared with the others."""
    try:
        return fields.moment(text if text[:4].isdigit() else parsedate_to_datetime(text).isoformat())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def draft(item: Element, guid: str, feed: datetime | None, place: int) -> Draft:
    """An item of a feed of that moment. Raises BadInput for one without an arXiv id."""
    name = guid if "arXiv.org:" in guid else _text(item, "link") or guid
    identifier = arxiv_fields.identifier(name)
    abstract = PREFIX.sub("", _text(item, "description") or _text(item, f"{ATOM}summary"), count=1)
    creators = [xml.content(each) for each in item.iterfind(f"{DC}creator")]
    creators += [_text(each, f"{ATOM}name") for each in item.iterfind(f"{ATOM}author")]
    kind, version = _text(item, f"{ARXIV}announce_type"), arxiv_fields.version(guid)
    day = feed_day(feed) if feed and feed.tzinfo else None
    content = etree.tostring(item, exclusive=True, with_tail=False)
    return Draft(
        source=NAME,
        key=identifier.value,
        payload_hash=fields.digest(content + str(day).encode()),
        title=_text(item, "title") or _text(item, f"{ATOM}title"),
        abstract=abstract,
        identifiers=(identifier, *arxiv_fields.doi(_text(item, f"{ARXIV}DOI"))),
        authors=tuple(author for line in creators for author in arxiv_fields.printed_authors(line)),
        published=PartialDate(day) if day and kind == "new" else None,
        version=version,
        licence=_text(item, f"{DC}rights") or _text(item, f"{ATOM}rights"),
        withdrawn=arxiv_fields.is_withdrawn("", abstract),
        categories=_categories(item),
        venue=_text(item, f"{ARXIV}journal_reference"),
        edition=_edition(kind, identifier.value, day, place) if day else None,
    )


def _categories(item: Element) -> tuple[str, ...]:
    terms = [(each.text or each.get("term") or "").strip() for each in item.iterfind("category")]
    return (*terms, *(each.get("term", "") for each in item.iterfind(f"{ATOM}category")))


def _edition(kind: str, arxiv_id: str, day: date, place: int) -> EditionPlace | None:
    """The place of a new paper. That of a cross-list is less sure: it may have been announced elsewhere days before.

    Cross-lists of older papers, whose number is of neither this month nor the last, have none.
    """
    if kind == "new":
        return EditionPlace(day, place, "announcement")
    month_before = date.fromordinal(day.replace(day=1).toordinal() - 1)
    is_recent = arxiv_id[:4] in (f"{day:%y%m}", f"{month_before:%y%m}")
    return EditionPlace(day, place, "estimate") if kind == "cross" and is_recent else None


def first_url(root: str, stream: str, _window: Window) -> str:
    """The feed of a category or archive."""
    return f"{root}/{stream}"


def read_page(answer: Answer, _window: Window) -> Page:
    """The feed, whole; `answered` is the day it is of."""
    days: list[datetime] = []
    items = tuple(_items(io.BytesIO(answer.body), answer.url[:200], days))
    return Page(items, "", min(days, default=None))


def check_stream(stream: str) -> None:
    """Raises BadInput for what is no category, and for none: there is no feed of all of arXiv."""
    if not stream:
        raise BadInput("Name the categories whose feeds are to be read, such as cs.CL.")
    arxiv_fields.check_category(stream)


LIVE = Live(
    group=arxiv_fields.GROUP,
    root=ROOT,
    pace_s=arxiv_fields.PACE_S,
    rhythm="announcements",
    stream="a category such as cs.CL or an archive such as stat",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
    conditional=True,
    ranges=False,
)
