"""An index of words and vectors for the search benchmarks, without a database: the corpus itself, or a larger one.

A corpus larger than the real one is made by recombining: a paper takes its title from one paper and each sentence of
its abstract from some paper of the same category, so words and vectors stay those of real text.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from broadsheet.embedding import Embedder, PaperText, Space
from broadsheet.index import IndexDocument, Writer, days_since_epoch
from broadsheet.index.spaces import Chosen, Spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import Attributes, Row, VectorWriter
from broadsheet.terms import slug
from broadsheet.text import sentences

BATCH = 2_000


def read_corpus(path: Path) -> Iterator[IndexDocument]:
    """The papers of the development corpus, numbered from 1."""
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            yield as_document(number, json.loads(line))


def as_document(number: int, record: dict[str, Any]) -> IndexDocument:
    """A record as the index takes it."""
    key = str(record["id"]).partition(":")[2]
    codes = [str(code) for code in record.get("categories") or ()]
    venue = str(record.get("venue") or "")
    return IndexDocument(
        paper_id=number,
        key=key,
        title=str(record["title"]),
        abstract=str(record.get("abstract") or ""),
        authors=tuple(record.get("authors") or ()),
        identifiers=(key,),
        categories=tuple({*codes, *(code.partition(".")[0] for code in codes)}),
        venue=venue,
        venue_slug=slug(venue) if venue else "",
        has_code=bool(record.get("code_url")),
        published=_day(str(record.get("date") or "")),
    )


def _day(text: str) -> int | None:
    try:
        return days_since_epoch(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def recombined(papers: Sequence[IndexDocument], size: int, seed: int = 1) -> Iterator[IndexDocument]:
    """The papers, and after them made ones up to `size`."""
    yield from papers[:size]
    chance = random.Random(seed)
    groups: dict[str, list[IndexDocument]] = {}
    for paper in papers:
        groups.setdefault(min(paper.categories, default=""), []).append(paper)
    for number in range(len(papers) + 1, size + 1):
        one = chance.choice(papers)
        group = groups[min(one.categories, default="")]
        parts = [sentences(chance.choice(group).abstract) for _ in range(7)]
        abstract = " ".join(chance.choice(part) for part in parts if part)
        words = [*one.title.split(), *chance.choice(group).title.split()[:4]]
        chance.shuffle(words)
        title = " ".join(words[:14])
        yield replace(one, paper_id=number, key=f"made.{number}", identifiers=(), title=title, abstract=abstract)


def batched(papers: Iterator[IndexDocument]) -> Iterator[list[IndexDocument]]:
    """The papers in batches."""
    while batch := list(islice(papers, BATCH)):
        yield batch


def build_words(folder: Path, papers: Iterator[IndexDocument], progress: Callable[[int], None]) -> None:
    """The index of words."""
    done = 0
    with Writer.rebuild(folder) as writer:
        for batch in batched(iter(papers)):
            writer.apply(batch, (), "")
            done += len(batch)
            progress(done)


def build_vectors(
    folder: Path,
    papers: Iterator[IndexDocument],
    embedder: Embedder,
    progress: Callable[[int], None],
    *,
    filtered: bool = True,
) -> None:
    """The vectors of one space; of one that nothing filters, without attributes."""
    done = 0
    with VectorWriter.open(vectors_folder(folder, embedder.space.id), embedder.space.dimensions) as writer:
        for batch in batched(iter(papers)):
            texts = [PaperText(paper.title, paper.abstract) for paper in batch]
            vectors = embedder.embed_papers(texts)
            rows = [_row(*each) for each in zip(batch, texts, vectors, strict=True)]
            writer.apply(rows if filtered else [replace(row, attributes=Attributes()) for row in rows], (), "")
            done += len(batch)
            progress(done)
        writer.compact()


def _row(paper: IndexDocument, text: PaperText, vector: Any) -> Row:
    attributes = Attributes(paper.published, paper.categories, paper.venue_slug, paper.has_code)
    return Row(paper.paper_id, vector, text.digest, attributes)


@dataclass(frozen=True, slots=True)
class Noise:
    """Vectors by chance in the space of a real model, and that model's own vectors of queries: for costs alone."""

    model: Embedder

    @property
    def space(self) -> Space:
        """The space of the model whose place it takes."""
        return self.model.space

    def embed_papers(self, papers: Sequence[PaperText]) -> Any:
        """Vectors by chance, of length 1."""
        found = np.random.default_rng(len(papers)).standard_normal((len(papers), self.space.dimensions))
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)

    def embed_query(self, text: str) -> Any:
        """What the model says."""
        return self.model.embed_query(text)


def put_into_use(folder: Path, instant: Embedder, quality: Embedder | None) -> None:
    """Let searches of this folder use these models."""
    chosen = [Chosen(each.space.id, name) if each else None for each, name in ((instant, "i"), (quality, "q"))]
    write_spaces(folder, Spaces(*chosen))
