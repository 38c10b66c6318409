"""Finding: one answer out of words and meaning. The pages, the feed, the command line and the evaluation call it."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import BadInput, Unavailable
from broadsheet.fusing import Fusion, Scores, agree, fuse, fuse_foreign
from broadsheet.index import Facets, Filters, Reader, Selection, Snapshot, days_since_epoch
from broadsheet.index.vectors import RowFilter
from broadsheet.meaning import Meaning, Tier, Tiers

Papers = NDArray[np.int64]
Order = Literal["relevance", "new", "votes", "hot"]
By = Literal["words", "meaning", "both", "name"]

TEXT_DEPTH = 250
NEAR_DEPTH = 200
RESCORED = 600
"""Papers that the scan by bits hands on to be scored by their vectors."""
HEAD = 300
"""Papers whose order words and meaning decide together; behind them those that hold all the words follow by BM25."""
CONFINED = 20_000
"""Where at most so many papers pass a condition that only the words know, the scan is confined to them."""
FLOOR = 0.15
"""Cosine of the instant model below which a paper is not near; of the relevant ones in the judged collections two
thirds lie above."""
ALONE = 0.35
"""The same where no paper holds any word of the query: mistyped words are near to something, too."""
DEEPEST = 100_000
KEPT_HEADS = 128
AGREEING = 50
"""So many of the best papers are weighed against each other."""
BLOCK = 1.0
"""Keeps those in front of the others."""
WHOLE = 100
HOLDS_ALL = 0.15
"""What a paper that holds all words is given where one of them is a name: meaning knows nothing of names. Of 1,500
queries of an author and two words, 96.8 instead of 91.2 % then have their paper among the first ten."""
NAMED_SCORE = 10.0
"""Above any fused score: the paper that the whole query names."""
WORDLESS = "Search by words is being repaired; these papers are near in meaning."
NEAREST = "No paper holds any of these words; these are the nearest in meaning."
NO_VECTORS = "There are no vectors yet to tell what is near. They are being made in the background."
NO_PAPERS: Papers = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: words, filters, an order, and a stretch of the answer by offset or behind a `cursor`."""

    words: str = ""
    filters: Filters = field(default_factory=Filters)
    order: Order = "relevance"
    offset: int = 0
    limit: int = 20
    cursor: str = ""
    facets: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper of an answer. `score` compares papers of one answer only; 0 where the order is not by relevance."""

    paper_id: int
    score: float = 0.0
    by: By = "words"


@dataclass(frozen=True, slots=True)
class Answer:
    """A stretch of the answer. `total` counts all papers, `cursor` leads on and is empty at the end."""

    rows: tuple[Placed, ...]
    total: int
    terms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facets: Facets | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The best papers by words and meaning together, best first; `worded` and `near` tell who found each."""

    papers: Papers
    scores: Scores
    worded: NDArray[np.bool_]
    near: NDArray[np.bool_]
    named: int = 0

    def row(self, place: int) -> Placed:
        """The paper at a place, counted from 0."""
        by: By = "name" if place < self.named else _BY[bool(self.worded[place]), bool(self.near[place])]
        return Placed(int(self.papers[place]), float(self.scores[place]), by)


_BY: dict[tuple[bool, bool], By] = {
    (True, True): "both",
    (True, False): "words",
    (False, True): "meaning",
    (False, False): "words",
}


class Finder:
    """Searches an index by words and by meaning. Shared by the threads of a process."""

    def __init__(self, reader: Reader, meaning: Meaning, fusion: Fusion | None = None) -> None:
        self.reader = reader
        self.meaning = meaning
        self.fusion = fusion or Fusion()
        self._heads: OrderedDict[object, Head] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, question: Question) -> Answer:
        """Answer a question. Raises BadInput for one that is too long or too deep, Unavailable without any index."""
        if question.offset > DEEPEST:
            raise BadInput(f"Pages go as far as paper {DEEPEST:,}. Follow the link to the next page from there.")
        snapshot = self.reader.snapshot()
        selection = snapshot.select(question.words, question.filters)
        if question.order != "relevance" or not selection.parsed.free_text.strip():
            return _ordered(selection, question)
        return self._by_relevance(snapshot, selection, question)

    def find_by_meaning(self, question: Question) -> Answer:
        """An answer without the index of words, for as long as that is being repaired. Raises Unavailable."""
        tier = self.meaning.tiers().instant
        if tier is None:
            raise Unavailable(NO_VECTORS)
        if not question.words.strip() or question.order != "relevance":
            raise Unavailable(WORDLESS)
        near = tier.vectors.nearest(tier.of_query(question.words), HEAD, row_filter(question.filters))
        papers = near.papers[near.cosines >= ALONE]
        stretch = papers[question.offset : question.offset + question.limit]
        return Answer(tuple(Placed(int(paper), by="meaning") for paper in stretch), len(papers), notes=(WORDLESS,))

    def suggestion(self, words: str) -> str:
        """The query as it was probably meant, where a word of it is unknown; empty where there is no better one."""
        return self.reader.snapshot().spelling(words)

    def holds(self, paper: int) -> bool:
        """Whether the instant tier has a vector of a paper."""
        tier = self.meaning.tiers().instant
        return tier is not None and bool(tier.vectors.vectors(np.array([paper], dtype=np.int64))[1][0])

    def _by_relevance(self, snapshot: Snapshot, selection: Selection, question: Question) -> Answer:
        tiers = self.meaning.tiers()
        head = self._head(snapshot, selection, question, tiers)
        offset = _resume(head, question)
        rows = [head.row(place) for place in range(offset, min(offset + question.limit, len(head.papers)))]
        if len(rows) < question.limit:
            behind = max(0, offset - len(head.papers))
            rest = selection.rest(head.papers, behind, question.limit - len(rows))
            rows += [Placed(int(paper)) for paper in rest]
        facets = selection.facets(head.papers) if question.facets else None
        total = facets.papers if facets else selection.total(head.papers)
        wordless = (NEAREST,) if len(head.papers) and not head.worded.any() and not head.named else ()
        end = offset + len(rows)
        return Answer(
            rows=tuple(rows),
            total=total,
            terms=selection.parsed.terms,
            notes=(*selection.parsed.notes, *wordless, *tiers.all_notes()),
            facets=facets,
            cursor=f"r{end}-{rows[-1].paper_id}" if rows and end < total else "",
        )

    def _head(self, snapshot: Snapshot, selection: Selection, question: Question, tiers: Tiers) -> Head:
        """The head of an answer; that of a question asked lately is kept, so that its next page costs less."""
        key = (snapshot, tiers, tiers.extent(), question.words, question.filters)
        with self._lock:
            if key in self._heads:
                self._heads.move_to_end(key)
                return self._heads[key]
        head = self.fuse(selection, tiers)
        with self._lock:
            self._heads[key] = head
            while len(self._heads) > KEPT_HEADS:
                self._heads.popitem(last=False)
        return head

    def fuse(self, selection: Selection, tiers: Tiers, depth: int = HEAD) -> Head:
        """The best papers by words and meaning together."""
        words = selection.parsed.free_text
        ranked = selection.best(TEXT_DEPTH)
        near = self._near(selection, tiers.instant, FLOOR if len(ranked.papers) else ALONE)
        whole = selection.rest(NO_PAPERS, 0, WHOLE) if selection.names_somebody else NO_PAPERS
        papers = np.unique(np.concatenate([ranked.papers, near, whole, selection.named]))
        text = _aligned(papers, ranked.papers, ranked.scores)
        scores = self._scores(text, papers, words, tiers) + HOLDS_ALL * np.isin(papers, whole).astype(np.float32)
        first = np.lexsort((papers, -scores))[:AGREEING]
        scores[first] = BLOCK + self._agreed(scores[first], papers[first], tiers)
        named = np.isin(papers, selection.named)
        scores[named] += NAMED_SCORE
        best = np.lexsort((papers, -scores))[:depth]
        worded = (text > 0) | np.isin(papers, whole)
        return Head(papers[best], scores[best], worded[best], np.isin(papers[best], near), int(named.sum()))

    def _agreed(self, scores: Scores, papers: Papers, tiers: Tiers) -> Scores:
        """The best scores after those of papers alike have been weighed in; as they were where vectors are missing."""
        for tier in (tiers.quality, tiers.instant):
            try:
                vectors, there = tier.vectors.vectors(papers) if tier else (None, None)
            except Unavailable:
                continue
            if vectors is not None and there is not None and there.all():
                return agree(scores, vectors)
        return scores

    def _near(self, selection: Selection, tier: Tier | None, floor: float) -> Papers:
        """Papers near in meaning that pass all conditions."""
        if tier is None:
            return NO_PAPERS
        within = row_filter(selection.parsed.filters)
        confined = selection.confined(CONFINED) if _only_words_know(selection) else None
        if confined is not None:
            within = replace(within, only=confined)
        try:
            query = tier.of_query(selection.parsed.free_text)
            found = tier.vectors.nearest(query, NEAR_DEPTH, within, rescore=RESCORED)
        except Unavailable:
            return NO_PAPERS
        near = found.papers[found.cosines >= floor]
        return near[selection.passing(near)] if len(near) else near

    def _scores(self, text: Scores, papers: Papers, words: str, tiers: Tiers) -> Scores:
        """Words and meaning in one score each; words alone where no model answers."""
        instant = _cosines(tiers.instant, words, papers)
        quality = _cosines(tiers.quality, words, papers)
        if instant is None:
            return np.asarray(text / (text.max(initial=0.0) or 1.0), dtype=np.float32)
        if quality is not None and tiers.is_foreign:
            return fuse_foreign(text, instant, quality)
        return fuse(self.fusion, text, instant, quality)


def _cosines(tier: Tier | None, words: str, papers: Papers) -> Scores | None:
    """Cosines of a model; None where there is none, or where what it rests on does not answer."""
    if tier is None:
        return None
    try:
        return tier.vectors.cosines(tier.of_query(words), papers)
    except Unavailable:
        return None


def _aligned(papers: Papers, of: Papers, scores: Scores) -> Scores:
    """Scores of sorted papers out of those of some of them; 0 for the others."""
    found = np.zeros(len(papers), dtype=np.float32)
    found[np.searchsorted(papers, of)] = scores
    return found


def _only_words_know(selection: Selection) -> bool:
    return selection.parsed.is_constrained or bool(selection.parsed.filters.organisation)


def row_filter(filters: Filters) -> RowFilter:
    """Filters as the rows of vectors know them; an organisation they do not know."""
    return RowFilter(
        category=filters.category,
        since=days_since_epoch(filters.since) if filters.since else None,
        until=days_since_epoch(filters.until) if filters.until else None,
        venue=filters.venue,
        has_code=filters.has_code,
    )


def _ordered(selection: Selection, question: Question) -> Answer:
    """Papers that hold all the words, by a key of their own; pages by cursor cost the same to the very end."""
    order = "new" if question.order == "relevance" else question.order
    after = _after(question.cursor, order)
    offset = 0 if after else question.offset
    page = selection.ordered(order, after, offset + question.limit)
    papers = page.papers[offset:]
    facets = selection.facets(NO_PAPERS) if question.facets else None
    return Answer(
        rows=tuple(Placed(int(paper)) for paper in papers),
        total=facets.papers if facets else selection.total(NO_PAPERS),
        terms=selection.parsed.terms,
        notes=selection.parsed.notes,
        facets=facets,
        cursor=f"{order[0]}{page.next[0]}_{page.next[1]}" if page.next else "",
    )


def _after(cursor: str, order: str) -> tuple[int, int] | None:
    """Behind which sort key and paper to go on; None at the beginning. Raises BadInput for another order's cursor."""
    if not cursor:
        return None
    value, _, paper = cursor[1:].partition("_")
    try:
        if cursor[0] != order[0]:
            raise ValueError(cursor)
        return int(value), int(paper)
    except ValueError as error:
        raise _no_cursor(cursor) from error


def _resume(head: Head, question: Question) -> int:
    """Where to go on: behind the paper that the cursor names, wherever new papers have moved it."""
    if not question.cursor:
        return question.offset
    text, _, paper = question.cursor.removeprefix("r").partition("-")
    try:
        offset, last = int(text), int(paper)
    except ValueError as error:
        raise _no_cursor(question.cursor) from error
    if not 0 <= offset <= DEEPEST:
        raise _no_cursor(question.cursor)
    place = np.flatnonzero(head.papers == last)
    return int(place[0]) + 1 if len(place) else offset


def _no_cursor(cursor: str) -> BadInput:
    return BadInput(f"cursor={cursor[:40]}: this is not the cursor of such a search. Begin at its first page.")
