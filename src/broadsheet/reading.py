"""Reading: a file's records as clean drafts; a large file is read by a process of its own, ahead of its taker."""

import copyreg
import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from broadsheet.cleaning import clean
from broadsheet.draftcode import encode
from broadsheet.drafts import (
    Counts,
    Draft,
    DraftLink,
    EditionPlace,
    Identifier,
    Organisation,
    PartialDate,
    PrintedAuthor,
    Problem,
)
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.sources import read_file
from broadsheet.taxonomy import load as load_taxonomy

BATCH = 1_000
LARGE_BYTES = 2 << 20
"""Files from this size on, as they lie on disk, are worth a process."""

Item = Draft | Problem
PARTS = (Identifier, PrintedAuthor, DraftLink, PartialDate, Counts, EditionPlace, Organisation)


def prepare(items: Iterable[Item]) -> Iterator[Item]:
    """The items with each draft cleaned; one that cannot be used becomes a problem that says why."""
    taxonomy = load_taxonomy()
    for item in items:
        if isinstance(item, Problem):
            yield item
            continue
        try:
            yield clean(item, taxonomy)
        except Exception as error:  # whatever one record provokes, the others go on
            yield problem(item, error)


def problem(draft: Draft, error: Exception) -> Problem:
    """What is told of a draft that is set aside."""
    return Problem(draft.source, draft.key, str(error) or type(error).__name__, draft.title[:200])


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in batches. Where reading fails, what was read before comes first."""
    batch: list[Item] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except BroadsheetError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def file_batches(path: Path, source: str | None = None, edition: date | None = None) -> Iterator[list[Item]]:
    """A file's records, cleaned, in batches. Raises BadInput for a file that cannot be read."""
    if path.stat().st_size < LARGE_BYTES:
        yield from batches(prepare(read_file(path, source, edition)))
    else:
        yield from _batches_ahead(path, source, edition)


def _batches_ahead(path: Path, source: str | None, edition: date | None) -> Iterator[list[Item]]:
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe(duplex=False)
    reader = processes.Process(target=_send_batches, args=(theirs, path, source, edition), daemon=True)
    reader.start()
    theirs.close()
    try:
        while (batch := _receive(ours)) is not None:
            yield batch
    finally:
        ours.close()
        reader.terminate()
        reader.join()


def _send_batches(pipe: Connection, path: Path, source: str | None, edition: date | None) -> None:
    """The reading process. It waits while the pipe is full, and ends when nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it too; its taker ends it
    _pack_by_values()
    try:
        for batch in batches(_encoded(prepare(read_file(path, source, edition)))):
            pipe.send(batch)
        pipe.send(None)
    except BroadsheetError as error:
        pipe.send(error)
    except BrokenPipeError:
        return


def _pack_by_values() -> None:
    """Let drafts cross the pipe as the values they are made of, which their taker unpacks in a third of the time."""
    for kind in (Draft, Problem, *PARTS):
        copyreg.pickle(kind, _by_values)


def _by_values(value: Any) -> tuple[type[Any], tuple[Any, ...]]:
    return type(value), tuple(getattr(value, each.name) for each in fields(value))


def _encoded(items: Iterable[Item]) -> Iterator[Item]:
    """The drafts with their entries for the log, which their taker need not write then."""
    for item in items:
        yield replace(item, encoded=encode(item)) if isinstance(item, Draft) else item


def _receive(pipe: Connection) -> list[Item] | None:
    """The next batch, None at the end. Raises what the reading process met."""
    try:
        message: list[Item] | BroadsheetError | None = pipe.recv()
    except EOFError as error:
        raise Unavailable("The process that reads the file has ended early. Run the command again.") from error
    if isinstance(message, BroadsheetError):
        raise message
    return message
