"""A query over one commit of the index: which papers, in which order, how many, and of what kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tantivy import Occur, Query, Searcher

from broadsheet.identity import parse_identifier
from broadsheet.index import schema
from broadsheet.index.damage import explained
from broadsheet.index.facets import Facets, count_facets
from broadsheet.index.filters import Filters
from broadsheet.index.matching import MOST_BEGINNINGS, Matcher, any_of, unscored
from broadsheet.index.parsing import ParsedQuery
from broadsheet.index.scoring import scores

Papers = NDArray[np.int64]
Order = Literal["new", "votes", "hot"]

NO_PAPERS: Papers = np.empty(0, dtype=np.int64)
_AT_ONCE = 400
"""Papers that are checked in one search; with more the time grows faster than their number."""
_COUNTED_ONE_BY_ONE = 2_000
"""Papers that are fetched to be counted together with others; among more the engine looks for those others."""
_TWICE = 2
"""A word is a name where so many times as many papers have it among their authors as in their text."""
MOST_MARKED = 20
"""Words behind a beginning that are marked in texts."""

_KEYS: dict[Order, str] = {"new": schema.RECENCY, "votes": schema.VOTES, "hot": schema.HOT}


@dataclass(frozen=True, slots=True)
class Ranked:
    """Papers, best first, and their scores: int64 and float32, both of shape (papers,)."""

    papers: Papers
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OrderedPage:
    """A page of papers in an order, and the place after it: (value, paper id) to go on from, None at the end."""

    papers: Papers
    next: tuple[int, int] | None


class Selection:
    """What one query selects. Every method answers from the same commit; nothing is computed before it is asked."""

    def __init__(
        self,
        searcher: Searcher,
        matcher: Matcher,
        parsed: ParsedQuery,
        text: str,
        given: Filters,
        meant: Mapping[str, str],
    ) -> None:
        self._searcher = searcher
        self._matcher = matcher
        self._text = text
        self._given = given
        self._meant = meant
        self.parsed = _with_beginnings(parsed, matcher)

    @cached_property
    @explained
    def named(self) -> Papers:
        """Papers that the whole text names by identifier or by title, newest first; usually there are none."""
        names = _names(self._searcher, self._text, self.parsed)
        if not names:
            return NO_PAPERS
        found = any_of([self._matcher.term(field, value) for field, value in names])
        # What looks like an operator in a title that was pasted whole is none, so only the given filters hold.
        return self._newest([(Occur.Must, found), *self._matcher.filters(self._given)], 20)

    @explained
    def best(self, limit: int) -> Ranked:
        """Papers that hold at least one of the words, within all constraints, by BM25.

        Without words everything that meets the constraints, newest first, with score 0.
        """
        if limit < 1:
            return Ranked(NO_PAPERS, np.empty(0, dtype=np.float32))
        if not self._scores:
            papers = self._newest(self._constraints, limit)
            return Ranked(papers, np.zeros(len(papers), dtype=np.float32))
        # Clauses side by side let the engine skip papers that cannot come near the top.
        words = self._scores if not self._constraints else [(Occur.Must, Query.boolean_query(self._scores))]
        hits = self._searcher.search(Query.boolean_query([*words, *self._constraints]), limit, count=False).hits
        return Ranked(self._papers(hits), np.fromiter((score for score, _ in hits), np.float32, len(hits)))

    @explained
    def passing(self, papers: Papers) -> NDArray[np.bool_]:
        """Which of these papers meet all constraints and filters, whatever their words; shape (papers,)."""
        if not self._constraints:
            return np.ones(len(papers), dtype=np.bool_)
        return self._among(self._constraints, papers)

    @explained
    def holding(self, papers: Papers) -> NDArray[np.bool_]:
        """Which of these papers hold all the words and meet all constraints; shape (papers,)."""
        return self._among([(Occur.Must, self._all_words)], papers)

    @explained
    def confined(self, limit: int) -> Papers | None:
        """All papers that meet the constraints, in no order, where there are at most `limit`; None where more do."""
        if not self._constraints:
            return None
        query = self._matcher.all_of(self._constraints)
        found = self._count(query)
        return None if found > limit else self._collect(query, found)

    @explained
    def total(self, also: Papers = NO_PAPERS) -> int:
        """How many papers hold all the words or are among `also`, which are papers of the index."""
        held = self._count(self._all_words)
        if held > _COUNTED_ONE_BY_ONE:
            return self._count(self._union(also))
        return len(np.unique(np.concatenate([also, self.named, self._collect(self._all_words, held)])))

    @explained
    def facets(self, also: Papers = NO_PAPERS) -> Facets:
        """Counts over the same papers as `total`, which they tell as well."""
        return count_facets(self._searcher, self._union(also))

    @explained
    def rest(self, without: Papers, offset: int, limit: int) -> Papers:
        """Papers that hold all the words, by BM25, without those already shown: the tail behind a head."""
        if limit < 1:
            return NO_PAPERS
        parts = [(Occur.Must, unscored(self._all_words)), *self._scores]
        if len(without):
            parts.append((Occur.MustNot, self._matcher.papers(without)))
        if not self._scores:
            return self._newest(parts, limit, offset)
        found = self._searcher.search(Query.boolean_query(parts), limit, count=False, offset=offset)
        return self._papers(found.hits)

    @explained
    def ordered(self, order: Order, after: tuple[int, int] | None, limit: int, also: Papers = NO_PAPERS) -> OrderedPage:
        """One page of the papers of `total`, newest, most voted or hottest first, from where the page before ended.

        `after` is the `next` of that page, None for the first one. A page costs the same wherever it lies.
        """
        query, field, limit = self._union(also), _KEYS[order], max(limit, 1)
        if after is not None:
            below = unscored(self._matcher.below(field, schema.sort_key(*after)))
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, below)])
        hits = self._searcher.search(query, limit + 1, count=False, order_by_field=field).hits
        page = hits[:limit]
        more = schema.split_key(page[-1][0]) if len(hits) > limit else None
        return OrderedPage(self._papers(page), more)

    @cached_property
    @explained
    def names_somebody(self) -> bool:
        """Whether a plain word is rather somebody's name than a word: "Zhang" is, "Adam" (of the optimiser) too."""
        words = [clause.parts[0] for clause in self.parsed.words if len(clause.parts) == 1]
        return any(self._is_name(word) for word in words if len(word) > 1)

    def _is_name(self, word: str) -> bool:
        names = self._searcher.doc_freq(schema.AUTHORS, word)
        return names > 0 and names >= _TWICE * self._searcher.doc_freq(schema.EXACT, word)

    @cached_property
    def _constraints(self) -> list[tuple[Occur, Query]]:
        return self._matcher.constraints(self.parsed, self.parsed.filters)

    @cached_property
    def _scores(self) -> list[tuple[Occur, Query]]:
        return scores(self._matcher, self._searcher, self.parsed.counts, self._meant)

    @cached_property
    def _all_words(self) -> Query:
        words = [(Occur.Must, unscored(self._matcher.clause(clause))) for clause in self.parsed.words]
        return self._matcher.all_of([*words, *self._constraints])

    def _union(self, also: Papers) -> Query:
        also = np.union1d(also, self.named)
        return any_of([self._all_words, self._matcher.papers(also)]) if len(also) else self._all_words

    def _among(self, parts: list[tuple[Occur, Query]], papers: Papers) -> NDArray[np.bool_]:
        if not len(papers):
            return np.empty(0, dtype=np.bool_)
        chunks = (papers[at : at + _AT_ONCE] for at in range(0, len(papers), _AT_ONCE))
        found = [self._collect(self._matcher.all_of([*parts, self._must_be(chunk)]), len(chunk)) for chunk in chunks]
        return np.isin(papers, np.concatenate(found))

    def _must_be(self, papers: Papers) -> tuple[Occur, Query]:
        return Occur.Must, self._matcher.papers(papers)

    def _count(self, query: Query) -> int:
        return int(self._searcher.search(query, 1, count=True).count)  # type: ignore[attr-defined]

    def _collect(self, query: Query, most: int) -> Papers:
        return self._papers(self._searcher.search(query, max(most, 1), count=False).hits)

    def _newest(self, parts: list[tuple[Occur, Query]], limit: int, offset: int = 0) -> Papers:
        query = self._matcher.all_of(parts)
        found = self._searcher.search(query, limit, count=False, order_by_field=schema.RECENCY, offset=offset)
        return self._papers(found.hits)

    def _papers(self, hits: Sequence[tuple[Any, Any]]) -> Papers:
        addresses = [address for _, address in hits]
        return np.array(self._searcher.fast_field_values(schema.PAPER, addresses), dtype=np.int64)


def _with_beginnings(parsed: ParsedQuery, matcher: Matcher) -> ParsedQuery:
    """The query with the words behind its stars, and a note where a star stands for more of them than are used."""
    words: list[str] = []
    notes: list[str] = []
    for clause in parsed.required:
        if clause.is_prefix:
            found = matcher.beginnings(clause)
            words.extend(found[:MOST_MARKED])
            if len(found) >= MOST_BEGINNINGS:
                notes.append(
                    f"{clause.raw} stands for many words; the {MOST_BEGINNINGS} most frequent were looked for."
                )
    return replace(parsed, beginnings=tuple(words), notes=(*parsed.notes, *notes)) if words or notes else parsed


def _names(searcher: Searcher, text: str, parsed: ParsedQuery) -> list[tuple[str, str]]:
    """Fields and values by which the whole text may name a paper, as far as a paper has them."""
    identifier = parse_identifier(text)
    typed = {text.strip().lower(), identifier.value.lower() if identifier else ""}
    found = [(schema.TITLE_KEY, schema.title_key(parsed.whole))] if parsed.whole else []
    found.extend((schema.IDENTIFIER, value) for value in sorted(typed) if value and value.isascii())
    return [(field, value) for field, value in found if searcher.doc_freq(field, value)]
