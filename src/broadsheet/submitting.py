"""Submitting: anybody puts a paper forward, with a reason; how it gets onto the front page depends on who does so.

Members' papers enter the open edition at once. A newcomer may put forward a first paper of their own, which waits for
a moderator. Each paper is put forward once, and not while it stands in a recent edition; how old it is does not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from broadsheet.admitting import RECENT, admit, refuse, said_before
from broadsheet.draftcode import encode
from broadsheet.drafts import Draft, Identifier
from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.identity import title_digest
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.pasting import known_by_name, spelled
from broadsheet.people import Trust, Viewer, may_moderate, trust_of
from broadsheet.store import submissions
from broadsheet.store.catalogue import get_paper
from broadsheet.store.claims import has_confirmed_claim
from broadsheet.store.files import Note
from broadsheet.store.intake import find_titles
from broadsheet.store.matching import papers_of
from broadsheet.store.moderated import paper_state
from broadsheet.store.submissions import Fresh, Submission
from broadsheet.store.transactions import together

REASON: Final = (20, 500)
"""Characters of a reason, at least and at most."""
ALLOWED: Final[Mapping[Trust, Allowance]] = MappingProxyType(
    {Trust.NEWCOMER: Allowance(1, DAY), Trust.MEMBER: Allowance(5, DAY), Trust.TRUSTED: Allowance(20, DAY)}
)
"""Papers that somebody may put forward in a day."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody puts forward: a paper that is here, a record, or a name to look up; exactly one of the three."""

    reason: str
    own: bool = False
    paper: int | None = None
    draft: Draft | None = None
    identifier: Identifier | None = None
    organisation: int | None = None
    files: tuple[Note, ...] = ()


def standing_of(viewer: Viewer, now: datetime) -> Trust:
    """How well somebody is known here: a confirmed author is no newcomer, however young the account."""
    trust = trust_of(viewer, now)
    return Trust.MEMBER if trust is Trust.NEWCOMER and has_confirmed_claim(viewer.id) else trust


def check_reason(reason: str) -> str:
    """The reason on one line. Raises BadInput for one that is too short or too long."""
    reason, (least, most) = " ".join(reason.split()), REASON
    if not least <= len(reason) <= most:
        raise BadInput(
            f"Say in {least} to {most} characters why others should read it; yours has {len(reason)}. "
            "What is new, and for whom?"
        )
    return reason


def why_not(paper: int, now: datetime) -> str:
    """Why a paper cannot be put forward now, in words; empty if it can. Raises NotFound."""
    papers = papers_of(paper)
    if paper_state(paper).hidden:
        return "A moderator has taken this paper off the lists."
    rival = submissions.rival_of(papers)
    if rival:
        return said_before(rival)
    last = submissions.last_edition(papers)
    if last and last >= now.date() - RECENT:
        return f"It is in the edition of {last.day} {last:%B %Y}. Vote for it there, or say what you think of it."
    return ""


def namesakes(draft: Draft) -> list[int]:
    """Papers here that bear the title of a draft, the oldest first."""
    digest = title_digest(draft.title)
    return sorted(find_titles([digest]).get(digest, [])) if digest else []


def submit(viewer: Viewer, proposal: Proposal, now: datetime) -> int:
    """Put a paper forward; gives the submission's number. Raises BadInput, Forbidden, NotFound or TooMany."""
    reason, trust = check_reason(proposal.reason), standing_of(viewer, now)
    with together():
        submissions.take_turn()
        if trust is Trust.NEWCOMER:
            _check_newcomer(viewer, proposal)
        _check_free(proposal, now)
        allowance = ALLOWED[trust]
        spend(f"submit:person:{viewer.id}", allowance, now, what="submissions")
        looked_up = proposal.identifier is not None
        fresh = Fresh(
            person=viewer.id,
            reason=reason,
            own=proposal.own,
            at=now,
            state="looking" if looked_up else "waiting",
            title=_title(proposal),
            paper=proposal.paper,
            identifier=spelled(proposal.identifier) if proposal.identifier else "",
            draft=encode(proposal.draft) if proposal.draft else "",
            organisation=proposal.organisation,
            files=proposal.files,
        )
        number = submissions.add(fresh)
        if trust is not Trust.NEWCOMER and not looked_up:
            admit(number, None, now)
        return number


def _check_newcomer(viewer: Viewer, proposal: Proposal) -> None:
    if not proposal.own:
        raise Forbidden(
            "In its first seven days an account may submit a paper of its own only. Say that you are an author, "
            "or come back then; to vote and to comment you need not wait."
        )
    if submissions.counts_of(viewer.id):
        raise Forbidden(
            "Your first paper is submitted. More follow when your account is seven days old, "
            "or when a claim of yours to a paper is confirmed."
        )


def _check_free(proposal: Proposal, now: datetime) -> None:
    """Raises BadInput where a paper was put forward before."""
    if proposal.paper is not None:
        reason = why_not(proposal.paper, now)
    elif proposal.identifier is not None:
        rival = submissions.rival_of([], spelled(proposal.identifier))
        reason = said_before(rival) if rival else ""
    else:
        known = known_by_name(proposal.draft.identifiers) if proposal.draft else None
        reason = why_not(known, now) if known else ""
    if reason:
        raise BadInput(reason)


def _title(proposal: Proposal) -> str:
    if proposal.paper is not None:
        return get_paper(proposal.paper).card.title
    return proposal.draft.title if proposal.draft else ""


def get_own(viewer: Viewer, number: int, now: datetime) -> Submission:
    """A submission, for its submitter and for moderators. Raises NotFound: strangers do not learn that it exists."""
    submission = submissions.get_submission(number)
    if submission.person != viewer.id and not may_moderate(viewer, now):
        raise NotFound(f"There is no submission {number}.")
    return submission


def withdraw(viewer: Viewer, number: int, now: datetime) -> None:
    """Take one's own submission back while it waits. Raises NotFound or BadInput."""
    with together():
        submissions.take_turn()
        submission = submissions.get_submission(number)
        if submission.person != viewer.id:
            raise NotFound(f"There is no submission {number}.")
        if not submission.is_open:
            raise BadInput(f"This submission is {submission.state} and cannot be taken back any more.")
        refuse(number, viewer.id, now, "", state="withdrawn")
