"""Invitations: a signed link for one mail address, good for two weeks."""

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from broadsheet.web.site_address import site_url

GOOD_S = 14 * 86_400
KEPT = "invitation"
"""Name of the parameter, and of the place in the session that remembers it until the form is sent."""


def invitation(address: str) -> str:
    """The link that lets the owner of an address join."""
    return site_url(f"/account/signup?{KEPT}={_signer().sign(address)}")


def is_invited(request: HttpRequest) -> bool:
    """Whether who asks holds a link; it is remembered while the form is filled in."""
    given = request.GET.get(KEPT, "")
    if given and _address(given):
        request.session[KEPT] = given
    return bool(invited_address(request))


def invited_address(request: HttpRequest) -> str:
    """The address that the invitation is for; empty without one."""
    return _address(request.session.get(KEPT, ""))


def _address(text: str) -> str:
    try:
        return _signer().unsign(text, max_age=GOOD_S).lower()
    except BadSignature:
        return ""


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="broadsheet.invitation", sep="~")
