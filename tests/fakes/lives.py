"""The lives of papers: versions, withdrawals, late cross-lists, journal references, deletions, and days on the hub."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tests.fakes import wording
from tests.fakes.mailings import DAY, INDEXED, MAILED, Mailings, eastern
from tests.fakes.wording import Author

WITHDRAWN = "This paper has been withdrawn by the author due to a gap in the proof of {}"
LATE_H = 20
"""Hours by which OAI-PMH may show a change later than its datestamp says."""


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as it stands at one moment of its life. `versions` are the moments of submission, v1 first."""

    id: str
    versions: tuple[datetime, ...]
    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]
    comment: str
    licence: str
    announced: date
    journal_ref: str = ""
    doi: str = ""
    withdrawn: bool = False
    deleted: bool = False

    @property
    def version(self) -> int:
        """The number of the newest version."""
        return len(self.versions)

    def lies_in(self, name: str) -> bool:
        """Whether it is listed in a category or an archive."""
        return wording.lies_in(self.categories, name)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens to a paper: `at` by the datestamp, `visible` in OAI-PMH, `evening` where it is mailed."""

    kind: str
    at: datetime
    visible: datetime
    record: Record
    evening: date | None = None
    added: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A life, whole: changes in the order in which they become visible; `featured` is when the hub takes it."""

    id: str
    changes: tuple[Change, ...]
    featured: datetime | None = None
    most_votes: int = 0

    def until(self, now: datetime) -> list[Change]:
        """The changes that are visible."""
        return [change for change in self.changes if change.visible <= now]

    def counts(self, now: datetime) -> tuple[int, int]:
        """Votes and comments at a moment: they grow fast at first and settle within two weeks."""
        hours = max(0.0, (now - self.featured).total_seconds() / 3_600) if self.featured else 0.0
        votes = int(self.most_votes * (1 - math.exp(-hours / 40)))
        return votes, votes // 12


@dataclass(slots=True)
class _Plan:
    """What will happen, before it is put into order."""

    changes: list[tuple[datetime, datetime, str, date | None, str, Callable[[Record], Record]]] = field(
        default_factory=list
    )

    def mail(self, evening: date, kind: str, change: Callable[[Record], Record], added: str = "") -> None:
        """Something that is announced."""
        self.changes.append((eastern(evening, INDEXED), eastern(evening, MAILED), kind, evening, added, change))

    def slip_in(self, at: datetime, late: timedelta, kind: str, change: Callable[[Record], Record]) -> None:
        """Something that is not announced, and shows at times later than its datestamp says."""
        self.changes.append((at + late, at, kind, None, "", change))

    def lived_by(self, first: Record) -> Iterator[Change]:
        """The changes as a chain of records. Nothing follows a deletion."""
        record = first
        for visible, at, kind, evening, added, change in sorted(self.changes, key=lambda each: each[:3]):
            if record.deleted:
                return
            record = change(record)
            yield Change(kind, at, visible, record, evening, added)


def new_paper(draw: Random, arxiv_id: str, submitted: datetime, evening: date, mailings: Mailings) -> Paper:
    """A paper announced on an evening, with all that will become of it."""
    first, plan = _first(draw, arxiv_id, submitted, evening), _Plan()
    plan.mail(evening, "new", lambda record: record)
    last = _plan_versions(draw, plan, eastern(evening, MAILED), evening, mailings)
    _plan_cross_list(draw, plan, first, evening, mailings)
    _plan_quiet_changes(draw, plan, last)
    featured, votes = _featured(draw, evening + DAY)
    return Paper(arxiv_id, tuple(plan.lived_by(first)), featured, votes)


def old_paper(draw: Random, arxiv_id: str, start: date, mailings: Mailings) -> Paper:
    """A paper from long before the world's start; half of them get a new version soon after it."""
    digits = arxiv_id.rpartition("/")[2][:4]
    year, month = int(digits[:2]), int(digits[2:])
    submitted = datetime(2000 + year, month, draw.randint(2, 26), draw.randint(0, 23), 30, 5, tzinfo=UTC)
    evening, plan = mailings.carrying(submitted), _Plan()
    first = _first(draw, arxiv_id, submitted, evening)
    if "/" in arxiv_id:
        archive = arxiv_id.partition("/")[0]
        own = {"math": "math.AG", "cs": "cs.SE", "cond-mat": "cond-mat.soft"}.get(archive, archive)
        first = replace(first, categories=(own,))
    plan.mail(evening, "new", lambda record: record)
    if draw.random() < 0.5:
        again = eastern(start) + timedelta(days=draw.randint(1, 8), seconds=draw.randint(0, 80_000))
        plan.mail(mailings.carrying(again), "replace", _revised(draw, again))
    return Paper(arxiv_id, tuple(plan.lived_by(first)))


def _first(draw: Random, arxiv_id: str, submitted: datetime, evening: date) -> Record:
    return Record(
        id=arxiv_id,
        versions=(submitted,),
        title=wording.title(draw),
        abstract=wording.abstract(draw),
        authors=wording.authors(draw),
        categories=wording.categories(draw),
        comment=wording.comment(draw),
        licence=draw.choice(wording.LICENCES),
        announced=evening + DAY,
    )


def _plan_versions(draw: Random, plan: _Plan, after: datetime, evening: date, mailings: Mailings) -> datetime:
    """New versions, and withdrawals, which are announced as such; gives the moment of the last."""
    for _ in range(draw.choice((0, 0, 0, 0, 0, 0, 1, 1, 1, 2))):
        after += timedelta(days=draw.randint(0, 11), seconds=draw.randint(3_600, 80_000))
        next_evening = mailings.carrying(after)
        if next_evening > evening:
            evening = next_evening
            plan.mail(evening, "replace", _revised(draw, after))
    if draw.random() < 0.03:
        after += timedelta(days=draw.randint(1, 9), seconds=draw.randint(0, 80_000))
        evening = max(mailings.carrying(after), evening + DAY)
        while not mailings.has(evening):
            evening += DAY
        plan.mail(evening, "replace", _withdrawn(after, WITHDRAWN.format(wording.coined(draw))))
    return eastern(evening, INDEXED)


def _revised(draw: Random, submitted: datetime) -> Callable[[Record], Record]:
    title = wording.title(draw) if draw.random() < 0.3 else ""
    abstract, comment = wording.abstract(draw), wording.comment(draw)

    def change(record: Record) -> Record:
        versions = (*record.versions, submitted)
        return replace(record, versions=versions, title=title or record.title, abstract=abstract, comment=comment)

    return change


def _withdrawn(submitted: datetime, comment: str) -> Callable[[Record], Record]:
    return lambda record: replace(record, versions=(*record.versions, submitted), comment=comment, withdrawn=True)


def _plan_cross_list(draw: Random, plan: _Plan, first: Record, evening: date, mailings: Mailings) -> None:
    """One paper in twelve appears in one more category some days later."""
    free = [code for code in wording.CATEGORIES if code not in (*first.categories, *wording.ALIASES)]
    added, moment = draw.choice(free), eastern(evening + DAY, time(9)) + timedelta(days=draw.randint(0, 5))
    if draw.random() < 1 / 12:
        plan.mail(mailings.carrying(moment), "cross", lambda r: replace(r, categories=(*r.categories, added)), added)


def _plan_quiet_changes(draw: Random, plan: _Plan, last: datetime) -> None:
    """A journal reference, with or without a DOI, for one paper in fifteen; one in fifty is deleted."""
    if draw.random() < 1 / 15:
        reference = (
            f"{wording.coined(draw)} Letters {draw.randint(2, 40)} ({draw.randint(1, 9)}), {draw.randint(1, 900)}"
        )
        doi = f"10.5555/{wording.coined(draw).lower()}.{draw.randint(1, 9_999)}" if draw.random() < 0.7 else ""
        late = timedelta(hours=draw.uniform(0, LATE_H)) if draw.random() < 0.4 else timedelta()
        at = last + timedelta(days=draw.randint(0, 14), seconds=draw.randint(0, 80_000))
        plan.slip_in(at, late, "journal", lambda record: replace(record, journal_ref=reference, doi=doi))
    if draw.random() < 1 / 50:
        at = last + timedelta(days=draw.randint(1, 10), seconds=draw.randint(0, 80_000))
        plan.slip_in(at, timedelta(), "deleted", lambda record: replace(record, deleted=True))


def _featured(draw: Random, day: date) -> tuple[datetime | None, int]:
    """One paper in four comes onto the hub's list, on a weekday within a week of its announcement."""
    day += timedelta(days=draw.choice((0, 0, 0, 0, 1, 1, 2, 4, 6)))
    while day.weekday() > 4:
        day += DAY
    moment = datetime.combine(day, time(5), UTC) + timedelta(seconds=draw.randint(0, 18 * 3_600))
    votes = int(draw.lognormvariate(2.2, 1.1))
    return (moment, votes) if draw.random() < 0.25 else (None, 0)
