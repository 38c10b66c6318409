"""A model small enough to follow by hand: words that mean the same share a dimension."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from broadsheet.embedding import Embedder, PaperText, Space
from broadsheet.embedding.static import FILE
from broadsheet.errors import Unavailable
from broadsheet.terms import search_terms

DIMENSIONS = 64
SYNONYMS = {"automobile": "car", "physician": "doctor", "hospital": "clinic", "ward": "clinic"}


@dataclass
class WordModel:
    """Sums one direction a word. `down` makes it fail as an endpoint does; `embedded` counts papers."""

    name: str = "words"
    provider: str = "static"
    down: bool = False
    embedded: list[str] = field(default_factory=list)

    @property
    def space(self) -> Space:
        return Space(self.provider, self.name, "1", "none", DIMENSIONS)

    def embed_papers(self, papers: Sequence[PaperText]) -> np.ndarray:
        self._fail_if_down()
        self.embedded += [paper.title for paper in papers]
        found = [self._vector(f"{paper.title} {paper.abstract}") for paper in papers]
        return np.array(found, dtype=np.float32).reshape(len(papers), DIMENSIONS)

    def embed_query(self, text: str) -> np.ndarray:
        self._fail_if_down()
        return self._vector(text)

    def to_bytes(self) -> bytes:
        return self.name.encode()

    def _fail_if_down(self) -> None:
        if self.down:
            raise Unavailable("The endpoint does not answer.")

    def _vector(self, text: str) -> np.ndarray:
        total = np.zeros(DIMENSIONS, dtype=np.float32)
        for word in search_terms(text):
            seed = hashlib.blake2b(f"{self.name} {SYNONYMS.get(word, word)}".encode(), digest_size=4).digest()
            total += np.random.default_rng(int.from_bytes(seed, "big")).standard_normal(DIMENSIONS)
        length = float(np.linalg.norm(total))
        return (total / length).astype(np.float32) if length else total


@dataclass
class WordModels:
    """The models of an instance: the instant one, and a quality model or none."""

    instant: WordModel = field(default_factory=WordModel)
    quality: WordModel | None = None

    @property
    def quality_choice(self) -> str:
        return self.quality.name if self.quality else ""

    def newest_static(self) -> WordModel:
        return self.instant

    def open(self, choice: str, folder: Path) -> Embedder:
        if choice == "static":
            return WordModel((folder / "model" / FILE).read_text())
        if self.quality is None or choice != self.quality.name:
            return WordModel(choice, "builtin")
        return self.quality
