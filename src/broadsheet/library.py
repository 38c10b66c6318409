"""A reader's library: papers to read, being read and read, with notes and tags of their own. Nobody else sees it.

Every function takes the person whose library it is, and there is no way to another's, for moderators either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from broadsheet.bibliography import Reference
from broadsheet.cards import Card, Page
from broadsheet.collected import check_shown
from broadsheet.collecting import spend_keeping
from broadsheet.errors import BadInput, NotFound
from broadsheet.jotting import MAX_NOTE, passage, tags
from broadsheet.listing import PageNumber
from broadsheet.people import Viewer
from broadsheet.store import library as store
from broadsheet.store.catalogue import list_cards
from broadsheet.store.citing import list_citables
from broadsheet.store.library import SORTS, Kept, Wanted
from broadsheet.store.transactions import together

STATES: Final = {"to-read": "To read", "reading": "Reading", "read": "Read"}
"""How far a reader is with a paper, with its name on pages."""
MAX_PAPERS: Final = 20_000
MAX_WORDS: Final = 8
SHOWN_TAGS: Final = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a library."""

    card: Card
    kept: Kept


@dataclass(frozen=True, slots=True)
class Overview:
    """How many papers a library holds: by state, all of them, and by tag, the most used first."""

    states: tuple[tuple[str, int], ...]
    total: int
    tags: tuple[tuple[str, int], ...]


def parse_wanted(state: str, tag: str, words: str, sort: str) -> Wanted:
    """What a page's parameters ask for. Raises BadInput."""
    if state and state not in STATES:
        raise BadInput(f"state={state[:40]}: there are {', '.join(STATES)}.")
    if sort and sort not in SORTS:
        raise BadInput(f"sort={sort[:40]}: there are {', '.join(SORTS)}.")
    # PostgreSQL has no text with NUL.
    terms = words.replace("\0", " ").replace('"', " ").split()
    return Wanted(state, tag.replace("\0", " ").strip().lower(), tuple(terms[:MAX_WORDS]), sort or "changed")


def overview(viewer: Viewer) -> Overview:
    """The counts of the viewer's library."""
    found = store.count_states(viewer.id)
    states = tuple((state, found.get(state, 0)) for state in STATES)
    return Overview(states, sum(found.values()), tuple(store.count_tags(viewer.id, SHOWN_TAGS)))


def list_entries(viewer: Viewer, wanted: Wanted, page: PageNumber) -> Page[Entry]:
    """One page of the viewer's library."""
    papers = store.list_papers(viewer.id, wanted, page.offset, page.size)
    kept = store.list_kept(viewer.id, papers.items)
    entries = (Entry(card, kept[card.id]) for card in list_cards(papers.items) if card.id in kept)
    return Page(tuple(entries), page.offset, papers.total)


def list_references(viewer: Viewer, wanted: Wanted) -> Iterator[Reference]:
    """The wanted part of the viewer's library to cite, with the notes and tags."""
    papers = store.list_papers(viewer.id, wanted, 0, None).items
    kept = store.list_kept(viewer.id, papers)
    for paper, citable in list_citables(papers):
        yield Reference(citable, kept[paper].note, kept[paper].tags)


def find_kept(viewer: Viewer, paper: int) -> Kept | None:
    """What the viewer keeps of a paper; None where it is not in the library."""
    return store.list_kept(viewer.id, [paper]).get(paper)


def put(viewer: Viewer, paper: int, state: str, now: datetime) -> None:
    """Put a paper into the library, or set how far one is with it. Raises BadInput, NotFound or TooMany."""
    spend_keeping(viewer, now)
    _check_state(state)
    with together():
        check_shown(paper)
        held = store.lock_library(viewer.id)
        if store.set_state(viewer.id, [paper], state, now):
            return
        if held >= MAX_PAPERS:
            raise BadInput(f"Your library holds {MAX_PAPERS:,} papers, which is the most. Take some out first.")
        store.add_entry(viewer.id, paper, state, now)


def jot(viewer: Viewer, paper: int, note: str, tagged: str, now: datetime) -> None:
    """Set note and tags of a paper that is in the library. Raises BadInput, NotFound or TooMany."""
    spend_keeping(viewer, now)
    cleaned = passage(note, "The note", MAX_NOTE), tags(tagged)
    with together():
        if find_kept(viewer, paper) is None:
            raise NotFound("That paper is not in your library. Put it there first.")
        store.set_jottings(viewer.id, paper, *cleaned)


def save(viewer: Viewer, paper: int, state: str, note: str, tagged: str, now: datetime) -> None:
    """Put a paper into the library with note and tags, or change all three. Raises BadInput, NotFound or TooMany."""
    with together():
        put(viewer, paper, state, now)
        jot(viewer, paper, note, tagged, now)


def set_states(viewer: Viewer, papers: Sequence[int], state: str, now: datetime) -> int:
    """Set how far one is with papers of the library; others are passed over. Raises BadInput or TooMany."""
    spend_keeping(viewer, now)
    _check_state(state)
    with together():
        return store.set_state(viewer.id, papers, state, now)


def remove(viewer: Viewer, papers: Sequence[int], now: datetime) -> int:
    """Take papers out of the library, with notes and tags. Raises TooMany."""
    spend_keeping(viewer, now)
    with together():
        return store.remove_papers(viewer.id, papers)


def _check_state(state: str) -> None:
    if state not in STATES:
        raise BadInput(f"state={state[:40]}: there are {', '.join(STATES)}.")
