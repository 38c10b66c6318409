"""Completion while typing: what the words in a search box may become, as a piece of HTML."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup, escape

from broadsheet.errors import BadInput, Unavailable
from broadsheet.index import Completions, Name
from broadsheet.search import complete
from broadsheet.store.catalogue import list_cards
from broadsheet.web.access import Who, open_to
from broadsheet.web.instance import finder
from broadsheet.web.markup import prepare, typeset
from broadsheet.web.rendering import paper_url, templates

LONGEST = 200
"""Characters that somebody may still be choosing a paper by; a longer text is pasted."""
SHOWN = 5
"""Suggestions of a kind; of all kinds but papers there are fewer."""
SHOWN_NAMES = 3
KEPT_SECONDS = 60

Option = tuple[Markup, str]
"""What is read, and where it leads."""


@open_to(Who.ANYONE)
def fragment(request: HttpRequest) -> HttpResponse:
    """The options of a list box; none where nothing begins so, or nothing can be looked up just now."""
    groups = _groups(_found(request.GET.get("q", "")))
    page = templates().get_template("completion.html").render(groups=groups)
    response = HttpResponse(page, headers={"Cache-Control": f"max-age={KEPT_SECONDS}"})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _found(text: str) -> Completions:
    if not text.strip() or len(text) > LONGEST:
        return Completions()
    try:
        return complete(finder(), text, SHOWN)
    except (BadInput, Unavailable):  # whoever types gets told by the page itself
        return Completions()


def _groups(found: Completions) -> list[tuple[str, list[Option]]]:
    """The options by kind."""
    return [
        ("Papers", _papers(found.titles)),
        ("Authors", _names(found.authors, "/authors/")),
        (
            "Fields",
            _names([replace(each, name=f"{each.name} ({each.key})") for each in found.categories], "/categories/"),
        ),
        ("Venues", _names(found.venues, "/venues/")),
        ("Organisations", _names(found.organisations, "/organisations/")),
    ]


def _names(names: Sequence[Name], above: str) -> list[Option]:
    return [(escape(each.name), above + quote(each.key, safe="")) for each in names[:SHOWN_NAMES]]


def _papers(ids: Sequence[int]) -> list[Option]:
    cards = list_cards(ids)
    prepare(card.title for card in cards)
    return [(typeset(card.title), paper_url(card.key)) for card in cards]
