"""Ingest: drafts into the catalogue, batch by batch; each batch is one transaction and may be repeated."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from broadsheet import deciding, sources
from broadsheet.deciding import Decision, Known
from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import title_digest
from broadsheet.reading import batches, file_batches, prepare, problem
from broadsheet.records import SourceMark
from broadsheet.store import intake, loading, matching
from broadsheet.store.intake import Writes


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records were read, and what became of each.

    It made a new paper, changed the one it had made, joined one that other records had made (`merged`), told nothing
    new (`known`), or was set aside.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    merged: int = 0
    known: int = 0
    set_aside: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.read + other.read,
            self.new + other.new,
            self.changed + other.changed,
            self.merged + other.merged,
            self.known + other.known,
            self.set_aside + other.set_aside,
        )


Progress = Callable[[Outcome], None]


def ingest(items: Iterable[Draft | Problem], progress: Progress = lambda _: None) -> Outcome:
    """Take in everything a source yields. `progress` hears the running total after each batch."""
    return _take(batches(prepare(items)), progress)


def ingest_file(
    path: Path, source: str | None = None, edition: date | None = None, progress: Progress = lambda _: None
) -> Outcome:
    """Take in a file. Raises BadInput for one that cannot be read, after what could be read of it went in."""
    return _take(file_batches(path, source, edition), progress)


def _take(items: Iterable[Sequence[Draft | Problem]], progress: Progress) -> Outcome:
    total = Outcome()
    for batch in items:
        total += take_batch(batch)
        progress(total)
    return total


def take_batch(items: Sequence[Draft | Problem]) -> Outcome:
    """One batch of clean items: what was seen before is passed over, what is refused is set aside, the rest goes in."""
    outcome, refused = _store([item for item in items if isinstance(item, Draft)])
    found = [item if isinstance(item, Problem) else refused.get(id(item)) for item in items]
    # Of a record that comes more than once the last decides whether it is set aside.
    intake.record_problems({(item.source, item.key): what for item, what in zip(items, found, strict=True)})
    return outcome + Outcome(read=len(items), set_aside=sum(what is not None for what in found))


def _store(drafts: Sequence[Draft]) -> tuple[Outcome, dict[int, Problem]]:
    """Store a batch; where it is refused, store its halves, down to the record that is refused.

    Gives the problems by `id` of their drafts.
    """
    try:
        return _store_whole(drafts), {}
    except BadInput as error:
        if len(drafts) == 1:
            return Outcome(), {id(drafts[0]): problem(drafts[0], error)}
    middle = len(drafts) // 2
    (first, problems), (second, more) = _store(drafts[:middle]), _store(drafts[middle:])
    return first + second, problems | more


def _store_whole(drafts: Sequence[Draft]) -> Outcome:
    """Store a batch in one transaction, passing over what was seen before."""
    if not drafts:
        return Outcome()
    with intake.batch_transaction():
        named = [((draft.source, draft.key), draft) for draft in drafts]
        marks = intake.find_marks([name for name, _ in named])
        names = {name for name, draft in named if deciding.is_news(draft, marks.get(name))}
        news = [draft for name, draft in named if name in names]
        if not news:
            return Outcome(known=len(drafts))
        decision, known = _decide(news, _known(news, marks))
        intake.write(writes_of(decision, known))
    fates = Counter(decision.fates)
    passed = len(drafts) - len(news) + fates["known"]
    return Outcome(new=fates["new"], changed=fates["changed"], merged=fates["merged"], known=passed)


def _decide(drafts: Sequence[Draft], known: Known) -> tuple[Decision, Known]:
    """The decision, and what it was made on: where papers are to be joined, their logs too."""
    decision = deciding.decide(drafts, known, sources.authority)
    while decision.needs:
        known = with_logs(known, decision.needs)
        decision = deciding.decide(drafts, known, sources.authority)
    return decision, known


def with_logs(known: Known, papers: Collection[int]) -> Known:
    """What is known, with the logs of these papers and whose the identifiers in them are."""
    logs, short = matching.load_logs(sorted(papers))
    named = {i for log in logs.values() for entry in log for i in entry.draft.identifiers}
    owners = intake.find_papers(sorted(named.difference(known.identifiers)))
    return replace(
        known,
        logs={**known.logs, **logs},
        identifiers={**owners, **known.identifiers},
        records={**known.records, **loading.load_records(sorted(set(papers).difference(known.records)))},
        fixed=known.fixed | short,
    )


def _known(drafts: Sequence[Draft], marks: dict[tuple[str, str], SourceMark]) -> Known:
    identifiers = intake.find_papers([identifier for draft in drafts for identifier in draft.identifiers])
    titles = intake.find_titles([digest for draft in drafts if (digest := title_digest(draft.title))])
    papers = {
        *identifiers.values(),
        *(paper for papers in titles.values() for paper in papers),
        *(mark.paper_id for mark in marks.values()),
    }
    return Known(
        marks,
        identifiers,
        titles,
        loading.load_records(sorted(papers)),
        newest=matching.newest_drafts(list(marks)),
        apart=matching.find_apart(),
    )


def writes_of(decision: Decision, known: Known) -> Writes:
    """The decision with real ids in place of the provisional ones."""
    provisional = decision.new()
    ids = dict(zip(provisional, intake.reserve_ids(len(provisional)), strict=True))
    return Writes(
        new={ids[paper]: decision.papers[paper] for paper in provisional},
        changed={p: (known.records[p], after) for p, after in decision.papers.items() if p > 0},
        states=decision.states,
        marks={
            name: SourceMark(ids.get(mark.paper_id, mark.paper_id), mark.payload_hashes, mark.observed_at)
            for name, mark in decision.marks.items()
        },
        known_marks=known.marks.keys(),
        log=decision.log,
        joins=decision.joins,
        joinings=[replace(joining, paper=ids.get(joining.paper, joining.paper)) for joining in decision.joinings],
        doubts=[
            replace(doubt, paper=ids.get(doubt.paper, doubt.paper), other=ids.get(doubt.other, doubt.other))
            for doubt in decision.doubts
        ],
        link_times=decision.link_times,
    )
