"""A small world of papers: what is true at a moment, and what each service would show of it. Pure: seed and time in."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from broadsheet.timetable import EASTERN, announced_on, has_edition

SUBJECTS = ("Readers", "Scanpaths", "Protein Graphs", "Sparse Attention", "Ähnlichkeit", "图像检索", "$k$-Means")
VERBS = ("Rethinking", "Learning", "Scaling", "On the Limits of", "Towards", "Probing", "Aligning")
METHODS = ("Diffusion", "Contrastive Losses", r"$\ell_1$ Penalties", "Small Models", "Weak Labels", "Human Gaze")
FAMILIES = ("Okafor", "Lindqvist", "Brun", "Müller", "O'Neill", "Nguyễn", "van der Berg", "Ito", "Zhang")
GIVEN = ("Mira", "Jonas", "Aïcha", "Wei", "Kōji", "Ana", "Tom", "Ines")
CATEGORIES = ("cs.CL", "cs.LG", "cs.CV", "stat.ML", "cs.IR")
WITHDRAWN = "This paper has been withdrawn by the authors due to an error in Lemma 2."
MAILING, OAI_READY = time(20), time(22, 30)


@dataclass(frozen=True)
class Revision:
    """A version: when it was submitted, on which morning it is announced, and what it says."""

    number: int
    submitted: datetime
    day: date
    title: str
    abstract: str
    comment: str

    @property
    def ready(self) -> datetime:
        """From when on interfaces show it: the evening before the morning."""
        return datetime.combine(self.day - timedelta(days=1), OAI_READY, EASTERN)


@dataclass(frozen=True)
class Work:
    """A paper through time."""

    id: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    revisions: tuple[Revision, ...]
    deleted_on: date | None = None
    stamped_on: tuple[date, ...] = ()

    @property
    def day(self) -> date:
        """The morning of its first announcement."""
        return self.revisions[0].day

    def at(self, now: datetime) -> "Work | None":
        """The paper as interfaces show it at a moment; None before it is announced."""
        known = tuple(revision for revision in self.revisions if revision.ready <= now)
        gone = self.deleted_on if self.deleted_on and self.deleted_on <= now.date() else None
        return replace(self, revisions=known, deleted_on=gone) if known else None

    def datestamp(self, now: datetime) -> date:
        """The day of the last change of its metadata, by OAI-PMH's clock (UTC)."""
        moments = [revision.ready.astimezone(UTC).date() for revision in self.revisions if revision.ready <= now]
        moments += [day for day in (*self.stamped_on, self.deleted_on) if day and day <= now.date()]
        return max(moments)

    @property
    def withdrawn(self) -> bool:
        """Whether its newest version takes it back, or the record is gone."""
        return self.deleted_on is not None or self.revisions[-1].comment == WITHDRAWN


@dataclass(frozen=True)
class Truth:
    """What a complete catalogue holds of a paper."""

    version: int
    title: str
    abstract: str
    withdrawn: bool
    day: date


@dataclass
class World:
    """Papers submitted on each day of a stretch, with revisions, withdrawals, deletions and bulk re-stamps."""

    seed: int
    start: date
    days: int
    per_day: int = 6
    works: list[Work] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = random.Random(self.seed)
        first = [self._first(dice, day) for day in range(self.days) for _ in range(self.per_day)]
        first.sort(key=lambda revision: (revision.day, revision.submitted))
        counts: dict[str, int] = {}
        for revision in first:
            month = f"{revision.day - timedelta(days=1):%y%m}"
            counts[month] = counts.get(month, 0) + 1
            self.works.append(self._work(dice, f"{month}.{counts[month]:05}", revision))
        restamped = self.start + timedelta(days=self.days // 2)
        self.works = [replace(w, stamped_on=(restamped,)) if dice.random() < 0.5 else w for w in self.works]

    def _first(self, dice: random.Random, day: int) -> Revision:
        return self._revision(dice, 1, self._moment(dice, self.start + timedelta(days=day)))

    def _moment(self, dice: random.Random, day: date) -> datetime:
        return datetime.combine(day, time(), UTC) + timedelta(seconds=dice.randrange(86_400))

    def _revision(self, dice: random.Random, number: int, submitted: datetime) -> Revision:
        words = f"{dice.choice(VERBS)} {dice.choice(SUBJECTS)} with {dice.choice(METHODS)}"
        title = f"{words}: Study {dice.randrange(10**6)}"
        abstract = " ".join(f"We look at {dice.choice(SUBJECTS)} and at {dice.choice(METHODS)}." for _ in range(5))
        return Revision(number, submitted, announced_on(submitted), title, abstract, "")

    def _work(self, dice: random.Random, arxiv_id: str, first: Revision) -> Work:
        revisions = [first]
        while dice.random() < 0.3:
            later = revisions[-1].submitted + timedelta(days=dice.randrange(1, 9), seconds=dice.randrange(80_000))
            revision = self._revision(dice, len(revisions) + 1, later)
            if dice.random() < 0.2:
                revision = replace(revision, title=revisions[-1].title, comment=WITHDRAWN)
            if revision.day > revisions[-1].day:
                revisions.append(revision)
        deleted = first.day + timedelta(days=dice.randrange(2, 9)) if dice.random() < 0.03 else None
        names = tuple(f"{dice.choice(GIVEN)} {dice.choice(FAMILIES)}" for _ in range(dice.randrange(1, 6)))
        categories = tuple(dice.sample(CATEGORIES, dice.randrange(1, 4)))
        return Work(arxiv_id, names, categories, tuple(revisions), deleted)

    def at(self, now: datetime) -> list[Work]:
        """All papers that interfaces show at a moment, by id."""
        return [shown for work in self.works if (shown := work.at(now))]

    def announced(self, day: date, category: str) -> list[tuple[Work, str]]:
        """What the feed of a category holds on a morning, and how each is announced."""
        if not has_edition(day):
            return []
        found = []
        for work in self.works:
            for revision in work.revisions:
                if revision.day == day and category in work.categories:
                    cross = "cross" if work.categories[0] != category else ""
                    kind = (cross or "new") if revision.number == 1 else f"replace{'-' + cross if cross else ''}"
                    found.append((replace(work, revisions=work.revisions[: revision.number]), kind))
        return found

    def truth(self, now: datetime) -> dict[str, Truth]:
        """What a complete catalogue holds at a moment."""
        return {
            work.id: Truth(last.number, last.title, last.abstract, work.withdrawn, work.day)
            for work in self.at(now)
            for last in (work.revisions[-1],)
        }
