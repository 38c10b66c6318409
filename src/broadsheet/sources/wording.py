"""Wording: what sources print with HTML, JATS or MathML marks, as plain text with math as TeX where it is given so."""

import html
import re

_NAMES = (
    "a|abstract|alternatives|annotation(?:-xml)?|b|bold|big|blockquote|br|break|cite|code|def-item|def-list|disp-formula|"
    "div|em|ext-link|fixed-case|font|formula|graphic|h[1-6]|i|inf|inline-formula|inline-graphic|it|italic|label|li|list|"
    "list-item|math|monospace|named-content|ol|overline|p|roman|sans-serif|sc|scp|sec|section|small|span|strike|strong|"
    "styled-content|sub|sup|supplementary-material|table|tbody|td|tex-math|title|tr|tt|u|ul|underline|uri|xref|"
    "m(?:row|i|n|o|sub|sup|subsup|frac|sqrt|root|over|under|underover|text|space|style|table|tr|td|padded|phantom|"
    "enclose|multiscripts|prescripts|fenced|error|action)|none|semantics"
)
_TAG = re.compile(
    rf"<(?P<end>/?)(?:(?:jats|mml|m|html|xhtml|ns\d):(?P<prefixed>[A-Za-z][\w-]*)|(?P<name>{_NAMES}))"
    r"(?P<more>\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BLOCKS = frozenset("p sec section title div br break li list list-item ul ol tr h1 h2 h3 h4 h5 h6 def-item".split())
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HEADING = re.compile(
    r"\s*abstract(?:\s*[.:\u2013\u2014-]+\s*|\s*\n\s*|\s+(?=(?:a|an|as|background|for|here|in|introduction|it|motivation|"
    r"objectives?|our|purpose|the|there|this|these|to|we|while|with)\b))",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """A text without its marks: entities decoded once, blocks parted by blank lines, no words glued together."""
    if "<" not in text and "&" not in text:
        return text
    decoded = _ENTITY.sub(lambda found: html.unescape(found[0]), _Stripped(text).text())
    # "&lt;i&gt;" is markup that was escaped once too often.
    return _Stripped(decoded).text() if "&lt;" in text else decoded


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


class _Stripped:
    """One pass over a text, tag by tag. Within formulas TeX is kept where it is given, else the bare characters."""

    def __init__(self, source: str) -> None:
        self._source, self._pieces = source, list[str]()
        self._starts: dict[str, int] = {}
        self._tex = ""
        self._has_blocks = False

    def text(self) -> str:
        """The text without tags; the same text where it has none."""
        at = 0
        for tag in _TAG.finditer(self._source):
            self._add(self._source[at : tag.start()])
            name = (tag["prefixed"] or tag["name"]).lower()
            self._mark(name, tag["more"] or "", tag.end(), closing=bool(tag["end"]))
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

    def _mark(self, name: str, more: str, end: int, *, closing: bool) -> None:
        if name in ("math", "i", "italic", "em"):
            self._keep_apart(name, end, closing=closing)
        if not closing:
            self._starts[name] = len(self._pieces)
            if name == "annotation" and "tex" not in more:
                self._starts.pop(name)
                self._starts["annotation-xml"] = len(self._pieces)
        elif (start := self._starts.pop(self._opened(name), None)) is not None:
            self._close(name, start)
        if name in _BLOCKS:
            self._has_blocks = True
            self._pieces.append(" " if name in ("br", "break") else "\n\n")

    def _opened(self, name: str) -> str:
        return "annotation-xml" if name == "annotation" and name not in self._starts else name

    def _close(self, name: str, start: int) -> None:
        inner = "".join(self._pieces[start:])
        if name in ("tex-math", "annotation", "annotation-xml"):
            if name == "annotation-xml" or not inner.strip():
                del self._pieces[start:]
                return
            self._tex = _formula(inner)
            self._pieces[start:] = [self._tex] if name == "tex-math" else []
        elif name in ("alternatives", "math", "inline-formula", "disp-formula") and self._tex:
            self._pieces[start:] = [self._tex]
            self._tex = self._tex if name in ("math", "alternatives") and self._outer() else ""
        elif name == "title":
            self._pieces[start:] = [_heading(inner)]
            self._has_blocks = True

    def _outer(self) -> bool:
        return any(name in self._starts for name in ("alternatives", "inline-formula", "disp-formula"))

    def _keep_apart(self, name: str, end: int, *, closing: bool) -> None:
        """Crossref loses the blanks around inline markup: "in the<i>Lyophyllum</i>sp."."""
        before = next((piece[-1] for piece in reversed(self._pieces) if piece), "")
        after = self._source[end : end + 1]
        inner = self._source[end : self._source.find("<", end)] if not closing and name != "math" else "..."
        if closing and name != "math":
            inner = self._pieces[-1] if self._pieces else ""
        if name == "math" and not closing:
            after = "x"
        if before.isalnum() and after.isalpha() and len(inner) > 2 and (name != "math" or before.isalpha() or closing):
            self._pieces.append(" ")


def _one_line(paragraph: str) -> str:
    return _BLANKS.sub(" ", paragraph).strip()


def _heading(text: str) -> str:
    """A heading within an abstract runs into its paragraph; the word Abstract says nothing."""
    words = _one_line(text).rstrip(".:")
    return "" if words.casefold() in ("abstract", "") else f"{words}: "


def _formula(tex: str) -> str:
    """The TeX between the document's begin and end, in dollars."""
    body = tex.partition("\\begin{document}")[2].partition("\\end{document}")[0] or tex
    body = body.strip()
    return body if body.startswith(("$", "\\(", "\\[")) else f"${body}$"
