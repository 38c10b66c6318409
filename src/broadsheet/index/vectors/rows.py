"""Rows: what goes into the vector files, what a search may ask of them, and what comes out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Papers = NDArray[np.int64]

UNDATED = int(np.iinfo(np.int32).min)
"""Day of a row whose paper has no date."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a row can be filtered by.

    `day` counts from 1970-01-01; `categories` are all the codes that a filter may name, archives and fields included;
    `venue` is a slug.
    """

    day: int | None = None
    categories: tuple[str, ...] = ()
    venue: str = ""
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The vector of a paper: float32, of length 1 (or all zeros), with the digest of the text it was made of."""

    paper_id: int
    vector: Vectors
    digest: int
    attributes: Attributes = Attributes()


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Conditions that all hold for what is found; None or empty is no condition.

    `since` and `until` are days since 1970-01-01, both included; an undated row passes neither. `only` are the papers
    to which the search is confined.
    """

    category: str = ""
    since: int | None = None
    until: int | None = None
    venue: str = ""
    has_code: bool = False
    only: Papers | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """The papers nearest to a query, best first, and the cosines of their vectors with it: both of shape (found,)."""

    papers: Papers
    cosines: Vectors


@dataclass(frozen=True, slots=True)
class Held:
    """The papers that have a row, the digests of their texts and their days (UNDATED where unknown): shape (rows,)."""

    papers: Papers
    digests: NDArray[np.int64]
    days: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of the rows: papers of shape (rows,), vectors of shape (rows, dimensions)."""

    papers: Papers
    vectors: Vectors
