"""The pages of an account that are ours: the overview, sessions, everything as a file, and leaving."""

import json

from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

from broadsheet.accounts import delete_account, export_everything
from broadsheet.clock import now
from broadsheet.errors import BadInput, NotFound
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.store import sessions
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.confirming import ask_again
from broadsheet.web.rendering import render
from broadsheet.web.returning import see_other
from broadsheet.web.viewing import viewer_of

EXPORTS = Allowance(20, DAY)


@open_to(Who.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """What belongs to an account."""
    return render(request, "account/home.html", {})


@open_to(Who.SIGNED_IN, methods=BOTH)
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in; one of them, or all others, can be ended."""
    viewer, current = viewer_of(request), request.session.session_key or ""
    if request.method != "POST":
        found = sessions.list_sessions(viewer.id, current, now())
        agents = {each.name: agent_name(each.agent) for each in found}
        return render(request, "account/sessions.html", {"sessions": found, "agents": agents, "now": now()})
    name = request.POST.get("name", "")
    if name == "others":
        sessions.end_other_sessions(viewer.id, current)
    elif len(name) != 16 or not sessions.end_session(viewer.id, name):
        raise NotFound("You are not signed in there any more.")
    return see_other("/account/sessions")


@open_to(Who.SIGNED_IN)
def export(request: HttpRequest) -> HttpResponse:
    """Everything that the instance holds about who asks, as a file."""
    ask_again(request)
    viewer, at = viewer_of(request), now()
    spend(f"export:person:{viewer.id}", EXPORTS, at, what="exports")
    whole = {"handle": viewer.handle, "made_at": at, "tables": export_everything(viewer.id)}
    text = json.dumps(whole, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{viewer.handle}-{at:%Y-%m-%d}.json"'
    return response


@open_to(Who.SIGNED_IN, methods=BOTH)
def leave(request: HttpRequest) -> HttpResponse:
    """Delete the account of who asks, who has just shown the password and writes the handle."""
    ask_again(request)
    viewer = viewer_of(request)
    if request.method != "POST":
        return render(request, "account/delete.html", {"problem": ""})
    try:
        _check_handle(request.POST.get("handle", ""), viewer.handle)
    except BadInput as error:
        return render(request, "account/delete.html", {"problem": str(error)}, status=400)
    delete_account(viewer.id, now())
    logout(request)
    return see_other("/account/gone")


def _check_handle(given: str, handle: str) -> None:
    if given.strip().lower() != handle:
        raise BadInput(f"Write {handle} to delete this account. Nothing was changed.")


@open_to(Who.ANYONE)
def gone(request: HttpRequest) -> HttpResponse:
    """Good-bye."""
    return render(request, "account/gone.html", {})


def agent_name(agent: str) -> str:
    """A browser as people call it: "Firefox on Linux"."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    return " on ".join(filter(None, (browser, system))) or agent[:60] or "A browser that does not say what it is"
