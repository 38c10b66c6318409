"""Vectoring: the vectors follow the catalogue. The instant space as papers come, the quality space newest first."""

import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from broadsheet.embedding import Embedder, PaperText, Vectors
from broadsheet.errors import Unavailable
from broadsheet.index import Busy, days_since_epoch
from broadsheet.index.spaces import Chosen, Spaces, read_spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import Attributes, Row, VectorReader, VectorWriter
from broadsheet.models import STATIC, Models, keep_model
from broadsheet.store import changes
from broadsheet.store.changes import Watermark
from broadsheet.store.texts import PaperTexts, list_texts

CHUNK = 2_000
BATCH = 32
"""Papers that the quality model embeds between two commits."""
THREADS = 2
ONE_TASK = 8

Progress = Callable[[int], None]


def _nothing(_: int) -> None: ...


class Instant:
    """The instant space: one embedder, one folder, kept up with the change log."""

    def __init__(self, index: Path, models: Models) -> None:
        self._index = index
        self._model = models.newest_static()
        self._space = self._model.space.id
        self._folder = vectors_folder(index, self._space)

    def catch_up(self, progress: Progress = _nothing) -> int:
        """Apply all changes since the folder's watermark, then put the space into use; returns the papers written.

        Raises Busy where another process is at it.
        """
        keep_model(self._model, self._folder)
        with VectorWriter.open(self._folder, self._model.space.dimensions) as writer:
            written = self._begin(writer, progress) if not _is_own(writer) else 0
            while found := changes.read_changes(_watermark(writer), CHUNK):
                writer.apply(self._rows(found.papers), found.removed, _mark(found.watermark))
                written += len(found.papers)
                progress(written)
            writer.compact()
        self._put_into_use()
        return written

    def _begin(self, writer: VectorWriter, progress: Progress) -> int:
        """Fill an empty folder from the catalogue; the log then adds what came meanwhile."""
        writer.clear()
        start, written = _mark(changes.newest_watermark()), 0
        for papers in changes.paper_ids(CHUNK):
            writer.apply(self._rows(papers), (), f"begun {start}")
            written += len(papers)
            progress(written)
        writer.apply((), (), start)
        return written

    def _rows(self, papers: Sequence[int]) -> list[Row]:
        texts = list_texts(papers)
        return _as_rows(texts, self._model.embed_papers([_text(each) for each in texts]))

    def _put_into_use(self) -> None:
        spaces = _spaces_or_none(self._index)
        if spaces.instant is None or spaces.instant.space != self._space:
            write_spaces(self._index, replace(spaces, instant=Chosen(self._space, STATIC)))


def embed_if_free(index: Path, models: Models, progress: Progress = _nothing) -> int | None:
    """Bring the instant vectors up to date; None where another process, such as the worker, is at it."""
    try:
        return Instant(index, models).catch_up(progress)
    except Busy:
        return None


class Quality:
    """The quality space: filled in the background, newest papers first, from what the instant space holds.

    What is left to do is the difference of the two, so nothing can be lost: neither by a kill nor by an endpoint that
    is down.
    """

    def __init__(self, index: Path, models: Models) -> None:
        self._index = index
        self._choice = models.quality_choice
        self._models = models
        self._embedder: Embedder | None = None

    def fill(self, stop: threading.Event, progress: Progress = _nothing) -> int:
        """Embed what is missing until told to stop; returns the papers written. Raises Unavailable, Busy."""
        if not self._choice:
            self._take_out_of_use()
            return 0
        embedder = self._embedder = self._embedder or self._models.open(self._choice, self._index)
        folder = vectors_folder(self._index, embedder.space.id)
        written = 0
        with VectorWriter.open(folder, embedder.space.dimensions) as writer:
            self._put_into_use(embedder.space.id, is_first=True)
            while not stop.is_set():
                missing, gone = self._left_to_do(folder)
                if len(gone):
                    writer.apply((), gone, "")
                if not missing:
                    break
                for start in range(0, len(missing), BATCH):
                    if stop.is_set():
                        return written
                    written += self._embed(writer, embedder, missing[start : start + BATCH])
                    progress(written)
            writer.compact()
        self._put_into_use(embedder.space.id, is_first=False)
        _sweep(self._index, self._models.newest_static().space.id)
        return written

    def _left_to_do(self, folder: Path) -> tuple[list[int], list[int]]:
        """Papers without a vector of their present text, newest first, and vectors without a paper."""
        spaces = read_spaces(self._index)
        if spaces.instant is None:
            return [], []
        wanted = VectorReader(vectors_folder(self._index, spaces.instant.space)).held()
        held = VectorReader(folder).held()
        done = dict(zip(held.papers.tolist(), held.digests.tolist(), strict=True))
        newest = np.lexsort((-wanted.papers, -wanted.days.astype(np.int64)))
        papers, digests = wanted.papers[newest].tolist(), wanted.digests[newest].tolist()
        missing = [paper for paper, digest in zip(papers, digests, strict=True) if done.get(paper) != digest]
        return missing, np.setdiff1d(held.papers, wanted.papers).tolist()

    def _embed(self, writer: VectorWriter, embedder: Embedder, papers: Sequence[int]) -> int:
        texts = list_texts(papers)
        vectors = _embed_together(embedder, [_text(each) for each in texts])
        present = {each.id for each in texts}
        # Nobody scans or filters this space, so its rows say nothing of dates and categories: a seventh of its size.
        rows = [Row(each.id, vector, _text(each).digest) for each, vector in zip(texts, vectors, strict=True)]
        writer.apply(rows, [paper for paper in papers if paper not in present], "")
        return len(texts)

    def _put_into_use(self, space: str, *, is_first: bool) -> None:
        """A first space is used as it fills; one that replaces another takes its place when it is full."""
        spaces = _spaces_or_none(self._index)
        before = spaces.quality
        if (before is None and is_first) or (before is not None and before.space != space and not is_first):
            write_spaces(self._index, replace(spaces, quality=Chosen(space, self._choice)))

    def _take_out_of_use(self) -> None:
        spaces = _spaces_or_none(self._index)
        if spaces.quality is not None:
            write_spaces(self._index, replace(spaces, quality=None))


def _embed_together(embedder: Embedder, texts: Sequence[PaperText]) -> Vectors:
    """Embed in two threads, each a few texts of like length at a time: the runtime lets go of Python's lock.

    An endpoint gets all of them at once.
    """
    if embedder.space.provider == "openai":
        return embedder.embed_papers(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i].abstract))
    tasks = [order[start : start + ONE_TASK] for start in range(0, len(order), ONE_TASK)]
    found = np.zeros((len(texts), embedder.space.dimensions), dtype=np.float32)
    with ThreadPoolExecutor(THREADS) as pool:
        embedded = pool.map(lambda task: embedder.embed_papers([texts[i] for i in task]), tasks)
        for task, vectors in zip(tasks, embedded, strict=True):
            found[task] = vectors
    return found


def _text(texts: PaperTexts) -> PaperText:
    return PaperText(texts.title, texts.abstract)


def _as_rows(papers: Sequence[PaperTexts], vectors: Vectors) -> list[Row]:
    return [
        Row(paper.id, vector, _text(paper).digest, _attributes(paper))
        for paper, vector in zip(papers, vectors, strict=True)
    ]


def _attributes(texts: PaperTexts) -> Attributes:
    return Attributes(
        day=days_since_epoch(texts.published) if texts.published else None,
        categories=texts.categories,
        venue=texts.venue_slug,
        has_code=texts.has_code,
    )


def _mark(watermark: Watermark) -> str:
    return f"{changes.catalogue_name()} {watermark}"


def _is_own(writer: VectorWriter) -> bool:
    """Whether a folder was filled to the end once, and from this catalogue."""
    return bool(writer.watermark) and writer.watermark.partition(" ")[0] == changes.catalogue_name()


def _watermark(writer: VectorWriter) -> Watermark:
    return Watermark.parse(writer.watermark.partition(" ")[2])


def _spaces_or_none(index: Path) -> Spaces:
    """The spaces in use; a damaged note of them counts as none."""
    try:
        return read_spaces(index)
    except Unavailable:
        return Spaces()


def _sweep(index: Path, *candidates: str) -> None:
    """Remove the folders of spaces that are neither in use nor being filled."""
    spaces = _spaces_or_none(index)
    kept = {chosen.space for chosen in (spaces.instant, spaces.quality) if chosen} | set(candidates)
    for folder in vectors_folder(index).iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
