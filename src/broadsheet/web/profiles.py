"""Profiles: somebody's page, the picture of their initials, and the form that changes it."""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.accounts import get_profile
from broadsheet.avatars import avatar as draw
from broadsheet.cards import Card
from broadsheet.clock import now
from broadsheet.errors import BadInput
from broadsheet.limits import HOUR, Allowance, spend
from broadsheet.profile_form import ABOUT, AFFILIATION, LINKS, NAME, ProfileForm, checked, is_link
from broadsheet.store import profiles
from broadsheet.store.catalogue import list_cards
from broadsheet.store.claims import claimed_papers
from broadsheet.store.collections import list_public_of
from broadsheet.store.profiles import Profile, Said
from broadsheet.text import opening
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.rendering import render
from broadsheet.web.returning import see_other
from broadsheet.web.viewing import viewer_of

SHOWN = 20
CHANGES = Allowance(30, HOUR)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as a profile shows it: its beginning, and the paper it is on."""

    said: Said
    begins: str
    card: Card


@open_to(Who.ANYONE)
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Somebody's page."""
    profile = get_profile(handle)
    if profile.handle != handle:
        return HttpResponseRedirect(f"/people/{profile.handle}")
    own = viewer_of(request).id == profile.id
    voted, votes = profiles.voted_papers(profile.id, SHOWN) if profile.public_votes or own else ([], 0)
    said, comments = profiles.comments_of(profile.id, SHOWN)
    context = {
        "person": profile,
        "own": own,
        "links": [link for link in profile.links if is_link(link)],
        "papers": list_cards(claimed_papers(profile.id)),
        "voted": list_cards(voted),
        "votes": votes,
        "remarks": _remarks(said),
        "remark_count": comments,
        "collections": list_public_of(viewer_of(request).id, profile.id),
        "now": now(),
    }
    return render(request, "person.html", context)


def _remarks(said: list[Said]) -> list[Remark]:
    cards = {card.id: card for card in list_cards(list(dict.fromkeys(each.paper for each in said)))}
    return [Remark(each, opening(each.body, 240), cards[each.paper]) for each in said if each.paper in cards]


@open_to(Who.ANYONE)
def avatar(request: HttpRequest, handle: str) -> HttpResponse:
    """The picture of somebody's initials."""
    profile = get_profile(handle)
    response = HttpResponse(draw(profile.name, profile.handle), content_type="image/svg+xml; charset=utf-8")
    # Opened by itself it is a document of its own: nothing in it may run or load.
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@open_to(Who.MEMBER, methods=BOTH)
def edit(request: HttpRequest) -> HttpResponse:
    """The form of one's own profile."""
    profile = get_profile(viewer_of(request).handle)
    if request.method != "POST":
        return _form(request, _given(profile))
    spend(f"profile:person:{profile.id}", CHANGES, now(), what="changes of a profile")
    form = ProfileForm(
        name=request.POST.get("name", ""),
        affiliation=request.POST.get("affiliation", ""),
        about=request.POST.get("about", ""),
        links=request.POST.get("links", ""),
        public_votes=request.POST.get("public_votes") == "yes",
    )
    try:
        values = checked(form)
    except BadInput as error:
        return _form(request, form, str(error), status=400)
    profiles.change_profile(profile.id, {**asdict(values), "links": list(values.links)})
    return see_other(f"/people/{profile.handle}")


def _given(profile: Profile) -> ProfileForm:
    return ProfileForm(profile.name, profile.affiliation, profile.about, "\n".join(profile.links), profile.public_votes)


def _form(request: HttpRequest, form: ProfileForm, problem: str = "", *, status: int = 200) -> HttpResponse:
    most = {"name": NAME, "affiliation": AFFILIATION, "about": ABOUT, "links": LINKS}
    return render(request, "account/profile.html", {"given": form, "problem": problem, "most": most}, status=status)
