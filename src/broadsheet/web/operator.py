"""The operator: whoever opened a link that only somebody at the machine can print. There are no accounts yet."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import HttpRequest, HttpResponse

from broadsheet.errors import Forbidden

LINK_S, STAY_S = 15 * 60, 12 * 3_600
"""How long a link may be opened, and how long it lets in."""
COOKIE, PATH = "operator", "/admin"
BEARER = "operator"


def entry_path() -> str:
    """The address, without its host, that lets its bearer in; good for 15 minutes."""
    return f"{PATH}/enter?{urlencode({'token': _link().sign(BEARER)})}"


def check_token(token: str) -> None:
    """Raises Forbidden for a token that is not ours, was changed, or is too old."""
    try:
        if _link().unsign(token, max_age=LINK_S) == BEARER:
            return
    except SignatureExpired:
        raise Forbidden("That link has expired: it is good for 15 minutes. Have a new one printed.") from None
    except BadSignature:
        pass
    raise Forbidden("That link is not one of this instance, or was not copied whole. Have a new one printed.")


def is_operator(request: HttpRequest) -> bool:
    """Whether the request carries the cookie of somebody who was let in."""
    try:
        return _stay().unsign(request.COOKIES.get(COOKIE, ""), max_age=STAY_S) == BEARER
    except BadSignature:
        return False


def let_in(request: HttpRequest, response: HttpResponse) -> None:
    """Hand out the cookie."""
    response.set_cookie(
        COOKIE,
        _stay().sign(BEARER),
        max_age=STAY_S,
        path=PATH,
        secure=request.is_secure() or settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def let_out(response: HttpResponse) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")


def _link() -> TimestampSigner:
    return TimestampSigner(salt="broadsheet.operator.link")


def _stay() -> TimestampSigner:
    return TimestampSigner(salt="broadsheet.operator.stay")
