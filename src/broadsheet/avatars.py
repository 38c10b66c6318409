"""Avatars: initials on a quiet colour, drawn here, so that no other site learns who reads what."""

from hashlib import sha256
from typing import Final
from xml.sax.saxutils import escape

COLOURS: Final = ("#7a3b2e", "#2e5e4e", "#35507a", "#6b3a68", "#5c5320", "#2f6068", "#7a2f4c", "#4a4a4a")
"""Dark enough for white letters (contrast at least 5.5), light enough to stand on a dark page."""

FORM: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="{label}">'
    '<rect width="64" height="64" rx="6" fill="{colour}"/>'
    '<text x="32" y="33" fill="#fff" font-family="Georgia, \'Liberation Serif\', serif" font-size="{size}" '
    'text-anchor="middle" dominant-baseline="central">{initials}</text></svg>'
)


def initials(name: str, handle: str) -> str:
    """One or two letters: of the first and last word of a name, else the first two of the handle."""
    letters = [first for word in name.split() if (first := next(filter(str.isalnum, word), ""))]
    if len(letters) > 1:
        return (letters[0] + letters[-1]).upper()
    return (letters[0] if letters else handle[:2]).upper()


def colour_of(handle: str) -> str:
    """The colour of somebody, always the same."""
    return COLOURS[sha256(handle.encode()).digest()[0] % len(COLOURS)]


def avatar(name: str, handle: str) -> str:
    """The picture as SVG."""
    letters = initials(name, handle)
    return FORM.format(
        label=escape(letters, {'"': "&quot;"}),
        colour=colour_of(handle),
        size=26 if len(letters) > 1 else 32,
        initials=escape(letters),
    )
