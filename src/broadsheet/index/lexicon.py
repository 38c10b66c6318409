"""The words of the papers with how many papers hold each: what a mistyped word may have meant."""

import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from broadsheet.errors import Unavailable

LEXICON = "lexicon"
FEWEST_PAPERS = 3
"""Papers that must hold a word before it is proposed instead of another; in a large index one in 100,000."""
_A_LARGE_SHARE = 100_000

_GROWTH = 0.05
_SHORTEST = 4
_LONGEST = 40
RARE = 5
"""Papers that may hold a word which is still taken for a mistake."""
_RARE_SHARE = 0.002
"""How much rarer than its neighbour such a word is."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one length and the numbers of papers that hold them, most frequent first."""

    words: tuple[str, ...]
    papers: NDArray[np.uint32]


class Lexicon:
    """Words by their length, from an index of so many `papers`; kept in one file beside its terms."""

    def __init__(self, by_length: dict[int, Words], papers: int) -> None:
        self._by_length = by_length
        self.papers = papers

    @property
    def groups(self) -> tuple[Words, ...]:
        """The words of each length."""
        return tuple(self._by_length.values())

    def __len__(self) -> int:
        return sum(len(each.words) for each in self._by_length.values())

    def nearest(self, word: str, papers: int) -> str:
        """The frequent word that a rare one most likely stands for, "" where there is none.

        `papers` hold the word as it is. One letter may be wrong, missing, surplus or swapped with its neighbour, in
        words of eight letters or more two; the nearest wins, then the most frequent.
        """
        if not is_checkable(word) or papers > RARE:
            return ""
        for distance in (1, 2) if len(word) >= 8 else (1,):
            best = max(self._within(word, distance), default=(0, ""))
            if papers < FEWEST_PAPERS <= best[0] or papers < best[0] * _RARE_SHARE:
                return best[1]
        return ""

    def _within(self, word: str, distance: int) -> Iterable[tuple[int, str]]:
        """(papers, word) of words at most so far away; the first letter is rarely wrong, and is taken to be right
        where the distance is two.
        """
        for length in range(len(word) - distance, len(word) + distance + 1):
            found = self._by_length.get(length)
            if found is None:
                continue
            near = process.extract(
                word, found.words, scorer=OSA.distance, score_cutoff=distance, limit=50, processor=None
            )
            yield from ((int(found.papers[at]), other) for other, _, at in near if other != word)


def is_checkable(word: str) -> bool:
    """Whether a word is one that can be looked up: letters only, neither short nor endless."""
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def make(terms: Iterable[tuple[str, int]], total: int) -> Lexicon:
    """A lexicon of (word, papers) from an index of so many papers: words of letters that enough of them hold."""
    by_length: dict[int, list[tuple[int, str]]] = {}
    fewest = max(FEWEST_PAPERS, total // _A_LARGE_SHARE)
    for word, papers in terms:
        if papers >= fewest and _SHORTEST - 1 <= len(word) <= _LONGEST and word.isalpha():
            by_length.setdefault(len(word), []).append((papers, word))
    return Lexicon({length: _words(found) for length, found in by_length.items()}, total)


def is_due(path: Path, papers: int) -> bool:
    """Whether the file is missing, damaged, or made from an index so much smaller or larger that words are missing."""
    try:
        with path.open(encoding="utf-8") as file:
            before = int(json.loads(file.readline())["papers"])
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return abs(papers - before) > before * _GROWTH


def write(lexicon: Lexicon, path: Path) -> None:
    """Write the file so that a crash leaves the old one or the new one."""
    words = [word for each in lexicon.groups for word in each.words]
    papers = [str(count) for each in lexicon.groups for count in each.papers]
    body = f"{' '.join(words)}\n{' '.join(papers)}"
    head = json.dumps({"papers": lexicon.papers, "words": len(words), "crc": zlib.crc32(body.encode())})
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(f"{head}\n{body}")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read(path: Path) -> Lexicon:
    """Read the file; where there is none yet, an empty lexicon. Raises Unavailable where it is damaged."""
    try:
        head, _, body = path.read_text(encoding="utf-8").partition("\n")
        state = json.loads(head)
        if zlib.crc32(body.encode()) != state["crc"]:
            raise ValueError("the checksum is wrong")
        words, _, papers = body.partition("\n")
        pairs = zip(words.split(" "), map(int, papers.split(" ")), strict=True) if words else ()
        return make(pairs, int(state["papers"]))
    except FileNotFoundError:
        return Lexicon({}, 0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"The word list of the search index is damaged ({path.name}: {error}).") from error


def _words(found: list[tuple[int, str]]) -> Words:
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return Words(tuple(word for _, word in found), np.array([papers for papers, _ in found], dtype=np.uint32))
