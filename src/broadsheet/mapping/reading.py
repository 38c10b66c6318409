"""Reading the map: which papers pass a filter, which regions hold them, and which of them stand for a region."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.mapping.files import NO_FIELD, STEPS, YEAR_ZERO, LiteratureMap, Region
from broadsheet.mapping.placing import rows_of
from broadsheet.terms import slug

Mask = NDArray[np.bool_]
"""For each paper of the map whether it is meant, shape (n,)."""
Rows = NDArray[np.int64]
"""Numbers of papers on the map."""

NONE = "none"
"""What stands for papers of no stated field in a filter."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region by its place in the levels."""

    level: int
    number: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A region in a list: how many of the papers meant it holds."""

    place: Place
    region: Region
    name: str
    papers: int


def passing(
    drawn: LiteratureMap, fields: Sequence[str] = (), first: int | None = None, last: int | None = None
) -> Mask:
    """Papers of one of the fields (all without any; `NONE`: of no stated one) that appeared in these years."""
    mask = np.ones(len(drawn.papers), np.bool_)
    if fields:
        numbers = [
            NO_FIELD if code == NONE else drawn.field_codes.index(code) for code in fields if _is_known(drawn, code)
        ]
        mask &= np.isin(drawn.fields, np.array(numbers, np.uint8))
    if first is not None:
        mask &= (drawn.years > 0) & (drawn.years.astype(np.int16) + YEAR_ZERO >= first)
    if last is not None:
        mask &= (drawn.years > 0) & (drawn.years.astype(np.int16) + YEAR_ZERO <= last)
    return mask


def _is_known(drawn: LiteratureMap, code: str) -> bool:
    return code == NONE or code in drawn.field_codes


def rows_among(drawn: LiteratureMap, papers: Iterable[int]) -> Rows:
    """Rows of the papers that are on the map, in the order given."""
    ids = np.fromiter(papers, np.int64)
    rows = rows_of(ids, drawn.papers, np.argsort(drawn.papers, kind="stable"))
    return rows[rows >= 0]


def field_counts(drawn: LiteratureMap) -> list[tuple[str, int]]:
    """How many papers each field has on the map, those of no stated field last; fields without any are left out."""
    counts = np.bincount(drawn.fields, minlength=256)
    stated = [(code, int(counts[number])) for number, code in enumerate(drawn.field_codes)]
    return [(code, count) for code, count in (*stated, (NONE, int(counts[NO_FIELD]))) if count]


def year_span(drawn: LiteratureMap) -> tuple[int, int] | None:
    """First and last year of papers on the map; None where no year is known."""
    known = drawn.years[drawn.years > 0]
    return (int(known.min()) + YEAR_ZERO, int(known.max()) + YEAR_ZERO) if len(known) else None


def region_name(region: Region, place: Place) -> str:
    """The part of an address that names a region."""
    return slug(region.label) if region.label else f"region-{place.level + 1}-{place.number + 1}"


def find_region(drawn: LiteratureMap, name: str) -> Place | None:
    """The region of a name, None where this map has none of it."""
    for level, regions in enumerate(drawn.levels):
        for number, region in enumerate(regions):
            if region_name(region, Place(level, number)) == name:
                return Place(level, number)
    return None


def within(drawn: LiteratureMap, place: Place) -> Mask:
    """The papers of a region."""
    return np.asarray(drawn.members[place.level] == place.number)


def entries(drawn: LiteratureMap, level: int, mask: Mask, parent: int | None = None) -> list[Entry]:
    """Regions of a level that hold papers of the mask, those with the most first; those of one parent if given."""
    regions = drawn.levels[level]
    counts = np.bincount(drawn.members[level][mask], minlength=len(regions))
    chosen = [
        Entry(Place(level, number), region, region_name(region, Place(level, number)), int(counts[number]))
        for number, region in enumerate(regions)
        if counts[number] and (parent is None or region.parent == parent)
    ]
    return sorted(chosen, key=lambda entry: -entry.papers)


def central(drawn: LiteratureMap, place: Place, mask: Mask, offset: int, limit: int) -> Rows:
    """Papers of a region and a mask, those nearest to its middle first."""
    rows = np.flatnonzero(mask & within(drawn, place))
    region = drawn.levels[place.level][place.number]
    middle = np.array([[region.x], [region.y]]) * STEPS
    far = ((drawn.xy[:, rows] - middle) ** 2).sum(axis=0)
    return rows[np.argsort(far, kind="stable")[offset : offset + limit]]


def placed(drawn: LiteratureMap, papers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Coordinates (0 to `STEPS`) of the papers that are on the map, by id."""
    rows = rows_among(drawn, papers)
    return {int(drawn.papers[row]): (int(drawn.xy[0, row]), int(drawn.xy[1, row])) for row in rows}
