"""Security: known hosts only, and headers on every answer, static files and errors included."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from broadsheet.web.failures import bad_request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


PRIVATE_HEADERS = {"Cache-Control": "no-store, private", "Referrer-Policy": "same-origin"}
"""For what is not for everybody. Nobody else learns these addresses; with `no-referrer` browsers would send forms with
`Origin: null`, which could not be told from those of strangers."""

ANY_HOST = "/health"
"""Load balancers and our own start ask for this by whatever address reaches us; the answer tells nothing."""


PRIVATE = (
    "/admin",
    "/account",
    "/settings",
    "/library",
    "/notifications",
    "/moderation",
    "/dev",
    "/groups",
    "/submit",
    "/submissions",
    "/claims",
)
"""Where what is one person's alone, or the operator's, is shown."""


def is_private(path: str) -> bool:
    """Whether no cache and no browser may keep the page of an address."""
    return any(path == part or path.startswith(part + "/") for part in PRIVATE)


class SecurityHeaders:
    """Middleware that refuses unknown hosts and adds the headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        response = self._answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        for name, value in PRIVATE_HEADERS.items() if is_private(request.path) else ():
            response.headers[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        # Handlers that need the host are few; asking here keeps a forged one from all that come later.
        try:
            if request.path != ANY_HOST:
                request.get_host()
        except DisallowedHost as error:
            return bad_request(request, error)
        return self.get_response(request)
