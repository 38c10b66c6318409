"""Replaying: papers made anew from the drafts that their records ever sent, in the order in which they came. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broadsheet.drafts import Draft, Identifier
from broadsheet.merging import Authority, merge
from broadsheet.records import PaperRecord


@dataclass(frozen=True, slots=True)
class Logged:
    """A draft of the log. `number` orders the log; `taken_at` is None for one that is about to be taken in."""

    number: int
    draft: Draft
    taken_at: datetime | None = None


Log = Sequence[Logged]


def replay(
    logs: Mapping[int, Log], is_taken: Callable[[Identifier], bool], authority: Authority
) -> dict[int, PaperRecord]:
    """The papers that these logs tell of, taken in together: an identifier belongs to the first that names it.

    `is_taken` tells which identifiers belong to papers that are not among these.
    """
    records: dict[int, PaperRecord] = {paper: PaperRecord() for paper in logs}
    owners: dict[Identifier, int] = {}
    entries = sorted((entry.number, paper, entry.draft) for paper, log in logs.items() for entry in log)
    for _, paper, draft in entries:
        own = frozenset(i for i in draft.identifiers if owners.get(i, paper) == paper and not is_taken(i))
        records[paper] = merge(records[paper], with_own_identifiers(draft, own), authority)
        owners.update(dict.fromkeys(records[paper].identifiers, paper))
    return records


def with_own_identifiers(draft: Draft, own: frozenset[Identifier]) -> Draft:
    """The draft without the identifiers that name another paper; its record's own name at the least."""
    kept = tuple(i for i in draft.identifiers if i in own)
    if kept == draft.identifiers:
        return draft
    return replace(draft, identifiers=kept or (Identifier("other", f"{draft.source}:{draft.key}"),))


def link_times(log: Log) -> dict[tuple[str, str], datetime]:
    """Since when each link, by kind and address, is known: when the first draft that names it was taken in."""
    times: dict[tuple[str, str], datetime] = {}
    for entry in log:
        if entry.taken_at:
            for link in entry.draft.links:
                known = times.setdefault((link.kind, link.url), entry.taken_at)
                times[link.kind, link.url] = min(known, entry.taken_at)
    return times


def says_the_same(one: Draft, other: Draft) -> bool:
    """Whether two drafts of a record differ in nothing but what they count and when it was looked at."""
    return _uncounted(one) == _uncounted(other)


def _uncounted(draft: Draft) -> Draft:
    return replace(draft, counts=None, observed_at=None, payload_hash="")
