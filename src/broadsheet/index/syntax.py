"""Reading what people type into pieces: words, "phrases", prefix*, field:value, -excluded, +exactly."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

from broadsheet.identity import parse_identifier
from broadsheet.index.stopwords import STOP_WORDS
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.terms import split_terms

Field = Literal["", "title", "abstract", "author", "venue", "org", "cat", "year", "has", "id"]
"""Where a clause must hold; "" is anywhere."""

LONGEST_PHRASE = 12
PROSE = 25
"""Words from which a text without fields is prose: its quotation marks and dashes are those of writers."""
SHORTEST_PREFIX = 2

_NAMES = "title|abstract|author|venue|org|cat|year|has|id"
# \" is the accent of TeX, not a quotation mark.
_PIECE = re.compile(
    rf'(?<!\S)(?P<sign>[-−+])?(?:(?P<field>{_NAMES}):)?"(?P<quoted>[^"]*)"|(?P<word>(?:\\"|[^\s"])+)', re.IGNORECASE
)
_OPERATOR = re.compile(rf"({_NAMES}):(.*)", re.IGNORECASE | re.DOTALL)
_YEARS = re.compile(r"(?P<from>\d{4})?(?P<to_mark>\.\.|[-–])?(?P<to>\d{4})?", re.ASCII)
_SMART_QUOTES = str.maketrans("“”„«»", '"""""')
_STRAY_QUOTE = re.compile(r'(?<!\\)"')
_FIELDS = re.compile(rf"(?<!\S)[-−]?(?:{_NAMES}):\S", re.IGNORECASE)
_SIGNS_OF_PROSE = re.compile(r'(?<!\\)"|(?<!\S)[-−+](?=\w)')
# Operators of other search engines; as plain separators they do no harm. Signs that join words (- . / _ +) and signs
# of TeX are left to the making of terms.
_SEPARATORS = re.compile(r"[:*?()\[\]|&!<>=,;~]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that belong together: `parts` side by side, or one of the `joined` forms (covid 19, or covid19).

    `raw` is the piece as typed, in lower case, for fields that are matched whole; a quoted piece was meant to be taken
    literally. With `is_exact` its one word is meant as written, with `is_prefix` as a beginning. The parts of "year"
    are the first and the last year, "" for none.
    """

    parts: tuple[str, ...]
    joined: tuple[str, ...] = ()
    raw: str = ""
    quoted: bool = False
    field: Field = ""
    is_exact: bool = False
    is_prefix: bool = False

    @property
    def is_plain(self) -> bool:
        """Just words: nothing that must hold but the words themselves."""
        return not (self.quoted or self.field or self.is_exact or self.is_prefix)

    @property
    def is_common(self) -> bool:
        """Several words, all of which stand in nearly every text: "of the"."""
        return len(self.parts) > 1 and STOP_WORDS.issuperset(self.parts)


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause wanted or excluded, with the text it came from; or, without a clause, a note on what was not read."""

    clause: Clause | None
    excluded: bool = False
    text: str = ""
    note: str = ""


def read_pieces(text: str) -> Iterator[Piece]:
    """The pieces of a query in order. What cannot be read as it was meant becomes plain words and a note."""
    plain = text.translate(_SMART_QUOTES)
    if len(plain.split()) >= PROSE and not _FIELDS.search(plain):
        plain = _SIGNS_OF_PROSE.sub(" ", plain)
    for match in _PIECE.finditer(plain):
        if match["word"] is None:
            yield from _quoted(match)
        else:
            yield from _word(match["word"])
    if len(_STRAY_QUOTE.findall(plain)) % 2:
        yield Piece(None, note='A quotation mark (") has no partner and was left out.')


def _quoted(match: re.Match[str]) -> Iterator[Piece]:
    excluded, text = match["sign"] in ("-", "−"), match["quoted"]
    if match["field"]:
        yield from _operator(match["field"], text, excluded=excluded, quoted=True)
        return
    for clause in _clauses(text, quoted=True):
        yield Piece(_exactly(clause) if len(clause.parts) == 1 else clause, excluded, text)


def _word(word: str) -> Iterator[Piece]:
    excluded = len(word) > 1 and word[0] in "-−" and word[1] not in "-−"
    bare = word[1:] if excluded else word
    operator = _OPERATOR.fullmatch(bare)
    if operator:
        yield from _operator(operator[1], operator[2], excluded=excluded, quoted=False)
    elif bare.endswith("*") and (piece := _prefix(bare, excluded=excluded)):
        yield piece
    elif len(bare) > 1 and bare[0] == "+" and bare[1].isalpha():
        yield from (Piece(_exactly(clause), excluded, bare[1:]) for clause in _clauses(bare[1:], quoted=False))
    else:
        yield from _plain(bare, excluded=excluded)


def _plain(word: str, *, excluded: bool) -> Iterator[Piece]:
    for piece in _SEPARATORS.split(word):
        yield from (Piece(clause, excluded, piece) for clause in _clauses(piece, quoted=False))


def _prefix(word: str, *, excluded: bool, field: Field = "") -> Piece | None:
    """A word with a star behind it; None where what stands before the star is not the beginning of one word."""
    parts, _ = split_terms(word[:-1])
    if len(parts) != 1 or "*" in word[:-1] or not parts[0].isalnum():
        return None
    if len(parts[0]) < SHORTEST_PREFIX:
        clause = Clause(tuple(parts), raw=parts[0])
        return Piece(clause, excluded, word[:-1], f"{word}: too short; write two letters or more before the star.")
    return Piece(Clause(tuple(parts), raw=word.lower(), field=field, is_prefix=True), excluded, word)


def _operator(name: str, value: str, *, excluded: bool, quoted: bool) -> Iterator[Piece]:
    field = cast(Field, name.lower())
    typed = f'{name}:"{value}"' if quoted else f"{name}:{value}"
    clauses, problem = _READ[field](value) if field in _READ else (_within(field, value), "names nothing to look for")
    if clauses:
        yield from (Piece(clause, excluded) for clause in clauses)
        return
    if excluded:
        yield Piece(None, note=f"-{typed[:60]} {problem}, so it was left out.")
        return
    yield Piece(None, note=f"{typed[:60]} {problem}, so it was read as plain words.")
    for word in (name, *value.split()):
        yield from _plain(word, excluded=False)


def _within(field: Field, value: str) -> list[Clause]:
    if value.endswith("*") and (piece := _prefix(value, excluded=False, field=field)) and piece.clause:
        return [piece.clause]
    parts, joined = split_terms(value)
    if len(parts) <= LONGEST_PHRASE:
        return [Clause(tuple(parts), tuple(joined), value.strip().lower(), field=field)] if parts else []
    return [Clause(tuple(part), field=field) for part in _chopped(parts)]


def _category(value: str) -> tuple[list[Clause], str]:
    category = load_taxonomy().get(value.strip())
    return ([Clause((category.code,), field="cat")] if category else []), "is no category (the list is at /categories)"


def _year(value: str) -> tuple[list[Clause], str]:
    found = _YEARS.fullmatch(value.strip())
    problem = "is no year or span of years (write year:2020 or year:2020..2024)"
    if not found or not (found["from"] or found["to"]):
        return [], problem
    first, last = found["from"] or "", found["to"] or ("" if found["to_mark"] else found["from"])
    if "0000" in (first, last) or (found["to_mark"] and found["to_mark"] != ".." and not (first and last)):
        return [], problem
    span = (first, last) if not (first and last) else tuple(sorted((first, last)))
    return [Clause(span, field="year")], ""


def _has(value: str) -> tuple[list[Clause], str]:
    return ([Clause(("code",), field="has")] if value.strip().lower() == "code" else []), "is not known (has:code is)"


def _identifier(value: str) -> tuple[list[Clause], str]:
    identifier = parse_identifier(value)
    forms = {value.strip().lower(), identifier.value.lower() if identifier else ""} - {""}
    return ([Clause(tuple(sorted(forms)), field="id")] if forms else []), "names no paper"


_READ: dict[str, Callable[[str], tuple[list[Clause], str]]] = {
    "cat": _category,
    "year": _year,
    "has": _has,
    "id": _identifier,
}


def _clauses(text: str, *, quoted: bool) -> list[Clause]:
    """One clause, or several for a phrase so long that matching it whole would cost too much."""
    parts, joined = split_terms(text)
    if len(parts) <= LONGEST_PHRASE:
        return [Clause(tuple(parts), tuple(joined), text.lower(), quoted)] if parts else []
    return [Clause(tuple(part), quoted=quoted) for part in _chopped(parts)]


def _chopped(parts: list[str]) -> Iterator[list[str]]:
    return (parts[at : at + LONGEST_PHRASE] for at in range(0, len(parts), LONGEST_PHRASE))


def _exactly(clause: Clause) -> Clause:
    return Clause(clause.parts, clause.joined, clause.raw, clause.quoted, is_exact=True)
