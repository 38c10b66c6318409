"""Reasons: why a paper stands where it does, as a score, parts that sum to it, and a sentence for each."""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from broadsheet.cards import Card
from broadsheet.ranking import HALVING_DAYS, Evidence, Part, Weights, explain_hot, rising_points, still_fresh
from broadsheet.store.closing import ClosedPlace
from broadsheet.taxonomy import load as load_taxonomy


@dataclass(frozen=True, slots=True)
class Reason:
    """A score, the parts that sum to it, and what moved the paper besides."""

    score: float
    parts: tuple[Part, ...]
    moved: str = ""


@lru_cache(maxsize=8_192)
def hot(known: Evidence, by: Weights, now: datetime) -> Reason:
    """Why a paper is as hot as it is. Callers round the moment, so that what was said once is said again."""
    score = explain_hot(known, by, now)
    return Reason(score.total, score.parts)


def kept(place: ClosedPlace) -> Reason:
    """Why a paper stands in a closed edition, as it was written down then."""
    parts = tuple(Part(str(name), float(points), str(why)) for name, points, why in place.parts.get("parts", ()))
    return Reason(place.score, parts, " ".join(place.parts.get("moved", ())))


def top(card: Card, known: Evidence | None) -> Reason:
    """Votes, of here and of elsewhere."""
    elsewhere = min(known.imported_votes if known else 0, card.votes)
    here = card.votes - elsewhere
    parts = [Part("votes here", here, f"{here:,} cast here, one a person.")]
    if elsewhere:
        parts.append(Part("votes elsewhere", elsewhere, f"{elsewhere:,} counted by other systems."))
    return Reason(card.votes, tuple(parts))


def discussed(card: Card, known: Evidence | None) -> Reason:
    """Comments, of here and of elsewhere."""
    elsewhere = min(known.imported_comments if known else 0, card.comments)
    here = card.comments - elsewhere
    parts = [Part("comments here", here, f"{here:,} written here.")]
    if elsewhere:
        parts.append(Part("comments elsewhere", elsewhere, f"{elsewhere:,} counted by other systems."))
    return Reason(card.comments, tuple(parts))


def new(_card: Card, known: Evidence | None) -> Reason:
    """The moment of listing, in days since 1970."""
    if known is None:
        return Reason(0, ())
    at, days = known.listed_at, known.listed_at.timestamp() / 86_400
    return Reason(days, (Part("listed", days, f"Listed on {at.day} {at:%B %Y at %H:%M} UTC."),))


def trending(momentum: float | None, now: datetime) -> Reason:
    """Votes of late."""
    fresh = still_fresh(-math.inf if momentum is None else momentum, now)
    halving = "a day" if HALVING_DAYS == 1 else f"{HALVING_DAYS:g} days"
    why = f"As much as {fresh:.3g} votes of this minute: each vote counts half after {halving}, a comment half as much."
    return Reason(fresh, (Part("of late", fresh, why),))


def rising(fresh: float, category: str, usual: float, days: int) -> Reason:
    """How far votes of late lie above the usual of the field, as a difference of logarithms."""
    field = load_taxonomy().get(category)
    name = f"{field.name} ({field.code})" if field else "papers without a category"
    of_late, as_usual = rising_points(fresh, usual)
    parts = (
        Part("of late", of_late, f"As much as {fresh:.3g} votes of this minute."),
        Part("usual", as_usual, f"Usual for {name} in the last {days} days: {usual:.3g}."),
    )
    return Reason(of_late + as_usual, parts)
