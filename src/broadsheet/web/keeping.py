"""Keeping: what the pages of library, collections and groups have in common, and the block on a paper's page."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from broadsheet import bibliography, collecting, library
from broadsheet.bibliography import FORMS, Reference
from broadsheet.clock import now
from broadsheet.errors import BadInput, NotFound
from broadsheet.limits import HOUR, Allowance, spend
from broadsheet.people import Viewer
from broadsheet.store.catalogue import find_paper
from broadsheet.store.collections import Choice, Described
from broadsheet.store.library import Kept
from broadsheet.web.address import client_address, network_of
from broadsheet.web.security import PRIVATE_HEADERS
from broadsheet.web.viewing import viewer_of

EXPORTS = Allowance(60, HOUR)
"""Bibliographies of one person, or one network: one of a thousand papers takes half a second to write."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What somebody keeps of a paper, and the collections that it lies in or may go into."""

    kept: Kept | None
    choices: tuple[Choice, ...]

    @property
    def holding(self) -> tuple[Choice, ...]:
        """The collections of the viewer's that hold the paper."""
        return tuple(choice for choice in self.choices if choice.holds)


def keeping(viewer: Viewer, paper: int) -> Keeping:
    """What the block on a paper's page shows; two queries for who signed in, none for a visitor."""
    return Keeping(library.find_kept(viewer, paper), tuple(collecting.list_choices(viewer, paper)))


def unshared(response: HttpResponse) -> HttpResponse:
    """A page that no cache and no browser may keep, because not everybody may see it."""
    for name, value in PRIVATE_HEADERS.items():
        response.headers[name] = value
    return response


def described(request: HttpRequest) -> Described:
    """What a form says of a collection; `shown_to` is public, private, or group: and the group's number."""
    visibility, _, group = request.POST.get("shown_to", "private").partition(":")
    return Described(
        request.POST.get("title", ""),
        request.POST.get("about", ""),
        visibility,
        whole(group, "shown_to") if visibility == "group" else None,
    )


def whole(text: str, name: str) -> int:
    """A number that a form sends back as it got it. Raises BadInput."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadInput(f"{name}={text[:40]}: that is no number of ours. Open the page again.")
    return int(text)


def named_paper(text: str) -> int:
    """The paper that somebody names: an identifier in any spelling, an address, a key. Raises BadInput or NotFound."""
    name = text.strip()
    if not name:
        raise BadInput("Name a paper: an arXiv id, a DOI, or the address of its page.")
    found = find_paper(name.partition("/papers/")[2] or name) or find_paper(name)
    if found is None:
        raise NotFound(f"No paper here has the name {name[:120]!r}. Search for its title, and keep it from its page.")
    return found[0]


def check_sure(request: HttpRequest) -> None:
    """Raises BadInput where the box that asks "are you sure?" is not ticked."""
    if request.POST.get("sure") != "yes":
        raise BadInput("Tick the box to say that you are sure. Nothing was changed.")


def spend_export(request: HttpRequest) -> None:
    """Count one bibliography, for a visitor by their network. Raises TooMany."""
    viewer = viewer_of(request)
    whose = f"person:{viewer.id}" if viewer else f"address:{network_of(client_address(request))}"
    spend(f"export:{whose}", EXPORTS, now(), what="bibliographies")


def download(form: str, references: list[Reference], name: str) -> HttpResponse:
    """A bibliography as a file."""
    body = bibliography.bibliography(form, references)
    response = HttpResponse(body, content_type=FORMS[form])
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{form}")
    response.headers["Content-Disposition"] = disposition or "attachment"
    return response
