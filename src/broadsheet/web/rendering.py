"""Rendering: the template environment, its filters, and the one way to answer with a page."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.backends.utils import csrf_input_lazy
from django.templatetags.static import static
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from broadsheet import __version__
from broadsheet.cards import Card
from broadsheet.clock import now
from broadsheet.drafts import PartialDate
from broadsheet.listing import reachable
from broadsheet.people import may_moderate
from broadsheet.search import Match
from broadsheet.store.fakes import has_fakes
from broadsheet.store.files import Note, pictures_of
from broadsheet.store.votes import voted_on
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.tex import plain_text
from broadsheet.text import key_sentence, opening
from broadsheet.web.markup import data_block, markdown_text, marked, prepare, typeset
from broadsheet.web.moments import away, moment, span
from broadsheet.web.viewing import viewer_of
from broadsheet.web.voting_button import vote_button

log = logging.getLogger("broadsheet.web")

T = TypeVar("T")

KEPT_STORIES = 4_096
"""Papers of lists whose HTML a process keeps; some 3 KB each."""
ASKED_EVERY_S = 30
VOTE_SLOT, BENEATH_SLOT = Markup("<!--vote-->"), Markup("<!--beneath-->")
"""Where a card that is kept for everybody takes in what is of this page: the button, and what stands under it."""
OPENING, LEAD_OPENING = 210, 420
"""Characters of an abstract that a list shows of a paper, and of the paper that leads it."""


def render(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page as an answer."""
    page = templates().get_template(template).render({**surroundings(request), **context})
    kept = "no-cache, private" if viewer_of(request) else "no-cache"
    return HttpResponse(page, status=status, headers={"Cache-Control": kept})


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What every page knows besides its own: whose it is, and the token that its forms carry, made if one asks."""
    return {
        "path": request.path,
        "here": request.get_full_path(),
        "site_name": settings.ENVIRONMENT["site_name"],
        "viewer": viewer_of(request),
        "csrf": csrf_input_lazy(request),
        "moderating": may_moderate(viewer_of(request), now()),
        "invented": _is_invented(int(now().timestamp() // ASKED_EVERY_S)),
    }


@lru_cache(maxsize=1)
def _is_invented(stretch: int) -> bool:
    """Whether people here are invented, asked once in a while: pages say so."""
    return has_fakes()


def render_bare(heading: str, message: str, *, status: int) -> HttpResponse:
    """A page that needs no template, for when templates fail."""
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(heading)}</title>'
        f'<h1>{escape(heading)}</h1><p>{escape(message)}</p><p><a href="/">Today’s edition</a></p></html>'
    )
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
    made.globals.update(
        asset=static,
        cards_html=cards_html,
        matches_html=matches_html,
        vote_button=vote_button,
        category_options=category_options,
        reachable=reachable,
        version=__version__,
    )
    made.filters.update(
        typeset=typeset,
        marked=marked,
        plain=plain_text,
        lede=lede,
        day=day,
        moment=moment,
        away=away,
        span=span,
        count=count,
        paper_url=paper_url,
        query=urlencode,
        data_block=data_block,
        md=markdown_text,
        written=written,
        segment=lambda text: quote(text, safe=""),
        sentence=lambda text: text[:1].upper() + text[1:],
    )
    return made


@dataclass(frozen=True, slots=True)
class Story:
    """A card with the texts that a list shows of it: its line and the first words of its abstract."""

    card: Card
    line: str
    opening: str
    rank: int | None = None
    lead: bool = False
    picture: Note | None = None


@pass_context
def cards_html(
    context: Context,
    cards: Sequence[Card],
    *,
    first_rank: int | None = None,
    lead: bool = False,
    beneath: Mapping[int, Markup] = MappingProxyType({}),
) -> Markup:
    """Papers in a list, numbered from `first_rank` if given, the first set large if it is to lead.

    `beneath` holds, by paper, what stands at the end of its card.
    """
    viewer = context["viewer"]
    voted = voted_on(viewer.id, [card.id for card in cards])
    stories = [
        _story(card, rank=None if first_rank is None else first_rank + place, lead=lead and place == 0)
        for place, card in enumerate(cards)
    ]
    if lead and stories:
        first = stories[0].card.id
        stories[0] = replace(stories[0], picture=pictures_of([first]).get(first))
    prepare(text for story in stories for text in (story.card.title, story.line, story.opening))
    return Markup("\n").join(
        _filled(
            _guarded(story.card, _story_html, story),
            vote_button(viewer, story.card.id, story.card.votes, mine=story.card.id in voted),
            beneath.get(story.card.id, Markup("")),
        )
        for story in stories
    )


def _filled(html: Markup, button: Markup, beneath: Markup) -> Markup:
    """What is kept of a card is the same for everybody; what goes into its slots is not."""
    before, _, rest = html.partition(VOTE_SLOT)
    if not rest:
        return html
    between, _, after = rest.partition(BENEATH_SLOT)
    return before + button + between + beneath + after


@lru_cache(maxsize=KEPT_STORIES)
def _story(card: Card, *, rank: int | None, lead: bool) -> Story:
    """The texts of a card; one whose texts cannot be cut goes on with its title."""
    try:
        line = lede(card)
        start = opening(_after(line, card.abstract), LEAD_OPENING if lead else OPENING)
    except Exception:
        log.exception("the texts of paper %s cannot be cut", card.key)
        line = start = ""
    return Story(card, line, start, rank, lead)


def _after(line: str, abstract: str) -> str:
    """The abstract without the sentence that stands above it already; nothing where that one had to be cut short."""
    if not line or not abstract.startswith(line.removesuffix("…")):
        return abstract
    return "" if line.endswith("…") else abstract.removeprefix(line).lstrip()


def matches_html(matches: Sequence[Match]) -> Markup:
    """Search results as the items of a list."""
    prepare(piece for match in matches for piece, hit in _pieces(match) if not hit)
    return Markup("\n").join(
        Markup("<li>{}</li>").format(_guarded(match.card, _match_html, match)) for match in matches
    )


def _pieces(match: Match) -> Iterator[tuple[str, bool]]:
    return chain(match.title, match.snippet, match.why.sentence)


@lru_cache(maxsize=KEPT_STORIES)
def _story_html(story: Story) -> Markup:
    """The same papers are asked for all day: what a story became is kept, and a changed one is another story."""
    return _rendered("card.html", card=story.card, story=story, vote_slot=VOTE_SLOT, beneath_slot=BENEATH_SLOT)


def _match_html(match: Match) -> Markup:
    return _rendered("match.html", card=match.card, match=match)


def _rendered(template: str, **values: object) -> Markup:
    return Markup(_template(template)(values))  # noqa: S704 - autoescaped


def _guarded(card: Card, show: Callable[[T], Markup], paper: T) -> Markup:
    """One paper of a list. One that cannot be rendered is shown as plain text, and the page stands."""
    try:
        return show(paper)
    except Exception:
        log.exception("paper %s cannot be rendered", card.key)
        return Markup(
            '<article class="card broken"><h2 dir="auto"><a class="headline" href="{}">{}</a></h2></article>'
        ).format(paper_url(card.key), card.title[:300])


@cache
def _template(name: str) -> Callable[[Mapping[str, object]], str]:
    return templates().get_template(name).render


@lru_cache(maxsize=256)
def category_options(selected: str) -> Markup:
    """The taxonomy as the options of a select element: long, and the same for everybody who chose the same."""
    option = Markup('<option value="{}"{}>{} ({})</option>')
    return Markup("\n").join(
        option.format(each.code, Markup(" selected") if each.code == selected else "", each.name, each.code)
        for each in load_taxonomy().categories
    )


def written(html: str) -> Markup:
    """HTML that `prose.py` made of somebody's Markdown, and nothing else is: it was cleaned when it was made."""
    return Markup(html)  # noqa: S704 - what it lets through is checked there


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


def count(number: int, noun: str) -> str:
    """1 vote, 2 votes, 1,234 votes."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def paper_url(key: str, suffix: str = "") -> str:
    """The address of a paper's page, or of one of its other forms."""
    return f"/papers/{quote(key, safe='/:')}{suffix}"
