"""Voting: one vote a person and paper, weighed by how well the instance knows the voter."""

from dataclasses import dataclass
from datetime import datetime

from broadsheet.errors import Forbidden
from broadsheet.limits import HOUR, Allowance, spend
from broadsheet.people import Trust, Viewer, trust_of, vote_weight
from broadsheet.store import votes
from broadsheet.store.moderated import paper_state
from broadsheet.store.transactions import together
from broadsheet.store.votes import Ballot

ALLOWED = {
    Trust.NEWCOMER: Allowance(60, HOUR),
    Trust.MEMBER: Allowance(400, HOUR),
    Trust.TRUSTED: Allowance(1_000, HOUR),
}
"""Votes cast or taken back in an hour."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a paper stands for somebody after a vote: whether theirs lies there, and the count that pages show."""

    mine: bool
    votes: int


def vote(viewer: Viewer, paper: int, *, up: bool, now: datetime, origin: str = "") -> Outcome:
    """Cast a vote or take it back; doing so twice is doing it once. Raises Forbidden, TooMany or NotFound."""
    with together():
        spend(f"vote:person:{viewer.id}", ALLOWED[trust_of(viewer, now)], now, what="votes")
        if paper_state(paper).locked and up:
            raise Forbidden("Votes for this paper are closed by a moderator.")
        if up:
            votes.cast(paper, Ballot(viewer.id, vote_weight(viewer, now), now, origin))
        else:
            votes.withdraw(paper, viewer.id)
        return Outcome(up, votes.count_votes(paper))
