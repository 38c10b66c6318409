"""Deciding: which paper each draft of a batch belongs to, and what every paper becomes. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from broadsheet.drafts import Draft, Identifier
from broadsheet.identity import Match, Work, by_priority, family_key, match, may_join, title_digest, title_key
from broadsheet.merging import Authority, is_newer_count, merge, recount
from broadsheet.records import PaperRecord, SourceMark
from broadsheet.replaying import Log, Logged, link_times, replay, says_the_same, with_own_identifiers

HASHES_KEPT = 8
MAX_NAMESAKES = 20
"""Papers of one title that a draft is compared with, the oldest first."""
MAX_DOUBTS = 3
"""Papers that one draft can be put on the review list for."""
AFTER_ALL = 1 << 62
"""Where drafts of the batch come in the log: after all that it holds."""

RecordName = tuple[str, str]
Fate = Literal["new", "merged", "changed", "known"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a batch: marks of its records, papers by identifier and by title, their records.

    `newest` are the last logged drafts of the batch's records; `logs` the whole logs of papers that may be joined;
    `apart` are pairs of papers that somebody said are two works. `fixed` are papers that cannot be made anew, because
    records of theirs came in before there was a log.
    """

    marks: Mapping[RecordName, SourceMark] = field(default_factory=dict)
    identifiers: Mapping[Identifier, int] = field(default_factory=dict)
    titles: Mapping[str, list[int]] = field(default_factory=dict)
    records: Mapping[int, PaperRecord] = field(default_factory=dict)
    newest: Mapping[RecordName, Logged] = field(default_factory=dict)
    logs: Mapping[int, Log] = field(default_factory=dict)
    apart: frozenset[frozenset[int]] = frozenset()
    fixed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Join:
    """Two papers found to be one: the younger, `gone`, is emptied, and `survivor` gets its records."""

    survivor: int
    gone: int
    match: Match


@dataclass(frozen=True, slots=True)
class Joining:
    """Why a record belongs to a paper that was there before; `came_from` is the paper that brought it in a join."""

    paper: int
    record: RecordName
    match: Match
    came_from: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two papers that may be one work."""

    paper: int
    other: int
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft for the log, in place of the entry `replaces` where that says the same but for what it counts."""

    draft: Draft
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Every paper of the batch after it, new ones under negative ids, the mark of every record, what became of each.

    `states` are all states that papers took on, in order: who is named first is known by the first spelling, also
    where a later draft of the batch replaced it. Where `needs` names papers, nothing is decided yet: it takes their
    logs to go on.
    """

    papers: Mapping[int, PaperRecord]
    marks: Mapping[RecordName, SourceMark]
    states: Sequence[PaperRecord] = ()
    fates: Sequence[Fate] = ()
    log: Sequence[Entry] = ()
    joins: Sequence[Join] = ()
    joinings: Sequence[Joining] = ()
    doubts: Sequence[Doubt] = ()
    link_times: Mapping[int, Mapping[tuple[str, str], datetime]] = field(default_factory=dict)
    needs: frozenset[int] = frozenset()

    def new(self) -> list[int]:
        """Provisional ids of the new papers, in order of arrival."""
        return sorted((paper for paper in self.papers if paper < 0), reverse=True)


def is_news(draft: Draft, mark: SourceMark | None) -> bool:
    """Whether a record has to be read at all: not when this payload was seen, nor when a later sighting was."""
    if mark is None:
        return True
    if mark.payload_hashes[-1:] == (draft.payload_hash,):
        return False
    if draft.observed_at and mark.observed_at:
        return draft.observed_at > mark.observed_at
    return draft.payload_hash not in mark.payload_hashes


def decide(drafts: Sequence[Draft], known: Known, authority: Authority) -> Decision:
    """Merge the drafts one after the other, each seeing what those before it did."""
    batch = _Batch(known, authority)
    fates = [batch.take(draft) for draft in drafts]
    return batch.decision(fates)


def decide_join(one: int, other: int, found: Match, known: Known, authority: Authority) -> Decision:
    """Join two known papers whose records and logs are at hand, because somebody says so."""
    batch = _Batch(known, authority)
    batch.join(one, other, found)
    return batch.decision([])


class _Batch:
    """The state that grows while the drafts of one batch are decided."""

    def __init__(self, known: Known, authority: Authority) -> None:
        self.known, self.authority = known, authority
        self.marks = dict(known.marks)
        self.identifiers = dict(known.identifiers)
        self.titles: dict[str, list[int]] = defaultdict(list, {k: list(v) for k, v in known.titles.items()})
        self.papers: dict[int, PaperRecord] = {}
        self.new_marks: dict[RecordName, SourceMark] = {}
        self.states: list[PaperRecord] = []
        self.next_id = -1
        self.newest = dict(known.newest)
        self.log: dict[int, Entry] = {}
        self.fresh_logs: dict[int, list[int]] = defaultdict(list)
        self.merged_into: dict[int, int] = {}
        self.joins: list[Join] = []
        self.joinings: dict[tuple[int, RecordName], Joining] = {}
        self.doubts: list[Doubt] = []
        self.link_times: dict[int, Mapping[tuple[str, str], datetime]] = {}
        self.needs: set[int] = set()

    def decision(self, fates: Sequence[Fate]) -> Decision:
        marks = {
            name: SourceMark(self._living(mark.paper_id), mark.payload_hashes, mark.observed_at)
            for name, mark in self.new_marks.items()
        }
        log = [self.log[number] for number in sorted(self.log)]
        joinings = [each for each in self.joinings.values() if each.paper > 0 or each.paper in self.papers]
        return Decision(
            self.papers, marks, self.states, fates, log, self.joins, joinings, self._open_doubts(),
            self.link_times, frozenset(self.needs),
        )  # fmt: skip

    def _open_doubts(self) -> list[Doubt]:
        pairs: dict[tuple[int, int], Doubt] = {}
        for doubt in self.doubts:
            older, younger = sorted((self._living(doubt.paper), self._living(doubt.other)), key=_age)
            if older != younger and not self._are_apart(older, younger):
                pairs.setdefault((older, younger), Doubt(older, younger, doubt.reason))
        return list(pairs.values())

    def take(self, draft: Draft) -> Fate:
        name = (draft.source, draft.key)
        mark = self.marks.get(name)
        if not is_news(draft, mark):
            return "known"
        paper = self._living(mark.paper_id) if mark else None
        if paper is not None and self._only_counts(draft):
            return self._recount(paper, draft)
        others = self._candidates(draft, paper)
        found: Match | None = None
        if paper is None and others:
            paper, found = others.pop(0)
        if paper is None and draft.gone:
            return "known"
        fate: Fate = "changed" if mark else "merged" if paper is not None else "new"
        if paper is None:
            paper, self.next_id = self.next_id, self.next_id - 1
        for other, why in others:
            paper = self._join_if_one(paper, other, why)
        changed = self._merge(paper, draft)
        if found:
            self.joinings[paper, name] = Joining(paper, name, found)
        return "known" if fate == "changed" and not changed else fate

    def _merge(self, paper: int, draft: Draft) -> bool:
        before = self._record(paper)
        own = frozenset(i for i in draft.identifiers if self._owner(i, paper) == paper)
        after = merge(before, with_own_identifiers(draft, own), self.authority)
        if after != before:
            self.papers[paper] = after
            self.states.append(after)
        self._remember(paper, before, after)
        self._mark(paper, draft)
        self._append(paper, draft)
        return after != before

    def _append(self, paper: int, draft: Draft) -> None:
        number = AFTER_ALL + len(self.log)
        self.log[number] = Entry(draft)
        self.fresh_logs[paper].append(number)
        self.newest[draft.source, draft.key] = Logged(number, draft)

    def _only_counts(self, draft: Draft) -> bool:
        """Whether a draft can take the place of its record's newest one in the log: it only counts later."""
        newest = self.newest.get((draft.source, draft.key))
        if newest is None or not says_the_same(newest.draft, draft):
            return False
        return draft.counts == newest.draft.counts or is_newer_count(draft.counts, newest.draft.counts)

    def _recount(self, paper: int, draft: Draft) -> Fate:
        name = (draft.source, draft.key)
        number = self.newest[name].number
        place = number if number in self.log else AFTER_ALL + len(self.log)
        self.log[place] = Entry(draft, self.log[place].replaces if place in self.log else number)
        self.newest[name] = Logged(number if number < AFTER_ALL else place, draft)
        before = self._record(paper)
        after = recount(before, draft)
        self._mark(paper, draft)
        if after == before:
            return "known"
        self.papers[paper] = after
        self.states.append(after)
        return "changed"

    def _living(self, paper: int) -> int:
        """The paper that stands for this one now."""
        while paper in self.merged_into:
            paper = self.merged_into[paper]
        return paper

    def _owner(self, identifier: Identifier, default: int) -> int:
        return self._living(self.identifiers.get(identifier, default))

    def _record(self, paper: int) -> PaperRecord:
        return self.papers.get(paper) or self.known.records.get(paper) or PaperRecord()

    def _candidates(self, draft: Draft, own: int | None) -> list[tuple[int, Match]]:
        """The other papers that a draft surely speaks of: by identifier, the surest first, then by title.

        Those that it might speak of are noted as doubts.
        """
        named = [self.identifiers[i] for i in by_priority(i for i in draft.identifiers if i in self.identifiers)]
        namesakes = sorted(self.titles.get(title_digest(draft.title), ()), key=_age)[:MAX_NAMESAKES]
        papers = [p for p in dict.fromkeys(self._living(paper) for paper in (*named, *namesakes)) if p != own]
        if not papers:
            return []
        work = work_of(draft)
        found = [(paper, why) for paper in papers if (why := match(self._work(paper), work))]
        sure = [(paper, why) for paper, why in found if why.sure]
        home = own if own is not None else sure[0][0] if sure else self.next_id
        if own is not None or not draft.gone:
            self._doubt(home, [(paper, why.evidence) for paper, why in found if not why.sure])
        return sure

    def _doubt(self, paper: int, others: Sequence[tuple[int, str]]) -> None:
        self.doubts += [Doubt(paper, other, reason) for other, reason in others[:MAX_DOUBTS]]

    def _work(self, paper: int) -> Work:
        return work_of(self._record(paper))

    def _are_apart(self, one: int, other: int) -> bool:
        pair = {one, other}
        return any({self._living(paper) for paper in apart} == pair for apart in self.known.apart)

    def _join_if_one(self, paper: int, other: int, why: Match) -> int:
        """The paper that a draft goes to which surely matches another one too: both, joined, if nothing forbids it."""
        if self._living(other) == paper or self._are_apart(paper, other):
            return paper
        if not may_join(self._work(paper), self._work(other)):
            self._doubt(paper, [(other, f"one record matches both ({why.evidence}), but they do not match each other")])
            return paper
        if {paper, other} & self.known.fixed:
            self._doubt(paper, [(other, f"{why.evidence}; records came in before drafts were kept")])
            return paper
        return self.join(paper, other, why)

    def join(self, one: int, other: int, found: Match) -> int:
        """Join two papers into the older one, made anew from the drafts of both."""
        survivor, gone = sorted((one, other), key=_age)
        self.needs.update(paper for paper in (one, other) if paper > 0 and paper not in self.known.logs)
        before, lost = self._record(survivor), self._record(gone)
        log = sorted([*self._log(survivor), *self._log(gone)], key=lambda entry: entry.number)
        moved = [name for name, mark in self.new_marks.items() if self._living(mark.paper_id) == gone]
        self.merged_into[gone] = survivor
        if self.needs:
            return survivor
        after = replay({survivor: log}, lambda i: self._owner(i, survivor) != survivor, self.authority)[survivor]
        self.papers[survivor] = after
        self.states.append(after)
        for identifier in {*before.identifiers, *lost.identifiers}.difference(after.identifiers):
            self.identifiers.pop(identifier, None)
        self._remember(survivor, before, after)
        self.fresh_logs[survivor] = sorted([*self.fresh_logs[survivor], *self.fresh_logs.pop(gone, [])])
        self.link_times[survivor] = link_times(log)
        self._move(moved, survivor, gone, found)
        if gone < 0:
            self.papers.pop(gone, None)
        else:
            self.papers[gone] = PaperRecord(key=lost.key)
            self.joins.append(Join(survivor, gone, found))
        return survivor

    def _log(self, paper: int) -> list[Logged]:
        """The drafts of a paper: those in the store, as this batch replaced them, and those of this batch."""
        replaced = {entry.replaces: entry.draft for entry in self.log.values() if entry.replaces}
        members = [paper, *(member for member in self.merged_into if self._living(member) == paper)]
        stored = [entry for member in members for entry in self.known.logs.get(member, ())]
        return [
            *(replace(entry, draft=replaced.get(entry.number, entry.draft)) for entry in stored),
            *(Logged(number, self.log[number].draft) for number in self.fresh_logs.get(paper, ())),
        ]

    def _move(self, records: Sequence[RecordName], survivor: int, gone: int, found: Match) -> None:
        """Note for this batch's own records where they came from; those in the store move with their rows."""
        for name in records:
            if name in self.known.marks:
                continue
            if gone < 0:
                self.joinings.pop((gone, name), None)
            origin = gone if gone > 0 else None
            self.joinings[survivor, name] = Joining(survivor, name, found, origin)

    def _remember(self, paper: int, before: PaperRecord, after: PaperRecord) -> None:
        self.identifiers.update(dict.fromkeys(after.identifiers, paper))
        digest = title_digest(after.title)
        if after.title != before.title and digest and paper not in self.titles[digest]:
            self.titles[digest].append(paper)

    def _mark(self, paper: int, draft: Draft) -> None:
        name = (draft.source, draft.key)
        seen = self.marks[name].payload_hashes if name in self.marks else ()
        hashes = (*(h for h in seen if h != draft.payload_hash), draft.payload_hash)[-HASHES_KEPT:]
        self.marks[name] = self.new_marks[name] = SourceMark(paper, hashes, draft.observed_at)


def _age(paper: int) -> tuple[bool, int]:
    """Sorts the oldest first: known ids ascend, provisional ones descend from -1."""
    return paper < 0, abs(paper)


def work_of(paper: Draft | PaperRecord) -> Work:
    """What a draft or a record is compared by."""
    families = [family_key(author.name) for author in paper.authors]
    return Work(
        title_key=title_key(paper.title),
        family_keys=frozenset(families),
        first_family=families[0] if families else "",
        year=paper.published.day.year if paper.published else None,
        identifiers=frozenset(paper.identifiers),
    )
