"""A reader's own pages: the library, its bibliography, and the collections they made, share and follow."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from broadsheet import groups, library
from broadsheet.clock import now
from broadsheet.errors import BadInput
from broadsheet.listing import parse_page
from broadsheet.people import Viewer
from broadsheet.store.collections import Collection, list_followed, list_of_group, list_owned
from broadsheet.store.groups import Group
from broadsheet.store.library import SORTS, Wanted
from broadsheet.store.votes import voted_on
from broadsheet.web.access import Who, open_to
from broadsheet.web.keeping import download, spend_export, whole
from broadsheet.web.markup import prepare
from broadsheet.web.rendering import render
from broadsheet.web.returning import back
from broadsheet.web.viewing import viewer_of

PAGE_SIZE = 50
SORT_NAMES = {"changed": "Last changed", "published": "Newest paper", "title": "Title"}


@open_to(Who.SIGNED_IN)
def papers(request: HttpRequest) -> HttpResponse:
    """The viewer's library, by `state`, `tag` and words (`q`), in an order (`sort`)."""
    viewer, page, wanted = viewer_of(request), parse_page(request.GET.get("page", ""), PAGE_SIZE), _wanted(request)
    entries = library.list_entries(viewer, wanted, page)
    prepare([*(entry.card.title for entry in entries.items), *(entry.kept.note for entry in entries.items)])
    values = {"state": wanted.state, "tag": wanted.tag, "q": request.GET.get("q", ""), "sort": request.GET.get("sort")}
    context = {
        "entries": entries,
        "page": page,
        "overview": library.overview(viewer),
        "wanted": wanted,
        "values": {name: value for name, value in values.items() if value},
        "states": library.STATES,
        "sorts": [(sort, SORT_NAMES[sort]) for sort in SORTS],
        "narrowed": narrowed,
        "voted": voted_on(viewer.id, [entry.card.id for entry in entries.items]),
    }
    return render(request, "library.html", context)


def narrowed(values: Mapping[str, str], path: str = "/library", **changes: str) -> str:
    """The address of another part of the library: as `values` say, with these changes; an empty one takes away."""
    query = urlencode({name: value for name, value in {**values, **changes}.items() if value})
    return f"{path}?{query}" if query else path


def _wanted(request: HttpRequest) -> Wanted:
    state, tag, words, sort = (request.GET.get(name, "") for name in ("state", "tag", "q", "sort"))
    return library.parse_wanted(state, tag, words[:300], sort)


@open_to(Who.SIGNED_IN)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The same part of the library to cite, with notes and tags."""
    spend_export(request)
    return download(form, list(library.list_references(viewer_of(request), _wanted(request))), "library")


@open_to(Who.SIGNED_IN)
def collections(request: HttpRequest) -> HttpResponse:
    """The collections that the viewer made, shares in groups and follows, and the form for a new one."""
    viewer = viewer_of(request)
    own_groups = groups.list_groups(viewer)
    owned = list_owned(viewer.id, viewer.id)
    shared = [(group, _of_others(viewer, group)) for group in own_groups]
    context = {"owned": owned, "shared": shared, "followed": list_followed(viewer.id), "groups": own_groups}
    return render(request, "library_collections.html", {**context, "now": now()})


def _of_others(viewer: Viewer, group: Group) -> list[Collection]:
    return [found for found in list_of_group(viewer.id, group.id) if found.owner.id != viewer.id]


@open_to(Who.MEMBER, methods=("POST",))
def paper(request: HttpRequest, paper: int) -> HttpResponse:
    """One paper of the library: `do` is keep (with `state`, and `note` and `tags` where a form has them) or remove."""
    viewer, do = viewer_of(request), request.POST.get("do", "keep")
    if do == "remove":
        library.remove(viewer, [paper], now())
    elif do != "keep":
        raise BadInput(f"do={do[:40]}: a paper is kept, or removed.")
    elif "note" in request.POST:
        state, note, tags = (request.POST.get(name, "") for name in ("state", "note", "tags"))
        library.save(viewer, paper, state, note, tags, now())
    else:
        library.put(viewer, paper, request.POST.get("state", ""), now())
    return back(request, "/library", anchor="keep" if request.POST.get("at") == "keep" else f"p{paper}")


@open_to(Who.MEMBER, methods=("POST",))
def several(request: HttpRequest) -> HttpResponse:
    """The marked papers (`paper`, many times): `do` is a state, or remove."""
    viewer, do = viewer_of(request), request.POST.get("do", "")
    marked = [whole(number, "paper") for number in request.POST.getlist("paper")[: 10 * PAGE_SIZE]]
    if do == "remove":
        library.remove(viewer, marked, now())
    else:
        library.set_states(viewer, marked, do, now())
    return back(request, "/library")
