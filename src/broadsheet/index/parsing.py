"""What people type, read into clauses. Nothing they type is an error, except too much of it."""

import re
from dataclasses import dataclass

from broadsheet.errors import BadInput
from broadsheet.terms import split_terms

LONGEST_QUERY = 1_000
MOST_TERMS = 64
_LONGEST_PHRASE = 12

# Words that a paper need not hold: they say nothing of its subject, and nearly every abstract has them.
STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "its"),
        *("not", "of", "on", "or", "that", "the", "their", "this", "to", "was", "we", "were", "with"),
    )
)

# \" is the accent of TeX, not a quotation mark.
_PIECE = re.compile(r'(?<!\S)(?P<minus>[-−])?"(?P<quoted>[^"]*)"|(?P<word>(?:\\"|[^\s"])+)')
_SMART_QUOTES = str.maketrans("“”„«»", '"""""')
# Operators of other search engines; as plain separators they do no harm. Signs that join words (- . / _ +) and signs
# of TeX are left to the making of terms.
_SEPARATORS = re.compile(r"[:*?()\[\]|&!<>=,;~]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that belong together: `parts` side by side, or one of the `joined` forms (covid 19, or covid19).

    `raw` is the piece as typed, in lower case, for fields that are matched whole; a quoted piece was meant to be
    taken literally.
    """

    parts: tuple[str, ...]
    joined: tuple[str, ...] = ()
    raw: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query in clauses. `whole` are the part terms of the entire text, for a title typed or pasted in full."""

    wanted: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    whole: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is asked: everything matches."""
        return not self.wanted and not self.excluded

    @property
    def has_several_words(self) -> bool:
        """There are words to give up when too few papers hold all."""
        return sum(len(clause.parts) for clause in self.wanted) > 1

    @property
    def terms(self) -> tuple[str, ...]:
        """Words to mark in the text: those that were asked for, without stop words and bare numbers of a compound."""
        found = dict.fromkeys(term for clause in self.wanted for term in _marked(clause))
        return tuple(found)


def parse(text: str) -> ParsedQuery:
    """Read a query: words, "quoted phrases" and -excluded words; every other sign is only a separator.

    Raises BadInput when the text is longer than LONGEST_QUERY characters.
    """
    if len(text) > LONGEST_QUERY:
        raise BadInput(
            f"The query has {len(text):,} characters, the limit is {LONGEST_QUERY:,}. Search for a few words of it."
        )
    pieces, cut = _cut_to_limit(_pieces(text))
    wanted = dict.fromkeys(clause for excluded, clause in pieces if not excluded)
    return ParsedQuery(
        wanted=_without_stop_words(tuple(wanted)),
        excluded=tuple(dict.fromkeys(clause for excluded, clause in pieces if excluded)),
        whole=tuple(split_terms(text)[0]),
        notes=_notes(text, cut=cut, empty=not pieces),
    )


def _pieces(text: str) -> list[tuple[bool, Clause]]:
    found: list[tuple[bool, Clause]] = []
    for match in _PIECE.finditer(text.translate(_SMART_QUOTES)):
        if match["word"] is None:
            found.extend((match["minus"] is not None, clause) for clause in _clauses(match["quoted"], quoted=True))
        else:
            found.extend(_plain(match["word"]))
    return found


def _plain(word: str) -> list[tuple[bool, Clause]]:
    excluded = len(word) > 1 and word[0] in "-−" and word[1] not in "-−"
    pieces = _SEPARATORS.split(word[1:] if excluded else word)
    return [(excluded, clause) for piece in pieces for clause in _clauses(piece, quoted=False)]


def _clauses(text: str, *, quoted: bool) -> list[Clause]:
    """One clause, or several for a phrase so long that matching it whole would cost too much."""
    parts, joined = split_terms(text)
    if len(parts) <= _LONGEST_PHRASE:
        return [Clause(tuple(parts), tuple(joined), text.lower(), quoted)] if parts else []
    starts = range(0, len(parts), _LONGEST_PHRASE)
    return [Clause(tuple(parts[at : at + _LONGEST_PHRASE]), quoted=quoted) for at in starts]


def _cut_to_limit(pieces: list[tuple[bool, Clause]]) -> tuple[list[tuple[bool, Clause]], bool]:
    """Keep the first MOST_TERMS terms: whole clauses, and of a clause that is too long its first parts."""
    kept: list[tuple[bool, Clause]] = []
    room = MOST_TERMS
    for excluded, clause in pieces:
        if room <= 0:
            return kept, True
        if len(clause.parts) > room:
            cut = Clause(clause.parts[:room], (), clause.raw, clause.quoted)
            return [*kept, (excluded, cut)], True
        kept.append((excluded, clause))
        room -= len(clause.parts)
    return kept, False


def _without_stop_words(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    kept = tuple(clause for clause in clauses if clause.quoted or not _is_stop_word(clause))
    return kept or clauses


def _is_stop_word(clause: Clause) -> bool:
    return len(clause.parts) == 1 and clause.parts[0] in STOP_WORDS


def _notes(text: str, *, cut: bool, empty: bool) -> tuple[str, ...]:
    if cut:
        return (f"Only the first {MOST_TERMS} words of the query were used.",)
    if empty and text.strip():
        return ("The query holds no word to search for; all papers are shown.",)
    return ()


def _marked(clause: Clause) -> list[str]:
    several = len(clause.parts) > 1
    parts = [p for p in clause.parts if not (several and (p in STOP_WORDS or len(p) == 1 or p.isdigit()))]
    return [*parts, *clause.joined] or list(clause.parts)
