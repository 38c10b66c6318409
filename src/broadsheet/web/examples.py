"""Search by example: papers like those that a reader pastes, and unlike others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from broadsheet.cards import Card
from broadsheet.errors import Unavailable
from broadsheet.examples import MAX_CHARACTERS, Example, read_example
from broadsheet.search import Match, Request, Results, parse_request, search_by_example
from broadsheet.store.catalogue import list_cards
from broadsheet.web.access import Who, open_to
from broadsheet.web.instance import finder
from broadsheet.web.rendering import matches_html, paper_url, render
from broadsheet.web.search import around
from broadsheet.web.search_addresses import FIELDS, Address, Choice, orders, stated

BOXES = ("like", "unlike")
MORE = ("More", "Less")
ITEM_END = Markup("</li>")
ORDERS = (("relevance", "Nearest"), ("new", "New"), ("votes", "Votes"))


@open_to(Who.ANYONE)
def by_example(request: HttpRequest) -> HttpResponse:
    """The boxes to paste into, what was understood of it, and the papers near to it."""
    boxes = {box: "\n".join(filter(None, request.GET.getlist(box))) for box in BOXES}
    address = Address("/papers/like", {**boxes, **stated(request, FIELDS[1:])})
    asked = parse_request({**address.given, "q": "", "page": request.GET.get("page", "")})
    liked, disliked = (read_example(boxes[box]) for box in BOXES)
    found = _found(asked, liked, disliked)
    context: dict[str, Any] = {
        **around(asked, found, address),
        "orders": orders(asked, address, ORDERS),
        "understood": [_understood(liked), _understood(disliked)],
        "notes": [*liked.notes, *disliked.notes, *_advice(liked, disliked), *found.notes],
        "boxes": boxes,
        "searched": bool(liked.wanted) and not (found.notes and not found.matches),
        "limit": MAX_CHARACTERS,
        "judged": _judged(found.matches),
    }
    return render(request, "examples.html", context)


def _found(asked: Request, liked: Example, disliked: Example) -> Results:
    """The papers near to what was understood; none where nothing is liked, or a note where none can be told now."""
    nothing = Results((), 0, None, (), "", "", 0.0)
    try:
        return search_by_example(finder(), liked.wanted, disliked.wanted, asked) if liked.wanted else nothing
    except Unavailable as error:  # what was pasted stays on the page
        return replace(nothing, notes=(str(error),))


def _understood(example: Example) -> list[Choice]:
    """What is compared with: papers by their titles, texts by their first words."""
    cards = list_cards([paper.id for paper in example.papers])
    papers = [Choice(card.title, paper_url(card.key)) for card in cards]
    return [*papers, *(Choice(text.title or text.abstract, "") for text in example.texts)]


def _advice(liked: Example, disliked: Example) -> list[str]:
    if disliked.wanted and not liked.wanted:
        return ["Say also what the papers should be like: from dislikes alone nothing follows."]
    return []


def _judged(matches: Sequence[Match]) -> Markup:
    """Papers found as the items of a list, each with buttons under it that add it to one of the boxes."""
    items = ((matches_html([match]).removesuffix(ITEM_END), _buttons(match.card)) for match in matches)
    return Markup("\n").join(Markup("{}{}{}").format(item, buttons, ITEM_END) for item, buttons in items)


def _buttons(card: Card) -> Markup:
    button = Markup('<button form="example" name="{}" value="{}" aria-describedby="p{}">{} like this</button>')
    both = (button.format(box, card.key, card.id, word) for box, word in zip(BOXES, MORE, strict=True))
    return Markup('<p class="judging">{} {}</p>').format(*both)
