"""Rising: papers that gather more votes than papers of their field usually do, so that small fields surface."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Final

from broadsheet import reasons
from broadsheet.ranking import Activity, still_fresh, usual_votes
from broadsheet.reasons import Reason
from broadsheet.store.ranked import DEPTH, recent_growth

DAYS: Final = 14
PAPERS: Final = 5_000
"""From how many of the newest papers the usual activity of the fields is taken."""
LEAST_FRESH: Final = 0.05
"""Fresh votes below which nothing rises, however silent its field is."""


@lru_cache(maxsize=2)
def rising_now(moment: datetime) -> tuple[tuple[int, Reason], ...]:
    """Papers that rise, most first. Callers round the moment, so that it is found once and kept."""
    found = recent_growth(moment - timedelta(days=DAYS), PAPERS)
    fresh = {paper: still_fresh(momentum, moment) for paper, momentum, _ in found}
    fields: dict[str, Activity] = {}
    for paper, _, category in found:
        so_far = fields.get(category, Activity(0, 0.0))
        fields[category] = Activity(so_far.papers + 1, so_far.votes + fresh[paper])
    typical = _typical(fields)
    usual = {paper: _usual_of_others(fields[category], fresh[paper], typical) for paper, _, category in found}
    risen = [
        (paper, reasons.rising(fresh[paper], category, usual[paper], DAYS))
        for paper, _, category in found
        if fresh[paper] >= LEAST_FRESH and fresh[paper] > usual[paper]
    ]
    return tuple(sorted(risen, key=lambda each: (-each[1].score, -each[0]))[:DEPTH])


def _typical(fields: Mapping[str, Activity]) -> float:
    """The median field's mean, so that one busy field raises no bar for the others."""
    return median(field.votes / field.papers for field in fields.values()) if fields else 0.0


def _usual_of_others(field: Activity, own: float, typical: float) -> float:
    """What is usual among the other papers of a field: nobody is measured against themselves."""
    return usual_votes(Activity(field.papers - 1, max(field.votes - own, 0.0)), typical)
