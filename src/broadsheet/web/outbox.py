"""The outbox of an instance that sends no mail: letters to read while developing."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from broadsheet.clock import now
from broadsheet.errors import NotFound
from broadsheet.store.outbox import list_letters
from broadsheet.web.access import Who, open_to
from broadsheet.web.rendering import render

HERE = ("127.0.0.1", "::1")
SHOWN = 50
ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


@open_to(Who.ANYONE)
def outbox(request: HttpRequest) -> HttpResponse:
    """Letters that wait, to who sits at the machine. With a mail server set there is no such page, except to debug."""
    forwarded = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"} & request.META.keys()
    here = request.META.get("REMOTE_ADDR") in HERE and not forwarded
    if not here or (settings.ENVIRONMENT["smtp"] and not settings.DEBUG):
        raise NotFound("Nothing has this address.")
    letters = list_letters(SHOWN)
    texts = {letter.id: linked(letter.text) for letter in letters}
    return render(request, "dev_outbox.html", {"letters": letters, "texts": texts, "now": now()})


def linked(text: str) -> Markup:
    """A text with its addresses as links."""
    parts = ADDRESS.split(text)
    return Markup("").join(Markup('<a href="{0}">{0}</a>').format(p) if i % 2 else p for i, p in enumerate(parts))
