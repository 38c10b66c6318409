"""Access: every route says who may call it, and a policy test refuses one that does not."""

from collections.abc import Callable
from enum import Enum
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from broadsheet.errors import Forbidden
from broadsheet.web.operator import is_operator

Handler = Callable[..., HttpResponse]

HARMLESS = frozenset({"GET", "HEAD"})


class Who(Enum):
    """Who may call a route."""

    ANYONE = "anyone"
    OPERATOR = "operator"


def open_to(who: Who, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[Handler], Handler]:
    """Declare who may call a handler and by which methods; other methods get 405, others who call get 403."""

    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if who is Who.OPERATOR and not is_operator(request):
                raise Forbidden("Only the operator of this instance may see this page.")
            return handler(request, *args, **kwargs)

        # What changes nothing asks for no form token: other methods get their 405 there, not a 403.
        checked.csrf_exempt = HARMLESS.issuperset(methods)  # type: ignore[attr-defined]
        checked.open_to = who  # type: ignore[attr-defined]
        checked.methods = methods  # type: ignore[attr-defined]
        return checked

    return declare
