"""Markup: texts of papers as HTML, Markdown and JSON that hold nothing a stranger could smuggle in."""

import json
import logging
import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from broadsheet.tex import Segment, math_segments
from broadsheet.typeset import typesetter

log = logging.getLogger("broadsheet.web")

MARKDOWN = re.compile(r"([\\`*_\[\]<>#])")
DASHES = re.compile(r"(?<=\w)-{2,3}(?=\w)|(?<=\s)-{2,3}(?=\s)")
"""TeX's dashes between words; not the hyphens of an option."""
SOURCE = re.compile(r"<annotation[^>]*>[^<]*</annotation>|</?semantics>| xmlns=\"[^\"]*\"")
UNSEEN = re.compile(r"<annotation[^>]*>[^<]*</annotation>|<[^>]*>|&\w+;")
WIDE = 20
"""Characters of a formula above which it may be wider than a phone."""
MAX_FORMULAS = 200
"""Formulas typeset in one text; a longer run of them is shown as plain text."""


def typeset(text: str, *, scroll: bool = False) -> Markup:
    """Text as HTML with its formulas as MathML; a formula that cannot be typeset stays as it was written.

    With `scroll`, a formula that may be wider than a phone scrolls by itself and keeps its TeX; lists cut it off, and
    hold so many that they go without.
    """
    return Markup("").join(_html(segment, scroll=scroll) for segment in _segments(text))


def prepare(texts: Iterable[str]) -> None:
    """Typeset the formulas of a page's texts ahead, all in one go, which costs a third of one by one."""
    found = [(s.body, s.kind == "display") for text in texts for s in _segments(text) if s.kind != "text"]
    try:
        typesetter().prepare(found)
    except Exception:
        log.exception("%s formulas cannot be typeset together", len(found))


def _segments(text: str) -> Sequence[Segment]:
    """The text in parts; one part where it holds no formula, or so many that it must be an attack."""
    if "$" not in text and "\\" not in text:
        return (Segment("text", text),)
    segments = math_segments(text)
    return segments if len(segments) <= 2 * MAX_FORMULAS else (Segment("text", text),)


def _html(segment: Segment, *, scroll: bool) -> Markup:
    if segment.kind == "text":
        return escape(DASHES.sub(_dash, segment.body) if "--" in segment.body else segment.body)
    formula = _formula(segment)
    if formula is None:
        return Markup('<code class="tex">{}</code>').format(segment.body)
    if not scroll:
        formula = SOURCE.sub("", formula)
    elif segment.kind == "display" or len(UNSEEN.sub("", formula)) > WIDE:
        formula = f'<span class="formula" tabindex="0">{formula}</span>'
    return Markup(formula)  # noqa: S704 - the typesetter lets through nothing but checked MathML


def _dash(found: re.Match[str]) -> str:
    return "—" if len(found[0]) == 3 else "–"


def _formula(segment: Segment) -> str | None:
    try:
        return typesetter().formula(segment.body, display=segment.kind == "display")
    except Exception:
        log.exception("a formula cannot be typeset: %.200r", segment.body)
        return None


def marked(pieces: Sequence[tuple[str, bool]]) -> Markup:
    """Text cut at its matches, each match in a mark element."""
    return Markup("").join(Markup("<mark>{}</mark>").format(s) if hit else typeset(s) for s, hit in pieces)


def markdown_text(text: str) -> str:
    """Text with the characters that would start markup in Markdown escaped; formulas keep their TeX."""
    return "".join(
        MARKDOWN.sub(r"\\\1", segment.body) if segment.kind == "text" else _markdown_formula(segment)
        for segment in math_segments(text)
    )


def _markdown_formula(segment: Segment) -> str:
    """A formula between dollar signs, without the signs that would begin HTML."""
    sign = "$$" if segment.kind == "display" else "$"
    return sign + segment.body.replace("<", r"\lt ").replace(">", r"\gt ") + sign


def data_block(value: object) -> Markup:
    """A value as JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 - no character that HTML knows is left
