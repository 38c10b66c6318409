"""The vector files of the search index: derived data on disk, rebuildable from the records and a model at any time."""

from broadsheet.index.generations import Busy
from broadsheet.index.vectors.reader import RESCORED, VectorReader
from broadsheet.index.vectors.rows import UNDATED, Attributes, Chunk, Held, Near, Row, RowFilter
from broadsheet.index.vectors.writer import VectorWriter

__all__ = [
    "RESCORED",
    "UNDATED",
    "Attributes",
    "Busy",
    "Chunk",
    "Held",
    "Near",
    "Row",
    "RowFilter",
    "VectorReader",
    "VectorWriter",
]
