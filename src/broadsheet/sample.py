"""The sample catalogue: real papers that ship with the product, so that a new instance has something to read."""

from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import as_file, files

from broadsheet import sources
from broadsheet.drafts import Draft, Problem
from broadsheet.ingest import Outcome, ingest

FILES: tuple[tuple[str, str, date | None], ...] = (
    ("papers.jsonl.zst", "jsonl", None),
    ("editions.jsonl.zst", "hub", None),
    ("seed.json", "seed", date(2025, 11, 12)),
)
"""File, source, and the edition its records belong to. Where each comes from stands in data/sample/README.md."""

SIZE = 4_500
"""About how many records there are, for progress bars."""


def load(progress: Callable[[Outcome], None]) -> Outcome:
    """Ingest the sample; what is already in is left alone."""
    return ingest(_records(), progress)


def _records() -> Iterator[Draft | Problem]:
    folder = files("broadsheet").joinpath("data", "sample")
    for name, source, edition in FILES:
        with as_file(folder.joinpath(name)) as path:
            yield from sources.read_file(path, source, edition)
