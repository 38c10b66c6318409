"""Clauses into queries of the engine: what must match, what only raises the score, and by how much."""

from collections.abc import Sequence
from datetime import date

from tantivy import FieldType, Occur, Query, Schema

from broadsheet.index import schema as fields
from broadsheet.index.parsing import STOP_WORDS, Clause, ParsedQuery

# The body holds the title too, so a word in the title counts 1 + 2 = 3 times.
_TITLE_BOOST = 2.0
_TITLE_PHRASE_BOOST = 2.0
_NAME_PHRASE_BOOST = 1.0
# Words; a longer title is found whole by its key, and a long phrase of common words costs most of all.
_LONGEST_TITLE_PHRASE = 32
_LONGEST_NAME = 8
_FULL_MATCH = 100.0
"""Above any sum of word scores: with "any", papers that hold all the words still come first."""
_EXACT = 10_000.0
"""Above everything: the paper that is named by identifier or by its whole title."""


class Matcher:
    """Builds queries for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def everything(self) -> Query:
        """All papers, with score 0."""
        return Query.const_score_query(Query.all_query(), 0.0)

    def all_words(self, parsed: ParsedQuery) -> Query:
        """Papers that hold every wanted clause and no excluded one."""
        required = [(Occur.Must, self._clause(clause)) for clause in parsed.wanted]
        return self._with_boosts(parsed, required or [(Occur.Must, self.everything())])

    def any_word(self, parsed: ParsedQuery, *, keep_phrases: bool) -> Query:
        """Papers that hold at least one word; those that hold all of them first.

        With `keep_phrases` quoted phrases stay required.
        """
        literal = [clause for clause in parsed.wanted if keep_phrases and clause.quoted]
        words = dict.fromkeys(word for clause in parsed.wanted for word in (*clause.parts, *clause.joined))
        telling = [word for word in words if word not in STOP_WORDS] or list(words)
        some = Query.boolean_query([(Occur.Should, self._word(word)) for word in telling])
        full = Query.boolean_query([(Occur.Must, self._clause(clause)) for clause in parsed.wanted])
        required = [(Occur.Must, some), *((Occur.Must, self._clause(clause)) for clause in literal)]
        return self._with_boosts(parsed, [*required, (Occur.Should, Query.const_score_query(full, _FULL_MATCH))])

    def filtered(self, query: Query, category: str | None, since: date | None, until: date | None) -> Query:
        """The same query within a category and between two days; filters add nothing to the score."""
        parts = [(Occur.Must, query)]
        if category is not None:
            parts.append((Occur.Must, _unscored(self._term(fields.CATEGORY, category))))
        if since is not None or until is not None:
            low, high = fields.recency_bounds(since, until)
            between = Query.range_query(self._schema, fields.RECENCY, FieldType.Integer, low, high)
            parts.append((Occur.Must, _unscored(between)))
        return Query.boolean_query(parts) if len(parts) > 1 else query

    def or_exactly(self, query: Query, field: str, value: str) -> Query:
        """The same query, and in front of it the papers of which a field holds exactly this value."""
        exact = Query.const_score_query(self._term(field, value), _EXACT)
        return Query.boolean_query([(Occur.Should, query), (Occur.Should, exact)])

    def weighted(self, stems: Sequence[tuple[str, float]], *, without: int) -> Query:
        """Papers that hold some of the stems, each with its weight, except one paper."""
        parts = [(Occur.Should, Query.boost_query(self._term(fields.BODY, stem), weight)) for stem, weight in stems]
        return Query.boolean_query([*parts, (Occur.MustNot, self._term(fields.PAPER, without))])

    def _with_boosts(self, parsed: ParsedQuery, required: list[tuple[Occur, Query]]) -> Query:
        boosts = [(Occur.Should, boost) for boost in self._boosts(parsed)]
        excluded = [(Occur.MustNot, self._clause(clause)) for clause in parsed.excluded]
        return Query.boolean_query([*required, *boosts, *excluded])

    def _boosts(self, parsed: ParsedQuery) -> list[Query]:
        words = dict.fromkeys(fields.stem(part) for clause in parsed.wanted for part in (*clause.parts, *clause.joined))
        found = [Query.boost_query(self._term(fields.TITLE, word), _TITLE_BOOST) for word in words if word]
        length = 0 if parsed.excluded else len(parsed.whole)
        if 1 < length <= _LONGEST_TITLE_PHRASE:
            found.append(Query.boost_query(self._phrase(fields.TITLE_WORDS, parsed.whole), _TITLE_PHRASE_BOOST))
        if 1 < length <= _LONGEST_NAME:
            found.append(Query.boost_query(self._phrase(fields.NAMES, parsed.whole), _NAME_PHRASE_BOOST))
        return found

    def _clause(self, clause: Clause) -> Query:
        """Any field may hold the clause: the text by stems, names as they are, identifiers whole."""
        ways = [
            self._phrase(fields.BODY, [fields.stem(part) for part in clause.parts]),
            self._phrase(fields.NAMES, clause.parts),
            *(self._term(fields.BODY, fields.stem(form)) for form in clause.joined),
            *(self._term(fields.NAMES, form) for form in clause.joined),
        ]
        if any(letter.isdigit() for letter in clause.raw) and clause.raw.isascii():
            ways.append(self._term(fields.IDENTIFIER, clause.raw))
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _word(self, word: str) -> Query:
        ways = (self._term(fields.BODY, fields.stem(word)), self._term(fields.NAMES, word))
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _phrase(self, field: str, words: Sequence[str]) -> Query:
        # The engine panics on a phrase of one word.
        return self._term(field, words[0]) if len(words) == 1 else Query.phrase_query(self._schema, field, list(words))

    def _term(self, field: str, value: str | int) -> Query:
        return Query.term_query(self._schema, field, value, "freq")


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
