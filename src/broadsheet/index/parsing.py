"""What people type, read into a query. Nothing they type is an error, except too much of it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from broadsheet.errors import BadInput
from broadsheet.index.filters import NO_FILTERS, Filters, narrowed
from broadsheet.index.stopwords import SENTENCE, STOP_WORDS, is_telling
from broadsheet.index.syntax import Clause, Piece, read_pieces
from broadsheet.terms import split_terms

LONGEST_QUERY = 3_000
MOST_LISTED = 4
"""Words that an item of a list of terms has on average, at most."""
_COMMAS = re.compile("[,;，；、]")
_JOINTS = re.compile("[,;:，；：、]")
MOST_TERMS = 400

MOST_BEGINNINGS = 6
"""Words with a star in one query; each stands for up to hundreds of words."""

_MARKED_FIELDS = ("", "title", "abstract")


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, understood.

    `words` are plain words, of which a paper ranks the higher the more it holds; `required` are the phrases, fields,
    exact words and beginnings that must hold, `excluded` what must not. `whole` are the part terms of the entire text,
    for a title typed or pasted in full. `counts` say how often each telling word was asked for. `filters` are what was
    given, narrowed by operators; `free_text` is the thought that is left without operators and exclusions. `beginnings`
    are words that stand behind a star, where they are known.
    """

    words: tuple[Clause, ...] = ()
    required: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    whole: tuple[str, ...] = ()
    counts: Mapping[str, float] = field(default_factory=dict)
    filters: Filters = NO_FILTERS
    free_text: str = ""
    notes: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """All that a paper should hold."""
        return (*self.words, *self.required)

    @property
    def is_empty(self) -> bool:
        """Nothing is asked: everything that passes the filters matches."""
        return not self.words and not self.is_constrained

    @property
    def is_constrained(self) -> bool:
        """There is something that must hold besides words and filters."""
        return bool(self.required or self.excluded)

    @property
    def has_several_words(self) -> bool:
        """There are words to give up when too few papers hold all."""
        return sum(len(clause.parts) for clause in self.wanted) > 1

    @property
    def terms(self) -> tuple[str, ...]:
        """Words to mark in the text: those that were asked for, without stop words and bare numbers of a compound."""
        clauses = (clause for clause in self.wanted if clause.field in _MARKED_FIELDS and not clause.is_prefix)
        found = dict.fromkeys(term for clause in clauses for term in _marked(clause))
        return (*found, *self.beginnings)


def parse(text: str, filters: Filters = NO_FILTERS) -> ParsedQuery:
    """Read a query: words, "phrases", -excluded words, prefix*, +exactly and field:value; else signs only separate.

    Raises BadInput when the text is longer than LONGEST_QUERY characters.
    """
    if len(text) > LONGEST_QUERY:
        raise BadInput(
            f"The query has {len(text):,} characters, the limit is {LONGEST_QUERY:,}. Search for a few words of it."
        )
    read = _with_few_beginnings(list(read_pieces(text)))
    pieces, cut = _cut_to_limit([piece for piece in read if piece.clause])
    filters, wanted, excluded = _with_filters(pieces, filters)
    words = _telling(tuple(clause for clause in wanted if clause.is_plain))
    thought, is_list = " ".join(piece.text for piece in pieces if piece.text and _is_thought(piece)), _is_list(text)
    return ParsedQuery(
        words=tuple(dict.fromkeys(words)),
        required=tuple(dict.fromkeys(clause for clause in wanted if not clause.is_plain)),
        excluded=tuple(dict.fromkeys(excluded)),
        whole=tuple(split_terms(text)[0]),
        counts=_counts([*words, *(clause for clause in wanted if not clause.is_plain)], is_list=is_list),
        filters=filters,
        free_text=_each_once(text) if is_list and all(map(_is_plain, pieces)) else thought,
        notes=(
            *_notes(text, cut=cut, empty=not pieces),
            *(piece.note for piece in read if piece.note),
            *_on_common([*wanted, *excluded]),
        ),
    )


def _is_thought(piece: Piece) -> bool:
    return not piece.excluded and piece.clause is not None and not piece.clause.is_prefix


def _with_few_beginnings(pieces: list[Piece]) -> list[Piece]:
    starred = [piece for piece in pieces if piece.clause and piece.clause.is_prefix]
    if len(starred) <= MOST_BEGINNINGS:
        return pieces
    kept = dict.fromkeys(starred[:MOST_BEGINNINGS])
    note = Piece(None, note=f"Only the first {MOST_BEGINNINGS} words with a star were used.")
    return [*(piece for piece in pieces if not piece.clause or not piece.clause.is_prefix or piece in kept), note]


def _cut_to_limit(pieces: list[Piece]) -> tuple[list[Piece], bool]:
    """Keep the first MOST_TERMS terms: whole clauses, and of a clause that is too long its first parts."""
    kept: list[Piece] = []
    room = MOST_TERMS
    for piece in pieces:
        if piece.clause is None or room <= 0:
            return kept, True
        if len(piece.clause.parts) > room:
            clause = Clause(piece.clause.parts[:room], (), piece.clause.raw, piece.clause.quoted, piece.clause.field)
            return [*kept, Piece(clause, piece.excluded, piece.text)], True
        kept.append(piece)
        room -= len(piece.clause.parts)
    return kept, False


def _with_filters(pieces: list[Piece], filters: Filters) -> tuple[Filters, list[Clause], list[Clause]]:
    """What operators say that filters can say too, and the clauses that are left: wanted and excluded ones."""
    wanted: list[Clause] = []
    excluded: list[Clause] = []
    for piece in pieces:
        clause = piece.clause
        if clause is None:
            continue
        if piece.excluded:
            excluded.append(clause)
        elif clause.field == "year":
            first, last = clause.parts
            since, until = date(int(first), 1, 1) if first else None, date(int(last), 12, 31) if last else None
            filters = narrowed(filters, since=since, until=until)
        elif clause.field == "has":
            filters = replace(filters, has_code=True)
        elif clause.field == "cat" and filters.category in ("", clause.parts[0]):
            filters = replace(filters, category=clause.parts[0])
        else:
            wanted.append(clause)
    return filters, wanted, excluded


def _telling(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    in_sentence = len(clauses) >= SENTENCE
    kept = tuple(
        clause for clause in clauses if len(clause.parts) > 1 or is_telling(clause.parts[0], in_sentence=in_sentence)
    )
    return kept or clauses


def _is_plain(piece: Piece) -> bool:
    return _is_thought(piece) and piece.clause is not None and piece.clause.is_plain


def _is_list(text: str) -> bool:
    """Whether a text lists terms, as authors list keywords: three or more short ones, parted by commas."""
    items = _items(text)
    return len(_COMMAS.findall(text)) > 1 and sum(len(item.split()) for item in items) <= MOST_LISTED * len(items)


def _items(text: str) -> list[str]:
    """The parts of a list, also those of its items: "Machine learning: robustness"."""
    return [item.strip() for item in _JOINTS.split(text) if item.strip()]


def _each_once(text: str) -> str:
    """The items of a list, none twice."""
    return ", ".join(dict.fromkeys(_items(text)))


def _counts(clauses: Sequence[Clause], *, is_list: bool) -> dict[str, float]:
    """How often each word is asked for; one that is asked for repeatedly matters more, but in a list of terms, where
    it is only part of several.

    The parts of a compound count half, so that "pre-training" asks for a paper on pretraining no less than for others.
    """
    counts: defaultdict[str, float] = defaultdict(float)
    for clause in clauses:
        if clause.field in _MARKED_FIELDS and not clause.is_prefix:
            for word in clause.parts:
                counts[word] += 0.5 if clause.joined else 1.0
            for word in clause.joined:
                counts[word] += 1.0
    telling = {word: min(count, 1.0) if is_list else count for word, count in counts.items() if word not in STOP_WORDS}
    return telling or dict(Counter(word for clause in clauses if clause.is_plain for word in clause.parts))


def _notes(text: str, *, cut: bool, empty: bool) -> tuple[str, ...]:
    if cut:
        return (f"Only the first {MOST_TERMS} words of the query were used.",)
    if empty and text.strip():
        return ("The query holds no word to search for; all papers are shown.",)
    return ()


def _on_common(clauses: Sequence[Clause]) -> Iterator[str]:
    """Notes on phrases that are looked for in titles only."""
    for clause in dict.fromkeys(clauses):
        if clause.is_common and (clause.quoted or clause.field == "abstract"):
            yield f'"{clause.raw[:60]}" stands in nearly every abstract, so it was looked for in titles.'


def _marked(clause: Clause) -> list[str]:
    several = len(clause.parts) > 1
    parts = [p for p in clause.parts if not (several and (p in STOP_WORDS or len(p) == 1 or p.isdigit()))]
    return [*parts, *clause.joined] or list(clause.parts)
