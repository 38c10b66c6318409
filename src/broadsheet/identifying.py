"""Identifying: what an operator decides about papers that are one work or two; each decision is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet import sources
from broadsheet.cards import Card
from broadsheet.deciding import Known, decide_join
from broadsheet.errors import BadInput, NotFound
from broadsheet.identity import Match
from broadsheet.ingest import with_logs, writes_of
from broadsheet.replaying import Logged, link_times, replay
from broadsheet.splitting import RecordName, Split, plan_split
from broadsheet.store import intake, matching
from broadsheet.store.catalogue import find_paper, list_cards
from broadsheet.store.intake import SplitWrites

NEW = -1
"""Stands for the paper that a split makes, until it has an id."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Two papers that may be one work, the older one first, and what speaks for and against."""

    paper: Card
    other: Card
    reason: str
    found_at: datetime


def review(limit: int = 50) -> list[Doubtful]:
    """The pairs that wait for somebody to look at them, the newest first."""
    doubts = matching.list_doubts(limit)
    cards = {card.id: card for card in list_cards(list({p for doubt in doubts for p in (doubt.paper, doubt.other)}))}
    return [Doubtful(cards[d.paper], cards[d.other], d.reason, d.found_at) for d in doubts]


def join(one: str, other: str) -> str:
    """Join the papers that two keys name; gives the key of the one that stands for both. Raises BadInput, NotFound."""
    with intake.intake_transaction():
        first, second = _two_papers(one, other)
        known = _known(first, second)
        found = Match("operator", "joined by an operator")
        intake.write(writes_of(decide_join(first, second, found, known, sources.authority), known))
        matching.set_state(first, second, "joined", found.evidence)
        return _paper(one)[1]


def keep_apart(one: str, other: str) -> None:
    """Remember that two papers are two works, so that no rule joins them. Raises BadInput, NotFound."""
    with intake.intake_transaction():
        first, second = _two_papers(one, other)
        matching.set_state(first, second, "apart", "an operator said that they are two works")


def split(name: str, chosen: Sequence[RecordName]) -> tuple[str, str]:
    """Take records out of the paper that a key names: back to where a join brought them from, or to a new paper.

    Both are made anew from their own drafts and are kept apart from then on. What people hung on either paper before a
    join is its own again. Gives the keys of both. Raises BadInput, NotFound.
    """
    with intake.intake_transaction():
        paper, key = _paper(name)
        known = _known(paper)
        records, log = matching.records_of(paper), known.logs[paper]
        origins = matching.origins_of(paper)
        plan = plan_split(records, chosen, _founder(log, origins), origins)
        writes = _split(paper, plan, known)
        target = intake.write_split(writes)
        reason = f"an operator took records out of {key}"
        matching.set_state(paper, target, "apart", reason)
        keys = {card.id: card.key for card in list_cards([paper, target])}
        return keys[paper], keys[target]


def _split(paper: int, plan: Split, known: Known) -> SplitWrites:
    target = NEW if plan.target is None else plan.target
    if plan.target is not None:
        known = with_logs(known, {plan.target})
    log = known.logs[paper]
    logs: dict[int, list[Logged]] = {
        paper: [entry for entry in log if _record(entry) not in plan.records],
        target: [*known.logs.get(target, ()), *(entry for entry in log if _record(entry) in plan.records)],
    }
    both = {paper, target}
    after = replay(logs, lambda i: known.identifiers.get(i, paper) not in both, sources.authority)
    return SplitWrites(
        paper=paper,
        target=plan.target,
        records=sorted(plan.records),
        before={number: known.records[number] for number in both if number in known.records},
        after=(after[paper], after[target]),
        link_times=(link_times(logs[paper]), link_times(logs[target])),
    )


def _founder(log: Sequence[Logged], origins: dict[RecordName, tuple[int, ...]]) -> RecordName:
    """The record that a paper began with: of those that no join brought, the first."""
    own = [entry for entry in log if _record(entry) not in origins] or log
    return _record(min(own, key=lambda entry: entry.number))


def _record(entry: Logged) -> RecordName:
    return entry.draft.source, entry.draft.key


def _known(*papers: int) -> Known:
    """Records and logs of papers, complete. Raises BadInput where a record came in before there was a log."""
    known = with_logs(Known(), papers)
    if known.fixed:
        raise BadInput(
            "Some records of this paper came in before drafts were kept, so it cannot be made anew. "
            "Ingest their sources once more, then try again."
        )
    return known


def _two_papers(one: str, other: str) -> tuple[int, int]:
    first, second = _paper(one)[0], _paper(other)[0]
    if first == second:
        raise BadInput(f"{one} and {other} name one paper. To part its records use `broadsheet identity split`.")
    return first, second


def _paper(name: str) -> tuple[int, str]:
    found = find_paper(name)
    if found is None:
        raise NotFound(f"No paper here has the name {name[:120]!r}.")
    return found
