"""Ranking: what puts a paper where it stands, as sums of parts that can each be said in a sentence.

`hot` adds logarithms of votes, discussion and code to points for the time of listing. Age is counted from a fixed
moment, so a score changes only when the paper does: it is stored, indexed, and never recomputed as time passes.
`docs/ranking.md` explains the formula and how its constant was found.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from broadsheet.errors import BadInput

EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""The moment from which time points count; any would give the same order."""
DAY: Final = 86_400.0
HALVING_DAYS: Final = 1.0
"""Days after which a vote counts half in what is trending."""
COMMENT_GROWTH: Final = 0.5
"""What somebody's newest comment counts there against a vote."""
STAR_GROWTH: Final = 0.1
"""What a new star of the code counts there."""
WILSON_Z: Final = 1.2816
"""One-sided 90 %: the value of Reddit's and Lobsters' "best"."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. One point of score is ten times the votes.

    `days_per_ten`: days a paper may be older if it has ten times the votes.
    `imported`: what a vote counted by another system weighs against one of our own.
    `discussion`: points for ten times the people in the discussion.
    `code`: points for ten times the new stars of the paper's code.
    """

    days_per_ten: float = 4.0
    imported: float = 0.5
    discussion: float = 0.05
    code: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what would turn the order around or is no number. Raises BadInput."""
        for field in fields(self):
            value = getattr(self, field.name)
            least, most = LIMITS[field.name]
            if not (math.isfinite(value) and least <= value <= most):
                raise BadInput(f"ranking weight {field.name}={value}: it has to be from {least} to {most}.")


LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "days_per_ten": (0.25, 60.0),
    "imported": (0.0, 10.0),
    "discussion": (0.0, 2.0),
    "code": (0.0, 2.0),
}
"""From where to where each weight may lie."""


def parse_weights(text: str) -> Weights:
    """Weights as an operator writes them, such as "days_per_ten=3, imported=1"; what is left out is ours.

    Raises BadInput naming what cannot be read.
    """
    given: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, value = (each.strip() for each in part.partition("="))
        if name not in LIMITS:
            raise BadInput(f"ranking weight {name[:40]!r} is not known. There are {', '.join(LIMITS)}.")
        try:
            given[name] = float(value)
        except ValueError:
            raise BadInput(f"ranking weight {name}={value[:40]}: write a number, such as {name}=1.") from None
    return Weights(**given)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a paper at a moment.

    `voters` is the sum of the weights of distinct people who voted here, `imported_votes` and `imported_comments` are
    what other systems count, `commenters` are distinct people who wrote here, `stars` the stars its code gained of
    late, and `listed_at` is when it came onto the list.
    """

    listed_at: datetime
    voters: float = 0.0
    imported_votes: int = 0
    commenters: int = 0
    imported_comments: int = 0
    stars: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: its name, its points and why it has them."""

    name: str
    points: float
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score: the sum of its parts."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """The number that the order goes by, greatest first."""
        return sum(part.points for part in self.parts)


def votes_counted(evidence: Evidence, weights: Weights) -> float:
    """Votes as the ranking counts them: own ones by the voter's weight, those of other systems by theirs."""
    return max(evidence.voters, 0.0) + weights.imported * max(evidence.imported_votes, 0)


def people_talking(evidence: Evidence) -> int:
    """How many people discuss a paper. The first comment elsewhere is as a rule the submitter's own, and left out."""
    return max(evidence.commenters, 0) + max(evidence.imported_comments - 1, 0)


def time_points(listed_at: datetime, weights: Weights) -> float:
    """Points for the moment of listing, counted from `EPOCH`."""
    return (listed_at - EPOCH).total_seconds() / DAY / weights.days_per_ten


def hot(evidence: Evidence, weights: Weights) -> float:
    """The stored score; greater is hotter. It does not depend on the time at which it is asked for."""
    return (
        math.log10(1 + votes_counted(evidence, weights))
        + weights.discussion * math.log10(1 + people_talking(evidence))
        + weights.code * math.log10(1 + max(evidence.stars, 0))
        + time_points(evidence.listed_at, weights)
    )


def explain_hot(evidence: Evidence, weights: Weights, now: datetime) -> Score:
    """The parts of `hot`, with age counted back from `now`: the same order, in numbers that can be read.

    The total is `hot` less the time points of `now`.
    """
    days = (now - evidence.listed_at).total_seconds() / DAY
    talking, stars = people_talking(evidence), max(evidence.stars, 0)
    return Score(
        (
            Part("votes", math.log10(1 + votes_counted(evidence, weights)), _why_votes(evidence, weights)),
            Part(
                "discussion",
                weights.discussion * math.log10(1 + talking),
                _why_discussion(evidence, weights),
            ),
            Part(
                "code",
                weights.code * math.log10(1 + stars),
                f"{_count(stars, 'new star', 'new stars')} for its code. Ten times as many add {weights.code:g}.",
            ),
            Part("age", -days / weights.days_per_ten, _why_age(days, weights)),
        )
    )


def _why_votes(evidence: Evidence, weights: Weights) -> str:
    counted = votes_counted(evidence, weights)
    said = f"Votes here weigh {evidence.voters:.4g}"
    if evidence.imported_votes:
        said += f", and {evidence.imported_votes:,} counted elsewhere weigh {weights.imported:g} each"
    return f"{said}: {counted:.4g} in all. Ten times as many add 1."


def _why_discussion(evidence: Evidence, weights: Weights) -> str:
    said = f"{_count(evidence.commenters, 'person', 'people')} commented here"
    if evidence.imported_comments > 1:
        more = _count(evidence.imported_comments - 1, "comment", "comments")
        said += f", and there are {more} elsewhere after the first"
    return f"{said}. Ten times as many add {weights.discussion:g}."


def _why_age(days: float, weights: Weights) -> str:
    when = f"Listed {_count(round(days, 1), 'day', 'days')} ago" if days >= 0 else "Listed for a day to come"
    return f"{when}; every {weights.days_per_ten:g} days take 1, as much as ten times the votes give."


def _count(number: float, one: str, many: str) -> str:
    return f"{number:,g} {one if number == 1 else many}"


def wilson(up: int, down: int, z: float = WILSON_Z) -> float:
    """The lower bound of the share of positive votes (Wilson 1927), 0 to 1; 0 where nobody voted."""
    n = up + down
    if n <= 0:
        return 0.0
    share, zz = up / n, z * z
    spread = z * math.sqrt((share * (1 - share) + zz / (4 * n)) / n)
    return max((share + zz / (2 * n) - spread) / (1 + zz / n), 0.0)


def momentum(moments: Sequence[tuple[datetime, float]], halving_days: float = HALVING_DAYS) -> float:
    """The log10 of weights that each halve with time, counted from `EPOCH`; greater means more of late.

    Σ wᵢ · 2^(−age/halving) orders papers alike at every moment, so its logarithm, less what all share, can be stored.
    """
    if not moments:
        return -math.inf
    per_day = math.log10(2) / halving_days
    points = [(at - EPOCH).total_seconds() / DAY * per_day for at, _ in moments]
    newest = max(points)
    total = sum(weight * 10 ** (point - newest) for point, (_, weight) in zip(points, moments, strict=True))
    return newest + math.log10(total) if total > 0 else -math.inf


def still_fresh(momentum_stored: float, now: datetime, halving_days: float = HALVING_DAYS) -> float:
    """How many votes of this minute a stored momentum is worth at `now`."""
    at_now = (now - EPOCH).total_seconds() / DAY * math.log10(2) / halving_days
    return float(10 ** (momentum_stored - at_now)) if math.isfinite(momentum_stored) else 0.0


@dataclass(frozen=True, slots=True)
class Activity:
    """What is usual in a field: how many papers it listed of late, and how many fresh votes they have together."""

    papers: int
    votes: float


PRIOR_PAPERS: Final = 3.0
"""With how many usual papers a paper's own votes are mixed: one vote in a silent field is no sensation."""


def usual_votes(field: Activity, typical: float) -> float:
    """Fresh votes a paper of a field usually has; a field of few papers is drawn to what is typical of fields."""
    return (field.votes + PRIOR_PAPERS * typical) / (field.papers + PRIOR_PAPERS)


def rising_points(fresh_votes: float, usual: float) -> tuple[float, float]:
    """What a paper gathers of late and, with a minus, what is usual, as logarithms; their sum is above 0 if it rises.

    The sum is log10 of a Gamma-Poisson rate over the field's mean, with a prior of one vote: a paper without votes
    never rises, and a single vote in a silent field is not without bounds.
    """
    return math.log10(max(fresh_votes, 0.0) + 1), -math.log10(max(usual, 0.0) + 1)
