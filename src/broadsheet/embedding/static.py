"""The instant tier: a table of word vectors. A text's vector is the weighted mean of its words, of length 1.

One file holds a model (safetensors): `rows` int8 (terms, dimensions), `scales` float32 (terms,), `vocabulary` uint8
(the terms in UTF-8, joined by line feeds); its metadata have one entry, `about`, a JSON object that names the format,
the weight of titles and where the model comes from. A term is a word, or, with `##` before it, a piece from which words
that have no row are put together (longest match first, as in WordPiece).
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from broadsheet.embedding.spaces import PaperText, Space, Vectors
from broadsheet.errors import Unavailable

FORMAT: Final = "broadsheet-static/1"
FILE: Final = "model.safetensors"
PIECE: Final = "##"
MAX_PIECES: Final = 8
LONGEST_PIECE: Final = 20
LONGEST_WORD: Final = 60
MAX_CHARACTERS: Final = 40_000
MAX_DIMENSIONS: Final = 4096

_WORD: Final = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text, in order: letters and digits, in lower case and without accents; at most 60 characters."""
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return [word[:LONGEST_WORD] for word in _WORD.findall(text.lower())]


def count_words(title: str, abstract: str, title_weight: float) -> dict[str, float]:
    """How often each word occurs, those of the title `title_weight` times as much."""
    counts: Counter[str] = Counter(words(abstract))
    for word, count in Counter(words(title)).items():
        counts[word] += count * title_weight  # type: ignore[assignment] # a count need not be whole
    return dict(counts)


class Vocabulary:
    """Which rows stand for a word: its own, or those of its pieces."""

    def __init__(self, terms: Sequence[str]) -> None:
        self.terms = tuple(terms)
        self._words = {term: row for row, term in enumerate(terms) if not term.startswith(PIECE)}
        self._pieces = {term[len(PIECE) :]: row for row, term in enumerate(terms) if term.startswith(PIECE)}

    def __len__(self) -> int:
        return len(self.terms)

    def weigh(self, counts: Mapping[str, float]) -> tuple[list[int], list[float]]:
        """Rows and their weights, for words and how often each occurs."""
        rows: list[int] = []
        weights: list[float] = []
        find = self._words.get
        for word, count in counts.items():
            row = find(word)
            if row is not None:
                rows.append(row)
                weights.append(count)
            else:
                pieces = self.split(word)
                rows += pieces
                weights += [count] * len(pieces)
        return rows, weights

    def rows_of(self, word: str) -> Sequence[int]:
        """The row of a word that has one, else those of its pieces."""
        row = self._words.get(word)
        return self.split(word) if row is None else (row,)

    def split(self, word: str) -> list[int]:
        """The rows of the longest pieces that make up the word; a character of no piece is left out."""
        rows: list[int] = []
        start = 0
        while start < len(word) and len(rows) < MAX_PIECES:
            known = self._pieces if start else self._words
            for end in range(min(len(word), start + LONGEST_PIECE), start, -1):
                if (row := known.get(word[start:end])) is not None:
                    rows.append(row)
                    start = end
                    break
            else:
                start += 1
        return rows


@dataclass(frozen=True, slots=True)
class StaticModel:
    """A table of word vectors as an Embedder; threads may share it. `about` is whatever its maker notes of it."""

    vocabulary: Vocabulary
    rows: NDArray[np.int8]
    scales: NDArray[np.float32]
    title_weight: float = 1.0
    about: Mapping[str, str] = field(default_factory=dict)
    revision: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "revision", self._digest())

    @classmethod
    def load(cls, folder: Path) -> "StaticModel":
        """The model of a folder. Raises Unavailable where its file is missing, damaged or of another format."""
        path = folder / FILE
        try:
            return cls.from_bytes(path.read_bytes())
        except OSError as error:
            raise Unavailable(f"The static model {path} cannot be read ({error.strerror}). {REMEDY}") from error
        except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Unavailable(f"The static model {path} is damaged ({error}). {REMEDY}") from error

    @classmethod
    def from_bytes(cls, content: bytes) -> "StaticModel":
        """The model that a file's content holds. Raises ValueError, KeyError, TypeError or SafetensorError if none."""
        about = read_about(content)
        tensors = load(content)
        rows, scales = tensors["rows"], tensors["scales"]
        terms = tensors["vocabulary"].tobytes().decode().split("\n")
        if rows.dtype != np.int8 or rows.ndim != 2 or not 0 < rows.shape[1] <= MAX_DIMENSIONS:
            raise ValueError("its rows are not a table of int8")
        if scales.dtype != np.float32 or scales.shape != rows.shape[:1] or len(terms) != len(rows):
            raise ValueError("its rows, scales and words are not equally many")
        if not np.isfinite(scales).all():
            raise ValueError("its scales are not numbers")
        weight = float(about.pop("title_weight"))
        if not 0 < weight < 100:
            raise ValueError("its weight of titles is out of range")
        return cls(Vocabulary(terms), rows, scales, weight, about)

    def to_bytes(self) -> bytes:
        """The content of the model's file; the same model gives the same bytes."""
        about = {**self.about, "format": FORMAT, "title_weight": repr(self.title_weight)}
        return save(self._tensors(), {"about": json.dumps(about, sort_keys=True)})

    def _tensors(self) -> dict[str, NDArray[Any]]:
        vocabulary = np.frombuffer("\n".join(self.vocabulary.terms).encode(), dtype=np.uint8)
        return {"rows": self.rows, "scales": self.scales, "vocabulary": vocabulary}

    def _digest(self) -> str:
        """Sixteen hexadecimal digits that stand for all that decides what vector a text gets."""
        digest = hashlib.sha256(f"{FORMAT} {self.title_weight!r} {self.rows.shape}".encode())
        for _, tensor in sorted(self._tensors().items()):
            digest.update(np.ascontiguousarray(tensor).data)
        return digest.hexdigest()[:16]

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self.rows.shape[1])

    @property
    def space(self) -> Space:
        """The space of all its vectors."""
        return Space("static", "words", self.revision, "int8", self.dimensions)

    def embed_papers(self, papers: Sequence[PaperText]) -> Vectors:
        """Vectors of papers: float32, shape (papers, dimensions), each of length 1 (0 without a known word)."""
        return self._embed(count_words(paper.title, paper.abstract, self.title_weight) for paper in papers)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Vectors of sentences or queries: float32, shape (texts, dimensions)."""
        return self._embed(Counter(words(text)) for text in texts)

    def embed_query(self, text: str) -> Vectors:
        """The vector of a query: float32, shape (dimensions,)."""
        return self._pool(Counter(words(text)))

    def _embed(self, texts: Iterable[Mapping[str, float]]) -> Vectors:
        vectors = [self._pool(counts) for counts in texts]
        return np.stack(vectors) if vectors else np.zeros((0, self.dimensions), dtype=np.float32)

    def _pool(self, counts: Mapping[str, float]) -> Vectors:
        """The unit vector along the weighted sum of the words' rows.

        The rows stay int8 until they are summed: a table of floats would be four times as large in each process.
        """
        rows, weights = self.vocabulary.weigh(counts)
        weighted = np.asarray(weights, dtype=np.float32) * self.scales[rows]
        vector = weighted @ self.rows[rows].astype(np.float32)
        length = sqrt(float(vector @ vector))
        return vector / np.float32(length) if length > 0 else vector


REMEDY: Final = (
    "Train one with `broadsheet train static`, or install Broadsheet again for the one that it brings along."
)


def read_about(content: bytes) -> dict[str, str]:
    """What a static model's file says of itself. Raises ValueError where it is no such file."""
    length = int.from_bytes(content[:8], "little")
    if not 0 < length <= len(content) - 8:
        raise ValueError("it is cut short")
    header = json.loads(content[8 : 8 + length])
    about = json.loads(header["__metadata__"]["about"])
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f"it is not of the format {FORMAT}")
    return {str(name): str(value) for name, value in about.items() if name != "format"}


@cache
def shipped() -> StaticModel:
    """The model that comes with Broadsheet, read once. Raises Unavailable where the file is missing or damaged."""
    with as_file(files("broadsheet") / "data" / "static") as folder:
        return StaticModel.load(folder)
