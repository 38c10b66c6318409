"""The map in small: an edition's papers on all the literature, as a drawing for its page."""

import logging
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

from broadsheet.cards import Card
from broadsheet.errors import Unavailable
from broadsheet.mapping.files import STEPS, LiteratureMap
from broadsheet.mapping.halftone import Screen, screen
from broadsheet.mapping.reading import placed
from broadsheet.tex import plain_text
from broadsheet.text import shorten
from broadsheet.web.mapped import instance_map
from broadsheet.web.rendering import paper_url, templates

log = logging.getLogger("broadsheet.web")

WIDTH, HEIGHT, PITCH = 600, 400, 14
"""Size of the drawing and distance of its dots, in its own units."""
MOST = 30
"""Papers that are marked: the drawing stays under ten kilobytes."""
TITLE = 72
NAMED = 6
"""Regions that are named on it."""
LETTER = 8.5
"""Width of a letter of their names, in its units."""


def edition_svg(papers: Sequence[Card], label: str) -> Markup:
    """The whole map as a halftone with these papers as points that lead to them; empty where there is no map.

    `label` says which papers they are, as in "the papers of 29 May 2026". A damaged map is logged, and the page stands.
    """
    try:
        drawn = instance_map()
    except Unavailable as error:
        log.warning("the page goes without its map: %s", error)
        return Markup()
    marks = [] if drawn is None else _marks(drawn, papers[:MOST])
    if drawn is None or not marks:
        return Markup()
    context = {
        "marks": marks,
        "screen": _screen(drawn),
        "names": _names(drawn),
        "label": label,
        "version": drawn.version,
    }
    return Markup(templates().get_template("edition_map.html").render(context))  # noqa: S704 - autoescaped


def _marks(drawn: LiteratureMap, papers: Sequence[Card]) -> list[tuple[str, str, int, int]]:
    """Address, title, x and y of each paper that is on the map."""
    places = placed(drawn, [card.id for card in papers])
    return [
        (paper_url(card.key), shorten(plain_text(card.title), TITLE), *_units(*places[card.id]))
        for card in papers
        if card.id in places
    ]


def _units(x: int, y: int) -> tuple[int, int]:
    return round(x / STEPS * WIDTH), round(y / STEPS * HEIGHT)


@lru_cache(maxsize=2)
def _screen(drawn: LiteratureMap) -> Screen:
    return screen(drawn, WIDTH, HEIGHT, PITCH)


def _names(drawn: LiteratureMap) -> list[tuple[str, int, int]]:
    """The first words of the largest regions' names, where they stand."""
    names = [(region.label.split(", ")[0], region) for region in drawn.levels[0][:NAMED] if region.label]
    return [(name, _inside(region.x * WIDTH, LETTER * len(name)), round(region.y * HEIGHT)) for name, region in names]


def _inside(x: float, width: float) -> int:
    """Where the middle of a name has to stand so that none of it leaves the drawing."""
    return round(min(max(x, width / 2), WIDTH - width / 2))
