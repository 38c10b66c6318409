"""MathML safety: whether a piece of MathML may stand in a page; an allow-list of elements, attributes and sizes."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
MATH = NAMESPACE + "math"
ROW = NAMESPACE + "mtr"

ELEMENT_NAMES = """
annotation math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup
mtable mtd mtext mtr munder munderover semantics
"""
ELEMENTS = frozenset(NAMESPACE + name for name in ELEMENT_NAMES.split())
"""What KaTeX writes, without all that links, loads, acts or holds HTML (`maction`, `mglyph`, `annotation-xml`)."""

_KEYWORD = r"[a-z-]+"
_BOOLEAN = r"true|false"
_NUMBER = r"[+-]?[0-9]{0,3}\.?[0-9]{0,6}"
_LENGTH = rf"{_NUMBER}(?:em|ex|px|pt|%)?"
_WORDS = r"[a-z ]+"
_COLOUR = r"#[0-9a-fA-F]{3,8}|[a-zA-Z]+"

ATTRIBUTES = {
    name: re.compile(pattern)
    for names, pattern in (
        ("accent accentunder displaystyle fence largeop separator stretchy", _BOOLEAN),
        ("display linebreak mathvariant valign", _KEYWORD),
        ("columnalign columnlines notation rowlines", _WORDS),
        ("depth height lspace mathsize maxsize minsize rspace voffset width", _LENGTH + r"|-?[01](?:\.5)?width"),
        ("columnspacing linethickness rowspacing", rf"{_LENGTH}(?: {_LENGTH})*"),
        ("mathbackground mathcolor", _COLOUR),
        ("encoding", "application/x-tex"),
        ("scriptlevel", r"[+-]?[0-9]"),
    )
    for name in names.split()
}
"""Every attribute allowed, and what its whole value must look like; no `href`, `style`, `class` or `on...`."""

MOVING = frozenset(["depth", "height", "linethickness", "lspace", "minsize", "rspace", "voffset", "width"])
"""Attributes whose lengths move ink or make it larger."""

MAX_DEPTH = 100
"""Elements inside each other: browsers lay out deeper trees wrongly, and real formulas stay under 30."""
MAX_ROWS = 60
"""Rows of tables and forced line breaks."""
MAX_EM = 20.0
"""Sum of the lengths that move or blow up ink, so that a formula cannot cover what stands beside it."""
MAX_ASTRAY_EM = 4.0
"""Sum of those that lead out of the formula's own box, backward, up or down: overlapping letters need a few tenths."""
MAX_SCALE = 4.0
"""Product of all font sizes, which multiply when nested."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one attribute does to the place a formula takes: lengths in em, `scale` a factor on the font size."""

    length: float = 0.0
    astray: float = 0.0
    scale: float = 1.0
    rows: int = 0


def is_safe(mathml: str) -> bool:
    """Whether the text is one well-formed `math` element that cannot act, load, or leave its place in the page."""
    if not mathml.startswith("<math"):  # so that no document type can come first
        return False
    try:
        elements = list(ElementTree.fromstring(mathml).iter())  # noqa: S314
    except ElementTree.ParseError:
        return False
    effects = [_effect(name, value) for element in elements for name, value in element.items()]
    return (
        elements[0].tag == MATH
        and all(element.tag in ELEMENTS for element in elements)
        and _is_bounded([effect for effect in effects if effect], rows=sum(element.tag == ROW for element in elements))
        and None not in effects
        and _depth(elements[0]) <= MAX_DEPTH
    )


@lru_cache(1_000)
def _effect(name: str, value: str) -> _Effect | None:
    """None for an attribute that is not allowed. Remembered, since nearly all formulas use the same few."""
    if name not in ATTRIBUTES or not ATTRIBUTES[name].fullmatch(value):
        return None
    if name == "linebreak":
        return _Effect(rows=1)
    if name == "mathsize":
        return _Effect(scale=max(1.0, abs(_em(value))))
    if name not in MOVING:
        return _Effect()
    length = _em(value)
    return _Effect(length=abs(length), astray=abs(length) if length < 0 or name == "voffset" else 0.0)


def _em(length: str) -> float:
    """The length in em; pixels, points and percents count as if ten made an em, which is generous."""
    number = re.match(_NUMBER, length).group()  # type: ignore[union-attr]
    return float(number) * (1 if length.endswith(("em", "width")) else 0.1) if number.strip("+-.") else 0.0


def _is_bounded(effects: list[_Effect], *, rows: int) -> bool:
    return (
        rows + sum(effect.rows for effect in effects) <= MAX_ROWS
        and sum(effect.length for effect in effects) <= MAX_EM
        and sum(effect.astray for effect in effects) <= MAX_ASTRAY_EM
        and math.prod(effect.scale for effect in effects) <= MAX_SCALE
    )


def _depth(root: ElementTree.Element) -> int:
    depth, level = 0, [root]
    while level:
        depth, level = depth + 1, [child for element in level for child in element]
    return depth
