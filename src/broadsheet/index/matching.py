"""Clauses into queries of the engine: which papers they match."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from numpy.typing import NDArray
from tantivy import FieldType, Occur, Query, Schema, Searcher

from broadsheet.index import schema as fields
from broadsheet.index.filters import Filters
from broadsheet.index.parsing import ParsedQuery
from broadsheet.index.syntax import Clause, Field

_MOST_ONE_BY_ONE = 800
"""Papers up to which a term for each is faster than one set of terms: 400 take 2 ms instead of 5."""
MOST_BEGINNINGS = 200
"""Words that one beginning may stand for: the most frequent ones."""

_NAME_FIELDS = (fields.AUTHORS, fields.ORGANISATIONS, fields.VENUE)
_PREFIX_FIELDS: dict[Field, tuple[str, ...]] = {
    "": (fields.EXACT, *_NAME_FIELDS),
    "title": (fields.TITLE_WORDS,),
    "abstract": (fields.EXACT,),
    "author": (fields.AUTHORS,),
    "venue": (fields.VENUE,),
    "org": (fields.ORGANISATIONS,),
}


class Matcher:
    """Builds queries for one schema and, where words stand behind a beginning, for one commit."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self._words_behind = lru_cache(maxsize=256)(self._expand)
        self._ways: dict[Field, Callable[[Clause], list[Query]]] = {
            "": self._anywhere,
            "title": self._in_title,
            "abstract": self._in_abstract,
            "author": lambda clause: self._in_names(fields.AUTHORS, clause),
            "venue": lambda clause: [*self._in_names(fields.VENUE, clause), *self._raw(fields.VENUE_SLUG, clause)],
            "org": lambda clause: [
                *self._in_names(fields.ORGANISATIONS, clause),
                *self._raw(fields.ORGANISATION_SLUG, clause),
            ],
            "cat": lambda clause: [self.term(fields.CATEGORY, clause.parts[0])],
            "year": lambda clause: [self._years(*clause.parts)],
            "has": lambda _: [self.term(fields.HAS_CODE, 1)],
            "id": lambda clause: [self.term(fields.IDENTIFIER, form) for form in clause.parts],
        }

    def everything(self) -> Query:
        """All papers, with score 0."""
        return unscored(Query.all_query())

    def all_of(self, parts: Sequence[tuple[Occur, Query]]) -> Query:
        """What meets all parts, or everything that no part excludes."""
        if any(occur == Occur.Must for occur, _ in parts):
            return Query.boolean_query(list(parts))
        return Query.boolean_query([*parts, (Occur.Must, self.everything())])

    def clause(self, clause: Clause) -> Query:
        """Papers that hold a clause where it asks."""
        ways = self._beginning(clause) if clause.is_prefix else self._ways[clause.field](clause)
        return ways[0] if len(ways) == 1 else any_of(ways)

    def constraints(self, parsed: ParsedQuery, filters: Filters) -> list[tuple[Occur, Query]]:
        """What must and must not hold besides plain words; nothing of it adds to a score."""
        required = [(Occur.Must, unscored(self.clause(clause))) for clause in parsed.required]
        excluded = [(Occur.MustNot, self.clause(clause)) for clause in parsed.excluded]
        return [*required, *self.filters(filters), *excluded]

    def filters(self, filters: Filters) -> list[tuple[Occur, Query]]:
        """What must hold to pass the filters."""
        terms = (
            (fields.CATEGORY, filters.category),
            (fields.VENUE_SLUG, filters.venue),
            (fields.ORGANISATION_SLUG, filters.organisation),
            (fields.HAS_CODE, int(filters.has_code)),
        )
        parts = [(Occur.Must, unscored(self.term(field, value))) for field, value in terms if value]
        if filters.since is not None or filters.until is not None:
            parts.append((Occur.Must, unscored(self._between(filters.since, filters.until))))
        return parts

    def papers(self, papers: NDArray[Any]) -> Query:
        """These papers, with score 0; at least one."""
        numbers = papers.tolist()
        if len(numbers) > _MOST_ONE_BY_ONE:
            return unscored(Query.term_set_query(self._schema, fields.PAPER, numbers))
        return unscored(any_of([self.term(fields.PAPER, number) for number in numbers]))

    def below(self, field: str, key: int) -> Query:
        """Papers whose sort key is lower than this."""
        return Query.range_query(self._schema, field, FieldType.Integer, None, key, include_upper=False)

    def above(self, field: str, key: int) -> Query:
        """Papers whose sort key is at least this."""
        return Query.range_query(self._schema, field, FieldType.Integer, key, None)

    def beginnings(self, clause: Clause) -> tuple[str, ...]:
        """The words that stand behind a beginning, most frequent first."""
        return tuple(dict.fromkeys(word for _, word in self._expanded(clause)))

    def term(self, field: str, value: str | int) -> Query:
        """Papers of which a field holds exactly this."""
        return Query.term_query(self._schema, field, value, "freq")

    def phrase(self, field: str, words: Sequence[str]) -> Query:
        """Papers of which a field holds these words side by side."""
        # The engine panics on a phrase of one word.
        return self.term(field, words[0]) if len(words) == 1 else Query.phrase_query(self._schema, field, list(words))

    def _anywhere(self, clause: Clause) -> list[Query]:
        """The text by stems, or as written; names as they are, identifiers whole."""
        body = self._as_written(clause) if clause.is_exact else self._stems(fields.BODY, clause)
        ways = [*body, *(way for field in _NAME_FIELDS for way in self._in_names(field, clause))]
        if any(letter.isdigit() for letter in clause.raw) and clause.raw.isascii():
            ways.append(self.term(fields.IDENTIFIER, clause.raw))
        return ways

    def _as_written(self, clause: Clause) -> list[Query]:
        if len(clause.parts) == 1:
            return [self.term(fields.EXACT, clause.parts[0])]
        whole = [self.term(fields.EXACT, form) for form in clause.joined]
        parts = [(Occur.Must, self.term(fields.EXACT, part)) for part in clause.parts]
        stems = self.phrase(fields.BODY, [fields.stem(part) for part in clause.parts])
        return [*whole, Query.boolean_query([(Occur.Must, stems), *parts])]

    def _stems(self, field: str, clause: Clause) -> list[Query]:
        # Side by side in nearly every abstract: to look there for "of the" costs 0.1 s and tells nothing.
        within = fields.TITLE if clause.is_common else field
        phrase = self.phrase(within, [fields.stem(part) for part in clause.parts])
        return [phrase, *(self.term(field, fields.stem(form)) for form in clause.joined)]

    def _in_title(self, clause: Clause) -> list[Query]:
        return self._stems(fields.TITLE, clause)

    def _in_abstract(self, clause: Clause) -> list[Query]:
        ways = self._stems(fields.BODY, clause)
        stems = [fields.stem(word) for word in (*clause.parts, *clause.joined)]
        title_only = [(Occur.MustNot, self.term(fields.TITLE_ONLY, stem)) for stem in stems]
        return [Query.boolean_query([(Occur.Must, any_of(ways)), *title_only])]

    def _in_names(self, field: str, clause: Clause) -> list[Query]:
        return [self.phrase(field, clause.parts), *(self.term(field, form) for form in clause.joined)]

    def _raw(self, field: str, clause: Clause) -> list[Query]:
        return [self.term(field, clause.raw)]

    def _years(self, first: str, last: str) -> Query:
        return self._between(date(int(first), 1, 1) if first else None, date(int(last), 12, 31) if last else None)

    def _between(self, since: date | None, until: date | None) -> Query:
        low, high = fields.recency_bounds(since, until)
        return Query.range_query(self._schema, fields.RECENCY, FieldType.Integer, low, high)

    def _beginning(self, clause: Clause) -> list[Query]:
        found = [unscored(self.term(field, word)) for field, word in self._expanded(clause)]
        return found or [Query.empty_query()]

    def _expanded(self, clause: Clause) -> list[tuple[str, str]]:
        return self._words_behind(_PREFIX_FIELDS[clause.field], clause.parts[0])

    def _expand(self, within: tuple[str, ...], start: str) -> list[tuple[str, str]]:
        """Fields and words, most frequent first."""
        found = [
            (papers, field, word)
            for field in within
            for word, papers in self._searcher.terms_with_prefix(field, start, limit=MOST_BEGINNINGS)
        ]
        found.sort(reverse=True)
        return [(field, word) for _, field, word in found[:MOST_BEGINNINGS]]


def any_of(ways: Sequence[Query]) -> Query:
    """Papers that at least one of the queries matches."""
    return Query.boolean_query([(Occur.Should, way) for way in ways])


def unscored(query: Query) -> Query:
    """The same papers, each with score 0."""
    return Query.const_score_query(query, 0.0)
