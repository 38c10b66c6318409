"""Spaces: what a vector was made with. Vectors of different spaces are never compared."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Space:
    """All that decides what vector a text gets; two equal spaces give the same vectors.

    `template` names the way in which title and abstract become one text, with its version; `max_tokens` is where that
    text is cut (0: nowhere).
    """

    provider: str
    model: str
    revision: str
    quantisation: str
    dimensions: int
    max_tokens: int = 0
    query_prefix: str = ""
    document_prefix: str = ""
    template: str = "title-abstract/1"

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that stand for the space; names its folder of vectors."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PaperText:
    """What is embedded of a paper."""

    title: str
    abstract: str = ""

    @property
    def digest(self) -> int:
        """63 bits that tell whether a stored vector is still that of this text."""
        whole = f"{self.title}\0{self.abstract}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), "big") >> 1


class Embedder(Protocol):
    """Turns texts into vectors of one space, each of length 1 (an empty text may give a zero vector)."""

    @property
    def space(self) -> Space:
        """The space of all its vectors."""
        ...

    def embed_papers(self, papers: Sequence[PaperText]) -> Vectors:
        """Vectors of papers: float32, shape (papers, dimensions). Raises Unavailable where the model fails."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The vector of a query: float32, shape (dimensions,). Raises Unavailable where the model fails."""
        ...
