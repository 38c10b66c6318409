"""A world of invented papers: what is true, and what each of arXiv's services and the hub show of it at a moment.

Everything follows from the seed and the moment asked about; what is drawn is kept, so that asking again costs nothing.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from random import Random
from zlib import crc32

from tests.fakes import lives, wording
from tests.fakes.lives import Paper, Record
from tests.fakes.mailings import DAY, Mailings, eastern, eastern_day, midnight_before

FEED_LIMIT = 2_000
RESTAMP_FIRST, RESTAMP_EVERY = timedelta(days=6, hours=15), timedelta(days=9)
"""After the start of the world: when OAI-PMH renews a third of all datestamps without news."""
KINDS = ("new", "cross", "replace", "replace-cross")
OLD_IDS = ("hep-th/0207270", "cond-mat/0503050", "math/0309136", "cs/0601001", "0704.0123", "0910.4321", "1207.0456")


@dataclass(frozen=True, slots=True)
class Shown:
    """A record with the datestamp that OAI-PMH gives it."""

    record: Record
    datestamp: date


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a daily feed: a record, and how it is announced there."""

    kind: str
    record: Record


@dataclass(frozen=True, slots=True)
class Featured:
    """A paper on the hub's list of a day, with its counts at the moment asked about."""

    record: Record
    moment: datetime
    votes: int
    comments: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What a complete catalogue holds of a paper; `announced` is the day whose edition it belongs to."""

    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    comment: str
    journal_ref: str
    doi: str
    withdrawn: bool
    deleted: bool
    announced: date


class World:
    """Papers from `start` on, and a few from long before it (`backlog`).

    `held` is the share of submissions that arXiv keeps back for some days, `deferred` the evenings called off ad hoc.
    """

    def __init__(
        self,
        seed: int,
        start: date,
        papers_per_day: int = 40,
        *,
        held: float = 0.03,
        backlog: int = len(OLD_IDS),
        deferred: frozenset[date] = frozenset(),
    ) -> None:
        self.seed, self.start, self.papers_per_day, self.held = seed, start, papers_per_day, held
        self.mailings = Mailings(deferred)
        self._lock = threading.RLock()
        self._papers: dict[str, Paper] = {}
        self._mailed: dict[date, list[tuple[Paper, lives.Change]]] = {}
        self._waiting: dict[date, list[datetime]] = {}
        self._numbers: dict[str, int] = {}
        self._drawn_to = start - DAY
        self._view = lru_cache(maxsize=4)(lambda now: View(self, now))
        for arxiv_id in OLD_IDS[:backlog]:
            self._add(lives.old_paper(self.draw("old", arxiv_id), arxiv_id, start, self.mailings))

    def draw(self, *parts: object) -> Random:
        """A generator for one purpose, the same whenever it is asked for."""
        return Random("/".join(map(str, (self.seed, *parts))))

    def at(self, now: datetime) -> "View":
        """What the services show at a moment."""
        return self._view(now.astimezone(UTC))

    def truth(self, now: datetime, categories: Iterable[str] = (), since: date | None = None) -> dict[str, Truth]:
        """What a complete catalogue holds: all that OAI-PMH shows by now, by arXiv id.

        With `categories` (codes or archives), only papers that lie or once lay in one of them; with `since`, only those
        whose datestamp is not before it. The search index follows at midnight US Eastern.
        """
        wanted = tuple(categories)
        shown = [each for each in self.at(now).records() if not since or each.datestamp >= since]
        chosen = [each.record for each in shown if not wanted or any(map(each.record.lies_in, wanted))]
        return {record.id: _truth(record) for record in chosen}

    def papers(self, now: datetime) -> list[Paper]:
        """All papers with the lives they will have; those not announced by now may be among them."""
        with self._lock:
            while self._drawn_to < eastern_day(now):
                self._drawn_to += DAY
                self._submit(self._drawn_to)
                self._mail(self._drawn_to)
            return list(self._papers.values())

    def mailed(self, evening: date) -> list[tuple[Paper, lives.Change]]:
        """What an evening's mailing announces, in the order of ids."""
        self.papers(eastern(evening))
        with self._lock:
            return sorted(self._mailed.get(evening, []), key=lambda pair: pair[0].id)

    def restamps(self, now: datetime) -> list[datetime]:
        """The moments of bulk re-stamps so far."""
        first = eastern(self.start) + RESTAMP_FIRST
        count = max(0, (now - first) // RESTAMP_EVERY + 1)
        return [first + number * RESTAMP_EVERY for number in range(count)]

    def datestamp(self, paper: Paper, now: datetime) -> date:
        """The day, by UTC, of the last change that OAI-PMH knows of."""
        moments = [change.at for change in paper.until(now)]
        if not paper.until(now)[-1].record.deleted:
            for number, moment in enumerate(self.restamps(now)):
                if moment > paper.changes[0].visible and crc32(f"{self.seed}/{number}/{paper.id}".encode()) % 3 == 0:
                    moments.append(moment)
        return max(moments).astimezone(UTC).date()

    def _submit(self, day: date) -> None:
        """Draw a day's submissions; each waits for its mailing."""
        draw = self.draw("submissions", day)
        share = 0.4 if day.weekday() > 4 else 1.0
        for _ in range(round(self.papers_per_day * share * draw.uniform(0.8, 1.2))):
            submitted = eastern(day) + timedelta(seconds=int(draw.triangular(0, 86_399, 13.8 * 3_600)))
            released = submitted + timedelta(days=draw.randint(1, 9)) if draw.random() < self.held else submitted
            self._waiting.setdefault(self.mailings.carrying(released), []).append(submitted)

    def _mail(self, evening: date) -> None:
        """Give the papers of an evening's mailing their ids, which bear the evening's month, and their lives."""
        month = f"{evening:%y%m}"
        for submitted in sorted(self._waiting.pop(evening, [])):
            self._numbers[month] = number = self._numbers.get(month, 0) + 1
            arxiv_id = f"{month}.{number:05}"
            draw = self.draw("paper", arxiv_id)
            self._add(lives.new_paper(draw, arxiv_id, submitted, evening, self.mailings))

    def _add(self, paper: Paper) -> None:
        self._papers[paper.id] = paper
        for change in paper.changes:
            if change.evening:
                self._mailed.setdefault(change.evening, []).append((paper, change))


class View:
    """The services of a world at one moment."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world, self.now = world, now
        self._records: list[Shown] | None = None

    def records(self) -> list[Shown]:
        """What OAI-PMH holds, deleted records among it, by datestamp and id."""
        if self._records is None:
            papers = [paper for paper in self.world.papers(self.now) if paper.changes[0].visible <= self.now]
            shown = [Shown(paper.until(self.now)[-1].record, self.world.datestamp(paper, self.now)) for paper in papers]
            self._records = sorted(shown, key=lambda each: (each.datestamp, each.record.id))
        return self._records

    def searchable(self) -> list[Record]:
        """What the API finds: all that was there at the last midnight US Eastern, without deleted records."""
        built = self.world.at(midnight_before(self.now))
        return [each.record for each in built.records() if not each.record.deleted]

    def version(self, arxiv_id: str, number: int) -> Record | None:
        """A paper as it was with an earlier version, if the API has it."""
        built = midnight_before(self.now)
        for paper in self.world.papers(self.now):
            if paper.id == arxiv_id:
                known = [change.record for change in paper.until(built) if change.record.version == number]
                return known[-1] if known else None
        return None

    def feed(self, name: str) -> tuple[date, list[Item]]:
        """The day's feed of a category or an archive, or of several joined by `+`: its day, and its items."""
        day, names = eastern_day(self.now), name.split("+")
        if not self.world.mailings.has(day - DAY):
            return day, []
        found = [
            Item(kind, change.record)
            for _, change in self.world.mailed(day - DAY)
            if (kind := _announced_as(change, names))
        ]
        found.sort(key=lambda item: KINDS.index(item.kind))
        return day, list(islice(found, FEED_LIMIT))

    def featured(self, day: date) -> list[Featured]:
        """The hub's list of a day so far, by votes; lists keep growing, and votes with them."""
        found = []
        for paper in self.world.papers(self.now):
            moment = paper.featured
            if moment and moment.date() == day and moment <= self.now and paper.changes[0].visible <= self.now:
                votes, comments = paper.counts(self.now)
                found.append(Featured(paper.until(self.now)[-1].record, moment, votes, comments))
        return sorted(found, key=lambda each: (-each.votes, each.moment))

    def newest_list(self) -> date:
        """The newest day for which the hub has a list: today, or the last weekday."""
        day = self.now.astimezone(UTC).date()
        while day.weekday() > 4:
            day -= DAY
        return day


def _announced_as(change: lives.Change, names: Iterable[str]) -> str:
    """How a change stands in the feed of these categories; empty where it does not."""
    if change.kind == "cross":
        return "cross" if any(wording.lies_in((change.added,), name) for name in names) else ""
    primary = change.record.categories[:1]
    if any(wording.lies_in(primary, name) for name in names):
        return change.kind
    if any(change.record.lies_in(name) for name in names):
        return "cross" if change.kind == "new" else "replace-cross"
    return ""


def _truth(record: Record) -> Truth:
    return Truth(
        version=record.version,
        title=record.title,
        abstract=record.abstract,
        authors=tuple(author.name for author in record.authors),
        categories=record.categories,
        comment=record.comment,
        journal_ref=record.journal_ref,
        doi=record.doi,
        withdrawn=record.withdrawn,
        deleted=record.deleted,
        announced=record.announced,
    )


def midday(day: date) -> datetime:
    """Noon US Eastern, in UTC: the papers of the morning are out, the next mailing is not."""
    return eastern(day, time(12))
