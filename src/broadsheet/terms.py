"""Text as the search engine meets it: one normal form and one way to split it, for documents and queries alike."""

import hashlib
import re
import unicodedata
from typing import Final

from broadsheet.tex import FORMATTING, untex

MAX_TERM: Final = 100
MAX_SLUG: Final = 80

_HYPHENS: Final = "‐‑‒–—―−﹘"
_APOSTROPHES: Final = "’‘ʼʻʹ´`＇"
_UNSEEN: Final = "\x00\u00ad\u200b\u200c\u200d\ufeff"
_LETTERS: Final = {
    "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ı": "i", "ȷ": "j", "ŋ": "n",
    "ŧ": "t", "ß": "ss", "ſ": "s",
}  # fmt: skip
_FOLDED: Final = str.maketrans(
    _LETTERS | dict.fromkeys(_HYPHENS, "-") | dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_UNSEEN, "")
)
# Accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowels, and lone surrogates, which no engine accepts.
# Not the vowel signs of Indic scripts: those are letters.
_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe20-\ufe2f\ud800-\udfff]+"
)
_GREEK_LETTER: Final = re.compile(r"(?<![^\W\d_])[α-ω](?![^\W\d_])")
_GREEK_SPELLED: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi "
    "chi psi omega"
)
_GREEK_NAMES: Final = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_SPELLED.split(), strict=True))
_ACCENTED: Final = re.compile(
    r"\\(?:[`'^\"~=.]|[uvHcdbkr][ {\\]|(?:ss|o|O|l|L|ae|AE|oe|OE|aa|AA|i|j|dh|DH|th|TH|dj|DJ|ng|NG)(?![A-Za-z]))"
)
_COMMAND: Final = re.compile(r"\\(?:var(?=epsilon|theta|phi|rho|sigma|pi)|([A-Za-z]+)\s?|[^A-Za-z]?)", re.DOTALL)
# x_1 and x^{2} are one word, snake_case is two.
_SCRIPT: Final = re.compile(r"[_^](?:\{|(?=[^\W_](?![^\W_])))")

_CJK: Final = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
# Letters and digits of any script but CJK; the ranges are marks that Indic and Thai words need and `\w` leaves out.
_WORD: Final = rf"(?:[^\W_{_CJK}]|[\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ecd])++"
_SLASHED_ID: Final = (
    r"10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;:)\]}']"
    r"|(?<![^\W_])[a-z]{2,8}(?:-[a-z]{2,4})?(?:\.[a-z]{2})?/\d{7}(?:v\d{1,3})?(?![^\W_])"
)
_MAYBE_SLASHED_ID: Final = re.compile(r"/\d{7}|10\.\d{4}")
_ASCII_WORDS: Final = r"[a-z0-9]++(?:[-'.][a-z0-9]++)*+"
_ASCII_TERM: Final = re.compile(_ASCII_WORDS)
_ASCII_TERM_OR_ID: Final = re.compile(rf"(?:{_SLASHED_ID})|{_ASCII_WORDS}")
_TERM: Final = re.compile(rf"(?:{_SLASHED_ID})|[{_CJK}]+|{_WORD}(?:[-'.]{_WORD})*+")
_PUNCTUATION: Final = ".,;:!?()[]\"'/"
_ARXIV_NUMBER: Final = re.compile(r"\d{4}\.\d{4,5}(?:v\d{1,3})?", re.ASCII)
_HAS_CJK: Final = re.compile(f"[{_CJK}]")
_JOINTS: Final = re.compile(r"[-'.]")
_NOT_ALNUM: Final = re.compile(r"[\W_]+")


def search_text(s: str) -> str:
    r"""The one normal form of documents and queries: NFKC, no TeX, case and accents folded, single spaces.

    A Greek letter standing alone is spelled out, so that `$\alpha$`, "α" and "alpha" are one term.
    """
    if "\\" in s:
        s = _COMMAND.sub(_command, untex(s) if _ACCENTED.search(s) else s)
    if "_" in s or "^" in s:
        s = _SCRIPT.sub("", s).replace("_", " ").replace("^", " ")
    if "$" in s or "{" in s or "}" in s:
        s = s.replace("$", "").replace("{", "").replace("}", "")
    s = s.lower().replace("`", "'").replace("\x00", "") if s.isascii() else _folded(s)
    return " ".join(s.split())


def _command(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "" if found[0].startswith("\\var") else " "
    if name in FORMATTING:
        return ""
    return "l" if name == "ell" else f"{name} " if found[0][-1:].isspace() else name


def _folded(s: str) -> str:
    s = unicodedata.normalize("NFKC", s).casefold().translate(_FOLDED)
    s = _MARKS.sub("", unicodedata.normalize("NFKD", s))
    s = unicodedata.normalize("NFKC", s).translate(_FOLDED)
    return _GREEK_LETTER.sub(lambda found: _GREEK_NAMES.get(found[0], found[0]), s)


def search_terms(s: str) -> list[str]:
    """Terms in order. A compound gives its parts and the joined form: "GPT-4o" is gpt, 4o, gpt4o.

    arXiv ids and DOIs stay whole, CJK runs become pairs of characters, a term has at most 100 characters.
    """
    text = search_text(s)
    terms: list[str] = []
    for term in _pattern(text).findall(text):
        if term.isalnum() and term.isascii():
            terms.append(term)
        else:
            parts, joined = _parts(term)
            terms += [*parts, joined] if joined else parts
    return _cut(terms)


def split_terms(s: str) -> tuple[list[str], list[str]]:
    """The part terms in order, and apart from them the joined forms: of covid-19, covid and 19, and covid19.

    So a phrase matches whether its words are written with spaces or with hyphens.
    """
    found: list[str] = []
    joins: list[str] = []
    # Word by word: nearly all are plain once their punctuation is off, and a pattern costs three times as much.
    for word in search_text(s).split(" "):
        bare = word if word.isalnum() else word.strip(_PUNCTUATION)
        if bare.isalnum() and bare.isascii():
            found.append(bare)
            continue
        for term in _pattern(word).findall(word):
            parts, joined = _parts(term)
            found += parts
            if joined:
                joins.append(joined)
    return _cut(found), _cut(joins)


def _cut(terms: list[str]) -> list[str]:
    return terms if max(map(len, terms), default=0) <= MAX_TERM else [term[:MAX_TERM] for term in terms]


def _pattern(text: str) -> re.Pattern[str]:
    """The cheapest pattern that finds every term of `text`."""
    if not text.isascii():
        return _TERM
    return _ASCII_TERM_OR_ID if "/" in text and _MAYBE_SLASHED_ID.search(text) else _ASCII_TERM


def _parts(term: str) -> tuple[list[str], str]:
    """The terms of a match that is more than one plain word, and their joined form if they have one."""
    if "/" in term or _ARXIV_NUMBER.fullmatch(term):
        return [term], ""
    if _HAS_CJK.match(term):
        return [term[i : i + 2] for i in range(max(1, len(term) - 1))], ""
    return _compound(term)


def _compound(term: str) -> tuple[list[str], str]:
    term = term.removesuffix("'s")
    parts = _JOINTS.split(term)
    # A dot alone joins nothing: "35" is not 3.5, and "example.org" is two words.
    return parts, "".join(parts) if "-" in term or "'" in term else ""


def slug(s: str) -> str:
    """A name for a URL: folded, words parted by hyphens, at most 80 characters, never empty.

    Letters without a Latin form stay. What would be empty or too long ends in 8 hexadecimal digits of its digest.
    """
    name = _NOT_ALNUM.sub("-", search_text(s).replace("'", "")).strip("-")
    if 0 < len(name) <= MAX_SLUG:
        return name
    digest = hashlib.sha256(s.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: MAX_SLUG - 9].rstrip('-')}-{digest}" if name else digest
