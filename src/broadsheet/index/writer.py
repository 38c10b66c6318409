"""Writing the index: one process at a time, whole batches, each with the caller's watermark."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from tantivy import Index

from broadsheet.errors import Unavailable
from broadsheet.index import crowds, generations, lexicon, schema
from broadsheet.index.documents import IndexDocument
from broadsheet.index.filling import to_tantivy

_HEAP_BYTES = 64_000_000
_THREADS = 1
_REBUILD_BATCH = 50_000

_SUPERSEDED = "The search index was rebuilt meanwhile. Open it again and go on from its own watermark."


class Writer:
    """The one writer of a generation; make it with `open` or `rebuild`."""

    def __init__(self, generation: Path, index: Index, *, is_rebuild: bool) -> None:
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=_THREADS)
        self._generation = generation
        self._index = index
        self._writer = writer
        self._state = generations.read_state(generation)
        self._is_rebuild = is_rebuild
        self._pending = 0
        self._highest = -1

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the current generation of an index folder for writing; an empty one is made when there is none.

        Raises Unavailable when another process is indexing, or when the index has another form.
        """
        with contextlib.suppress(Unavailable), generations.rebuild_lock(folder):
            generations.sweep(folder)
            if generations.current_generation(folder) is None:
                _make_empty(folder)
        current = generations.current_generation(folder)
        if current is None:
            raise generations.Busy(generations.BUSY)
        return cls._over(folder / current, is_rebuild=False)

    @classmethod
    @contextlib.contextmanager
    def rebuild(cls, folder: Path) -> Iterator[Self]:
        """Build a new generation; it becomes the current one when the block ends, and vanishes when it fails.

        Searches and writers go on over the old one meanwhile. Raises Unavailable when another rebuild is under way.
        """
        with generations.rebuild_lock(folder):
            generations.sweep(folder)
            writer = cls._over(generations.new_generation(folder), is_rebuild=True)
            try:
                yield writer
            except BaseException:
                writer.close()
                generations.sweep(folder)
                raise
            writer._finish()
            generations.sweep(folder)

    @classmethod
    def _over(cls, generation: Path, *, is_rebuild: bool) -> Self:
        generations.read_state(generation)
        try:
            return cls(generation, _open_index(generation), is_rebuild=is_rebuild)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise generations.Busy(generations.BUSY) from error
            raise Unavailable(f"The search index cannot be written: {error}") from error

    @property
    def watermark(self) -> str:
        """What the caller gave with the last batch applied; "" in a new index."""
        return self._state.watermark

    def apply(self, documents: Iterable[IndexDocument], removed: Iterable[int], watermark: str) -> None:
        """Add or replace papers, remove others, and commit once. Applying the same batch again changes nothing.

        In a rebuild, where nobody reads yet, several batches share a commit. Raises Unavailable when the index was
        rebuilt meanwhile or the disk refuses.
        """
        if not self._is_rebuild and generations.current_generation(self._generation.parent) != self._generation.name:
            raise Unavailable(_SUPERSEDED)
        with _explained():
            self._write(documents, removed)
            state = generations.State(watermark=watermark)
            if not self._is_rebuild or self._pending >= _REBUILD_BATCH:
                self._commit(state)
            self._state = state
            if not self._is_rebuild:
                self._refresh_lists()

    def close(self) -> None:
        """Let running merges end and give the lock back; uncommitted work there is none."""
        self._writer.wait_merging_threads()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, documents: Iterable[IndexDocument], removed: Iterable[int]) -> None:
        try:
            for paper_id in removed:
                self._writer.delete_documents_by_term(schema.PAPER, paper_id)
            for document in documents:
                # A rebuild gets papers in the order of their numbers; for each to be deleted the engine has to look.
                if not self._is_rebuild or document.paper_id <= self._highest:
                    self._writer.delete_documents_by_term(schema.PAPER, document.paper_id)
                self._highest = max(self._highest, document.paper_id)
                self._writer.add_document(to_tantivy(document))
                self._pending += 1
        except BaseException:
            if not self._is_rebuild:  # a rebuild that fails vanishes whole
                self._writer.rollback()
            raise

    def _commit(self, state: generations.State) -> None:
        self._writer.commit()
        self._pending = 0
        generations.write_state(self._generation, state)

    def _refresh_lists(self) -> None:
        """Make the lists of words and of names anew when the index has grown by a twentieth: seconds at a million."""
        self._index.reload()
        searcher = self._index.searcher()
        path, names = self._generation / lexicon.LEXICON, self._generation / crowds.CROWDS
        if lexicon.is_due(path, searcher.num_docs) or not names.exists():
            words = searcher.terms_with_prefix(schema.EXACT, "")
            lexicon.write(lexicon.make(words, searcher.num_docs), path)
            crowds.write(crowds.make(lambda field: searcher.terms_with_prefix(field, "")), names)

    def _finish(self) -> None:
        with _explained():
            self._commit(self._state)
            self.close()
            self._refresh_lists()
            generations.switch_to(self._generation)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn what the engine and the disk say into our own error."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Unavailable(f"The search index cannot be written: {error}") from error


def _make_empty(folder: Path) -> None:
    generation = generations.new_generation(folder)
    _open_index(generation)
    generations.write_state(generation, generations.State())
    generations.switch_to(generation)


def _open_index(generation: Path) -> Index:
    path = str(generation)
    index = Index.open(path) if Index.exists(path) else Index(schema.build_schema(), path)
    schema.register_analyzers(index)
    return index
