"""Inventing a community: people, how papers do with them, and what they say. Pure; the same dice, the same people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from random import Random
from typing import Final

VOTES: Final = (0, 1, 2, 3, 4, 6, 9, 13, 19, 33, 48, 75, 98, 140)
SHARES: Final = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1)
"""Votes that papers of a large daily list ended with, by share of papers (11,006 papers, 2023 to 2026)."""
DAYS: Final = (0.0, 0.25, 0.75, 1.25, 2.25, 3.25, 4.25, 7.0)
CAST: Final = (0.0, 0.41, 0.6, 0.7, 0.79, 0.85, 0.91, 1.0)
"""The share of its votes that such a paper had after so many days."""


@cache
def _words() -> Mapping[str, Sequence[str]]:
    """Names, places and sentences to draw from."""
    text = files("broadsheet").joinpath("data/invented.json").read_text(encoding="utf-8")
    words: Mapping[str, Sequence[str]] = json.loads(text)
    return words


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """Somebody who does not exist."""

    handle: str
    name: str
    affiliation: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class InventedComment:
    """What somebody invented says: by whom (an index), how long after the paper was listed, below which (an index)."""

    person: int
    after: timedelta
    text: str
    parent: int | None = None


def invent_people(number: int, dice: Random) -> list[InventedPerson]:
    """So many people; one in eight is a newcomer."""
    words, people = _words(), dict[str, InventedPerson]()
    while len(people) < number:
        first, last = dice.choice(words["first"]), dice.choice(words["last"])
        handle = f"{first}-{last}".lower() if dice.random() < 0.7 else f"{first}{dice.randrange(10, 100)}".lower()
        if handle not in people:
            days = dice.uniform(0, 6) if dice.random() < 0.125 else dice.uniform(10, 900)
            people[handle] = InventedPerson(
                handle, f"{first} {last}", dice.choice(words["places"]), timedelta(days=days)
            )
    return list(people.values())


def invent_vote_count(dice: Random, most: int) -> int:
    """How many votes a paper ends with, as such counts are spread; at most `most`."""
    return min(most, round(_between(dice.random(), SHARES, VOTES)))


def invent_vote_time(dice: Random) -> timedelta:
    """How long after a paper was listed a vote comes."""
    return timedelta(days=_between(dice.random(), CAST, DAYS))


def invent_thread(people: Sequence[int], votes: int, dice: Random) -> list[InventedComment]:
    """Comments on a paper with so many votes: few on most, a thread or two on those that many read."""
    number = min(14, int(dice.expovariate(1 / (0.4 + votes / 14))))
    roots = iter(_shuffled("comments", dice))
    replies = iter(_shuffled("replies", dice))
    thread: list[InventedComment] = []
    for _ in range(number):
        parent = dice.randrange(len(thread)) if thread and dice.random() < 0.5 else None
        text = next(replies if parent is not None else roots, None)
        if text is None:
            continue
        after = (
            invent_vote_time(dice) if parent is None else thread[parent].after + timedelta(hours=dice.uniform(0.3, 20))
        )
        thread.append(InventedComment(dice.choice(people), after, text, parent))
    return thread


def _shuffled(kind: str, dice: Random) -> list[str]:
    sentences = _words()[kind]
    return dice.sample(sentences, len(sentences))


def _between(at: float, known: Sequence[float], values: Sequence[float]) -> float:
    """The value at a place between known ones, on straight lines."""
    for (low, high), (below, above) in zip(pairwise(known), pairwise(values), strict=True):
        if at <= high:
            return below + (above - below) * (at - low) / (high - low)
    return values[-1]
