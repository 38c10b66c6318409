"""Indexing: the search index follows the change log, or is built anew from the store."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.index import Busy, IndexDocument, Reader, Writer, days_since_epoch
from broadsheet.store import changes
from broadsheet.store.changes import Watermark
from broadsheet.store.texts import PaperTexts, list_texts

CHUNK = 2_000
HOT_DAYS = 3.0

Progress = Callable[[int], None]


def is_own(folder: Path) -> bool:
    """Whether there is an index that can be read, and that was built from this catalogue."""
    try:
        return Reader(folder).watermark().partition(" ")[0] == changes.catalogue_name()
    except Unavailable:
        return False


def _mark(watermark: Watermark) -> str:
    """What an index remembers: which catalogue it was built from, and how far it has read."""
    return f"{changes.catalogue_name()} {watermark}"


def _watermark(writer: Writer) -> Watermark:
    """How far a writer's index has read. Raises Unavailable for the index of another catalogue."""
    catalogue, _, watermark = writer.watermark.partition(" ")
    if catalogue and catalogue != changes.catalogue_name():
        raise Unavailable("The search index was built from another catalogue. Run `broadsheet index rebuild`.")
    return Watermark.parse(watermark)


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
    except Busy:
        return None


def catch_up(writer: Writer, progress: Progress = lambda _: None) -> int:
    """Apply all changes since the writer's watermark, a chunk and a commit at a time."""
    written = 0
    while found := changes.read_changes(_watermark(writer), CHUNK):
        writer.apply(_documents(found.papers), found.removed, _mark(found.watermark))
        written += len(found.papers)
        progress(written)
    return written


def rebuild(folder: Path, progress: Progress = lambda _: None) -> int:
    """Build a fresh index from the store while the old one goes on answering; returns how many papers it holds."""
    watermark = _mark(changes.newest_watermark())
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
        organisation_slugs=texts.organisation_slugs,
        venue=texts.venue,
        venue_slug=texts.venue_slug,
        has_code=texts.has_code,
        published=days_since_epoch(texts.published) if texts.published else None,
        votes=texts.votes,
        hot=hot(texts.votes, texts.published),
    )


def hot(votes: int, published: date | None) -> float:
    """How new and how liked a paper is, in days: ten times the votes make up for HOT_DAYS of age."""
    day = days_since_epoch(published) if published else days_since_epoch(date.min)
    return day + HOT_DAYS * math.log10(1 + max(votes, 0))
