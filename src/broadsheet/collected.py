"""What lies in a collection: papers put in, taken out, moved and remarked on by those who may change it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from broadsheet.bibliography import Reference
from broadsheet.cards import Card, Page
from broadsheet.collecting import get_changeable, make, spend_keeping
from broadsheet.errors import BadInput, NotFound
from broadsheet.jotting import MAX_ABOUT, passage
from broadsheet.listing import PageNumber
from broadsheet.people import Viewer
from broadsheet.store import collected as store
from broadsheet.store.catalogue import list_cards
from broadsheet.store.citing import list_citables
from broadsheet.store.collected import Place
from broadsheet.store.collections import Collection, Described
from broadsheet.store.moderated import paper_state
from broadsheet.store.transactions import together
from broadsheet.watching import screen

MAX_PAPERS: Final = 1_000
"""Papers of one collection."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a collection, at a place counted from 1, with the note on it and the handle of who added it."""

    card: Card
    place: int
    note: str
    added_by: str


def list_entries(collection: Collection, page: PageNumber) -> Page[Entry]:
    """One page of what a collection holds. The collection was got for its viewer before."""
    places = store.list_places(collection.id)
    shown = places[page.offset : page.offset + page.size]
    remarks = store.list_remarks(collection.id, shown) if shown else {}
    numbers = {place.paper: number for number, place in enumerate(shown, page.offset + 1)}
    entries = (
        Entry(card, numbers[card.id], remarks[card.id].note, remarks[card.id].added_by)
        for card in list_cards([place.paper for place in shown])
    )
    return Page(tuple(entries), page.offset, len(places))


def list_references(collection: Collection) -> Iterator[Reference]:
    """All that a collection holds, to cite. The collection was got for its viewer before."""
    places = store.list_places(collection.id)
    remarks = store.list_remarks(collection.id, places)
    for paper, citable in list_citables([place.paper for place in places]):
        yield Reference(citable, remarks[paper].note)


def check_shown(paper: int) -> None:
    """Raises NotFound for a paper that does not exist, became another, or was hidden by a moderator."""
    if paper_state(paper).hidden:
        raise NotFound(f"There is no paper {paper}.")


def add(viewer: Viewer, handle: str, name: str, paper: int, now: datetime, note: str = "") -> None:
    """Put a paper at the end of a collection; where it lies there already it stays, and a note given is set.

    Raises BadInput, NotFound, Forbidden or TooMany.
    """
    spend_keeping(viewer, now)
    with together():
        found = _locked(viewer, handle, name)
        note = _note(found, note)
        check_shown(paper)
        places = {place.paper: place for place in store.list_places(found.id)}
        if paper not in places:
            _add(found, paper, viewer, note, now)
        elif note:
            store.set_remark(found.id, places[paper], note)
        store.touch(found.id, now)


def begin(viewer: Viewer, described: Described, paper: int, now: datetime) -> Collection:
    """Make a collection that holds a paper. Raises as `make` and `add` do."""
    with together():
        made = make(viewer, described, now)
        add(viewer, made.owner.handle, made.slug, paper, now)
    return made


def _note(collection: Collection, text: str) -> str:
    """The note as it is kept. Raises BadInput, where a rule of the instance refuses it in public too."""
    note = passage(text, "The note", MAX_ABOUT)
    if note and collection.visibility == "public":
        screen(note)
    return note


def _add(collection: Collection, paper: int, viewer: Viewer, note: str, now: datetime) -> None:
    if len(store.list_order(collection.id)) >= MAX_PAPERS:
        raise BadInput(f"{collection.title} holds {MAX_PAPERS:,} papers, which is the most. Begin another collection.")
    store.add_entry(collection.id, paper, viewer.id, note, now)


def remark(viewer: Viewer, handle: str, name: str, paper: int, note: str, now: datetime) -> int:
    """Set the note on a paper; tells its place. Raises BadInput, NotFound, Forbidden or TooMany."""
    spend_keeping(viewer, now)
    with together():
        found = _locked(viewer, handle, name)
        note = _note(found, note)
        place, number = _place(found, paper)
        store.set_remark(found.id, place, note)
        store.touch(found.id, now)
        return number


def move(viewer: Viewer, handle: str, name: str, paper: int, to: str, now: datetime) -> int:
    """Move a paper `up`, `down` or to a place by its number; tells where it is then.

    Raises BadInput, NotFound, Forbidden or TooMany.
    """
    spend_keeping(viewer, now)
    with together():
        found = _locked(viewer, handle, name)
        place, number = _place(found, paper)
        shown = [each.rows[0] for each in store.list_places(found.id)]
        target = max(1, min(_target(to, number), len(shown)))
        store.set_order(found.id, moved(store.list_order(found.id), shown, place.rows[0], target))
        store.touch(found.id, now)
        return target


def _target(to: str, number: int) -> int:
    if to in ("up", "down"):
        return number - 1 if to == "up" else number + 1
    if not (to.isascii() and to.isdigit() and len(to) <= 6):
        raise BadInput(f"place={to[:40]}: a place is a whole number, and the first is 1.")
    return int(to)


def moved(order: Sequence[int], shown: Sequence[int], paper: int, place: int) -> list[int]:
    """The order after a paper went to a place, counted from 1, among those shown; what is not shown stays near by."""
    rest = [each for each in order if each != paper]
    others = [each for each in shown if each != paper]
    at = rest.index(others[place - 1]) if place <= len(others) else len(rest)
    return [*rest[:at], paper, *rest[at:]]


def remove(viewer: Viewer, handle: str, name: str, paper: int, now: datetime) -> int:
    """Take a paper out; tells where it was. Raises NotFound, Forbidden or TooMany."""
    spend_keeping(viewer, now)
    with together():
        found = _locked(viewer, handle, name)
        place, number = _place(found, paper)
        store.remove_entries(found.id, place.rows)
        store.touch(found.id, now)
        return number


def _locked(viewer: Viewer, handle: str, name: str) -> Collection:
    found = get_changeable(viewer, handle, name)
    if not store.lock_collection(found.id):
        raise NotFound("This collection was deleted a moment ago.")
    return found


def _place(collection: Collection, paper: int) -> tuple[Place, int]:
    for number, place in enumerate(store.list_places(collection.id), 1):
        if place.paper == paper:
            return place, number
    raise NotFound(f"That paper is not in {collection.title} any more.")
