"""The flood rule: of any ten places in a row one category takes at most five, as long as papers of others are left."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final

WINDOW: Final = 10
MOST: Final = 5
RULE: Final = (
    f"Of any {WINDOW} places in a row, one category takes at most {MOST}, as long as papers of others are left."
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper with its score and the code of its first category, empty where it has none."""

    paper: int
    score: float
    category: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper in its place, with the place by score alone (both from 1) and, where it had to wait, why."""

    paper: int
    score: float
    place: int
    by_score: int
    why: str = ""


def spread(candidates: Sequence[Candidate]) -> list[Placed]:
    """Candidates by score, equals in the order given, with those held back that would flood the list.

    A paper that has to wait takes the first place at which the rule lets it. Papers without a category never wait.
    """
    ranked = sorted(candidates, key=lambda each: -each.score)
    lines: dict[str, deque[tuple[int, Candidate]]] = defaultdict(deque)
    for place, each in enumerate(ranked, start=1):
        lines[each.category].append((place, each))
    heads = [(line[0][0], category) for category, line in lines.items()]
    heapify(heads)
    order: list[Placed] = []
    recent: deque[str] = deque(maxlen=WINDOW - 1)
    while heads:
        category = _pop_allowed(heads, recent)
        by_score, chosen = lines[category].popleft()
        if lines[category]:
            heappush(heads, (lines[category][0][0], category))
        recent.append(category)
        order.append(_placed(chosen, len(order) + 1, by_score))
    return order


def _pop_allowed(heads: list[tuple[int, str]], recent: deque[str]) -> str:
    """The category whose best paper comes next: the best whose category has room, or the best of all if none has."""
    passed = []
    while heads and _is_full(heads[0][1], recent):
        passed.append(heappop(heads))
    chosen = heappop(heads) if heads else passed.pop(0)
    for each in passed:
        heappush(heads, each)
    return chosen[1]


def _is_full(category: str, recent: deque[str]) -> bool:
    return bool(category) and recent.count(category) >= MOST


def _placed(chosen: Candidate, place: int, by_score: int) -> Placed:
    why = ""
    if place > by_score:
        why = f"Place {by_score} by score; it waited because {chosen.category} already had {MOST} of {WINDOW} places."
    elif place < by_score:
        why = f"Place {by_score} by score; it moved up past papers of a category that already had its share."
    return Placed(chosen.paper, chosen.score, place, by_score, why)
