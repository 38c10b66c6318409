"""Attachments: who may see the files of papers, and who may hang them there or take them off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.people import Viewer, may_moderate
from broadsheet.store import files
from broadsheet.store.claims import is_author
from broadsheet.store.files import TYPES, Note, digest_of
from broadsheet.store.matching import papers_of
from broadsheet.store.moderated import paper_state
from broadsheet.store.submissions import put_forward
from broadsheet.store.transactions import together

ALLOWED: Final = Allowance(20, DAY)
MOST: Final = 5
"""Files of one paper."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that somebody may see; `is_public` if anybody may."""

    note: Note
    media_type: str
    is_public: bool


def get_file(viewer: Viewer, name: str, now: datetime) -> Seen:
    """The file of an address. Raises NotFound, also where it is not for the viewer to see.

    Files of papers are for everybody; of hidden papers for moderators; of submissions that wait for their submitter
    and for moderators.
    """
    held = files.holders(digest_of(name)) if digest_of(name) else []
    if any(not holder.hidden for holder in held):
        return _seen(next(holder for holder in held if not holder.hidden).note, name, is_public=True)
    moderates = may_moderate(viewer, now)
    for holder in held:
        if moderates or (holder.paper is None and viewer and holder.person == viewer.id):
            return _seen(holder.note, name, is_public=False)
    raise NotFound("There is no such file.")


def _seen(note: Note, name: str, *, is_public: bool) -> Seen:
    if name not in (note.path, *([note.small_path] if note.kind == "image" else [])):
        raise NotFound("There is no such file.")
    return Seen(note, TYPES[note.kind], is_public)


def may_attach(viewer: Viewer, paper: int, now: datetime) -> bool:
    """Whether somebody may change the files of a paper: who put it forward, its confirmed authors, moderators."""
    papers = papers_of(paper)
    if not viewer:
        return False
    if may_moderate(viewer, now) or is_author(viewer.id, papers):
        return True
    return any(put.person == viewer.id for put in put_forward(papers))


def attach(viewer: Viewer, paper: int, notes: tuple[Note, ...], now: datetime) -> None:
    """Hang files on a paper. Raises Forbidden, BadInput, NotFound or TooMany."""
    with together():
        paper_state(paper)
        check_may_attach(viewer, paper, now)
        spend(f"attach:person:{viewer.id}", ALLOWED, now, what="files")
        if len(files.files_of(papers_of(paper))) + len(notes) > MOST:
            raise BadInput(f"A paper has {MOST} files at most. Take one off first.")
        files.attach(paper, notes, viewer.id, now)


def detach(viewer: Viewer, paper: int, digest: str, now: datetime) -> None:
    """Take a file off a paper. Raises Forbidden or NotFound."""
    with together():
        paper_state(paper)
        check_may_attach(viewer, paper, now)
        if not files.detach(papers_of(paper), digest):
            raise NotFound("There is no such file on this paper.")


def check_may_attach(viewer: Viewer, paper: int, now: datetime) -> None:
    """Raises Forbidden for who may not change the files of a paper."""
    if not may_attach(viewer, paper, now):
        raise Forbidden("Only who put this paper forward, its confirmed authors and moderators change its files.")
