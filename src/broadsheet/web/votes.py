"""Votes: the button beside each paper, and what it sends."""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from broadsheet.clock import now
from broadsheet.errors import BadInput
from broadsheet.voting import vote
from broadsheet.web.access import Who, open_to
from broadsheet.web.address import client_address, network_of
from broadsheet.web.returning import back
from broadsheet.web.viewing import viewer_of
from broadsheet.web.voting_button import vote_button

CHOICES: Mapping[str, bool] = {"up": True, "none": False}


@open_to(Who.MEMBER, methods=("POST",))
def cast(request: HttpRequest, paper: int) -> HttpResponse:
    """Vote (`to=up`) or take the vote back (`to=none`); gives a script the button, others the way back."""
    choice = request.POST.get("to", "")
    if choice not in CHOICES:
        raise BadInput(f"to={choice[:40]}: a vote is up, or none to take it back.")
    viewer = viewer_of(request)
    outcome = vote(viewer, paper, up=CHOICES[choice], now=now(), origin=origin_of(request))
    if request.headers.get("HX-Request"):
        return HttpResponse(vote_button(viewer, paper, outcome.votes, mine=outcome.mine))
    return back(request, anchor=f"p{paper}")


def origin_of(request: HttpRequest) -> str:
    """A keyed digest of the network a request comes from: enough to see that two are the same, not which."""
    network = network_of(client_address(request))
    return hmac.new(settings.SECRET_KEY.encode(), f"origin {network}".encode(), sha256).hexdigest()[:20]
