"""Bearers: programs that show a token. Such a request never reads a session, and changes nothing yet."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers

from broadsheet.clock import now
from broadsheet.store.tokens import find_bearer
from broadsheet.tokens import digest_of
from broadsheet.web.failures import failure_page
from broadsheet.web.security import is_private
from broadsheet.web.viewing import KEPT, view_of

WRONG = "This token is not known here, has expired, or was ended. Make another one at /account/tokens."
READS = "This token does not have the scope `read`."
GETS = "A token can only read for now: send GET."
PRIVATE = "A token does not open the pages of an account. Sign in to see them."
REALM = 'Bearer realm="broadsheet"'


class Bearer:
    """Middleware, before the one for sessions: who shows a token is who the token speaks for, or is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.get_response(request)
        # Neither a session nor a form's token: what a browser carries along counts for nothing here.
        request.COOKIES = {}
        response = self._refused(request, secret.strip()) or self.get_response(request)
        response.cookies.clear()
        response.headers["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ("Authorization",))
        return response

    def _refused(self, request: HttpRequest, secret: str) -> HttpResponse | None:
        found = find_bearer(digest_of(secret), now())
        if found is None:
            return _refusal(request, 401, WRONG)
        person, scopes = found
        setattr(request, KEPT, view_of(person, scopes))
        if request.method not in ("GET", "HEAD"):
            return _refusal(request, 405, GETS)
        if "read" not in scopes:
            return _refusal(request, 403, READS)
        return _refusal(request, 403, PRIVATE) if is_private(request.path) else None


def _refusal(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """A refusal as JSON, or as a page for who asks for one."""
    if status == 401:
        setattr(request, KEPT, view_of(None))
    if "text/html" in request.headers.get("Accept", ""):
        response = failure_page(request, status, message)
    else:
        response = JsonResponse({"error": {"status": status, "message": message}}, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = f'{REALM}, error="invalid_token"'
    if status == 405:
        response.headers["Allow"] = "GET, HEAD"
    return response
