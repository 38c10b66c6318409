"""A fake community, for developing and for pictures: it is marked on every page, and never beside real people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from broadsheet import discussion
from broadsheet.discussion import Words
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.inventing import invent_people, invent_thread, invent_vote_count, invent_vote_time
from broadsheet.people import Viewer, vote_weight
from broadsheet.store import fakes, votes
from broadsheet.store.transactions import together
from broadsheet.store.votes import Ballot

Progress = Callable[[int], None]
"""Told how many papers are done."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was invented."""

    people: int
    papers: int
    votes: int
    comments: int


def fill(people: int, papers: int, seed: int, now: datetime, progress: Progress) -> Filled:
    """Invent people, and let them vote for and talk about the newest papers. Raises BadInput beside real people."""
    real, fake = fakes.count_people()
    if real:
        raise BadInput(f"This instance has {real} real account(s): a fake community is for an empty one.")
    if fake:
        raise BadInput(f"There are {fake} invented people already. Take them out with `--remove` first.")
    listed = fakes.listed_papers(papers)
    if not listed:
        raise BadInput("There are no papers to talk about. Ingest some first, or start with the sample.")
    dice = Random(seed)  # noqa: S311 - invented people need no secrets
    crowd = _crowd(people, dice, now)
    ballots = words = 0
    for done, (paper, moment) in enumerate(listed, start=1):
        with together():
            # Old papers are talked about as if they were listed lately, so that there is something to see.
            begun = min(max(moment, now - timedelta(days=9)), now - timedelta(hours=2))
            cast = _vote(crowd, paper, begun, now, dice)
            ballots, words = ballots + cast, words + _talk(crowd, paper, cast, begun, now, dice)
        progress(done)
    return Filled(len(crowd), len(listed), ballots, words)


def _crowd(number: int, dice: Random, now: datetime) -> list[Viewer]:
    invented = invent_people(number, dice)
    with together():
        ids = fakes.add_people([(p.handle, p.name, p.affiliation, now - p.age) for p in invented])
    return [
        Viewer(person, p.handle, p.name, "member", now - p.age, verified=True, fake=True)
        for person, p in zip(ids, invented, strict=True)
    ]


def _vote(crowd: list[Viewer], paper: int, begun: datetime, now: datetime, dice: Random) -> int:
    cast = 0
    for viewer in dice.sample(crowd, invent_vote_count(dice, len(crowd))):
        at = begun + invent_vote_time(dice)
        if at <= now:
            cast += votes.cast(paper, Ballot(viewer.id, vote_weight(viewer, at), at))
    return cast


def _talk(crowd: list[Viewer], paper: int, cast: int, begun: datetime, now: datetime, dice: Random) -> int:
    said: dict[int, int] = {}
    for place, comment in enumerate(invent_thread(range(len(crowd)), cast, dice)):
        at, above = begun + comment.after, comment.parent
        if at > now or (above is not None and above not in said):
            continue
        words = Words(comment.text, None if above is None else said[above])
        try:
            said[place] = discussion.add_comment(crowd[comment.person], paper, words, at)
        except BroadsheetError:  # said twice within a minute, or too often in an hour
            continue
    return len(said)
