"""Histories: how the votes of papers grew elsewhere, read from a folder of sightings and records.

The folder holds `observations.jsonl` (one sighting a line: `arxiv_id`, `observed_at`, `upvotes`, and where known
`num_comments`, `github_stars`, `daily_date`) and `records.jsonl` (one paper a line: `arxiv_id`, `first_daily_date`,
`record`), each plain, .gz or .zst.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from broadsheet.drafts import Problem
from broadsheet.errors import BadInput
from broadsheet.sources.files import open_file, read_objects

MOST_COUNTED: Final = 10**9
"""A count above this is an error of the file."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was counted at a moment; None where the sighting does not say."""

    at: datetime
    votes: int
    comments: int | None = None
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A paper's sightings, oldest first, and when it came onto the list (midnight UTC where the hour is unknown)."""

    paper: str
    day: date
    listed_at: datetime
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Histories:
    """All papers of a folder; `left_out` counts lines without a paper, a moment or a number of votes."""

    papers: tuple[History, ...]
    left_out: int


def read_histories(folder: Path) -> Histories:
    """The histories in a folder. Raises BadInput naming the file where one is missing, empty or cannot be read."""
    sightings: dict[str, list[Sighting]] = defaultdict(list)
    days: dict[str, list[date]] = defaultdict(list)
    left_out = 0
    for line in _lines(folder, "observations"):
        paper, sighting = _text(line, "arxiv_id"), _sighting(line)
        if not paper or sighting is None:
            left_out += 1
            continue
        sightings[paper].append(sighting)
        if day := _day(line.get("daily_date")):
            days[paper].append(day)
    records = {_text(line, "arxiv_id"): line for line in _lines(folder, "records")}
    papers = (_history(paper, seen, records.get(paper, {}), days[paper]) for paper, seen in sightings.items())
    found = tuple(sorted(papers, key=lambda each: (each.day, each.paper)))
    if not found:
        raise BadInput(f"{folder} holds no sighting with a paper, a moment and a number of votes.")
    return Histories(found, left_out)


def _lines(folder: Path, name: str) -> Iterator[Mapping[str, Any]]:
    path = next((p for p in sorted(folder.glob(f"{name}.jsonl*")) if p.suffix in (".jsonl", ".gz", ".zst")), None)
    if path is None:
        raise BadInput(f"{folder} has no {name}.jsonl (or .gz, .zst). Name a folder of vote histories.")
    empty = True
    with open_file(path) as (stream, _):
        for item in read_objects(stream, path.name, "histories"):
            if isinstance(item, Problem):
                raise BadInput(f"{item.key}: {item.reason}.")
            empty = False
            yield item[2]
    if empty:
        raise BadInput(f"{path.name} is empty.")


def _sighting(line: Mapping[str, Any]) -> Sighting | None:
    at, votes = _moment(line.get("observed_at")), _count(line.get("upvotes"))
    if at is None or votes is None:
        return None
    return Sighting(at, votes, _count(line.get("num_comments")), _count(line.get("github_stars")))


def _history(paper: str, seen: list[Sighting], line: Mapping[str, Any], days: list[date]) -> History:
    """A paper's history; without a record its day is the first one a sighting names, or that of the first sighting."""
    seen.sort(key=lambda each: (each.at, each.votes))
    day = _day(line.get("first_daily_date")) or min(days, default=seen[0].at.date())
    return History(paper, day, _listed_at(day, line), tuple(seen))


def _listed_at(day: date, line: Mapping[str, Any]) -> datetime:
    """The moment the record names, if it lies in the day; else the day's beginning."""
    outer = line.get("record")
    inner = outer.get("paper") if isinstance(outer, dict) else None
    moment = _moment(inner.get("submittedOnDailyAt")) if isinstance(inner, dict) else None
    midnight = datetime.combine(day, time(), UTC)
    return moment if moment and midnight <= moment < midnight + timedelta(days=1) else midnight


def _text(line: Mapping[str, Any], name: str) -> str:
    value = line.get(name)
    return value if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    """A whole number that can be a count, else None."""
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNTED
    return value if right else None  # type: ignore[return-value]


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # Years at the calendar's ends cannot be reckoned with.
    return moment.astimezone(UTC) if 1900 <= moment.year <= 2999 else None


def _day(value: object) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2999 else None
