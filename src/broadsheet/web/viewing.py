"""The viewer of a page: who signed in, read once per request, and only where somebody asks."""

from django.http import HttpRequest

from broadsheet.people import NOBODY, Viewer
from broadsheet.store.models import Person

KEPT = "_viewer"


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks; `NOBODY` for a visitor, or before anybody could be known. Who shows a token was looked at before."""
    if not hasattr(request, KEPT):
        setattr(request, KEPT, view_of(getattr(request, "user", None)))
    viewer: Viewer = getattr(request, KEPT)
    return viewer


def view_of(person: object, scopes: frozenset[str] | None = None) -> Viewer:
    """Somebody as the rules see them; `scopes` for who shows a token."""
    # What a request carries is a stand-in that reads the session when it is first touched.
    if not (isinstance(person, Person) and person.is_authenticated):
        return NOBODY
    return Viewer(
        id=person.pk,
        handle=person.handle,
        name=person.name,
        role=person.role,
        joined_at=person.joined_at,
        verified=getattr(person, "verified", False),
        suspended_until=person.suspended_until,
        unread=getattr(person, "unread", 0),
        fake=person.fake,
        scopes=scopes,
    )
