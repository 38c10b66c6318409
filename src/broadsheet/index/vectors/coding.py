"""Coding: vectors as stored numbers, and as few bits for the scan."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.rows import Vectors

Stored = NDArray[Any]
_STEPS = 127
_WORD = 512
"""Bits of a code are a multiple of this: faiss compares such codes fastest, faster than shorter ones."""
_AT_ONCE = 8_192
"""Rows decoded at a time: 12 MB of float32 at 384 dimensions."""


@dataclass(frozen=True, slots=True)
class Coder:
    """How a folder stores its vectors.

    int8 holds what is left of a vector when the `origin` is taken off, in steps of its own (`scales`): models whose
    vectors all point one way lose no precision to that. The floats are stored as they are. Codes are taken
    from the `centre`, which may move on as rows are added; the origin never does, since rounding twice loses twice.
    """

    stored: np.dtype[Any]
    origin: Vectors
    centre: Vectors

    def encode(self, vectors: Vectors) -> tuple[Stored, Vectors]:
        """Stored numbers of shape (rows, dimensions) and the length of a step for each row."""
        if self.stored != np.int8:
            return vectors.astype(self.stored), np.ones(len(vectors), np.float32)
        rest = vectors - self.origin
        scales = np.abs(rest).max(axis=1, initial=0.0) / np.float32(_STEPS)
        steps = rest / np.where(scales > 0, scales, 1)[:, None]
        return np.rint(steps).astype(np.int8), scales.astype(np.float32)

    def decode(self, stored: Stored, scales: Vectors) -> Vectors:
        """Vectors again, of shape (rows, dimensions)."""
        if self.stored != np.int8:
            return stored.astype(np.float32)
        vectors = stored.astype(np.float32) * scales[:, None]
        vectors += self.origin
        return vectors

    def products(self, query: Vectors, stored: Stored, scales: Vectors) -> Vectors:
        """Inner products of a query with stored rows, of shape (rows,)."""
        if self.stored == np.float32:
            return np.asarray(stored @ query)
        found = np.empty(len(stored), np.float32)
        for at in range(0, len(stored), _AT_ONCE):
            found[at : at + _AT_ONCE] = stored[at : at + _AT_ONCE].astype(np.float32) @ query
        return found if self.stored != np.int8 else found * scales + self.origin @ query

    def codes(self, vectors: Vectors) -> NDArray[np.uint8]:
        """The signs of vectors from the centre, turned at random: shape (rows, code_bytes(dimensions)).

        Hamming distances of such codes follow the angles of vectors (Charikar, STOC 2002); signs of the dimensions as a
        model gives them follow them less well, since those matter unevenly.
        """
        return np.packbits((vectors - self.centre) @ _turn(len(self.centre)) > 0, axis=-1, bitorder="little")


def code_bytes(dimensions: int) -> int:
    """Bytes of a code."""
    return -(-dimensions // _WORD) * _WORD // 8


@lru_cache(maxsize=4)
def _turn(dimensions: int) -> Vectors:
    """A turn into as many dimensions as a code has bits, always the same: shape (dimensions, bits).

    Hadamard transforms with random signs between them, which let all bits hear of all dimensions (Ailon and Chazelle,
    STOC 2006).
    """
    bits = code_bytes(dimensions) * 8
    size = 1 << (bits - 1).bit_length()
    drawn = np.frombuffer(hashlib.shake_256(b"broadsheet codes").digest(size // 8), np.uint8)
    signs = (1 - 2.0 * np.unpackbits(drawn)).astype(np.float32)
    first = _hadamard(np.eye(dimensions, size, dtype=np.float32))
    return np.ascontiguousarray(_hadamard(first * signs)[:, :bits])


def _hadamard(rows: Vectors) -> Vectors:
    """The Hadamard transform, which keeps lengths, of rows as long as a power of two."""
    count, size = rows.shape
    step = 1
    while step < size:
        left, right = np.moveaxis(rows.reshape(count, -1, 2, step), 2, 0)
        rows = np.stack((left + right, left - right), axis=2).reshape(count, size)
        step *= 2
    return rows / np.float32(np.sqrt(size))
