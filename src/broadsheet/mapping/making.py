"""Making the map: a whole new one now and then, and a place for each new paper in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import Unavailable
from broadsheet.mapping.files import (
    NO_FIELD,
    STEPS,
    YEAR_ZERO,
    LiteratureMap,
    Region,
    drawing,
    find_map,
    write_map,
)
from broadsheet.mapping.labels import name_regions
from broadsheet.mapping.neighbours import Chunks, Ids, shorten
from broadsheet.mapping.placing import most_like, rows_of, settle
from broadsheet.mapping.projection import SMALLEST, USUAL, Effort, Projected, project
from broadsheet.mapping.regions import Level, cut, parents
from broadsheet.mapping.titlewords import Term, read_titles

BATCH = 1_000
"""New papers that are placed at a time."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the map shows of a paper beside its place; an unknown `field` (a code) is empty, an unknown `year` None."""

    title: str
    year: int | None
    field: str


Describe = Callable[[Sequence[int]], Sequence[Subject]]
"""Gives a subject for each of these papers, in their order; one with an empty title for a paper that is gone."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of it: how many papers the map holds, how many of them are new, and its version."""

    papers: int
    new: int
    version: str


def build(
    folder: Path,
    chunks: Chunks,
    describe: Describe,
    field_codes: Sequence[str],
    *,
    effort: Effort = USUAL,
    progress: Progress = lambda _: None,
) -> Drawn:
    """Draw the map anew from all vectors; where there was one, papers keep about the places they had.

    Raises Unavailable where fewer than eight papers have vectors, or another process draws.
    """
    with drawing(folder):
        before = _before(folder)
        progress("Reading vectors")
        ids, vectors = shorten(chunks)
        if len(ids) < SMALLEST:
            raise Unavailable(f"{len(ids)} papers have vectors: a map needs at least {SMALLEST}. Add papers first.")
        # In a random order the first thousand papers are a fair sample of all.
        order = np.random.default_rng(effort.seed).permutation(len(ids))
        ids, vectors = ids[order], vectors[order]
        progress("Laying out")
        laid = project(vectors, _known(before, ids), effort)
        progress("Naming regions")
        drawn = _drawn(ids, laid, _described(ids, describe), tuple(field_codes))
        known = 0 if before is None else int(np.isin(ids, before.papers).sum())
        return Drawn(len(ids), len(ids) - known, write_map(folder, drawn))


def extend(folder: Path, chunks: Chunks, describe: Describe) -> Drawn:
    """Give papers that came since a place beside those most like them, and take off those that are gone.

    Raises Unavailable where there is no map yet, or another process draws.
    """
    with drawing(folder):
        before = find_map(folder)
        if before is None:
            raise Unavailable("There is no map yet. Run `broadsheet map build`.")
        held = np.concatenate([ids for ids, _ in chunks()] or [np.empty(0, np.int64)])
        staying = np.isin(before.papers, held)
        fresh = held[~np.isin(held, before.papers)]
        if staying.all() and not len(fresh):
            return Drawn(len(before.papers), 0, before.version)
        drawn = _placed(_taken_off(before, staying), fresh, chunks, describe) if staying.any() else before
        return Drawn(len(drawn.papers), len(fresh), write_map(folder, drawn))


def _before(folder: Path) -> LiteratureMap | None:
    """The map so far; a damaged one is as good as none, since a new one is being drawn."""
    try:
        return find_map(folder)
    except Unavailable:
        return None


def _known(before: LiteratureMap | None, ids: Ids) -> Projected | None:
    if before is None:
        return None
    rows = rows_of(ids, before.papers, np.argsort(before.papers, kind="stable"))
    places = (before.xy.T[rows] / STEPS).astype(np.float32)
    places[rows < 0] = np.nan
    return Projected(places, before.spread * (len(ids) / len(before.papers)) ** 0.5)


def _described(ids: Ids, describe: Describe) -> list[Subject]:
    return [
        subject
        for at in range(0, len(ids), BATCH)
        for subject in describe([int(paper) for paper in ids[at : at + BATCH]])
    ]


def _drawn(ids: Ids, laid: Projected, subjects: Sequence[Subject], codes: tuple[str, ...]) -> LiteratureMap:
    fields, years = _coded(subjects, codes)
    levels = cut(laid.places)
    return LiteratureMap(
        papers=ids,
        xy=np.ascontiguousarray((laid.places.T * STEPS).round().astype(np.uint16)),
        fields=fields,
        years=years,
        members=np.stack([level.members for level in levels]).astype(np.uint16),
        levels=_named(levels, subjects),
        field_codes=codes,
        projected=len(ids),
        spread=laid.spread,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _coded(subjects: Sequence[Subject], codes: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    numbers = {code: number for number, code in enumerate(codes)}
    fields = [numbers.get(subject.field, NO_FIELD) for subject in subjects]
    years = [min(max(subject.year - YEAR_ZERO, 1), 255) if subject.year else 0 for subject in subjects]
    return np.array(fields, np.uint8), np.array(years, np.uint8)


def _named(levels: Sequence[Level], subjects: Sequence[Subject]) -> tuple[tuple[Region, ...], ...]:
    titles = read_titles(subject.title for subject in subjects)
    named: list[tuple[Region, ...]] = []
    used: set[Term] = set()
    above: Level | None = None
    for level in levels:
        surroundings = None if above is None else above.members.astype(np.int64)
        labels = name_regions(titles, level, surroundings, used, fewest=2 if above is None else 1)
        homes = np.full(len(labels), -1) if above is None else parents(above, level)
        rows = zip(labels, level.summits, level.sizes, level.reaches, homes, strict=True)
        named.append(
            tuple(
                Region(
                    label, round(float(at[0]), 5), round(float(at[1]), 5), int(size), round(float(reach), 5), int(home)
                )
                for label, at, size, reach, home in rows
            )
        )
        above = level
    return tuple(named)


def _taken_off(before: LiteratureMap, staying: NDArray[np.bool_]) -> LiteratureMap:
    return replace(
        before,
        papers=before.papers[staying],
        xy=before.xy[:, staying],
        fields=before.fields[staying],
        years=before.years[staying],
        members=before.members[:, staying],
        projected=int(staying[: before.projected].sum()),
    )


def _placed(before: LiteratureMap, fresh: Ids, chunks: Chunks, describe: Describe) -> LiteratureMap:
    """The map with new papers at its end, and the sizes of its regions counted again."""
    placed = before
    for at in range(0, len(fresh), BATCH):
        placed = _with_batch(placed, before, fresh[at : at + BATCH], chunks, describe)
    levels = tuple(
        tuple(
            replace(region, size=int(size))
            for region, size in zip(level, np.bincount(numbers, minlength=len(level)), strict=True)
        )
        for level, numbers in zip(placed.levels, placed.members, strict=True)
    )
    return replace(placed, levels=levels, made=datetime.now(UTC).isoformat(timespec="seconds"))


def _with_batch(
    placed: LiteratureMap, before: LiteratureMap, wanted: Ids, chunks: Chunks, describe: Describe
) -> LiteratureMap:
    parts = [(ids[chosen], vectors[chosen]) for ids, vectors in chunks() if (chosen := np.isin(ids, wanted)).any()]
    ids, vectors = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    xy, beside = settle(ids, most_like(vectors, chunks, before.papers), before.xy, STEPS)
    fields, years = _coded(_described(ids, describe), before.field_codes)
    return replace(
        placed,
        papers=np.concatenate([placed.papers, ids]),
        xy=np.concatenate([placed.xy, xy], axis=1),
        fields=np.concatenate([placed.fields, fields]),
        years=np.concatenate([placed.years, years]),
        members=np.concatenate([placed.members, before.members[:, beside]], axis=1),
    )
