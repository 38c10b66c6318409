"""Rendering: the template environment, its filters, and the one way to answer with a page."""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from broadsheet import __version__
from broadsheet.cards import Card
from broadsheet.drafts import PartialDate
from broadsheet.search import Match
from broadsheet.tex import math_segments, plain_text
from broadsheet.text import key_sentence, opening
from broadsheet.typeset import typesetter

log = logging.getLogger("broadsheet.web")

MARKUP = re.compile(r"([\\`*_\[\]<>#])")
MAX_FORMULAS = 200
"""Formulas typeset in one text; a longer run of them is shown as plain text."""


def render(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page as an answer."""
    values = {"path": request.path, "site_name": settings.ENVIRONMENT["site_name"], **context}
    page = templates().get_template(template).render(values)
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-cache"})


def render_bare(heading: str, message: str, *, status: int) -> HttpResponse:
    """A page that needs no template, for when templates fail."""
    page = f"<!doctype html><title>{escape(heading)}</title><h1>{escape(heading)}</h1><p>{escape(message)}</p>"
    return HttpResponse(page, status=status)


@cache
def templates() -> Environment:
    """The environment that all pages share; unknown names in a template are errors."""
    made = Environment(
        loader=PackageLoader("broadsheet.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=settings.DEBUG,
    )
    made.globals.update(asset=static, card_html=card_html, match_html=match_html, version=__version__)
    made.filters.update(
        typeset=typeset,
        marked=marked,
        plain=plain_text,
        lede=lede,
        opening=opening,
        day=day,
        long_day=long_day,
        count=count,
        paper_url=paper_url,
        query=urlencode,
        data_block=data_block,
        md=markdown_text,
        segment=lambda text: quote(text, safe=""),
    )
    return made


def typeset(text: str) -> Markup:
    """Text as HTML with its formulas as MathML; a formula that cannot be typeset stays as it was written."""
    if "$" not in text and "\\" not in text:
        return escape(text)
    segments = math_segments(text)
    if len(segments) > 2 * MAX_FORMULAS:
        return escape(text)
    return Markup("").join(_segment(segment.kind, segment.body) for segment in segments)


def _segment(kind: str, body: str) -> Markup:
    if kind == "text":
        return escape(body)
    formula = typesetter().formula(body, display=kind == "display")
    if formula is None:
        return Markup('<code class="tex">{}</code>').format(body)
    return Markup(formula)  # noqa: S704 - the typesetter lets through nothing but checked MathML


def marked(segments: Sequence[tuple[str, bool]]) -> Markup:
    """Text cut at its matches, each match in a mark element."""
    return Markup("").join(Markup("<mark>{}</mark>").format(s) if hit else typeset(s) for s, hit in segments)


def card_html(card: Card, rank: int | None = None, *, lead: bool = False, level: int = 2) -> Markup:
    """A paper in a list. One that cannot be rendered is shown as plain text, and the page stands."""
    try:
        return Markup(_card_template()(card=card, rank=rank, lead=lead, level=level))  # noqa: S704 - autoescaped
    except Exception:
        log.exception("paper %s cannot be rendered", card.key)
        return _plain_card(card)


@cache
def _card_template() -> Callable[..., str]:
    return templates().get_template("card.html").render


@cache
def _match_template() -> Callable[..., str]:
    return templates().get_template("match.html").render


def match_html(match: Match) -> Markup:
    """A search result; like a card, it falls back to plain text alone."""
    try:
        return Markup(_match_template()(match=match))  # noqa: S704 - autoescaped
    except Exception:
        log.exception("paper %s cannot be rendered", match.card.key)
        return _plain_card(match.card)


def _plain_card(card: Card) -> Markup:
    title = card.title[:300].encode("utf-8", "replace").decode()
    return Markup('<article class="card broken"><h2><a href="{}">{}</a></h2></article>').format(
        paper_url(card.key), title
    )


def lede(card: Card) -> str:
    """The one line under a title: a summary somebody made, else the abstract's own key sentence."""
    return card.summary or key_sentence(card.abstract)


def day(value: date | PartialDate | None) -> str:
    """29 May 2026, May 2026 or 2026, by what is known."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        formats = {"year": "{0:%Y}", "month": "{0:%B} {0:%Y}", "day": "{0.day} {0:%b} {0:%Y}"}
        return formats[value.precision].format(value.day)
    return f"{value.day} {value:%b} {value:%Y}"


def long_day(value: date) -> str:
    """Friday, 29 May 2026."""
    return f"{value:%A}, {value.day} {value:%B} {value:%Y}"


def count(number: int, noun: str) -> str:
    """1 vote, 2 votes, 1,234 votes."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def paper_url(key: str, suffix: str = "") -> str:
    """The address of a paper's page, or of one of its other forms."""
    return f"/papers/{quote(key, safe='/:')}{suffix}"


def markdown_text(text: str) -> str:
    """Text with the characters that would start markup in Markdown escaped; formulas keep their TeX."""
    return "".join(
        MARKUP.sub(r"\\\1", segment.body) if segment.kind == "text" else f"${segment.body}$"
        for segment in math_segments(text)
    )


def data_block(value: object) -> Markup:
    """A value as JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 - no character that HTML knows is left
