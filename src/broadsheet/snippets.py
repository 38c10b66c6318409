"""Snippets: the part of an abstract that tells, and why a paper is among the results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from broadsheet.cards import Card
from broadsheet.errors import BroadsheetError
from broadsheet.finding import By
from broadsheet.index import highlight
from broadsheet.index.schema import stem
from broadsheet.meaning import Tiers
from broadsheet.tex import math_spans
from broadsheet.text import opening, sentences, shorten

SNIPPET = 360
SENTENCE = 240
MOST_SENTENCES = 24
MOST_WORDS = 6

Marked = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper was found: the query's words that it holds, and where meaning found it the nearest sentence."""

    words: tuple[str, ...] = ()
    sentence: Marked = ()
    by: Literal["words", "meaning", "both", "name"] = "words"


@dataclass(frozen=True, slots=True)
class Explainer:
    """Tells why papers match a query."""

    tiers: Tiers
    query: str = ""

    def why(self, card: Card, by: By, terms: Sequence[str]) -> Why:
        """The words of the query that a paper holds; for one that holds few of them, its sentence nearest to it."""
        held = _held(card, terms)
        telling = by in ("meaning", "both") and 2 * len(held) <= len(terms)
        return Why(held, self._nearest(card, terms) if telling and self.query else (), by)

    def _nearest(self, card: Card, terms: Sequence[str]) -> Marked:
        """The sentence of the abstract that is nearest to the query; the instant model tells them apart in no time."""
        tier = self.tiers.instant
        found = sentences(card.abstract)[:MOST_SENTENCES]
        if tier is None or not found:
            return ()
        try:
            near = tier.of_texts(found) @ tier.of_query(self.query)
        except BroadsheetError:
            return ()
        best = " ".join(found[int(np.argmax(near))].split())
        return highlight(shorten(best, SENTENCE), terms)


def _held(card: Card, terms: Sequence[str]) -> tuple[str, ...]:
    """The words of a paper that a search marks, as the paper spells them."""
    pieces = (*highlight(card.title, terms), *highlight(card.abstract, terms))
    found: dict[str, str] = {}
    for piece, hit in pieces:
        if hit:
            found.setdefault(stem(piece.lower()), piece.lower())
    return tuple(found.values())[:MOST_WORDS]


def snippet(abstract: str, terms: Sequence[str]) -> Marked:
    """The abstract's opening; where no word stands there, a stretch from the sentence that holds the first one."""
    start = highlight(opening(abstract, SNIPPET), terms)
    if any(hit for _, hit in start):
        return start
    before = 0
    for piece, hit in highlight(abstract, terms):
        if hit:
            at = _sentence_start(abstract, before)
            return [("… ", False), *highlight(opening(abstract[at:], SNIPPET), terms)]
        before += len(piece)
    return start


def _sentence_start(text: str, position: int) -> int:
    """Where the sentence around a position begins, or a word not far before it; never inside a formula."""
    at = max(text.rfind(". ", 0, position) + 2, text.rfind("\n", 0, position) + 1)
    if position - at > SNIPPET // 2:
        at = text.rfind(" ", 0, position - SNIPPET // 4) + 1
    return next((start for start, end, _, _ in math_spans(text) if start < at < end), at)
