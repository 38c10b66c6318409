"""Tokens: the page of one's keys for programs."""

from django.http import HttpRequest, HttpResponse

from broadsheet.clock import now
from broadsheet.errors import BadInput
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.store.transactions import together
from broadsheet.tokens import DAYS, SCOPES, Wanted, list_tokens, make_token, revoke_token
from broadsheet.web.access import Who, open_to
from broadsheet.web.confirming import ask_again
from broadsheet.web.rendering import render
from broadsheet.web.returning import see_other
from broadsheet.web.viewing import viewer_of

MADE = Allowance(30, DAY)


@open_to(Who.SIGNED_IN)
def overview(request: HttpRequest) -> HttpResponse:
    """One's tokens, and the form for another one."""
    return _page(request)


@open_to(Who.MEMBER, methods=("POST",))
def make(request: HttpRequest) -> HttpResponse:
    """Make a token, and show it this once."""
    ask_again(request)
    viewer, at = viewer_of(request), now()
    days = request.POST.get("days", "")
    wanted = Wanted(
        request.POST.get("name", ""), request.POST.getlist("scopes"), int(days) if days in map(str, DAYS) else 0
    )
    try:
        with together():
            spend(f"token:person:{viewer.id}", MADE, at, what="new tokens")
            secret = make_token(viewer, wanted, at)
    except BadInput as error:
        return _page(request, problem=str(error), status=400)
    return _page(request, secret=secret)


@open_to(Who.SIGNED_IN, methods=("POST",))
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a token."""
    revoke_token(viewer_of(request), number)
    return see_other("/account/tokens")


def _page(request: HttpRequest, *, secret: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    at = now()
    context = {
        "tokens": list_tokens(viewer_of(request), at),
        "scopes": SCOPES,
        "days": DAYS,
        "secret": secret,
        "problem": problem,
        "now": at,
    }
    return render(request, "account/tokens.html", context, status=status)
