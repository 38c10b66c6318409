"""Wording: what sources print with HTML, JATS or MathML marks, as plain text with math as TeX where it is given so."""

import html
import re

from lxml import etree

from broadsheet.sources.xml import Element

_NAMES = (
    "a|abstract|alternatives|annotation(?:-xml)?|b|bold|big|blockquote|br|break|cite|code|def-item|def-list|disp-formula|"
    "div|em|ext-link|fixed-case|font|formula|graphic|h[1-6]|i|inf|inline-formula|inline-graphic|it|italic|label|li|list|"
    "list-item|math|monospace|named-content|ol|overline|ovl|p|roman|sans-serif|sc|scp|sec|section|small|span|strike|strong|"
    "styled-content|sub|sup|supplementary-material|table|tbody|td|tex-math|title|tr|tt|u|ul|underline|uri|url|xref|"
    "m(?:row|i|n|o|sub|sup|subsup|frac|sqrt|root|over|under|underover|text|space|style|table|tr|td|padded|phantom|"
    "enclose|multiscripts|prescripts|fenced|error|action)|none|semantics"
)
_TAG = re.compile(
    rf"<(?P<end>/?)(?:(?:jats|mml):(?P<prefixed>[A-Za-z][\w-]*)|(?:[a-z][\w.]{{0,9}}:)?(?P<name>{_NAMES}))"
    r"(?P<more>\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "p sec section title div br break li list list-item ul ol tr h1 h2 h3 h4 h5 h6 def-item".split()  # noqa: SIM905
)
_SPACED = frozenset(["math", "i", "italic", "em"])
_NOTATIONS = frozenset(["tex-math", "annotation", "annotation-xml"])
_FORMULAS = frozenset(["alternatives", "math", "inline-formula", "disp-formula"])
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HEADING = re.compile(
    r"\u25aa\s*abstract\s+|\s*abstract(?:\s*[.:\u2013\u2014-]+\s*|\s*\n\s*|\s+(?=(?:a|an|as|background|for|here|in|introduction|"
    r"it|motivation|objectives?|our|purpose|the|there|this|these|to|we|while|with)\b))",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|phd|md)\.?", re.IGNORECASE)
MAX_WORDS = 4
"""A longer part is no name of a person: "University of Bonn, Institute of Computer Science"."""
MAX_MARKED = 60_000
"""Characters of a text with marks that are read at all; with the marks gone, 20,000 are kept."""
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """A text without its marks: entities decoded once, blocks parted by blank lines, no words glued together."""
    if "<" not in text and "&" not in text:
        return text
    text = text[:MAX_MARKED]
    decoded = _ENTITY.sub(lambda found: html.unescape(found[0]), _Stripped(text).text())
    # "&lt;i&gt;" is markup that was escaped once too often.
    return _Stripped(decoded).text() if "&lt;" in text else decoded


def marked(element: Element | None) -> str:
    """What stands in an element, with its marks, for `plain` and `abstract`; empty for None."""
    if element is None:
        return ""
    inner = (etree.tostring(child, encoding="unicode") for child in element)
    return "".join((html.escape(element.text or "", quote=False), *inner))


def abstract(text: str) -> str:
    """An abstract as plain text, without the heading "Abstract"."""
    found = plain(text).strip()
    heading = _HEADING.match(found)
    return found[heading.end() :] if heading else found


def with_subtitle(title: str, subtitle: str) -> str:
    """A title that is printed in two parts."""
    title, subtitle = title.strip(), subtitle.strip()
    if not title or not subtitle or subtitle.casefold() in title.casefold():
        return title or subtitle
    return f"{title} {subtitle}" if title[-1] in ":?!.\u2014\u2013-" else f"{title}: {subtitle}"


def reading_order(name: str) -> str:
    """The name of a person printed "Family, Given" as "Given Family"; any other as it is."""
    family, comma, given = (part.strip() for part in name.partition(","))
    turned = comma and family and given and "," not in given and not _SUFFIX.fullmatch(given)
    return f"{given} {family}" if turned and max(len(family.split()), len(given.split())) <= MAX_WORDS else name


class _Stripped:
    """One pass over a text, tag by tag. Within formulas TeX is kept where it is given, else the bare characters."""

    def __init__(self, source: str) -> None:
        self._source, self._pieces = source, list[str]()
        self._starts: dict[str, int] = {}
        self._tex = ""
        self._has_blocks = self._after_heading = False

    def text(self) -> str:
        """The text without tags; the same text where it has none."""
        at = 0
        for tag in _TAG.finditer(self._source):
            self._add(self._source[at : tag.start()])
            self._read(tag)
            at = tag.end()
        self._add(self._source[at:])
        found = "".join(self._pieces)
        return found if not self._has_blocks else "\n\n".join(p for p in map(_one_line, found.split("\n\n")) if p)

    def _add(self, piece: str) -> None:
        if "math" in self._starts and "tex-math" not in self._starts:
            piece = "".join(piece.split()) if "mtext" not in self._starts else piece
        elif self._has_blocks:
            piece = _BLANKS.sub(" ", piece)
        if piece:
            self._pieces.append(piece)
            self._after_heading = self._after_heading and not piece.strip()

    def _read(self, tag: re.Match[str]) -> None:
        name = (tag["prefixed"] or tag["name"]).lower()
        if name == "annotation" and not tag["end"] and "tex" not in (tag["more"] or ""):
            name = "annotation-xml"
        if name in _SPACED and self._is_glued(name, tag.end(), closing=bool(tag["end"])):
            self._pieces.append(" ")
        if not tag["end"]:
            self._starts[name] = len(self._pieces)
        else:
            self._close(name)
        if name in _BLOCKS:
            self._part(name)

    def _part(self, name: str) -> None:
        """A block begins or ends here."""
        self._has_blocks = True
        if not self._after_heading:
            self._pieces.append(" " if name in ("br", "break") else "\n\n")

    def _close(self, name: str) -> None:
        if name == "annotation" and name not in self._starts:
            name = "annotation-xml"
        start = self._starts.pop(name, None)
        if start is None:
            return
        if name in _NOTATIONS:
            self._close_notation(name, start)
        elif name in _FORMULAS and self._tex:
            self._pieces[start:] = [self._tex]
            self._tex = self._tex if any(outer in self._starts for outer in _FORMULAS) else ""
        elif name == "title":
            words = _one_line("".join(self._pieces[start:])).rstrip(".:")
            # A heading runs into its paragraph; that an abstract is one need not be said.
            self._after_heading = True
            self._pieces[start:] = [] if words.casefold() in ("abstract", "") else [f"{words}: "]

    def _close_notation(self, name: str, start: int) -> None:
        """The formula once more, in another notation: TeX is kept, others are dropped."""
        inner = "".join(self._pieces[start:]).strip()
        del self._pieces[start:]
        if inner and name != "annotation-xml":
            self._tex = _formula(inner)
            if not any(outer in self._starts for outer in _FORMULAS):
                self._pieces.append(self._tex)
                self._tex = ""

    def _is_glued(self, name: str, end: int, *, closing: bool) -> bool:
        """Crossref loses the blanks around inline markup ("in the<i>Lyophyllum</i>sp."); "<i>p</i>H" is one word."""
        before = self._pieces[-1][-1:] if self._pieces else ""
        if name == "math":
            return before.isalnum() and self._source[end : end + 1].isalpha() if closing else before.isalpha()
        inner = self._pieces[-1] if closing and self._pieces else self._source[end : self._source.find("<", end)]
        return before.isalnum() and self._source[end : end + 1].isalpha() and len(inner) > 2


def _one_line(paragraph: str) -> str:
    return _BLANKS.sub(" ", paragraph).strip()


def _formula(tex: str) -> str:
    """The TeX between the document's begin and end, in dollars."""
    body = tex.partition("\\begin{document}")[2].partition("\\end{document}")[0] or tex
    body = body.strip()
    return body if body.startswith(("$", "\\(", "\\[")) else f"${body}$"
