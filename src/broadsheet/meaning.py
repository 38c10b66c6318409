"""Meaning: the models in use with their vectors, as those who search by meaning need them."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding import Embedder, PaperText, Vectors
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.index.spaces import Chosen, Spaces, read_spaces, spaces_mark, vectors_folder
from broadsheet.index.vectors import VectorReader

log = logging.getLogger("broadsheet.meaning")

OpenModel = Callable[[str, Path], Embedder]
"""From a choice of model and the folder of its vectors to the model. Raises Unavailable, BadInput."""

MISSING = "A model of search by meaning is missing, so this search rests on the others."
DAMAGED = "Vectors are being made anew, so this search rests on words more than usual."
KEPT_QUERIES = 512
BUILTIN = "builtin"
"""Provider of the quality model that comes with the house."""


class Tier:
    """One model with the vectors that it made of the papers. Shared by threads."""

    def __init__(self, embedder: Embedder, vectors: VectorReader) -> None:
        self.embedder = embedder
        self.vectors = vectors
        self._embedded = lru_cache(maxsize=KEPT_QUERIES)(embedder.embed_query)

    def extent(self) -> int | None:
        """The number of vectors; None where they cannot be read."""
        try:
            return self.vectors.count()
        except Unavailable:
            return None

    def of_query(self, text: str) -> Vectors:
        """The vector of a query; one that was asked for lately costs nothing."""
        return self._embedded(text)

    def of_texts(self, texts: list[str]) -> Vectors:
        """Vectors of short texts such as sentences: float32, shape (texts, dimensions)."""
        return self.embedder.embed_papers([PaperText(text) for text in texts])

    def of_examples(self, papers: NDArray[np.int64], texts: list[PaperText]) -> Vectors | None:
        """The mean of papers' vectors and of texts, of length 1; None where there is nothing to take the mean of."""
        stored, there = self.vectors.vectors(papers)
        parts = [stored[there]]
        if texts:
            parts.append(self.embedder.embed_papers(texts))
        return normalised(np.concatenate(parts).sum(axis=0))


def normalised(vector: Vectors) -> Vectors | None:
    """The vector at length 1; None for one without direction."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length, dtype=np.float32) if length > 1e-6 else None


@dataclass(frozen=True, slots=True)
class Tiers:
    """What can be searched by: the instant tier finds, the quality tier re-scores. `notes` say what is missing."""

    instant: Tier | None = None
    quality: Tier | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether the quality model is none that the fusion was tuned for."""
        return self.quality is not None and self.quality.embedder.space.provider != BUILTIN

    def extent(self) -> tuple[int | None, ...]:
        """How many vectors each tier holds (None: unreadable); an answer is good for as long as that stays."""
        return tuple(tier.extent() for tier in (self.instant, self.quality) if tier)

    def all_notes(self) -> tuple[str, ...]:
        """The notes, and one where vectors are damaged as of now."""
        return (*self.notes, DAMAGED) if None in self.extent() else self.notes


class Meaning:
    """The tiers of an index folder, opened when first asked for and again when others come into use."""

    def __init__(self, index: Path, open_model: OpenModel) -> None:
        self._index = index
        self._open_model = open_model
        self._lock = threading.Lock()
        self._mark: tuple[int, int] | None = None
        self._tiers = Tiers()

    def tiers(self) -> Tiers:
        """The tiers as of now. A model or a file that fails leaves its tier out and says so in the notes."""
        mark = spaces_mark(self._index)
        if mark != self._mark:
            with self._lock:
                if mark != self._mark:
                    self._tiers, self._mark = self._open(), mark
        return self._tiers

    def _open(self) -> Tiers:
        try:
            spaces = read_spaces(self._index)
        except Unavailable as error:
            return Tiers(notes=(str(error),))
        return self._open_tiers(spaces)

    def _open_tiers(self, spaces: Spaces) -> Tiers:
        instant, quality = self._tier(spaces.instant), self._tier(spaces.quality)
        missing = (spaces.instant and not instant) or (spaces.quality and not quality)
        return Tiers(instant, quality, (MISSING,) if missing else ())

    def _tier(self, chosen: Chosen | None) -> Tier | None:
        """A tier in use; None where there is none or its model cannot be opened, which `doctor` explains."""
        if chosen is None:
            return None
        folder = vectors_folder(self._index, chosen.space)
        try:
            return Tier(self._open_model(chosen.choice, folder), VectorReader(folder))
        except BroadsheetError as error:
            log.warning("search goes without a model: %s", error)
            return None
