"""Papers like a given one."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.cards import Card
from broadsheet.errors import BadInput, NotFound, Unavailable
from broadsheet.search import Nearness, similar
from broadsheet.store.catalogue import find_paper, list_cards
from broadsheet.web.access import Who, open_to
from broadsheet.web.instance import finder
from broadsheet.web.rendering import paper_url, render
from broadsheet.web.search_addresses import Address, Choice

SHOWN = 40
ORDERS: dict[str, tuple[Nearness, str]] = {
    "": ("near", "Nearest"),
    "new": ("new", "New"),
    "votes": ("votes", "Votes"),
}
ALIASES = {"near": "", "newest": "new"}


@open_to(Who.ANYONE)
def papers(request: HttpRequest, name: str) -> HttpResponse:
    """The papers nearest to one in meaning: nearest first, or those by date or votes."""
    order = _order(request.GET.get("sort", ""))
    found = find_paper(name)
    if found is None:
        raise NotFound(f"No paper here has the name {name[:120]!r}. Search for its title, or check the identifier.")
    number, key = found
    address = Address(f"/papers/similar/{paper_url(key).removeprefix('/papers/')}", {"sort": order})
    if name != key:
        return HttpResponseRedirect(str(address))
    card = list_cards([number])[0]
    others, note = _others(card, ORDERS[order][0])
    choices = [
        Choice(label, address.changed({"sort": sort}), chosen=sort == order) for sort, (_, label) in ORDERS.items()
    ]
    return render(request, "similar.html", {"card": card, "others": others, "note": note, "orders": choices})


def _order(text: str) -> str:
    order = ALIASES.get(text, text)
    if order not in ORDERS:
        raise BadInput(f"sort={text[:40]}: choose near, new or votes.")
    return order


def _others(card: Card, order: Nearness) -> tuple[list[Card], str]:
    """Similar papers, or why there are none now."""
    try:
        return similar(finder(), card, order=order, limit=SHOWN), ""
    except Unavailable as error:
        return [], str(error)
