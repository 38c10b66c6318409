"""Why here: the answer that stands under each entry of a ranked list, as a page shows it and as programs get it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from broadsheet.cards import Page
from broadsheet.ranked_lists import Ranked
from broadsheet.ranking import Part
from broadsheet.reasons import Reason
from broadsheet.web.rendering import cards_html

KEPT_REASONS = 4_096

INLINE = 15
"""Entries of a page that carry their reason with them; behind the others a link brings it, to keep the page light."""

DETAILS = Markup(
    '<details class="why"{}><summary>Why here?</summary><p>{} <a href="/ranking">The rules</a></p><ul>{}</ul></details>'
)
ASK = Markup('<p class="why"><a href="{}why={}#p{}">Why here?</a></p>')
LINE = Markup('<li><meter aria-hidden="true" class="{}" max="99" value="{:.0f}"></meter><b>{} {}</b> {}</li>')


@pass_context
def ranked_html(
    context: Context, ranked: Ranked, first: int = 0, last: int | None = None, *, lead: bool = False
) -> Markup:
    """Entries `first` to `last` of a ranked page, numbered, each with its reason under it, or a link to it."""
    cards = ranked.cards.items[first:last]
    base, asked = _asked(context["here"])
    beneath = {
        card.id: _reason_or_link(ranked.reasons[card.id], card.id, base, asked, place)
        for place, card in enumerate(cards, start=first)
        if card.id in ranked.reasons
    }
    return cards_html(context, cards, first_rank=ranked.cards.offset + first + 1, lead=lead, beneath=beneath)


def _asked(here: str) -> tuple[str, str]:
    """The address of this page up to where the paper asked about would stand, and the paper asked about."""
    parts = urlsplit(here)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = urlencode([pair for pair in pairs if pair[0] != "why"])
    return f"{parts.path}?{kept}{'&' if kept else ''}", dict(pairs).get("why", "")


def _reason_or_link(reason: Reason, paper: int, base: str, asked: str, place: int) -> Markup:
    if place < INLINE or asked == str(paper):
        return reason_html(reason, opened=asked == str(paper))
    return ASK.format(base, paper, paper)


@lru_cache(maxsize=KEPT_REASONS)
def reason_html(reason: Reason, *, opened: bool = False) -> Markup:
    """A reason behind a summary to open: works without script. Kept, since many readers ask for the same.

    Parts that add nothing are left out; the first one tells what is counted even then.
    """
    widest = max((abs(part.points) for part in reason.parts), default=0) or 1
    lines = Markup("").join(_line_html(part, widest) for part in reason.parts if part.points or part is reason.parts[0])
    return DETAILS.format(Markup(" open") if opened else "", _headline(reason), lines)


def _line_html(part: Part, widest: float) -> Markup:
    kind, width = "less" if part.points < 0 else "more", 99 * abs(part.points) / widest
    return LINE.format(kind, width, part.name.capitalize(), _points(part.points), part.why)


def _headline(reason: Reason) -> str:
    return f"Score {_points(reason.score)}. {reason.moved}".rstrip()


def _points(value: float) -> str:
    """1,234 or −0.52: whole numbers are counts."""
    text = f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 1 else f"{value:,.2f}"
    return text.replace("-", "−")


def told_reason(reason: Reason | None) -> dict[str, Any]:
    """A reason for programs: the score and the parts that sum to it."""
    if reason is None:
        return {"score": None, "parts": [], "moved": None}
    parts = [{"name": part.name, "points": part.points, "why": part.why} for part in reason.parts]
    return {"score": reason.score, "parts": parts, "moved": reason.moved or None}


def places(page: Page[Any], reasons: Mapping[int, Reason]) -> list[tuple[int, Any, Reason | None]]:
    """The place, card and reason of each entry of a page."""
    return [(page.offset + n, card, reasons.get(card.id)) for n, card in enumerate(page.items, start=1)]
