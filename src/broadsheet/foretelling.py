"""Foretelling: how well a ranking formula tells from a paper's first day how many votes it ends with.

Three kinds of lists are replayed, each as it stood at one moment:

- `edition`: the papers of one day, an hour after the day ended (UTC).
- `front`: the papers of that day and the four before it, at the same moment, as a front page holds them.
- `first_day`: all papers in one list, each seen an hour after its own first day.

A formula gets what was known at the moment: the newest sighting up to then, if it is at most 36 hours old, and the
newest number of comments. The truth is the newest sighting of at least seven days after the day of listing; a paper
without one is left out. Days fall by the week into two halves: on one the constant was chosen, the other is reported.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

import numpy as np

from broadsheet.errors import BadInput
from broadsheet.histories import History
from broadsheet.measures import ndcg, spearman
from broadsheet.ranking import Evidence, Weights, hot
from broadsheet.rival_rankings import hacker_news, lobsters_hotness, newest_first, reddit_hot, votes_alone

Formula = Callable[[Evidence, datetime], float]
Half = Literal["fit", "report", "all"]

AFTER_THE_DAY: Final = timedelta(hours=25)
"""From a day's beginning to the moment of its lists: counts taken at midnight arrive a little after it."""
STALE: Final = timedelta(hours=36)
FRONT_DAYS: Final = 5
LEAST: Final = 5
"""A list of fewer papers is left out."""
LEAST_IN_A_HALF: Final = 300
"""With fewer papers in the half asked for, all weeks are reported: half of little tells nothing."""
OURS: Final = "Broadsheet hot"
RESAMPLES: Final = 500
CURVE: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
"""Days for ten times the votes that are tried on the fitting half."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as a list held it, and the votes it ended with."""

    paper: str
    evidence: Evidence
    final: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Papers as they stood at one moment; `week` is what resampling draws."""

    week: str
    moment: datetime
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and where 95 of 100 resamplings of weeks put it."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How a formula did on one kind of list, and by how much ours is better (below 0: worse).

    `to_come` is the rank correlation with the votes that were still to come.
    """

    spearman: Interval
    ndcg_10: Interval
    to_come: Interval
    ours_better_spearman: Interval
    ours_better_ndcg_10: Interval


@dataclass(frozen=True, slots=True)
class KindReport:
    """One kind of list: how many lists and papers, and every formula's quality."""

    kind: str
    lists: int
    papers: int
    formulas: Mapping[str, Quality]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A constant tried on the fitting half's front lists: final votes and votes to come."""

    days_per_ten: float
    spearman: float
    ndcg_10: float
    to_come: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay found; `papers` is how many have both a first day and an end."""

    papers: int
    weights: Weights
    half: Half
    kinds: tuple[KindReport, ...]
    curve: tuple[CurvePoint, ...]


def formulas(weights: Weights) -> dict[str, Formula]:
    """Every formula that is compared, ours first."""
    return {
        OURS: lambda evidence, _now: hot(evidence, weights),
        "Reddit hot": reddit_hot,
        "Lobsters": lobsters_hotness,
        "Hacker News": hacker_news,
        "votes alone": votes_alone,
        "newest first": newest_first,
    }


def foretell(papers: Sequence[History], weights: Weights, settled: timedelta, half: Half) -> Report:
    """Compare the formulas on one half of the weeks, or on all where a half holds few papers.

    Raises BadInput where no list is long enough.
    """
    kinds = all_lists(papers, settled)
    if half != "all" and _papers(kinds["first_day"], half) < LEAST_IN_A_HALF:
        half = "all"
    reported = {kind: [each for each in lists if _in_half(each.week, half)] for kind, lists in kinds.items()}
    first_days = kinds["first_day"]
    reported["first_day"] = _merged([each for each in first_days if _in_half(each.week, half)])
    found = [_kind_report(kind, lists, formulas(weights)) for kind, lists in reported.items() if lists]
    if not found:
        raise BadInput(
            f"No {LEAST} papers have a sighting on their first day and one {settled.days} days later. "
            "Name a folder with longer histories, or ask for fewer days (--settled)."
        )
    fitting = [each for each in kinds["front"] if _in_half(each.week, "fit")]
    curve = tuple(_curve_point(fitting, replace(weights, days_per_ten=days)) for days in CURVE) if fitting else ()
    return Report(sum(len(each.entries) for each in first_days), weights, half, tuple(found), curve)


def _papers(first_days: Sequence[Listing], half: Half) -> int:
    return sum(len(each.entries) for each in first_days if _in_half(each.week, half))


def _in_half(week: str, half: Half) -> bool:
    """Whether a week belongs to a half, by the digest of its name."""
    return half == "all" or ("fit" if hashlib.sha256(week.encode()).digest()[0] % 2 else "report") == half


def all_lists(papers: Sequence[History], settled: timedelta) -> dict[str, list[Listing]]:
    """The lists of each kind; those of `first_day` are still one a day, however short."""
    days: dict[date, list[History]] = defaultdict(list)
    for paper in papers:
        days[paper.day].append(paper)
    editions = [_listing(day, [day], days, settled) for day in sorted(days)]
    fronts = [_listing(day, _days_before(day), days, settled) for day in sorted(days)]
    return {
        "edition": [each for each in editions if len(each.entries) >= LEAST],
        "front": [each for each in fronts if len(each.entries) >= LEAST and _is_mixed(each)],
        "first_day": [each for each in editions if each.entries],
    }


def _days_before(day: date) -> list[date]:
    return [day - timedelta(days=back) for back in range(FRONT_DAYS)]


def _listing(day: date, of: list[date], days: Mapping[date, list[History]], settled: timedelta) -> Listing:
    moment = datetime.combine(day, time(), UTC) + AFTER_THE_DAY
    entries = (_entry(paper, moment, settled) for each in of for paper in days.get(each, ()))
    year, week, _ = day.isocalendar()
    return Listing(f"{year}-W{week:02}", moment, tuple(entry for entry in entries if entry))


def _is_mixed(listing: Listing) -> bool:
    return len({entry.evidence.listed_at.date() for entry in listing.entries}) > 1


def _entry(paper: History, moment: datetime, settled: timedelta) -> Entry | None:
    """A paper as it was known at a moment; None where it was not seen lately, or its end is not known."""
    known = [each for each in paper.sightings if each.at <= moment]
    settles = max(moment, datetime.combine(paper.day, time(), UTC) + settled)
    ends = [each for each in paper.sightings if each.at >= settles and each.at > moment]
    if not known or not ends or known[-1].at < moment - STALE or paper.listed_at > moment:
        return None
    comments = [each.comments for each in known if each.comments is not None]
    stars = [each.stars for each in known if each.stars is not None]
    evidence = Evidence(
        listed_at=paper.listed_at,
        voters=known[-1].votes,
        imported_comments=comments[-1] if comments else 0,
        stars=max(stars[-1] - stars[0], 0) if stars else 0,
    )
    return Entry(paper.paper, evidence, ends[-1].votes)


def _merged(listings: Sequence[Listing]) -> list[Listing]:
    """Lists of many moments as lists of one moment, everything moved there together; empty where papers are few."""
    if sum(len(each.entries) for each in listings) < LEAST:
        return []
    moment = listings[0].moment
    return [
        Listing(each.week, moment, tuple(_moved(entry, moment - each.moment) for entry in each.entries))
        for each in listings
    ]


def _moved(entry: Entry, by: timedelta) -> Entry:
    return replace(entry, evidence=replace(entry.evidence, listed_at=entry.evidence.listed_at + by))


def _kind_report(kind: str, lists: Sequence[Listing], compared: Mapping[str, Formula]) -> KindReport:
    measured = {name: _measured(kind, lists, formula) for name, formula in compared.items()}
    qualities = {name: _quality(values, measured[OURS]) for name, values in measured.items()}
    papers = len({entry.paper for each in lists for entry in each.entries})
    return KindReport(kind, 1 if kind == "first_day" else len(lists), papers, qualities)


Measured = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""Rows: the whole, then each resampling; columns: Spearman, nDCG@10, Spearman of the votes to come."""


def _measured(kind: str, lists: Sequence[Listing], formula: Formula) -> Measured:
    if kind == "first_day":
        return np.array([_measure(_as_one(drawn), formula) for drawn in _draws(lists)])
    values = {id(each): _measure(each, formula) for each in lists}
    return np.array([np.mean([values[id(each)] for each in drawn], axis=0) for drawn in _draws(lists)])


def _as_one(lists: Sequence[Listing]) -> Listing:
    return Listing("", lists[0].moment, tuple(entry for each in lists for entry in each.entries))


def _draws(lists: Sequence[Listing]) -> Iterator[list[Listing]]:
    """The lists, then as many weeks of them drawn with replacement, again and again; the same for every formula."""
    weeks: dict[str, list[Listing]] = defaultdict(list)
    for each in lists:
        weeks[each.week].append(each)
    yield list(lists)
    draw, names = np.random.default_rng(0), sorted(weeks)
    for _ in range(RESAMPLES):
        chosen = draw.integers(len(names), size=len(names))
        yield [each for index in chosen for each in weeks[names[index]]]


def _measure(listing: Listing, formula: Formula) -> tuple[float, float, float]:
    entries = listing.entries
    scores = [formula(entry.evidence, listing.moment) for entry in entries]
    finals = [entry.final for entry in entries]
    to_come = [max(entry.final - entry.evidence.voters, 0) for entry in entries]
    # Positions stand for papers, since resampling may draw one twice; equals stand in the order of their ids.
    order = sorted(range(len(entries)), key=lambda at: (-scores[at], entries[at].paper))
    gains = {str(at): final for at, final in enumerate(finals)}
    return spearman(scores, finals), ndcg([str(at) for at in order], gains), spearman(scores, to_come)


def _quality(values: Measured, ours: Measured) -> Quality:
    better = ours - values
    return Quality(*(_interval(values[:, at]) for at in range(3)), *(_interval(better[:, at]) for at in range(2)))


def _interval(column: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Interval:
    low, high = np.percentile(column[1:], (2.5, 97.5))
    return Interval(float(column[0]), float(low), float(high))


def _curve_point(lists: Sequence[Listing], weights: Weights) -> CurvePoint:
    values = np.mean([_measure(each, formulas(weights)[OURS]) for each in lists], axis=0)
    return CurvePoint(weights.days_per_ten, *(float(value) for value in values))
