"""Keeping the map up: drawn when there is none, new papers placed, drawn anew when too many were only placed."""

import logging
from collections.abc import Iterable
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.index.spaces import read_spaces, vectors_folder
from broadsheet.index.vectors import VectorReader
from broadsheet.mapping.catalogue import describe, field_codes
from broadsheet.mapping.files import find_map
from broadsheet.mapping.making import build, extend
from broadsheet.mapping.neighbours import Chunks, Ids

LEAST = 200
"""Papers below which there is nothing to draw."""
PLACED = 0.1
"""Share of papers that may have been placed beside others since the whole was drawn."""


def instance_chunks(index: Path) -> Chunks:
    """The vectors of the instant space, which all papers have. Raises Unavailable where there are none yet."""
    instant = read_spaces(index).instant
    if instant is None:
        raise Unavailable("There are no vectors yet, which a map is drawn from. Run `broadsheet index update` first.")
    reader = VectorReader(vectors_folder(index, instant.space))

    def chunks() -> Iterable[tuple[Ids, object]]:
        return ((chunk.papers, chunk.vectors) for chunk in reader.chunks())

    return chunks  # type: ignore[return-value]


def keep_up(folder: Path, index: Path) -> int:
    """Draw or extend the map as far as it needs it; returns the new papers on it. Raises Unavailable."""
    quiet()
    chunks = instance_chunks(index)
    try:
        drawn = find_map(folder)
    except Unavailable:  # damaged: the next one takes its place
        drawn = None
    held = sum(len(papers) for papers, _ in chunks())
    if held < LEAST:
        return 0
    if drawn is None or drawn.projected < (1 - PLACED) * held:
        return build(folder, chunks, describe, field_codes()).new
    if len(drawn.papers) == held:
        return 0
    return extend(folder, chunks, describe).new


def quiet() -> None:
    """The libraries' notes on how they were built and called say nothing to an operator."""
    for name in ("faiss", "openTSNE"):
        logging.getLogger(name).setLevel(logging.ERROR)
