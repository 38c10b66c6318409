"""Indexing: the search index follows the change log, or is built anew from the store."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.index import IndexDocument, Writer
from broadsheet.store import changes
from broadsheet.store.changes import Watermark
from broadsheet.store.texts import PaperTexts, list_texts

CHUNK = 2_000
EPOCH = date(1970, 1, 1)

Progress = Callable[[int], None]


def follow(folder: Path, progress: Progress = lambda _: None) -> int:
    """Bring the index up to the end of the change log; returns how many papers were written.

    Raises Unavailable where another process is writing the index.
    """
    with Writer.open(folder) as writer:
        return catch_up(writer, progress)


def follow_if_free(folder: Path, progress: Progress = lambda _: None) -> int | None:
    """Like `follow`; None where another process, such as the worker, is writing the index and will do it."""
    try:
        return follow(folder, progress)
    except Unavailable:
        return None


def catch_up(writer: Writer, progress: Progress = lambda _: None) -> int:
    """Apply all changes since the writer's watermark, a chunk and a commit at a time."""
    written = 0
    while found := changes.read_changes(Watermark.parse(writer.watermark), CHUNK):
        writer.apply(_documents(found.papers), found.removed, str(found.watermark))
        written += len(found.papers)
        progress(written)
    return written


def rebuild(folder: Path, progress: Progress = lambda _: None) -> int:
    """Build a fresh index from the store while the old one goes on answering; returns how many papers it holds."""
    watermark = str(changes.newest_watermark())
    written = 0
    with Writer.rebuild(folder) as writer:
        for documents in _chunks():
            writer.apply(documents, (), watermark)
            written += len(documents)
            progress(written)
        catch_up(writer)
    return written


def _chunks() -> Iterator[Sequence[IndexDocument]]:
    for ids in changes.paper_ids(CHUNK):
        yield _documents(ids)


def _documents(papers: Sequence[int]) -> list[IndexDocument]:
    return [_document(texts) for texts in list_texts(papers)]


def _document(texts: PaperTexts) -> IndexDocument:
    return IndexDocument(
        paper_id=texts.id,
        key=texts.key,
        title=texts.title,
        abstract=texts.abstract,
        authors=texts.authors,
        identifiers=texts.identifiers,
        categories=texts.categories,
        organisations=texts.organisations,
        venue=texts.venue,
        published=(texts.published - EPOCH).days if texts.published else None,
        votes=texts.votes,
    )
