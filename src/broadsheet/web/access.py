"""Access: every route says who may call it, and a policy test refuses one that does not."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from broadsheet import people
from broadsheet.clock import now
from broadsheet.errors import Forbidden, SignInFirst
from broadsheet.people import Viewer
from broadsheet.web.operator import is_operator
from broadsheet.web.viewing import viewer_of

Handler = Callable[..., HttpResponse]

HARMLESS = frozenset({"GET", "HEAD"})
BOTH = ("GET", "HEAD", "POST")
"""Methods of a page that shows a form and takes it."""


class Who(Enum):
    """Who may call a route. Each but the last may do what those before it may."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    """Even who is suspended, or has not verified an address yet: one's own account stays one's own."""
    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"
    OPERATOR = "operator"
    """Who holds the link that only somebody at the machine can print; admins too."""


def open_to(who: Who, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[Handler], Handler]:
    """Declare who may call a handler and by which methods; other methods get 405, others who call get 403."""

    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            check(request, who)
            return handler(request, *args, **kwargs)

        # What changes nothing asks for no form token: other methods get their 405 there, not a 403.
        checked.csrf_exempt = HARMLESS.issuperset(methods)  # type: ignore[attr-defined]
        checked.open_to = who  # type: ignore[attr-defined]
        checked.methods = methods  # type: ignore[attr-defined]
        return checked

    return declare


def check(request: HttpRequest, who: Who) -> None:
    """Raises SignInFirst or Forbidden where who asks may not."""
    if who is Who.ANYONE or (who is Who.OPERATOR and is_operator(request)):
        return
    viewer = viewer_of(request)
    if who is Who.OPERATOR and not people.may_administer(viewer, now()):
        raise Forbidden("Only the operator of this instance may see this page.")
    if not viewer:
        raise SignInFirst("Sign in to do that. Without an account you can read everything.")
    if who is not Who.SIGNED_IN:
        _check_member(viewer, who, now())


def _check_member(viewer: Viewer, who: Who, at: datetime) -> None:
    if not viewer.verified:
        raise Forbidden("Verify your mail address first: open the link in the mail we sent, or ask for another one.")
    if people.is_suspended(viewer, at):
        raise Forbidden(f"This account is suspended {_until(viewer)}. You can still read and export everything.")
    if who is Who.MODERATOR and not people.may_moderate(viewer, at):
        raise Forbidden("Only moderators may do that.")
    if who is Who.ADMIN and not people.may_administer(viewer, at):
        raise Forbidden("Only administrators may do that.")


def _until(viewer: Viewer) -> str:
    until = viewer.suspended_until
    return f"until {until:%d %B %Y}" if until and until.year < 9999 else "for good"
