"""Collecting: lists of papers that people make, and who may see and change them.

A collection is got only by a function here that takes the viewer. What they may not know of does not exist for them;
what they may see but not change is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.jotting import heading, passage
from broadsheet.limits import DAY, HOUR, Allowance, spend
from broadsheet.people import Trust, Viewer, trust_of
from broadsheet.store import collected as contents
from broadsheet.store import collections as store
from broadsheet.store.collections import Choice, Collection, Described
from broadsheet.store.groups import is_member
from broadsheet.store.survivors import families
from broadsheet.store.transactions import together
from broadsheet.terms import slug
from broadsheet.watching import screen

VISIBILITIES: Final = ("public", "private", "group")
MAX_COLLECTIONS: Final = 200
"""Collections of one person."""
MAKING: Final[Mapping[Trust, Allowance]] = {
    Trust.NEWCOMER: Allowance(10, DAY),
    Trust.MEMBER: Allowance(60, DAY),
    Trust.TRUSTED: Allowance(200, DAY),
}
"""Collections made in a day."""
KEEPING: Final = Allowance(2_000, HOUR)
"""Changes to collections and library in an hour."""


def may_read(collection: Collection, viewer: Viewer) -> bool:
    """Whether somebody may know that a collection exists, and what it holds."""
    if viewer and collection.owner.id == viewer.id:
        return True
    shared = collection.visibility == "group" and collection.member
    return not collection.hidden and (collection.visibility == "public" or shared)


def may_change(collection: Collection, viewer: Viewer) -> bool:
    """Whether somebody may change what a collection holds: its owner, and the group that it is shared with."""
    shared = collection.visibility == "group" and collection.member and not collection.hidden
    return bool(viewer) and (collection.owner.id == viewer.id or shared)


def get_collection(viewer: Viewer, handle: str, name: str) -> Collection:
    """A collection for reading. Raises NotFound where there is none for this viewer."""
    found = store.find_collection(viewer.id, handle, name)
    if found is None or not may_read(found, viewer):
        raise NotFound(f"There is no collection {name[:80]!r} of {handle[:40]!r} that you can see.")
    return found


def get_changeable(viewer: Viewer, handle: str, name: str) -> Collection:
    """A collection for changing what it holds. Raises NotFound or Forbidden."""
    found = get_collection(viewer, handle, name)
    if not may_change(found, viewer):
        raise Forbidden(f"Only {found.owner.shown} may change this collection. You can make a copy of your own.")
    return found


def get_own(viewer: Viewer, handle: str, name: str) -> Collection:
    """A collection of the viewer's own. Raises NotFound or Forbidden."""
    found = get_collection(viewer, handle, name)
    if not viewer or found.owner.id != viewer.id:
        raise Forbidden(f"Only {found.owner.shown}, who made this collection, may do that.")
    return found


def get_chosen(viewer: Viewer, collection: int) -> Collection:
    """A collection that was chosen from a list, for changing what it holds. Raises NotFound or Forbidden."""
    found = store.find_collection_by_id(viewer.id, collection)
    if found is None or not may_read(found, viewer):
        raise NotFound("There is no such collection that you can see.")
    return get_changeable(viewer, found.owner.handle, found.slug)


def list_choices(viewer: Viewer, paper: int) -> list[Choice]:
    """What a viewer may put a paper into."""
    return store.list_choices(viewer.id, families([paper])) if viewer else []


def make(viewer: Viewer, described: Described, now: datetime) -> Collection:
    """Make a collection. Raises BadInput, Forbidden or TooMany."""
    spend(f"collection:person:{viewer.id}", MAKING[trust_of(viewer, now)], now, what="new collections")
    described = _checked(viewer, described)
    with together():
        if store.lock_shelf(viewer.id) >= MAX_COLLECTIONS:
            raise BadInput(f"You have {MAX_COLLECTIONS} collections, which is the most. Delete one first.")
        name = _free_name(viewer.id, slug(described.title))
        number = store.add_collection(viewer.id, name, described, now)
    return get_chosen(viewer, number)


def _free_name(owner: int, wanted: str) -> str:
    taken = store.slugs_like(owner, wanted)
    numbered = (f"{wanted}-{number}" for number in range(2, MAX_COLLECTIONS + 3))
    return next(name for name in (wanted, *numbered) if name not in taken)


def describe(viewer: Viewer, handle: str, name: str, described: Described, now: datetime) -> None:
    """Change title, text and, by its owner, who sees a collection. Raises BadInput, NotFound, Forbidden or TooMany."""
    spend_keeping(viewer, now)
    with together():
        found = get_changeable(viewer, handle, name)
        contents.lock_collection(found.id)
        if found.owner.id != viewer.id:
            described = replace(described, visibility=found.visibility, group=found.group)
        store.set_described(found.id, _checked(viewer, described), now)


def _checked(viewer: Viewer, described: Described) -> Described:
    if described.visibility not in VISIBILITIES:
        raise BadInput(f"visibility={described.visibility[:40]}: a collection is {', '.join(VISIBILITIES)}.")
    group = described.group if described.visibility == "group" else None
    if described.visibility == "group" and (group is None or not is_member(group, viewer.id)):
        raise Forbidden("You can share a collection only with a group that you belong to.")
    title, about = heading(described.title, "The title"), passage(described.about, "The text")
    if described.visibility == "public":
        screen(f"{title}\n{about}")
    return Described(title, about, described.visibility, group)


def delete(viewer: Viewer, handle: str, name: str, now: datetime) -> None:
    """Drop a collection of one's own. Raises NotFound, Forbidden or TooMany."""
    spend_keeping(viewer, now)
    with together():
        store.remove_collection(get_own(viewer, handle, name).id)


def follow(viewer: Viewer, handle: str, name: str, now: datetime, *, on: bool) -> None:
    """Follow a collection, or no longer. Raises NotFound, Forbidden or TooMany."""
    spend_keeping(viewer, now)
    found = get_collection(viewer, handle, name)
    if on and found.owner.id == viewer.id:
        raise Forbidden("This collection is your own.")
    store.set_follow(found.id, viewer.id, now, follow=on)


def copy(viewer: Viewer, handle: str, name: str, now: datetime) -> Collection:
    """A private collection of the viewer's own that holds the same. Raises as `make` does, and NotFound."""
    found = get_collection(viewer, handle, name)
    with together():
        made = make(viewer, Described(found.title, found.about, "private"), now)
        contents.copy_entries(found.id, made.id, viewer.id, now)
    return made


def spend_keeping(viewer: Viewer, now: datetime) -> None:
    """Count one change of what somebody keeps. Raises TooMany."""
    spend(f"keep:person:{viewer.id}", KEEPING, now, what="changes to collections and library")
