"""Evaluating: the product's own rule for one work, run over labelled pairs of records."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadsheet.cleaning import clean
from broadsheet.deciding import work_of
from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import Match, match
from broadsheet.sources import jsonl
from broadsheet.sources.files import open_file, read_objects
from broadsheet.taxonomy import Taxonomy
from broadsheet.taxonomy import load as load_taxonomy

LABELS = ("same", "different")
SIDES = ("a", "b")


@dataclass(frozen=True, slots=True)
class WrongPair:
    """A pair that the rule judges otherwise than its label; `found` is what it says of the two."""

    place: str
    label: str
    a: Draft
    b: Draft
    found: Match | None


@dataclass(frozen=True, slots=True)
class Report:
    """How often the rule was right: `true_same` are pairs it rightly calls one work, and so on."""

    true_same: int
    false_same: int
    missed_same: int
    true_different: int
    doubtful: int
    wrong: tuple[WrongPair, ...]
    seconds: float

    @property
    def pairs(self) -> int:
        """How many pairs were judged."""
        return self.true_same + self.false_same + self.missed_same + self.true_different

    @property
    def precision(self) -> float:
        """The share of right ones among the pairs called one work; 1 where there is none."""
        called = self.true_same + self.false_same
        return self.true_same / called if called else 1.0

    @property
    def recall(self) -> float:
        """The share of the pairs that are one work which the rule finds; 1 where there is none."""
        same = self.true_same + self.missed_same
        return self.true_same / same if same else 1.0


def evaluate_identity(path: Path) -> Report:
    """Judge each pair of a file as ingest would. Raises BadInput naming the line that cannot be read.

    One object a line: {"label": "same" or "different", "a": record, "b": record}, the records as in JSON Lines files.
    """
    start = time.perf_counter()
    counts = dict.fromkeys(((label, called) for label in LABELS for called in (True, False)), 0)
    wrong: list[WrongPair] = []
    doubtful = 0
    for place, label, a, b in _pairs(path):
        found = match(work_of(a), work_of(b))
        called = found is not None and found.sure
        counts[label, called] += 1
        doubtful += found is not None and not found.sure
        if called != (label == "same"):
            wrong.append(WrongPair(place, label, a, b, found))
    return Report(
        true_same=counts["same", True],
        false_same=counts["different", True],
        missed_same=counts["same", False],
        true_different=counts["different", False],
        doubtful=doubtful,
        wrong=tuple(wrong),
        seconds=time.perf_counter() - start,
    )


def _pairs(path: Path) -> Iterator[tuple[str, str, Draft, Draft]]:
    taxonomy, empty = load_taxonomy(), True
    with open_file(path) as (stream, _):
        for item in read_objects(stream, path.name, jsonl.NAME):
            if isinstance(item, Problem):
                raise BadInput(f"{item.key}: {item.reason}.")
            place, _payload, pair = item
            empty = False
            label = pair.get("label")
            if label not in LABELS:
                raise BadInput(f'{place}: "label" has to be "same" or "different", not {label!r:.60}.')
            a, b = (_draft(pair, side, place, taxonomy) for side in SIDES)
            yield place, label, a, b
    if empty:
        raise BadInput(f"{path.name} holds no pairs.")


def _draft(pair: Mapping[str, Any], side: str, place: str, taxonomy: Taxonomy) -> Draft:
    """One side of a pair, by the way that records of files take."""
    record = pair.get(side)
    if not isinstance(record, dict):
        raise BadInput(f'{place}: "{side}" has to be a record (an object).')
    try:
        return clean(jsonl.draft(record, b""), taxonomy)
    except BadInput as error:
        raise BadInput(f'{place}, record "{side}": {error}') from error
