"""Feeds: a list of papers as Atom (RFC 4287) and as JSON Feed 1.1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote

from lxml import etree
from lxml.builder import ElementMaker

from broadsheet.cards import Card
from broadsheet.drafts import PartialDate
from broadsheet.tex import plain_text
from broadsheet.web.rendering import paper_url

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""For what has no date: it has not changed since anybody looked."""
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""

_E = ElementMaker(namespace=ATOM, nsmap={None: ATOM})


@dataclass(frozen=True, slots=True)
class Feed:
    """A list of papers with its addresses, all absolute; `next_url` is empty at the end, `root` is the instance's."""

    title: str
    site_name: str
    root: str
    page_url: str
    self_url: str
    next_url: str
    cards: Sequence[Card]


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document."""
    links = [("alternate", "text/html", feed.page_url), ("self", "application/atom+xml", feed.self_url)]
    if feed.next_url:
        links.append(("next", "application/atom+xml", feed.next_url))
    document = _E.feed(
        _E.id(_xml(feed.self_url)),
        _E.title(_xml(feed.title)),
        _E.updated(_moment(max((_changed(card) for card in feed.cards), default=NO_DATE))),
        _E.author(_E.name(_xml(feed.site_name))),
        _E.generator("Broadsheet"),
        *(_E.link(rel=rel, type=kind, href=_xml(url)) for rel, kind, url in links),
        *(_entry(card, feed.root) for card in feed.cards),
    )
    return bytes(etree.tostring(document, xml_declaration=True, encoding="utf-8"))


def _entry(card: Card, root: str) -> Any:
    entry = _E.entry(
        _E.id(_xml(stable_id(card.key))),
        _E.title(_xml(_title(card))),
        _E.link(rel="alternate", type="text/html", href=_xml(root + paper_url(card.key))),
        _E.updated(_moment(_changed(card))),
    )
    if card.published:
        entry.append(_E.published(_moment(_changed(card))))
    for author in card.authors:
        entry.append(_E.author(_E.name(_xml(author.name)), _E.uri(_xml(_author_url(author.slug, root)))))
    for category in card.categories:
        entry.append(_E.category(term=_xml(category.slug), label=_xml(category.name)))
    if card.code:
        entry.append(_E.link(rel="related", title="Code", href=_xml(card.code)))
    entry.append(_E.summary(_xml(plain_text(card.abstract))))
    return entry


def json_feed(feed: Feed) -> dict[str, Any]:
    """The feed as the object of a JSON Feed."""
    told = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "next_url": feed.next_url,
        "items": [_item(card, feed.root) for card in feed.cards],
    }
    return {name: value for name, value in told.items() if value != ""}


def _item(card: Card, root: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": stable_id(card.key),
        "url": root + paper_url(card.key),
        "title": _title(card),
        "content_text": plain_text(card.abstract) or _title(card),
        "authors": [{"name": author.name, "url": _author_url(author.slug, root)} for author in card.authors],
        "tags": [category.slug for category in card.categories],
    }
    if card.published:
        item["date_published"] = _moment(_changed(card))
    return item


def stable_id(key: str) -> str:
    """The name of a paper in feeds: the same in each feed of each instance, so that readers show it once."""
    return f"urn:broadsheet:paper:{quote(key, safe='/:.-')}"


def known_date(published: PartialDate | None) -> str:
    """2026-05-29, 2026-05 or 2026, by what is known; empty for nothing."""
    length = {"year": 4, "month": 7, "day": 10}
    return published.day.isoformat()[: length[published.precision]] if published else ""


def _title(card: Card) -> str:
    return ("Withdrawn: " if card.withdrawn else "") + plain_text(card.title)


def _author_url(slug: str, root: str) -> str:
    return f"{root}/authors/{quote(slug, safe='')}"


def _changed(card: Card) -> datetime:
    return datetime.combine(card.published.day, time(), UTC) if card.published else NO_DATE


def _moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _xml(text: str) -> str:
    return NOT_XML.sub("", text)
