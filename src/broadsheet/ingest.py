"""Ingest: drafts into the catalogue, batch by batch; each batch is one transaction and may be repeated."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from broadsheet import deciding, sources
from broadsheet.cleaning import clean
from broadsheet.deciding import Decision, Known
from broadsheet.drafts import Draft, Problem
from broadsheet.identity import title_digest
from broadsheet.records import SourceMark
from broadsheet.store import intake, loading
from broadsheet.store.intake import Rejected, Writes
from broadsheet.taxonomy import load as load_taxonomy

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records were read, and what became of them: new papers, changed ones, nothing new, set aside."""

    read: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    set_aside: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.read + other.read,
            self.new + other.new,
            self.changed + other.changed,
            self.known + other.known,
            self.set_aside + other.set_aside,
        )


def ingest(items: Iterable[Draft | Problem], progress: Callable[[Outcome], None] = lambda _: None) -> Outcome:
    """Take in everything a source yields. `progress` hears the running total after each batch."""
    total = Outcome()
    for batch in _batches(items):
        total += take_batch(batch)
        progress(total)
    return total


def _batches(items: Iterable[Draft | Problem]) -> Iterator[list[Draft | Problem]]:
    """The items in batches; the next one is read while the database works on the one before.

    Where reading fails, what was read before goes in first.
    """
    rest = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as reader:
        ahead = reader.submit(_read, rest)
        while True:
            batch, error = ahead.result()
            if error is None and batch:
                ahead = reader.submit(_read, rest)
            if batch:
                yield batch
            if error:
                raise error
            if not batch:
                return


def _read(rest: Iterator[Draft | Problem]) -> tuple[list[Draft | Problem], Exception | None]:
    batch: list[Draft | Problem] = []
    try:
        for item in islice(rest, BATCH):
            batch.append(item)
    except Exception as error:
        return batch, error
    return batch, None


def take_batch(items: Sequence[Draft | Problem]) -> Outcome:
    """One batch: what was seen before is passed over, what cannot be used is set aside, the rest goes in."""
    news = _news(items)
    cleaned = [_cleaned(item) for item in news]
    drafts = [item for item in cleaned if isinstance(item, Draft)]
    problems = [item for item in cleaned if isinstance(item, Problem)]
    outcome, rejected = _store(drafts)
    intake.record_problems(problems + rejected)
    return outcome + Outcome(read=len(items), known=len(items) - len(news), set_aside=len(problems) + len(rejected))


def _news(items: Sequence[Draft | Problem]) -> list[Draft | Problem]:
    """What was not seen before. Looking costs little and cleaning much; the transaction that writes looks again."""
    marks = intake.find_marks([(item.source, item.key) for item in items if isinstance(item, Draft)])
    return [
        item
        for item in items
        if isinstance(item, Problem) or deciding.is_news(item, marks.get((item.source, item.key)))
    ]


def _cleaned(item: Draft | Problem) -> Draft | Problem:
    if isinstance(item, Problem):
        return item
    try:
        return clean(item, load_taxonomy())
    except Exception as error:
        return _problem(item, error)


def _problem(draft: Draft, error: Exception) -> Problem:
    return Problem(draft.source, draft.key, str(error) or type(error).__name__, draft.title[:200])


def _store(drafts: Sequence[Draft]) -> tuple[Outcome, list[Problem]]:
    """Store a batch; where the database refuses it, store its halves, down to the record that is refused."""
    try:
        return _store_whole(drafts), []
    except Rejected as error:
        if len(drafts) == 1:
            return Outcome(), [_problem(drafts[0], error)]
    middle = len(drafts) // 2
    (first, problems), (second, more) = _store(drafts[:middle]), _store(drafts[middle:])
    return first + second, problems + more


def _store_whole(drafts: Sequence[Draft]) -> Outcome:
    if not drafts:
        return Outcome()
    with intake.intake_transaction():
        marks = intake.find_marks([(draft.source, draft.key) for draft in drafts])
        news = [draft for draft in drafts if deciding.is_news(draft, marks.get((draft.source, draft.key)))]
        if not news:
            return Outcome(known=len(drafts))
        known = _known(news, marks)
        decision = deciding.decide(news, known, sources.authority)
        writes = _writes(decision, known)
        intake.write(writes)
    touched = len(writes.new) + len(writes.changed)
    return Outcome(new=len(writes.new), changed=len(writes.changed), known=max(len(drafts) - touched, 0))


def _known(drafts: Sequence[Draft], marks: dict[tuple[str, str], SourceMark]) -> Known:
    identifiers = intake.find_papers([identifier for draft in drafts for identifier in draft.identifiers])
    titles = intake.find_titles([digest for draft in drafts if (digest := title_digest(draft.title))])
    papers = {
        *identifiers.values(),
        *(paper for papers in titles.values() for paper in papers),
        *(mark.paper_id for mark in marks.values()),
    }
    return Known(marks, identifiers, titles, loading.load_records(sorted(papers)))


def _writes(decision: Decision, known: Known) -> Writes:
    """The decision with real ids in place of the provisional ones."""
    provisional = decision.new()
    ids = dict(zip(provisional, intake.reserve_ids(len(provisional)), strict=True))
    return Writes(
        new={ids[paper]: decision.papers[paper] for paper in provisional},
        changed={p: (known.records[p], after) for p, after in decision.papers.items() if p > 0},
        marks={
            name: SourceMark(ids.get(mark.paper_id, mark.paper_id), mark.payload_hashes, mark.observed_at)
            for name, mark in decision.marks.items()
        },
    )
