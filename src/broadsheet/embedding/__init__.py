"""Embedding: text to vectors. The only place that runs models."""

from broadsheet.embedding.spaces import Embedder, PaperText, Space, Vectors

__all__ = ["Embedder", "PaperText", "Space", "Vectors"]
