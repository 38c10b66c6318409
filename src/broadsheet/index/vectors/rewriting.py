"""Rewriting: a new generation of the rows that count, complete before anything points to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from broadsheet.index.vectors.appending import append, create
from broadsheet.index.vectors.coding import Coder
from broadsheet.index.vectors.files import Rows, Table
from broadsheet.index.vectors.layout import stored_type
from broadsheet.index.vectors.opened import Opened
from broadsheet.index.vectors.rows import Vectors
from broadsheet.index.vectors.state import State

_CENTRE_OF = 100_000
"""Rows that a centre is made from; more do not change it."""
_AT_ONCE = 4
"""Blocks written at a time."""


def rewrite(opened: Opened, generation: Path, wanted: State) -> State:
    """Write the rows that count into a new generation of the form `wanted`; returns its state, not yet committed.

    The centre is kept where `wanted` says what it was made from, and stored numbers are copied as they are where their
    type stays. Raises OSError.
    """
    rows = opened.live()
    coder, centred_on = _coder(opened, rows, wanted)
    state = create(generation, replace(wanted, centred_on=centred_on), np.stack((coder.origin, coder.centre)))
    nothing = np.zeros(0, np.int64)
    for at in range(0, len(rows), _AT_ONCE * state.block):
        table = _recoded(opened, rows[at : at + _AT_ONCE * state.block], coder, state)
        state = append(generation, state, table, nothing)
    return state


def _coder(opened: Opened, rows: Rows, wanted: State) -> tuple[Coder, int]:
    """How the new rows are stored, and how many the centre is made from."""
    before, stored = opened.files.coder, stored_type(wanted)
    if not wanted.coded:
        nothing = np.zeros(wanted.dimensions, np.float32)
        return Coder(stored, nothing, nothing), 0
    centre, made_from = (before.centre, wanted.centred_on) if wanted.centred_on else (_mean(opened, rows), len(rows))
    return Coder(stored, before.origin if before.stored == stored else centre, centre), made_from


def _mean(opened: Opened, rows: Rows) -> Vectors:
    total = np.zeros(opened.state.dimensions, np.float64)
    sample = rows[:: -(-len(rows) // _CENTRE_OF)]
    for at in range(0, len(sample), opened.state.block):
        total += opened.files.decoded(sample[at : at + opened.state.block]).sum(axis=0, dtype=np.float64)
    return (total / max(len(sample), 1)).astype(np.float32)


def _recoded(opened: Opened, rows: Rows, coder: Coder, state: State) -> Table:
    table, before = opened.files.table(rows), opened.files.coder
    bits = np.zeros((state.width, len(rows)), np.uint8)
    bits[: opened.state.width] = table.bits
    vectors = before.decode(table.vectors, table.numbers["scales"])
    codes = coder.codes(vectors) if state.coded else np.zeros((len(rows), 0), np.uint8)
    if before.stored == coder.stored:
        return replace(table, codes=codes, bits=bits)
    stored, scales = coder.encode(vectors)
    return Table(stored, codes, table.numbers | {"scales": scales}, bits)
