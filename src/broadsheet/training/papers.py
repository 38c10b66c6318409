"""What is trained on: papers from a file or from the instance's own catalogue, and further pairs of texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broadsheet.drafts import Problem
from broadsheet.errors import BadInput
from broadsheet.sources.files import open_file, read_objects
from broadsheet.store.changes import paper_ids
from broadsheet.store.texts import list_texts

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class TrainingPaper:
    """A paper's text; `category` is its first one, empty if unknown. Papers of one category are hard to tell apart."""

    key: str
    title: str
    abstract: str
    category: str = ""


def read_papers(path: Path) -> Iterator[TrainingPaper]:
    """Papers of a JSON Lines file (id, title, abstract, categories). Raises BadInput where a line is none."""
    with open_file(path) as (stream, _):
        for item in read_objects(stream, path.name, "training"):
            if isinstance(item, Problem):
                raise BadInput(f"{item.key}: {item.reason}.")
            place, _payload, record = item
            yield _paper(record, place)


def _paper(record: dict[str, object], place: str) -> TrainingPaper:
    title, abstract, categories = record.get("title"), record.get("abstract") or "", record.get("categories") or []
    if not isinstance(title, str) or not isinstance(abstract, str) or not isinstance(categories, list):
        raise BadInput(f'{place}: a paper has a "title" (text), and may have an "abstract" and a list of "categories".')
    return TrainingPaper(str(record.get("id") or place), title, abstract, str(categories[0]) if categories else "")


def stored_papers() -> Iterator[TrainingPaper]:
    """The papers of the instance's catalogue, in the order in which they came."""
    for ids in paper_ids(CHUNK):
        for paper in list_texts(ids):
            yield TrainingPaper(paper.key, paper.title, paper.abstract, paper.categories[0] if paper.categories else "")


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Pairs of texts that mean the same, one {"a": text, "b": text} a line. Raises BadInput where a line is none."""
    with open_file(path) as (stream, _):
        for item in read_objects(stream, path.name, "training"):
            if isinstance(item, Problem):
                raise BadInput(f"{item.key}: {item.reason}.")
            place, _payload, pair = item
            a, b = pair.get("a"), pair.get("b")
            if not isinstance(a, str) or not isinstance(b, str):
                raise BadInput(f'{place}: a pair has two texts, "a" and "b".')
            yield a, b
