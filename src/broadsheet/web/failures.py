"""Failures: each kind of error becomes one status and a page that helps."""

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.errors import BadInput, BroadsheetError, Forbidden, NotFound, SignInFirst, TooMany, Unavailable
from broadsheet.web.rendering import render, render_bare

log = logging.getLogger("broadsheet.web")

HEADINGS = {
    400: "That request cannot be read",
    403: "Not without the key",
    404: "There is no such page",
    405: "That cannot be done here",
    413: "That is too large",
    429: "Not so fast",
    500: "Something broke on our side",
    503: "Not available just now",
}


class Failures:
    """Middleware that turns exceptions into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        response = self.get_response(request)
        if response.status_code == 405:
            return _not_allowed(request, response.headers.get("Allow", "GET, HEAD"))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django with whatever a handler raised."""
        if isinstance(error, SignInFirst) and request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(sign_in_path(request.get_full_path()))
        status, message = explained(error)
        if status >= 500:
            log.error("%s %s", request.method, request.path, exc_info=error)
        if status == 500 and settings.DEBUG:
            return None  # Django's page with the traceback
        response = failure_page(request, status, message, remedy=_remedy(request, error))
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.wait_s)
        return response


def sign_in_path(path: str) -> str:
    """The address of the page to sign in, which leads on to a path."""
    return f"/account/login?{urlencode({'next': path})}"


def explained(error: Exception) -> tuple[int, str]:
    """Status and message for an exception; what a stranger should not see is not in it."""
    match error:
        case BadInput():
            return 400, str(error)
        case Forbidden():
            return 403, str(error)
        case TooMany():
            return 429, f"{error} Try again in {waiting(error.wait_s)}."
        case NotFound() | Http404():
            return 404, str(error) if isinstance(error, BroadsheetError) else "Nothing has this address."
        case DisallowedHost():
            return (
                400,
                "This instance does not answer to that host name. BROADSHEET_ALLOWED_HOSTS lists those it knows.",
            )
        case RequestDataTooBig():
            return 413, "Send less in one request."
        case SuspiciousOperation() | BadRequest():
            return 400, "The request is malformed."
        case Unavailable():
            return 503, str(error)
        case OperationalError() | InterfaceError():
            return 503, "The database does not answer, or took too long. Try again in a minute."
        case _:
            return 500, "The error is in the log. Try again, or tell the operator what you did."


def waiting(seconds: int) -> str:
    """A wait as people say it: 40 seconds, 3 minutes, 2 hours."""
    for size, noun in ((3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{-(-seconds // size)} {noun}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _remedy(request: HttpRequest, error: Exception) -> str:
    """What the page offers to somebody who may not: to sign in, or how the operator is let in."""
    if isinstance(error, SignInFirst):
        return "sign in"
    return "operator" if isinstance(error, Forbidden) and request.path.startswith("/admin") else ""


def failure_page(request: HttpRequest, status: int, message: str, *, remedy: str = "") -> HttpResponse:
    """The page for a failure, in plain words even where the usual page cannot be made."""
    heading = HEADINGS.get(status, "That did not work")
    context = {"heading": heading, "message": message, "status": status, "wanted": _wanted(request, status)}
    context["remedy"] = remedy
    try:
        response = render(request, "failure.html", context, status=status)
    except Exception:
        log.exception("the failure page failed")
        response = render_bare(heading, message, status=status)
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _wanted(request: HttpRequest, status: int) -> str:
    """What the visitor may have looked for: what was searched, or the last part of an address that does not exist."""
    if status == 404:
        return request.path.rstrip("/").rpartition("/")[2].replace("-", " ")[:200]
    try:
        return request.GET.get("q", "")[:1000]
    except SuspiciousOperation:
        return ""


def _not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    response = failure_page(request, 405, f"This page answers {methods} only.")
    response.headers["Allow"] = methods
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: no route fits."""
    return failure_page(request, 404, "Nothing has this address.")


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: a form that carries no token of ours, or comes from another site."""
    log.warning("%s %s: %s", request.method, request.path, reason)
    message = "This form was not sent from our own page, or that page is too old. Nothing was changed. Open it again."
    return failure_page(request, 403, message)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return failure_page(request, *explained(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return failure_page(request, *explained(Exception()))
