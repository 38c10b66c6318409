"""Marking the words of a query in a text, by stems, outside of formulas."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from broadsheet.index.schema import stem
from broadsheet.terms import search_terms, split_terms
from broadsheet.tex import math_spans

# A word with its accents as separate marks and its compounds: COVID-19, l'Hôpital. CJK has no spaces and is cut apart.
_CJK = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_PART = rf"(?:[^\W_{_CJK}]|[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e])++"
_CHUNK = re.compile(rf"(?P<cjk>[{_CJK}]+)|{_PART}(?:[-‐‑'’.]{_PART})*+")
_PARTS = re.compile(_PART)
_LONGEST_CHUNK = 100


def highlight(text: str, terms: Iterable[str]) -> list[tuple[str, bool]]:
    """Cut a text into (piece, is marked); joined, the pieces are the text. Formulas are never marked or cut.

    `terms` are words as `ParsedQuery.terms` gives them. Costs time in proportion to the text.
    """
    wanted = frozenset(stems for term in terms for stems in _stems(term))
    marks = _marks(text, wanted) if wanted else iter(())
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


def _marks(text: str, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end, _, _ in math_spans(text):
        yield from _marks_between(text, at, start, wanted)
        at = end
    yield from _marks_between(text, at, len(text), wanted)


def _marks_between(text: str, start: int, end: int, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    for chunk in _CHUNK.finditer(text, start, end):
        word = chunk[0]
        if word.isascii() and word.isalnum():  # nearly always; the other ways would find the same
            if stem(word.lower()) in wanted:
                yield chunk.span()
        elif chunk["cjk"] is not None:
            yield from _cjk_marks(word, chunk.start(), wanted)
        elif len(word) <= _LONGEST_CHUNK and not wanted.isdisjoint(_stems(word)):
            yield from _word_marks(word, chunk.start(), wanted)


def _word_marks(chunk: str, at: int, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The whole compound where its joined form is wanted, else those of its parts that are."""
    if not wanted.isdisjoint(_whole(chunk)):
        yield at, at + len(chunk)
        return
    for part in _PARTS.finditer(chunk):
        if not wanted.isdisjoint(_stems(part[0])):
            yield at + part.start(), at + part.end()


def _cjk_marks(run: str, at: int, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Stretches covered by wanted pairs of characters (a run of one character is a term of its own)."""
    if len(run) == 1:
        if run in wanted:
            yield at, at + 1
        return
    start = end = -1
    for i in range(len(run) - 1):
        if run[i : i + 2] in wanted:
            if i > end - 1:
                if end > start:
                    yield at + start, at + end
                start = i
            end = i + 2
    if end > start:
        yield at + start, at + end


@lru_cache(maxsize=32_768)
def _stems(chunk: str) -> frozenset[str]:
    return frozenset(filter(None, map(stem, search_terms(chunk))))


@lru_cache(maxsize=32_768)
def _whole(chunk: str) -> frozenset[str]:
    """The stems that stand for all of a chunk: its joined form, or its only term."""
    parts, joined = split_terms(chunk)
    return frozenset(map(stem, joined or (parts if len(parts) == 1 else ()))) - {""}
