"""Labels: attributes as numbers and bits in columns, and filters as masks over them."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.files import Files
from broadsheet.index.vectors.layout import Bytes
from broadsheet.index.vectors.rows import UNDATED, Attributes, RowFilter

_HAS_CODE = 1


def venue_number(slug: str) -> int:
    """63 bits that stand for a venue, 0 for none: no two of millions of venues share them."""
    return int.from_bytes(hashlib.blake2b(slug.encode(), digest_size=8).digest(), "big") >> 1 if slug else 0


def numbers(attributes: Sequence[Attributes]) -> dict[str, NDArray[Any]]:
    """The columns `days`, `venues` and `flags`."""
    days = [UNDATED if each.day is None else each.day for each in attributes]
    return {
        "days": np.array(days, np.int32),
        "venues": np.array([venue_number(each.venue) for each in attributes], np.int64),
        "flags": np.array([_HAS_CODE * each.has_code for each in attributes], np.uint8),
    }


def more_categories(known: tuple[str, ...], attributes: Sequence[Attributes]) -> tuple[str, ...]:
    """The codes known so far and then those that are new."""
    return tuple(dict.fromkeys((*known, *(code for each in attributes for code in each.categories))))


def bits(attributes: Sequence[Attributes], known: tuple[str, ...], width: int) -> Bytes:
    """Category bits of shape (width, rows): code number c is bit c % 8 of byte c // 8."""
    places = {code: divmod(number, 8) for number, code in enumerate(known)}
    found = np.zeros((width, len(attributes)), np.uint8)
    for row, each in enumerate(attributes):
        for byte, bit in map(places.__getitem__, each.categories):
            found[byte, row] |= 1 << bit
    return found


def passing(files: Files, known: tuple[str, ...], within: RowFilter) -> NDArray[np.bool_] | None:
    """Which rows of the mapped pages pass the conditions other than `only`: shape (room,); None when all do."""
    masks: list[NDArray[np.bool_]] = []
    if within.category:
        masks.append(_in_category(files, known, within.category))
    if within.since is not None or within.until is not None:
        masks.extend(_dated(files.columns["days"], within.since, within.until))
    if within.venue:
        masks.append(files.columns["venues"] == venue_number(within.venue))
    if within.has_code:
        masks.append((files.columns["flags"] & _HAS_CODE) != 0)
    for mask in masks[1:]:
        masks[0] &= mask
    return masks[0].reshape(-1) if masks else None


def _in_category(files: Files, known: tuple[str, ...], code: str) -> NDArray[np.bool_]:
    if code not in known:
        return np.zeros(files.columns["flags"].shape, np.bool_)
    byte, bit = divmod(known.index(code), 8)
    return np.asarray((files.bits[:, byte, :] & np.uint8(1 << bit)) != 0)


def _dated(days: NDArray[np.int32], since: int | None, until: int | None) -> list[NDArray[np.bool_]]:
    masks = [days >= (UNDATED + 1 if since is None else since)]
    return masks if until is None else [*masks, days <= until]
