"""Revisions: what changed from one text to the next, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
MAX_PAIRS: Final = 100_000
"""Pairs of words to compare; texts that differ in more are shown as one replaced by the other."""

Kind = Literal["kept", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


def changes(before: str, after: str) -> list[Piece]:
    """The two texts woven into one: without what was added it is the first, without what was removed the second."""
    old, new = WORD.findall(before), WORD.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = _woven(old[start : len(old) - end], new[start : len(new) - end])
    pieces = [Piece("kept", "".join(old[:start])), *middle, Piece("kept", "".join(old[len(old) - end :]))]
    return [piece for piece in pieces if piece.text]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _woven(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if len(old) * len(new) > MAX_PAIRS:
        yield from (Piece("removed", "".join(old)), Piece("added", "".join(new)))
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if tag == "equal":
            yield Piece("kept", "".join(old[a:b]))
        else:
            yield Piece("removed", "".join(old[a:b]))
            yield Piece("added", "".join(new[c:d]))
