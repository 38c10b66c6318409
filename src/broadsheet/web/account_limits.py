"""Limits on what strangers may try: counted in the database, per account, network and recipient, before anything else.

Every answer to a form that could tell whether an address is known takes the same time, whatever it found.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from broadsheet.accounts import fingerprint
from broadsheet.clock import now
from broadsheet.limits import DAY, HOUR, Allowance, spend
from broadsheet.store.transactions import together
from broadsheet.web.access import Who, open_to
from broadsheet.web.address import client_address, network_of
from broadsheet.web.viewing import viewer_of

View = Callable[..., HttpResponse]

QUARTER = 900
EVEN_S = 0.35
"""Seconds that an even answer takes, or a multiple of it; hashing a password takes about 0.06 of them."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a form may be sent how often: by one network, and for one account or recipient that `field` names.

    Without a field it is counted for who signed in, or is about to. `even` makes all answers take equally long.
    """

    act: str
    network: Allowance
    each: Allowance
    field: str = ""
    what: str = "tries"
    even: bool = False


LOG_IN = Guard("login", Allowance(100, QUARTER), Allowance(10, QUARTER), "login", "tries to sign in", even=True)
SIGN_UP = Guard("signup", Allowance(20, HOUR), Allowance(5, HOUR), "email", "tries to join", even=True)
RESET = Guard("reset", Allowance(20, HOUR), Allowance(5, DAY), "email", "requests for a new password", even=True)
CODE = Guard("code", Allowance(20, HOUR), Allowance(10, DAY), "email", "requests for a code", even=True)
CONFIRM = Guard("confirm", Allowance(100, HOUR), Allowance(30, HOUR))
SECOND = Guard("second", Allowance(100, QUARTER), Allowance(10, QUARTER), what="codes")
PASSKEY = Guard("passkey", Allowance(60, QUARTER), Allowance(60, QUARTER), what="tries to sign in")
CHANGE = Guard("change", Allowance(100, HOUR), Allowance(30, HOUR), what="changes to an account")


def guarded(view: Any, who: Who, guard: Guard | None = None, *, methods: tuple[str, ...] = ()) -> View:
    """A view of the account library as a handler of ours: declared, limited, and all or nothing."""

    # Not the whole of `wraps`: the library's marks on its views are for Django, ours are set by `open_to`.
    @wraps(view, updated=())
    def handle(request: HttpRequest, **given: Any) -> HttpResponse:
        begun = time.monotonic()
        if request.method == "POST" and guard:
            _spend(request, guard)
        try:
            return _whole(view, request, given)
        finally:
            if request.method == "POST" and guard and guard.even:
                _wait_until_even(begun)

    return open_to(who, methods=methods or (("GET", "HEAD", "POST") if guard else ("GET", "HEAD")))(handle)


def _wait_until_even(begun: float) -> None:
    """Wait for the next whole multiple of EVEN_S: on a busy machine one may not be enough."""
    if EVEN_S:
        time.sleep(EVEN_S - (time.monotonic() - begun) % EVEN_S)


def _whole(view: Any, request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    with together():
        try:
            response: HttpResponse = view(request, **given)
        except ImmediateHttpResponse as answer:
            response = answer.response
        if hasattr(response, "render"):
            response = response.render()
    return response


def _spend(request: HttpRequest, guard: Guard) -> None:
    at = now()
    network = network_of(client_address(request))
    spend(f"{guard.act}:network:{network}", guard.network, at, what=guard.what)
    for key in _counted_for(request, guard):
        spend(f"{guard.act}:{key}", guard.each, at, what=guard.what)


def _counted_for(request: HttpRequest, guard: Guard) -> list[str]:
    if guard.field:
        # By digest: names that were typed, among them passwords typed in the wrong place, are not stored.
        return [f"for:{fingerprint(settings.SECRET_KEY, request.POST.get(guard.field, ''))}"]
    if viewer_of(request):
        return [f"person:{viewer_of(request).id}"]
    pending = request.session.get(LOGIN_SESSION_KEY)
    person = pending.get("user_pk") if isinstance(pending, dict) else None
    return [f"pending:{person}"] if person else []
