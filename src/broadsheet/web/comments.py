"""One comment: the way to it, answering, editing, taking back, its former texts, and reactions."""

from itertools import pairwise

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.clock import now
from broadsheet.discussion import edit_comment, get_comment, get_own_comment, history, place_of, react, remove_comment
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.revisions import changes
from broadsheet.store.threads import list_comments
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.discussion import previewed, refused, words_of
from broadsheet.web.reactions import reactions_html
from broadsheet.web.rendering import paper_url, render
from broadsheet.web.returning import back, see_other
from broadsheet.web.thread import form_name, permalink, piece_or_page
from broadsheet.web.viewing import viewer_of

SHOWN_REVISIONS = 30


@open_to(Who.ANYONE)
def comment(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to where a comment is read."""
    return HttpResponseRedirect(permalink(number))


@open_to(Who.MEMBER)
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """The form that answers a comment, under it."""
    parent = get_comment(viewer_of(request), number, now())
    context = {"paper": place_of(number)[0], "parent": parent, "form_name": form_name(), "text": ""}
    return piece_or_page(request, "comment_form.html", "comment_write.html", context)


@open_to(Who.MEMBER, methods=BOTH)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change the text of one's own comment; the former stays in its history."""
    own = get_own_comment(viewer_of(request), number, now())
    context = {"paper": place_of(number)[0], "edited": own, "parent": None}
    if request.method != "POST":
        shown = {**context, "form_name": form_name(), "text": own.body}
        return piece_or_page(request, "comment_form.html", "comment_write.html", shown)
    if request.POST.get("do") == "preview":
        return previewed(request, context)
    try:
        edit_comment(viewer_of(request), number, words_of(request), now())
    except BroadsheetError as error:
        return refused(request, error, context)
    return see_other(permalink(number))


@open_to(Who.MEMBER, methods=BOTH)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a comment shall be taken back, and do so."""
    own = get_own_comment(viewer_of(request), number, now())
    key = place_of(number)[1]
    if request.method != "POST":
        return render(request, "comment_delete.html", {"comment": own, "key": key, "now": now()})
    remove_comment(viewer_of(request), number, now())
    return see_other(f"{paper_url(key)}#discussion")


@open_to(Who.ANYONE)
def revisions(request: HttpRequest, number: int) -> HttpResponse:
    """What a comment said before, with what changed each time; the newest first."""
    found, texts = history(viewer_of(request), number, now())
    steps = [(after.since, changes(before.body, after.body)) for before, after in pairwise(texts)]
    context = {
        "comment": found,
        "key": place_of(number)[1],
        "first": texts[0],
        "steps": steps[::-1][:SHOWN_REVISIONS],
        "left_out": max(0, len(steps) - SHOWN_REVISIONS),
        "now": now(),
    }
    return render(request, "comment_history.html", context)


@open_to(Who.MEMBER, methods=("POST",))
def reaction(request: HttpRequest, number: int) -> HttpResponse:
    """Give a reaction (`give=up`) or take it back (`drop=up`); answers with the buttons where a script asks."""
    give, drop = request.POST.get("give", ""), request.POST.get("drop", "")
    if bool(give) == bool(drop):
        raise BadInput("Name one reaction, to give or to drop.")
    viewer = viewer_of(request)
    found = react(viewer, number, give or drop, now(), given=bool(give))
    if request.headers.get("HX-Request"):
        current = next(each for each in list_comments([found.paper], viewer.id) if each.id == number)
        return HttpResponse(reactions_html(viewer, current))
    return back(request, permalink(number), anchor=f"c{number}")


@open_to(Who.MODERATOR)
def moderate(request: HttpRequest, number: int) -> HttpResponse:
    """Forms that hide a comment, show it again, or close its thread; they lead back to the discussion."""
    found = get_comment(viewer_of(request), number, now())
    return render(request, "comment_moderate.html", {"comment": found, "here": permalink(number), "now": now()})
