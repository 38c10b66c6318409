"""Pooling: from the vectors of tokens to the vector of a text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding.spaces import Vectors
from broadsheet.errors import Unavailable

POOLINGS = ("mean", "cls", "last")


def pooled(tokens: NDArray[Any], pooling: str) -> Vectors:
    """One vector (dimensions,) of the vectors of tokens (tokens, dimensions), none of which is padding."""
    if pooling == "mean":
        return np.asarray(tokens.mean(axis=0, dtype=np.float32))
    return np.asarray(tokens[0 if pooling == "cls" else -1], dtype=np.float32)


def normalised(vectors: NDArray[Any], label: str) -> Vectors:
    """Vectors (..., dimensions) brought to length 1; zero vectors stay. Raises Unavailable where one is not finite."""
    vectors = np.asarray(vectors, dtype=np.float32)
    if not np.isfinite(vectors).all():
        raise Unavailable(f"{label}: the model gave a vector that is not finite. Choose another model.")
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)))
