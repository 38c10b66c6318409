"""The map of the literature: its page, the points a browser draws, and what stands behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse

from broadsheet.cards import Card
from broadsheet.errors import BadInput, NotFound
from broadsheet.listing import parse_page
from broadsheet.mapping import reading
from broadsheet.mapping.files import NO_FIELD, LiteratureMap
from broadsheet.mapping.reading import Entry, Mask, Place
from broadsheet.store.catalogue import list_cards
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.tex import plain_text
from broadsheet.web.access import Who, open_to
from broadsheet.web.map_choice import Choice, read_choice
from broadsheet.web.mapped import instance_map
from broadsheet.web.markup import prepare
from broadsheet.web.rendering import paper_url, render

ASKED = 60
"""Rows a browser may ask the titles of at once."""
SAMPLES = 4
"""Papers that stand for a region in the list of regions."""
FOREVER = "public, max-age=31536000, immutable"
NO_SUCH_VERSION = "This version of the map is gone. Load the page again."


@dataclass(frozen=True, slots=True)
class Section:
    """A region in the list of regions: its parts, and some of its papers."""

    entry: Entry
    parts: tuple[Entry, ...]
    papers: tuple[Card, ...]


@open_to(Who.ANYONE)
def page(request: HttpRequest) -> HttpResponse:
    """The map, and below it the same as a list: regions with their papers, or one region's papers."""
    drawn = instance_map()
    if drawn is None:
        return render(request, "map.html", {"map": None})
    choice = read_choice(request, drawn)
    name = request.GET.get("region", "")
    place = reading.find_region(drawn, name) if name else None
    if name and place is None:
        raise NotFound(f"The map has no region {name[:80]!r} (any more). All regions are at /map.")
    context = {
        "map": drawn,
        "choice": choice,
        "legend": _legend(drawn),
        "drawn_on": date.fromisoformat(drawn.made[:10]),
        "span": reading.year_span(drawn),
        "shown": int(choice.mask.sum()),
        "view": _view(drawn, choice, place),
        **(_overview(drawn, choice) if place is None else _region(request, drawn, choice, place)),
    }
    return render(request, "map.html", context)


def _legend(drawn: LiteratureMap) -> list[tuple[str, str, int, int]]:
    """Code, name, number of papers and colour of each field that is on the map."""
    taxonomy = load_taxonomy()
    colours = {code: number + 1 for number, code in enumerate(drawn.field_codes)}
    return [
        (code, found.name if (found := taxonomy.get(code)) else "No field stated", count, colours.get(code, 0))
        for code, count in reading.field_counts(drawn)
    ]


def _view(drawn: LiteratureMap, choice: Choice, place: Place | None) -> dict[str, Any]:
    """What the script needs to draw: where the points are, how many, and what is chosen."""
    region = drawn.levels[place.level][place.number] if place else None
    return {
        "version": drawn.version,
        "count": len(drawn.papers),
        "fields": [number for number, code in _numbered(drawn) if not choice.fields or code in choice.fields],
        "years": [int(choice.form[name]) if choice.form[name] else None for name in ("from", "to")],
        "marked": np.flatnonzero(choice.mask).tolist() if choice.form["q"] else None,
        "region": [region.x, region.y, region.reach] if region else None,
    }


def _numbered(drawn: LiteratureMap) -> list[tuple[int, str]]:
    return [*enumerate(drawn.field_codes), (NO_FIELD, reading.NONE)]


def _overview(drawn: LiteratureMap, choice: Choice) -> dict[str, Any]:
    """All regions of the first level, with their parts and the papers nearest to their middles."""
    picked = _pick(drawn, choice.mask) if choice.values else _pick_of_all(drawn)
    cards = _cards(drawn, np.concatenate([rows for _, _, rows in picked]) if picked else np.empty(0, np.int64))
    prepare(card.title for card in cards.values())
    sections = [
        Section(entry, parts, tuple(cards[paper] for paper in drawn.papers[rows].tolist() if paper in cards))
        for entry, parts, rows in picked
    ]
    return {"region": None, "sections": sections}


Picked = tuple[Entry, tuple[Entry, ...], reading.Rows]
"""A region, its parts, and the papers that stand for it."""


@lru_cache(maxsize=2)
def _pick_of_all(drawn: LiteratureMap) -> list[Picked]:
    """What everybody sees first."""
    return _pick(drawn, reading.passing(drawn))


def _pick(drawn: LiteratureMap, mask: Mask) -> list[Picked]:
    picked = []
    for entry in reading.entries(drawn, 0, mask):
        parts = _parts(drawn, mask, entry.place)
        picked.append((entry, parts, _typical(drawn, mask, entry, parts)))
    return picked


def _typical(drawn: LiteratureMap, mask: Mask, entry: Entry, parts: Sequence[Entry]) -> reading.Rows:
    """Papers that stand for a region: one from the middle of each of its largest parts, or some from its own."""
    if len(parts) < SAMPLES:
        return reading.central(drawn, entry.place, mask, 0, SAMPLES)
    return np.concatenate([reading.central(drawn, part.place, mask, 0, 1) for part in parts[:SAMPLES]])


def _parts(drawn: LiteratureMap, mask: Mask, place: Place) -> tuple[Entry, ...]:
    if place.level + 1 == len(drawn.levels):
        return ()
    return tuple(reading.entries(drawn, place.level + 1, mask, place.number))


def _region(request: HttpRequest, drawn: LiteratureMap, choice: Choice, place: Place) -> dict[str, Any]:
    """One region: the way up, its parts, and a page of its papers."""
    asked = parse_page(request.GET.get("page", ""))
    inside = choice.mask & reading.within(drawn, place)
    rows = reading.central(drawn, place, choice.mask, asked.offset, asked.size)
    cards = _cards(drawn, rows)
    prepare(card.title for card in cards.values())
    return {
        "region": _entry(drawn, place, int(inside.sum())),
        "above": _above(drawn, place),
        "parts": _parts(drawn, choice.mask, place),
        "papers": [cards[paper] for paper in drawn.papers[rows].tolist() if paper in cards],
        "page": asked,
        "sections": [],
    }


def _entry(drawn: LiteratureMap, place: Place, papers: int) -> Entry:
    region = drawn.levels[place.level][place.number]
    return Entry(place, region, reading.region_name(region, place), papers)


def _above(drawn: LiteratureMap, place: Place) -> list[Entry]:
    """The regions around one, the widest first."""
    found: list[Entry] = []
    while place.level:
        place = Place(place.level - 1, drawn.levels[place.level][place.number].parent)
        found.insert(0, _entry(drawn, place, drawn.levels[place.level][place.number].size))
    return found


def _cards(drawn: LiteratureMap, rows: reading.Rows) -> dict[int, Card]:
    """Cards of papers that still exist, by id."""
    return {card.id: card for card in list_cards(drawn.papers[rows].tolist())}


@open_to(Who.ANYONE)
def points(request: HttpRequest, version: str) -> HttpResponse:
    """All points of a version: x and y (little-endian uint16), field and year (uint8), a column after the other."""
    return _lasting(request, version, _version(version).points(), "application/octet-stream")


@open_to(Who.ANYONE)
def regions(request: HttpRequest, version: str) -> HttpResponse:
    """The names of a version's regions and where they stand."""
    drawn = _version(version)
    levels = [
        [
            {
                "name": region.label,
                "address": reading.region_name(region, Place(level, number)),
                "at": [region.x, region.y],
                "reach": region.reach,
                "papers": region.size,
            }
            for number, region in enumerate(found)
        ]
        for level, found in enumerate(drawn.levels)
    ]
    body = JsonResponse({"levels": levels}, json_dumps_params={"ensure_ascii": False}).content
    return _lasting(request, version, body, "application/json")


def _lasting(request: HttpRequest, version: str, body: bytes, content_type: str) -> HttpResponse:
    """An answer that never changes: a browser that asks again is told so."""
    tag = f'"{version}"'
    headers = {"Cache-Control": FOREVER, "ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type=content_type, headers=headers)


def _version(version: str) -> LiteratureMap:
    """A version that is asked for by name: the current one. Raises NotFound for any other."""
    drawn = instance_map()
    if drawn is None or drawn.version != version:
        raise NotFound(NO_SUCH_VERSION)
    return drawn


@open_to(Who.ANYONE)
def papers(request: HttpRequest) -> HttpResponse:
    """Title, address and year of some points of a version, by rows; points of papers that are gone are left out."""
    drawn = _version(request.GET.get("version", ""))
    rows = np.array(_rows(request.GET.get("rows", ""), len(drawn.papers)), np.int64)
    cards = _cards(drawn, rows)
    found = [
        {"row": row, **_shown(cards[paper])}
        for row, paper in zip(rows.tolist(), drawn.papers[rows].tolist(), strict=True)
        if paper in cards
    ]
    return JsonResponse({"papers": found}, json_dumps_params={"ensure_ascii": False})


def _shown(card: Card) -> dict[str, object]:
    authors = [author.name for author in card.authors[:3]]
    return {
        "title": plain_text(card.title),
        "url": paper_url(card.key),
        "authors": ", ".join(authors) + (" and others" if card.author_count > 3 else ""),
        "year": card.published.day.year if card.published else None,
    }


def _rows(text: str, count: int) -> list[int]:
    pieces = text.split(",")
    if len(pieces) > ASKED or not all(piece.isascii() and piece.isdigit() and len(piece) < 10 for piece in pieces):
        raise BadInput(f"rows={text[:40]}: write up to {ASKED} numbers of points, with commas between.")
    rows = [int(piece) for piece in pieces]
    if max(rows) >= count:
        raise BadInput(f"rows={text[:40]}: the map has {count:,} points, counted from 0.")
    return rows
