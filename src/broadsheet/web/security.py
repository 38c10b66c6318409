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


ANY_HOST = "/health"
"""Load balancers and our own start ask for this by whatever address reaches us; the answer tells nothing."""


class SecurityHeaders:
    """Middleware that refuses unknown hosts and adds the headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        response = self._answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        # Handlers that need the host are few; asking here keeps a forged one from all that come later.
        try:
            if request.path != ANY_HOST:
                request.get_host()
        except DisallowedHost as error:
            return bad_request(request, error)
        return self.get_response(request)
