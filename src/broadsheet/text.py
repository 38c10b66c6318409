"""Text as people meet it: cleaning what sources send, and the one sentence or the first lines of an abstract."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from broadsheet.terms import search_terms, search_text, slug
from broadsheet.tex import MAX_FORMULA, Segment, math_segments, math_spans, plain_text, untex

__all__ = [
    "Segment",
    "clean_block",
    "clean_line",
    "key_sentence",
    "math_segments",
    "opening",
    "plain_text",
    "search_terms",
    "search_text",
    "sentences",
    "slug",
]

MAX_MARKS: Final = 8

# Characters nobody sees, which break storage (NUL, lone surrogates), reorder a page (bidi overrides and isolates) or
# hide in words (soft hyphen, zero-width space, byte order mark, tags). The joiners U+200C and U+200D stay: emoji and
# Indic scripts need them.
_JUNK: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_WINDOWS: Final = re.compile("[\x80-\x84\x86-\x9f]")
# Nine characters in a row that are neither letters nor ASCII may be a flood of combining marks.
_FLOOD: Final = re.compile(r"[^\w\s\x20-\x7e]{9,}")
_PARAGRAPH: Final = re.compile(r"\n\s*\n|\n(?=[ \t]{2})")
_BLANK_LINE: Final = re.compile(r"\n\s*\n")

_CUE: Final = re.compile(
    r"""\b(?:
      we \s+ (?:\w+ly\s+|also\s+|here\s+|then\s+|first\s+|thus\s+|will\s+)?
        (?:propose|introduce|present|show|develop|prove|demonstrate|describe|design|derive|establish|report|provide|construct
          |study|investigate|explore|examine|analy[sz]e|consider|address|find|release|build|argue|discuss|give|obtain)
    | (?:in|with)\s+(?:this|the\s+present)\s+(?:paper|work|article|study|letter|note|thesis|report|survey|chapter)
    | this\s+(?:paper|work|article|study|letter|note|thesis|report|survey|chapter|dissertation)
    | here,?\s+we
    | (?:is|are)\s+(?:proposed|introduced|presented)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
# Where a sentence may end: the mark, closing quotes, then a space and a capital, a digit or a formula; or a CJK mark.
_END: Final = re.compile(r"""[.!?]["'”’)\]]*\s+(?=["'“‘(\[$\\]*[^\W_a-z])|[。！？]["”’」』）]*\s*|\n\s*\n""")
_ABBREVIATION: Final = re.compile(
    r"""(?:^|[\s(\[“"'~])
    (?:(?-i:[A-Z])|[a-z]\.[a-z]|al|vs|cf|resp|viz|ca|approx|figs?|eqs?|eqns?|secs?|refs?|tabs?|thms?|defs?|props?|chap|app
      |nos?|vols?|pp|dr|prof|mr|mrs|ms|st|jr|sr|inc|ltd|dept|univ|incl|esp)$""",
    re.VERBOSE | re.IGNORECASE,
)


# These words begin a sentence even after what looks like an initial: "a group G. We prove".
_BEGINNING: Final = re.compile(r"\W+(?:We|The|This|These|In|Our|It|If|For|Then|Here|Moreover|Furthermore|As|To)\b")


def clean_line(s: str, limit: int = 1000) -> str:
    """One line of at most `limit` characters (title, name, venue): NFC, TeX accents outside of math as Unicode."""
    if not s:
        return s
    s = s.strip()[: 4 * limit]
    s = (s if s.isascii() and s.isprintable() else _visible(s))[:limit]
    if "\\" in s or "~" in s:
        s = _normal(untex(s))
    if "  " in s or not s.isprintable():
        s = " ".join(s.split())
    return s[:limit].strip()


def clean_block(s: str, limit: int = 20000) -> str:
    """An abstract, at most `limit` characters: hard line breaks joined, paragraphs parted by one blank line.

    A paragraph begins after a blank line or, as on arXiv, at a line indented by two spaces.
    """
    s = s.strip()
    if "\n" not in s and "\r" not in s:
        return clean_line(s, limit)
    s = s[:limit].replace("\r\n", "\n").replace("\r", "\n")
    split = _BLANK_LINE if _is_indented_throughout(s) else _PARAGRAPH
    paragraphs = (clean_line(part, limit) for part in split.split(s))
    return "\n\n".join(part for part in paragraphs if part)[:limit].strip()


def _is_indented_throughout(s: str) -> bool:
    """Three or more lines all indented after the first are a pretty-printed record, not three paragraphs."""
    lines = [line for line in s.split("\n")[1:] if line.strip()]
    return len(lines) > 2 and all(line.startswith("  ") for line in lines)


def _visible(s: str) -> str:
    """Without unseen characters and mark floods; Latin-1 controls become the Windows characters they stand for."""
    if not s.isprintable():
        if _WINDOWS.search(s):
            s = _WINDOWS.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), s)
        s = _JUNK.sub("", s)
    return _normal(s)


def _normal(s: str) -> str:
    if s.isascii():
        return s
    if not unicodedata.is_normalized("NFC", s):
        s = unicodedata.normalize("NFC", s)
    return _FLOOD.sub(_at_most_eight_marks, s) if _FLOOD.search(s) else s


def _at_most_eight_marks(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in found[0]:
        is_mark = unicodedata.category(char) in ("Mn", "Me")
        marks = marks + 1 if is_mark else (marks if char in "\u200c\u200d" else 0)
        if not is_mark or marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def key_sentence(abstract: str, limit: int = 240) -> str:
    """The sentence that best tells what the paper contributes: the first with a cue ("we propose"), else the first."""
    cue = _CUE.search(abstract)
    at = cue.start() if cue else 0
    sentence = next((sentence for sentence, end in _sentences(abstract) if end > at), "")
    return shorten(" ".join(sentence.split()), limit)


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, with their inner spaces as they were."""
    return [sentence for sentence, _ in _sentences(text)]


def opening(abstract: str, limit: int = 320) -> str:
    """The first lines of an abstract for a card, cut at a word and never inside a formula."""
    # Room for one whole formula beyond the cut; the rest need not be read.
    return shorten(" ".join(abstract[: limit + MAX_FORMULA + 20].split()), limit)


def shorten(s: str, limit: int) -> str:
    """At most `limit` characters, cut at a word and outside of math, with an ellipsis where something is missing."""
    if len(s) <= limit:
        return s
    spans = [(start, end) for start, end, _, _ in math_spans(s) if start < limit]
    cut = _cut_outside(spans, limit - 1)
    space = s.rfind(" ", 0, cut + 1)
    while space > 0 and _cut_outside(spans, space) != space:
        cut = _cut_outside(spans, space)
        space = s.rfind(" ", 0, cut + 1)
    # A text that begins with one long formula, or has no spaces (Chinese, a hostile word), is cut where it must be.
    head = s[:space] if space > 0 else s[:cut] or plain_text(s)[: limit - 1]
    return head.rstrip(" ,;:.–—-(") + "…"


def _cut_outside(spans: list[tuple[int, int]], cut: int) -> int:
    return next((start for start, end in spans if start < cut < end), cut)


def _sentences(s: str) -> Iterator[tuple[str, int]]:
    """Sentences with their ends. Marks in abbreviations, initials, decimals and formulas end nothing."""
    spans = math_spans(s)
    span = next(spans, None)
    begin = 0
    for found in _END.finditer(s):
        while span and span[1] <= found.start():
            span = next(spans, None)
        if (span and span[0] < found.start()) or _is_abbreviation(s, found.start()):
            continue
        if s[begin : found.end()].strip():
            yield s[begin : found.end()].strip(), found.end()
        begin = found.end()
    if s[begin:].strip():
        yield s[begin:].strip(), len(s)


def _is_abbreviation(s: str, dot: int) -> bool:
    if s[dot] != "." or _ABBREVIATION.search(s[max(0, dot - 12) : dot]) is None:
        return False
    return _BEGINNING.match(s, dot) is None
