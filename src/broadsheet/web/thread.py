"""Threads in pages: the discussion under a paper, its forms, and the way to one comment."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from broadsheet.clock import now
from broadsheet.discussion import Discussion, discussion_of, place_of
from broadsheet.errors import BadInput
from broadsheet.store.matching import papers_of
from broadsheet.store.threads import count_rows
from broadsheet.threads import ORDERS, PAGE, Order
from broadsheet.web.reactions import reactions_html
from broadsheet.web.rendering import paper_url, render, surroundings, templates
from broadsheet.web.viewing import viewer_of


def thread_html(request: HttpRequest, paper: int, key: str) -> Markup:
    """The discussion of a paper as a section of its page; `comments` in the address names the order."""
    asked = discussion_of(viewer_of(request), paper, order_of(request), now())
    return part("discussion_part.html", request, thread_context(request, asked, key, paper_url(key)))


def thread_context(request: HttpRequest, discussion: Discussion, key: str, path: str) -> dict[str, Any]:
    """What the templates need of a discussion that is shown at a path."""
    return {
        "discussion": discussion,
        "key": key,
        "thread_path": path,
        "now": now(),
        "form_name": form_name(),
        "reactions": partial(reactions_html, viewer_of(request)),
    }


def part(template: str, request: HttpRequest, context: Mapping[str, Any]) -> Markup:
    """A piece of a page."""
    html = templates().get_template(template).render({**surroundings(request), "now": now(), **context})
    return Markup(html)  # noqa: S704 - autoescaped


def piece_or_page(request: HttpRequest, piece: str, page: str, context: Mapping[str, Any]) -> HttpResponse:
    """A piece where a script asks for it, else the whole page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(part(piece, request, context), headers={"Cache-Control": "no-store"})
    return render(request, page, {"now": now(), **context})


def order_of(request: HttpRequest) -> Order:
    """The order that an address asks for. Raises BadInput for one that there is not."""
    order = request.GET.get("comments", "best")
    if order not in ORDERS:
        raise BadInput(f"comments={order[:40]}: choose {', '.join(ORDERS)}.")
    return cast(Order, order)


def form_name() -> str:
    """A name for a new form, so that sending it twice is known to be that."""
    return secrets.token_urlsafe(12)


def permalink(comment: int) -> str:
    """Where a comment is read: on the page of its paper, or, where that has not room for all, in its thread."""
    paper, key = place_of(comment)
    if count_rows(papers_of(paper)) <= PAGE:
        return f"{paper_url(key)}#c{comment}"
    return f"/discussion/{paper}?thread={comment}#c{comment}"
