"""Collections: the list of public ones, the page of one, and the forms by which they are made and changed."""

from django.http import HttpRequest, HttpResponse

from broadsheet import collected, collecting, groups
from broadsheet.clock import now
from broadsheet.errors import BadInput
from broadsheet.listing import parse_page
from broadsheet.store.collections import Collection, list_public
from broadsheet.store.votes import voted_on
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.keeping import (
    check_sure,
    described,
    download,
    named_paper,
    spend_export,
    unshared,
    whole,
)
from broadsheet.web.markup import prepare
from broadsheet.web.rendering import lede, render
from broadsheet.web.returning import back, see_other
from broadsheet.web.viewing import viewer_of

PAGE_SIZE = 50


@open_to(Who.ANYONE)
def newest(request: HttpRequest) -> HttpResponse:
    """Public collections, last changed first."""
    page = parse_page(request.GET.get("page", ""), PAGE_SIZE)
    found, total = list_public(viewer_of(request).id, page.offset, page.size)
    return render(request, "collections.html", {"collections": found, "total": total, "page": page, "now": now()})


@open_to(Who.MEMBER, methods=("POST",))
def make(request: HttpRequest) -> HttpResponse:
    """Make a collection and go there."""
    return see_other(collecting.make(viewer_of(request), described(request), now()).path)


@open_to(Who.ANYONE)
def collection(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """A collection, for who may see it; with `.bib`, `.ris` or `.csl.json` behind its name, its papers to cite."""
    name, _, form = slug.partition(".")
    found = collecting.get_collection(viewer_of(request), handle, name)
    response = _bibliography(request, found, form) if form else _page(request, found)
    return response if found.visibility == "public" and not found.hidden else unshared(response)


def _bibliography(request: HttpRequest, found: Collection, form: str) -> HttpResponse:
    spend_export(request)
    return download(form, list(collected.list_references(found)), found.slug)


def _page(request: HttpRequest, found: Collection) -> HttpResponse:
    viewer, page = viewer_of(request), parse_page(request.GET.get("page", ""), PAGE_SIZE)
    entries = collected.list_entries(found, page)
    cards = [entry.card for entry in entries.items]
    prepare([found.about, *(text for c in cards for text in (c.title, lede(c))), *(e.note for e in entries.items)])
    context = {
        "collection": found,
        "entries": entries,
        "page": page,
        "now": now(),
        "own": bool(viewer) and found.owner.id == viewer.id,
        "may_change": collecting.may_change(found, viewer),
        "voted": voted_on(viewer.id, [card.id for card in cards]),
    }
    return render(request, "collection.html", context)


@open_to(Who.MEMBER, methods=BOTH)
def edit(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Title, text and who sees a collection: the form, and what it changes."""
    viewer = viewer_of(request)
    if request.method == "POST":
        collecting.describe(viewer, handle, slug, described(request), now())
    found = collecting.get_changeable(viewer, handle, slug)
    if request.method == "POST":
        return see_other(found.path)
    context = {"collection": found, "own": found.owner.id == viewer.id}
    return unshared(render(request, "collection_edit.html", {**context, "groups": groups.list_groups(viewer)}))


@open_to(Who.MEMBER, methods=("POST",))
def delete(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Delete a collection of one's own."""
    check_sure(request)
    collecting.delete(viewer_of(request), handle, slug, now())
    return see_other("/library/collections")


@open_to(Who.MEMBER, methods=("POST",))
def follow(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Follow a collection (`to=follow`), or no longer (`to=none`)."""
    choice = request.POST.get("to", "")
    if choice not in ("follow", "none"):
        raise BadInput(f"to={choice[:40]}: follow, or none to stop.")
    collecting.follow(viewer_of(request), handle, slug, now(), on=choice == "follow")
    return back(request, "/collections")


@open_to(Who.MEMBER, methods=("POST",))
def copy(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Make a private copy of one's own and go there."""
    return see_other(collecting.copy(viewer_of(request), handle, slug, now()).path)


@open_to(Who.MEMBER, methods=("POST",))
def add(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Put a paper in, named by any of its identifiers (`paper`), with a `note`."""
    viewer = viewer_of(request)
    found = collecting.get_changeable(viewer, handle, slug)
    paper = named_paper(request.POST.get("paper", ""))
    collected.add(viewer, handle, slug, paper, now(), request.POST.get("note", ""))
    last = collected.list_entries(found, parse_page("", 1)).total
    return see_other(place_path(found, last, paper))


@open_to(Who.MEMBER, methods=("POST",))
def entry(request: HttpRequest, handle: str, slug: str, paper: int) -> HttpResponse:
    """One paper of a collection: `do` is up, down, place, note or remove; then back to where it is."""
    viewer, do = viewer_of(request), request.POST.get("do", "")
    match do:
        case "up" | "down":
            place = collected.move(viewer, handle, slug, paper, do, now())
        case "place":
            place = collected.move(viewer, handle, slug, paper, request.POST.get("place", ""), now())
        case "note":
            place = collected.remark(viewer, handle, slug, paper, request.POST.get("note", ""), now())
        case "remove":
            place = collected.remove(viewer, handle, slug, paper, now()) - 1
        case _:
            raise BadInput(f"do={do[:40]}: a paper goes up, down or to a place, takes a note, or is removed.")
    return see_other(place_path(collecting.get_changeable(viewer, handle, slug), place, paper))


@open_to(Who.MEMBER, methods=("POST",))
def collect(request: HttpRequest, paper: int) -> HttpResponse:
    """From a paper's page: into a chosen `collection`, or into a new one with this `title`; then back."""
    viewer, title = viewer_of(request), request.POST.get("title", "").strip()
    if title:
        found = collected.begin(viewer, described(request), paper, now())
    else:
        found = collecting.get_chosen(viewer, whole(request.POST.get("collection", ""), "collection"))
        collected.add(viewer, found.owner.handle, found.slug, paper, now())
    return back(request, found.path, anchor="keep")


def place_path(found: Collection, place: int, paper: int) -> str:
    """The address of the page on which a place of a collection lies, at a paper of it."""
    page = max(0, place - 1) // PAGE_SIZE + 1
    return f"{found.path}{f'?page={page}' if page > 1 else ''}#p{paper}"
