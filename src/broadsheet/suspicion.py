"""Suspicion: votes that look arranged, for moderators to judge. Nothing is decided here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from broadsheet.people import NEWCOMER_AGE

BURST_SPAN: Final = timedelta(minutes=20)
BURST_SIZE: Final = 5
BURST_SHARE: Final = 0.6
"""A burst: this many votes for one paper within the span, this share of them by newcomers."""
SAME_PLACE: Final = 3
"""A crowd: this many accounts that vote for one paper from one network."""
RING_PAPERS: Final = 4
RING_SHARE: Final = 0.8
"""A ring: accounts that share this many papers, which are this share of all that either voted for."""


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A vote as the moderators' page looks at it. `origin` is a digest of a network, empty where forgotten."""

    paper: int
    person: int
    at: datetime
    joined_at: datetime
    origin: str
    held: bool

    @property
    def is_newcomer(self) -> bool:
        """Whether the account was a newcomer's when it voted."""
        return self.at - self.joined_at < NEWCOMER_AGE


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A group of votes for a paper, and in words what is odd about them."""

    kind: str
    paper: int
    people: tuple[int, ...]
    why: str


def suspicions(votes: Iterable[VoteLine]) -> list[Suspicion]:
    """Bursts, crowds and rings among votes, the largest groups first."""
    by_paper: dict[int, list[VoteLine]] = defaultdict(list)
    for vote in sorted(votes, key=lambda vote: vote.at):
        by_paper[vote.paper].append(vote)
    found = [each for group in by_paper.values() for each in (*_bursts(group), *_crowds(group))]
    found += _rings(by_paper)
    return sorted(found, key=lambda each: (-len(each.people), each.paper, each.kind))


def _bursts(votes: Sequence[VoteLine]) -> Iterator[Suspicion]:
    best: list[VoteLine] = []
    begin = 0
    for end, vote in enumerate(votes):
        while vote.at - votes[begin].at > BURST_SPAN:
            begin += 1
        group = votes[begin : end + 1]
        if len(group) > len(best) and _is_young(group):
            best = list(group)
    if len(best) >= BURST_SIZE:
        young = sum(vote.is_newcomer for vote in best)
        minutes = max(1, round((best[-1].at - best[0].at).total_seconds() / 60))
        why = f"{len(best)} votes in {minutes} minutes, {young} by accounts younger than a week"
        yield _suspicion("burst", best, why)


def _is_young(votes: Sequence[VoteLine]) -> bool:
    return sum(vote.is_newcomer for vote in votes) >= BURST_SHARE * len(votes)


def _crowds(votes: Sequence[VoteLine]) -> Iterator[Suspicion]:
    places: dict[str, list[VoteLine]] = defaultdict(list)
    for vote in votes:
        if vote.origin:
            places[vote.origin].append(vote)
    for group in places.values():
        if len(group) >= SAME_PLACE and _is_young(group):
            yield _suspicion("crowd", group, f"{len(group)} accounts voted for it from one network")


def _rings(by_paper: dict[int, list[VoteLine]]) -> list[Suspicion]:
    """Pairs that vote for the same papers, put together where they share one."""
    papers: dict[int, set[int]] = defaultdict(set)
    for paper, votes in by_paper.items():
        for vote in votes:
            papers[vote.person].add(paper)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for votes in by_paper.values():
        if len(votes) <= 60:  # what everybody votes for says nothing, and pairs grow with the square
            for pair in combinations(sorted(vote.person for vote in votes), 2):
                shared[pair] += 1
    rings: dict[int, set[int]] = {}
    for (one, other), number in shared.items():
        if number >= RING_PAPERS and number >= RING_SHARE * len(papers[one] | papers[other]):
            ring = rings.setdefault(one, {one}) | rings.get(other, {other})
            rings.update(dict.fromkeys(ring, ring))
    unique = {tuple(sorted(ring)) for ring in rings.values() if len(ring) >= SAME_PLACE}
    return [_ring(ring, papers) for ring in sorted(unique)]


def _ring(ring: tuple[int, ...], papers: dict[int, set[int]]) -> Suspicion:
    common = set.intersection(*(papers[person] for person in ring)) or papers[ring[0]]
    why = f"{len(ring)} accounts vote for the same {len(common)} papers and hardly any other"
    return Suspicion("ring", min(common), ring, why)


def _suspicion(kind: str, votes: Sequence[VoteLine], why: str) -> Suspicion:
    return Suspicion(kind, votes[0].paper, tuple(vote.person for vote in votes), why)
