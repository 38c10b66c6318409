"""Groups: one's own, the page of one for its members, and the invitations that lead in."""

from urllib.parse import quote, urlencode

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import HttpRequest, HttpResponse

from broadsheet import groups
from broadsheet.clock import now
from broadsheet.errors import Forbidden
from broadsheet.store.collections import list_of_group
from broadsheet.store.groups import Group
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.keeping import check_sure
from broadsheet.web.rendering import render
from broadsheet.web.returning import see_other
from broadsheet.web.search_addresses import absolute
from broadsheet.web.viewing import viewer_of

INVITED_S = 14 * 86_400
"""How long an invitation may be accepted."""


@open_to(Who.SIGNED_IN)
def own(request: HttpRequest) -> HttpResponse:
    """The viewer's groups, and the form for a new one."""
    return render(request, "groups.html", {"groups": groups.list_groups(viewer_of(request))})


@open_to(Who.MEMBER, methods=("POST",))
def make(request: HttpRequest) -> HttpResponse:
    """Make a group and go there."""
    name, about = request.POST.get("name", ""), request.POST.get("about", "")
    return see_other(groups.make(viewer_of(request), name, about, now()).path)


@open_to(Who.SIGNED_IN)
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """A group, for its members: who belongs to it, and what they collect; an invitation for who looks after it."""
    viewer = viewer_of(request)
    found = groups.get_group(viewer, slug)
    managing = found.role == "manager"
    context = {
        "group": found,
        "members": groups.list_members(viewer, slug),
        "collections": list_of_group(viewer.id, found.id),
        "managing": managing,
        "invitation": absolute(request, invitation_path(found)) if managing else "",
        "now": now(),
    }
    return render(request, "group.html", context)


@open_to(Who.MEMBER, methods=("POST",))
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change name and text."""
    groups.describe(viewer_of(request), slug, request.POST.get("name", ""), request.POST.get("about", ""), now())
    return _back_to(slug)


@open_to(Who.MEMBER, methods=("POST",))
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Withdraw the invitations that are out."""
    groups.renew_invitations(viewer_of(request), slug, now())
    return _back_to(slug)


@open_to(Who.MEMBER, methods=("POST",))
def member(request: HttpRequest, slug: str, handle: str) -> HttpResponse:
    """Somebody in a group: `do` is manager, member or remove."""
    viewer, do = viewer_of(request), request.POST.get("do", "")
    if do == "remove":
        groups.remove_member(viewer, slug, handle, now())
    else:
        groups.set_role(viewer, slug, handle, do, now())
    if handle.lower() == viewer.handle and do == "remove":
        return see_other("/groups")
    return _back_to(slug)


@open_to(Who.SIGNED_IN, methods=("POST",))
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a group."""
    check_sure(request)
    groups.leave(viewer_of(request), slug)
    return see_other("/groups")


@open_to(Who.MEMBER, methods=("POST",))
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """End a group."""
    check_sure(request)
    groups.delete(viewer_of(request), slug, now())
    return see_other("/groups")


@open_to(Who.MEMBER, methods=BOTH)
def join(request: HttpRequest) -> HttpResponse:
    """An invitation: a page with a button, and what it does. Opening the link alone changes nothing."""
    viewer = viewer_of(request)
    token = (request.POST if request.method == "POST" else request.GET).get("invitation", "")
    number, invitation_round = read_invitation(token)
    if request.method == "POST":
        return see_other(groups.join(viewer, number, invitation_round, now()).path)
    return render(
        request, "group_join.html", {"group": groups.get_invited(viewer, number, invitation_round), "token": token}
    )


def invitation_path(found: Group) -> str:
    """The address, without its host, by which whoever has it may join; good for 14 days."""
    return f"/groups/join?{urlencode({'invitation': _signer().sign(f'{found.id}-{found.invitation_round}')})}"


def read_invitation(token: str) -> tuple[int, int]:
    """The number of the group and the round of the invitation. Raises Forbidden."""
    try:
        number, _, invitation_round = _signer().unsign(token, max_age=INVITED_S).partition("-")
    except SignatureExpired:
        raise Forbidden("This invitation has expired: one is good for 14 days. Ask for a new one.") from None
    except BadSignature:
        raise Forbidden("This invitation is not one of this instance, or was not copied whole.") from None
    return int(number), int(invitation_round)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="broadsheet.group.invitation")


def _back_to(slug: str) -> HttpResponse:
    return see_other(quote(f"/groups/{slug}"))
