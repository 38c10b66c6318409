"""Retrieval: how well search finds, on collections with judged queries, by the product's own way to the papers."""

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from broadsheet.embedding import Embedder, PaperText
from broadsheet.errors import BadInput
from broadsheet.finding import Finder, Question
from broadsheet.index import IndexDocument, Reader, Writer
from broadsheet.index.spaces import Chosen, Spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import Row, VectorReader, VectorWriter
from broadsheet.meaning import Meaning
from broadsheet.measures import ndcg, recall, reciprocal_rank
from broadsheet.sources.files import open_file, read_objects

DEPTH = 100
BATCH = 256

PUBLISHED = {
    "scifact": {"BM25 (BEIR)": 66.5, "all-MiniLM-L6-v2": 64.5, "potion-retrieval-32M": 63.3},
}
"""nDCG@10 that others publish for a set: BEIR (Thakur et al. 2021, table 2), model cards."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection in BEIR's layout: papers, queries, and which papers answer which query, with grades."""

    name: str
    papers: dict[str, PaperText]
    queries: dict[str, str]
    judged: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the queries, 0 to 1."""

    ndcg_10: float
    recall_100: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Report:
    """How each way of searching did on one collection, and what others publish for it (nDCG@10 in percent)."""

    name: str
    papers: int
    queries: int
    ways: dict[str, Quality]
    published: dict[str, float] = field(default_factory=dict)


def read_collection(folder: Path) -> Collection:
    """Read corpus.jsonl[.zst], queries.jsonl and qrels/test.tsv. Raises BadInput naming what is missing or wrong."""
    corpus = next((folder / name for name in ("corpus.jsonl.zst", "corpus.jsonl") if (folder / name).is_file()), None)
    if corpus is None:
        raise BadInput(f"{folder} holds no corpus.jsonl: name a folder in BEIR's layout.")
    papers = {str(each["_id"]): PaperText(each.get("title", ""), each.get("text", "")) for each in _objects(corpus)}
    queries = {str(each["_id"]): str(each["text"]) for each in _objects(folder / "queries.jsonl")}
    judged = _judgements(folder / "qrels" / "test.tsv")
    unknown = next((query for query in judged if query not in queries), None)
    if unknown is not None:
        raise BadInput(f"{folder} judges a query {unknown!r} that queries.jsonl does not hold.")
    return Collection(folder.name, papers, queries, judged)


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise BadInput(f"{path} is missing: name a folder in BEIR's layout.")
    with open_file(path) as (stream, _):
        for item in read_objects(stream, path.name, "jsonl"):
            if not isinstance(item, tuple) or "_id" not in item[2]:
                raise BadInput(f"{path} holds a line that is no object with an _id.")
            yield dict(item[2])


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for query, paper, grade in list(csv.reader(file, delimiter="\t"))[1:]:
                found.setdefault(query, {})[paper] = int(grade)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: judgements cannot be read ({error}).") from error
    return found


def evaluate_retrieval(
    collection: Collection,
    instant: Embedder,
    quality: Embedder | None,
    kept: Path | None = None,
    progress: Progress = lambda _: None,
) -> Report:
    """Index a collection as the product does and put its queries, by words, by each model and by all together.

    `kept` is a folder for the index, used again by the next evaluation of the same collection and models.
    """
    with _folder(kept, collection.name) as folder:
        ids = list(collection.papers)
        _build_texts(folder, collection, ids)
        models = {"instant": instant, **({"quality": quality} if quality else {})}
        for embedder in models.values():
            _build_vectors(folder, collection, ids, embedder, progress)
        ways = {"words (BM25)": _rankings(_finder(folder, {}), collection, ids)}
        for tier, embedder in models.items():
            ways[f"meaning ({embedder.space.model})"] = _by_meaning(folder, embedder, collection, ids)
            if tier == "instant" and quality:
                ways["words and instant tier"] = _rankings(_finder(folder, {"instant": instant}), collection, ids)
        ways["search"] = _rankings(_finder(folder, models), collection, ids)
    measured = {way: _quality(rankings, collection) for way, rankings in ways.items()}
    return Report(collection.name, len(ids), len(collection.judged), measured, PUBLISHED.get(collection.name, {}))


@contextmanager
def _folder(kept: Path | None, name: str) -> Iterator[Path]:
    if kept is not None:
        (kept / name).mkdir(parents=True, exist_ok=True)
        yield kept / name
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _build_texts(folder: Path, collection: Collection, ids: Sequence[str]) -> None:
    papers = collection.papers
    with Writer.rebuild(folder) as writer:
        documents = [
            IndexDocument(place, name, papers[name].title, papers[name].abstract)
            for place, name in enumerate(ids, start=1)
        ]
        writer.apply(documents, (), "")


def _build_vectors(
    folder: Path, collection: Collection, ids: Sequence[str], embedder: Embedder, progress: Progress
) -> None:
    place = vectors_folder(folder, embedder.space.id)
    with VectorWriter.open(place, embedder.space.dimensions) as writer:
        if writer.watermark == _mark(collection):
            return
        writer.clear()
        for start in range(0, len(ids), BATCH):
            texts = [collection.papers[name] for name in ids[start : start + BATCH]]
            vectors = embedder.embed_papers(texts)
            rows = [
                Row(start + at + 1, vector, text.digest)
                for at, (text, vector) in enumerate(zip(texts, vectors, strict=True))
            ]
            writer.apply(rows, (), "")
            progress(start + len(rows))
        writer.apply((), (), _mark(collection))
        writer.compact()


def _mark(collection: Collection) -> str:
    return f"{collection.name} {len(collection.papers)}"


def _finder(folder: Path, models: dict[str, Embedder]) -> Finder:
    chosen = {tier: Chosen(embedder.space.id, tier) for tier, embedder in models.items()}
    write_spaces(folder, Spaces(**chosen))
    return Finder(Reader(folder), Meaning(folder, lambda choice, _: models[choice]))


def _rankings(finder: Finder, collection: Collection, ids: Sequence[str]) -> dict[str, list[str]]:
    found = {}
    for query in collection.judged:
        answer = finder.find(Question(collection.queries[query], limit=DEPTH))
        found[query] = [ids[row.paper_id - 1] for row in answer.rows]
    return found


def _by_meaning(folder: Path, embedder: Embedder, collection: Collection, ids: Sequence[str]) -> dict[str, list[str]]:
    vectors = VectorReader(vectors_folder(folder, embedder.space.id))
    found = {}
    for query in collection.judged:
        near = vectors.nearest(embedder.embed_query(collection.queries[query]), DEPTH)
        found[query] = [ids[paper - 1] for paper in near.papers.tolist()]
    return found


def _quality(rankings: dict[str, list[str]], collection: Collection) -> Quality:
    judged = collection.judged
    return Quality(
        float(np.mean([ndcg(ranking, judged[query]) for query, ranking in rankings.items()])),
        float(np.mean([recall(ranking, judged[query]) for query, ranking in rankings.items()])),
        float(np.mean([reciprocal_rank(ranking, judged[query]) for query, ranking in rankings.items()])),
    )


def forget(kept: Path) -> None:
    """Remove the indexes that evaluations kept."""
    shutil.rmtree(kept, ignore_errors=True)
