"""What people add to a paper's page: who put it forward and why, who its authors are, its report and picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadsheet.attachments import may_attach
from broadsheet.clock import now
from broadsheet.people import Viewer
from broadsheet.store.claims import Confirmed, confirmed_authors
from broadsheet.store.files import Note, files_of
from broadsheet.store.matching import papers_of
from broadsheet.store.submissions import Put, put_forward


@dataclass(frozen=True, slots=True)
class Additions:
    """What people added to a paper. `authors` maps places (from 1) to who the printed names are."""

    paper: int
    put: Put | None
    authors: Mapping[int, Confirmed]
    picture: Note | None
    reports: Sequence[Note]
    changeable: bool

    def is_me(self, viewer: Viewer) -> bool:
        """Whether one of the names is the viewer's: then "is this you?" need not be asked."""
        return any(author.person == viewer.id for author in self.authors.values())


def additions(viewer: Viewer, paper: int) -> Additions:
    """What people added to a paper, for its page."""
    papers = papers_of(paper)
    files, put = files_of(papers), put_forward(papers)
    return Additions(
        paper=paper,
        put=put[0] if put else None,
        authors=confirmed_authors(paper),
        picture=next((note for note in files if note.kind == "image"), None),
        reports=[note for note in files if note.kind == "pdf"],
        changeable=bool(viewer) and may_attach(viewer, paper, now()),
    )
