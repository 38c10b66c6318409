"""Splitting: which records leave a paper that was joined wrongly, and where they go. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from broadsheet.errors import BadInput

RecordName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Split:
    """The records that leave, and the paper they go back to; None for a new one."""

    records: frozenset[RecordName]
    target: int | None


def plan_split(
    records: Collection[RecordName],
    chosen: Collection[RecordName],
    founder: RecordName,
    origins: Mapping[RecordName, tuple[int, ...]],
) -> Split:
    """How to tell the chosen records of a paper from the rest.

    The side of `founder`, the record that the paper began with, stays, so that it keeps what people hung on it. The
    other side goes back to the paper that a join brought it from: `origins` gives these for each record, the nearest
    first. Raises BadInput for records that are not the paper's, or all of them.
    """
    strangers = sorted(set(chosen).difference(records))
    if strangers:
        raise BadInput(f"{_text(strangers[0])} is no record of this paper. It has: {', '.join(map(_text, records))}.")
    rest = frozenset(records).difference(chosen)
    if not chosen or not rest:
        raise BadInput("Name some of the paper's records, but not all: what you name leaves it, the rest stays.")
    leaving = rest if founder in chosen else frozenset(chosen)
    return Split(leaving, _home(leaving, origins))


def _home(leaving: frozenset[RecordName], origins: Mapping[RecordName, tuple[int, ...]]) -> int | None:
    paths = [origins.get(record, ()) for record in leaving]
    common = [paper for paper in paths[0] if all(paper in path for path in paths)]
    for paper in common:
        if {record for record, path in origins.items() if paper in path} == leaving:
            return paper
    return common[-1] if common else None


def _text(record: RecordName) -> str:
    return ":".join(record)
