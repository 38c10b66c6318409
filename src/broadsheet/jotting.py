"""Jottings: titles, notes and tags as people write them, cleaned of what nobody can see and kept within bounds."""

import re
import unicodedata
from typing import Final

from broadsheet.errors import BadInput

MAX_TITLE: Final = 120
MAX_ABOUT: Final = 2_000
MAX_NOTE: Final = 5_000
MAX_TAG: Final = 40
MAX_TAGS: Final = 20

JOINERS: Final = "\u200c\u200d"
UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Categories of characters that show nothing, reorder a line, or break storage."""
GAPS: Final = re.compile(r"\n{3,}")


def heading(text: str, what: str) -> str:
    """One line that is not empty and at most 120 characters: a title or a name. Raises BadInput."""
    line = " ".join(_visible(text).split())
    if not line:
        raise BadInput(f"{what} is empty. Write one, of at most {MAX_TITLE} characters.")
    return _within(line, MAX_TITLE, what)


def passage(text: str, what: str, limit: int = MAX_ABOUT) -> str:
    """Plain text of several lines, at most `limit` characters; it may be empty. Raises BadInput."""
    lines = (line.rstrip() for line in _visible(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"))
    return _within(GAPS.sub("\n\n", "\n".join(lines)).strip(), limit, what)


def tags(text: str) -> list[str]:
    """Tags between commas: lower case, each once, in the order of writing. Raises BadInput."""
    names = (" ".join(part.strip().removeprefix("#").split()).lower() for part in _visible(text).split(","))
    found = list(dict.fromkeys(name for name in names if name))
    if len(found) > MAX_TAGS:
        raise BadInput(f"{len(found)} tags: a paper takes at most {MAX_TAGS}. Commas part tags.")
    return [_within(tag, MAX_TAG, f"The tag {tag[:20]}…") for tag in found]


def _within(text: str, limit: int, what: str) -> str:
    if len(text) > limit:
        raise BadInput(f"{what} has {len(text):,} characters: at most {limit:,} are kept. Shorten it.")
    return text


def _visible(text: str) -> str:
    normal = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode().replace("\t", " "))
    if normal.isprintable():
        return normal
    return "".join(c for c in normal if c == "\n" or c in JOINERS or unicodedata.category(c) not in UNSEEN)
