"""The formulas of other sites, for comparison only: Reddit's hot, Lobsters' hotness, Hacker News' rank.

Each takes what `ranking.hot` takes, and gives a number that is greater for what stands higher. Sources: the published
code of the three (Reddit `_sorts.pyx`, Lobsters `story.rb`, Hacker News `news.arc`).
"""

import math
from datetime import UTC, datetime
from typing import Final

from broadsheet.ranking import Evidence

REDDIT_EPOCH: Final = 1_134_028_003
REDDIT_SECONDS: Final = 45_000
LOBSTERS_SECONDS: Final = 22 * 3600
HN_GRAVITY: Final = 1.8
HN_EXPONENT: Final = 0.8
HN_QUIET_COMMENTS: Final = 20


def _votes(evidence: Evidence) -> float:
    return evidence.voters + evidence.imported_votes


def _comments(evidence: Evidence) -> int:
    return evidence.commenters + evidence.imported_comments


def reddit_hot(evidence: Evidence, _now: datetime) -> float:
    """log10 of the votes, plus one for every 12.5 hours, whatever the time is."""
    votes = _votes(evidence)
    sign = (votes > 0) - (votes < 0)
    seconds = evidence.listed_at.timestamp() - REDDIT_EPOCH
    return sign * math.log10(max(abs(votes), 1)) + seconds / REDDIT_SECONDS


def lobsters_hotness(evidence: Evidence, _now: datetime) -> float:
    """log10 of votes and comments, plus one for every 22 hours; the sign is turned, so that greater is hotter.

    The first comment is taken for the submitter's, who does not count there; each other one for a score of one, which
    adds one. Tags' modifiers are 0.
    """
    votes = _votes(evidence)
    comments = min(max(_comments(evidence) - 1, 0), max(votes, 0))
    order = math.log10(max(abs(votes + 1) + comments, 1))
    sign = (votes > 0) - (votes < 0)
    return order * sign + evidence.listed_at.timestamp() / LOBSTERS_SECONDS


def hacker_news(evidence: Evidence, now: datetime) -> float:
    """(votes − 1)^0.8 ÷ (hours + 2)^1.8, lowered where there are more comments than votes."""
    votes, comments = _votes(evidence), _comments(evidence)
    base = votes - 1
    power = math.pow(base, HN_EXPONENT) if base > 0 else base
    hours = max((now - evidence.listed_at).total_seconds() / 3600, 0.0)
    return power / math.pow(hours + 2, HN_GRAVITY) * _controversy(votes, comments)


def _controversy(votes: float, comments: int) -> float:
    return min(1.0, (votes / comments) ** 2) if comments > HN_QUIET_COMMENTS else 1.0


def votes_alone(evidence: Evidence, _now: datetime) -> float:
    """The number of votes."""
    return _votes(evidence)


def newest_first(evidence: Evidence, _now: datetime) -> float:
    """The moment of listing."""
    return evidence.listed_at.astimezone(UTC).timestamp()
