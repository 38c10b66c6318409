"""Discussion: the comments of a paper on a page of their own, adding one, following, and the feed."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from broadsheet.clock import now
from broadsheet.discussion import Words, add_comment, discussion_of, get_comment, preview, subscribe, thread_of
from broadsheet.errors import BadInput, BroadsheetError, NotFound, TooMany
from broadsheet.store.catalogue import list_cards
from broadsheet.threads import Comment
from broadsheet.web.access import Who, open_to
from broadsheet.web.address import client_address, network_of
from broadsheet.web.comment_feed import comments_atom
from broadsheet.web.failures import explained
from broadsheet.web.rendering import paper_url, render
from broadsheet.web.returning import back, see_other
from broadsheet.web.search_addresses import absolute
from broadsheet.web.thread import form_name, order_of, part, permalink, piece_or_page, thread_context
from broadsheet.web.viewing import viewer_of

FEED_LENGTH = 100


@open_to(Who.ANYONE)
def page(request: HttpRequest, paper: int) -> HttpResponse:
    """The comments of a paper: `comments` names the order, `page` counts from 1, `thread` shows one comment's alone."""
    viewer, number = viewer_of(request), _number(request, "page", 1)
    found = discussion_of(viewer, paper, order_of(request), now(), page=number)
    wanted = _number(request, "thread", 0)
    if wanted:
        thread = thread_of(viewer, paper, wanted, now())
        found = replace(found, threads=[thread] if thread else [], page=1, has_more=False)
    card = _card(paper)
    context = thread_context(request, found, card.key, f"/discussion/{paper}")
    return render(request, "discussion.html", {**context, "card": card, "alone": wanted})


def _number(request: HttpRequest, name: str, fallback: int) -> int:
    text = request.GET.get(name, str(fallback))
    if not (text.isascii() and text.isdigit() and len(text) < 18 and int(text) >= fallback):
        raise BadInput(f"{name}={text[:40]}: a number is needed.")
    return int(text)


def _card(paper: int) -> Any:
    cards = list_cards([paper])
    if not cards:
        raise NotFound(f"There is no paper {paper}.")
    return cards[0]


@open_to(Who.MEMBER, methods=("POST",))
def add(request: HttpRequest, paper: int) -> HttpResponse:
    """Add `text` as a comment, an answer to `parent` if that is given; `do=preview` shows it first."""
    if request.POST.get("do") == "preview":
        return previewed(request, {"paper": paper, "parent": _parent(request)})
    try:
        number = add_comment(viewer_of(request), paper, words_of(request), now())
    except BroadsheetError as error:
        return refused(request, error, {"paper": paper, "parent": _parent(request)})
    return see_other(permalink(number))


def words_of(request: HttpRequest) -> Words:
    """What a form sent."""
    parent = request.POST.get("parent", "")
    if parent and not (parent.isascii() and parent.isdigit() and len(parent) < 18):
        raise BadInput(f"parent={parent[:40]}: the number of a comment is needed.")
    return Words(
        text=request.POST.get("text", ""),
        parent=int(parent) if parent else None,
        form=request.POST.get("form", ""),
        network=network_of(client_address(request)),
    )


def _parent(request: HttpRequest) -> Comment | None:
    number = words_of(request).parent
    return None if number is None else get_comment(viewer_of(request), number, now())


def previewed(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The form again, with what its text will look like; for a script that alone."""
    try:
        html = preview(viewer_of(request), request.POST.get("text", ""), now())
    except BroadsheetError as error:
        return refused(request, error, context)
    shown = {**_sent(request), **context, "preview": Markup(html)}  # noqa: S704 - markdown.py makes it safe
    return piece_or_page(request, "comment_preview.html", "comment_write.html", shown)


def refused(request: HttpRequest, error: BroadsheetError, context: dict[str, Any]) -> HttpResponse:
    """The form again with what is wrong: nobody loses what they wrote."""
    status, message = explained(error)
    shown = {**_sent(request), **context, "complaint": message}
    if request.headers.get("HX-Request"):
        response = HttpResponse(part("comment_complaint.html", request, shown), status=status)
    else:
        response = render(request, "comment_write.html", shown, status=status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.wait_s)
    return response


def _sent(request: HttpRequest) -> dict[str, Any]:
    text = request.POST.get("text", "")
    return {"text": text[:100_000], "form_name": request.POST.get("form", "")[:64] or form_name(), "now": now()}


@open_to(Who.MEMBER, methods=("POST",))
def follow(request: HttpRequest, paper: int) -> HttpResponse:
    """Hear of every new comment (`to=follow`), of none (`mute`), or of answers and mentions alone (`none`)."""
    subscribe(viewer_of(request), paper, request.POST.get("to", ""), now())
    return back(request, paper_url(_card(paper).key), anchor="discussion")


@open_to(Who.ANYONE)
def feed(request: HttpRequest, paper: int) -> HttpResponse:
    """The newest comments of a paper as an Atom feed."""
    card = _card(paper)
    found = discussion_of(viewer_of(request), paper, "new", now())
    body = comments_atom(found, card, settings.ENVIRONMENT["site_name"], absolute(request, ""), FEED_LENGTH)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8", headers={"Cache-Control": "no-cache"})
