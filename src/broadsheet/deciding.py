"""Deciding: which paper each draft of a batch belongs to, and what every paper becomes. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from broadsheet.drafts import Draft, Identifier
from broadsheet.identity import Work, by_priority, family_key, same_work, title_digest, title_key
from broadsheet.merging import Authority, merge
from broadsheet.records import PaperRecord, SourceMark

HASHES_KEPT = 8
MAX_NAMESAKES = 20
"""Papers of one title that a draft is compared with, the oldest first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a batch: marks of its records, papers by identifier and by title, their records."""

    marks: Mapping[tuple[str, str], SourceMark] = field(default_factory=dict)
    identifiers: Mapping[Identifier, int] = field(default_factory=dict)
    titles: Mapping[str, list[int]] = field(default_factory=dict)
    records: Mapping[int, PaperRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Every paper of the batch after it, new ones under negative ids, and the mark of every record.

    `states` are all states that papers took on, in order: who is named first is known by the first spelling, also
    where a later draft of the batch replaced it.
    """

    papers: Mapping[int, PaperRecord]
    marks: Mapping[tuple[str, str], SourceMark]
    states: Sequence[PaperRecord] = ()

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
    batch = _Batch(known)
    for draft in drafts:
        if not is_news(draft, batch.marks.get((draft.source, draft.key))):
            continue
        batch.take(draft, authority)
    return Decision(batch.papers, batch.new_marks, batch.states)


class _Batch:
    """The state that grows while the drafts of one batch are decided."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.marks = dict(known.marks)
        self.identifiers = dict(known.identifiers)
        self.titles: dict[str, list[int]] = defaultdict(list, {k: list(v) for k, v in known.titles.items()})
        self.papers: dict[int, PaperRecord] = {}
        self.new_marks: dict[tuple[str, str], SourceMark] = {}
        self.states: list[PaperRecord] = []
        self.next_id = -1

    def take(self, draft: Draft, authority: Authority) -> None:
        paper = self._find(draft)
        if paper is None and draft.gone:
            return
        if paper is None:
            paper, self.next_id = self.next_id, self.next_id - 1
        before = self._record(paper)
        after = merge(before, self._with_own_identifiers(draft, paper), authority)
        if after != before:
            self.papers[paper] = after
            self.states.append(after)
        self._remember(paper, before, after)
        self._mark(paper, draft)

    def _with_own_identifiers(self, draft: Draft, paper: int) -> Draft:
        """The draft without the identifiers that already name another paper; its record's own name at the least."""
        own = tuple(i for i in draft.identifiers if self.identifiers.get(i, paper) == paper)
        if own == draft.identifiers:
            return draft
        return replace(draft, identifiers=own or (Identifier("other", f"{draft.source}:{draft.key}"),))

    def _record(self, paper: int) -> PaperRecord:
        return self.papers.get(paper) or self.known.records.get(paper) or PaperRecord()

    def _find(self, draft: Draft) -> int | None:
        """The paper a draft speaks of: the record's own, else by identifier, else by title, author and year."""
        mark = self.marks.get((draft.source, draft.key))
        if mark:
            return mark.paper_id
        known = [identifier for identifier in draft.identifiers if identifier in self.identifiers]
        candidates = sorted(self.titles.get(title_digest(draft.title), ()), key=_age)[:MAX_NAMESAKES]
        if not known and not candidates:
            return None
        work = work_of(draft)
        for identifier in by_priority(known):
            paper = self.identifiers[identifier]
            if same_work(self._work(paper), work):
                return paper
        return next((paper for paper in candidates if same_work(self._work(paper), work)), None)

    def _work(self, paper: int) -> Work:
        return work_of(self._record(paper))

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
