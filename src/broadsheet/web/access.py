"""Access: every route says who may call it, and a policy test refuses one that does not."""

from collections.abc import Callable
from enum import Enum
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

Handler = Callable[..., HttpResponse]


class Who(Enum):
    """Who may call a route."""

    ANYONE = "anyone"


def open_to(who: Who, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[Handler], Handler]:
    """Declare who may call a handler and by which methods; other methods get 405."""

    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            return handler(request, *args, **kwargs)

        checked.open_to = who  # type: ignore[attr-defined]
        checked.methods = methods  # type: ignore[attr-defined]
        return checked

    return declare
