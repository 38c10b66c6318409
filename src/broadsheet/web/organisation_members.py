"""Organisations: who belongs to one, joining and leaving, and what its managers say of it."""

from django.http import HttpRequest, HttpResponse

from broadsheet import memberships
from broadsheet.clock import now
from broadsheet.errors import BadInput, Forbidden
from broadsheet.store.memberships import get_organisation, members_of
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.rendering import render
from broadsheet.web.returning import back
from broadsheet.web.viewing import viewer_of


@open_to(Who.ANYONE)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Who belongs to an organisation; its managers see who asks to."""
    organisation, viewer = get_organisation(slug), viewer_of(request)
    rights = memberships.rights_of(viewer, organisation, now())
    context = {
        "organisation": organisation,
        "members": members_of(organisation.id),
        "asking": members_of(organisation.id, ("asked",)) if rights.manages else [],
        "rights": rights,
        "domain": memberships.known_domain(viewer, organisation) if viewer else "",
    }
    return render(request, "organisation_members.html", context)


@open_to(Who.MEMBER, methods=("POST",))
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Become a member by a mail address of the organisation's domain, else ask a manager."""
    memberships.join(viewer_of(request), slug, now())
    return back(request, "/organisations")


@open_to(Who.MEMBER, methods=("POST",))
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Be a member no longer."""
    memberships.leave(viewer_of(request), slug, now())
    return back(request, "/organisations")


@open_to(Who.MEMBER, methods=("POST",))
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """Approve or remove somebody (`person`), or make them a manager (`to`), as a manager or a moderator."""
    form = request.POST
    memberships.manage(viewer_of(request), slug, form.get("person", ""), form.get("to", ""), now())
    return back(request, "/organisations")


@open_to(Who.MEMBER, methods=BOTH)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What an organisation says of itself; its mail domains are for moderators."""
    organisation, viewer = get_organisation(slug), viewer_of(request)
    rights = memberships.rights_of(viewer, organisation, now())
    if not rights.manages:
        raise Forbidden(f"Only managers of {organisation.name} may edit this page.")
    sent, complaint = {}, ""
    if request.method == "POST":
        sent = {name: request.POST.get(name, "") for name in ("about", "url", "domains") if name in request.POST}
        try:
            memberships.edit(viewer, slug, sent, now())
            return back(request, "/organisations")
        except BadInput as error:
            complaint = str(error)
    context = {"organisation": organisation, "rights": rights, "sent": sent, "complaint": complaint}
    return render(request, "organisation_edit.html", context, status=400 if complaint else 200)
