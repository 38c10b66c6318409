"""Intake: loading what a batch of drafts touches and writing what it decided, in one transaction.

Writers take turns (an advisory lock held to the end of the transaction), so that two ingests running at once
cannot both create the paper that each believes to be new.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from broadsheet.drafts import Identifier, Problem
from broadsheet.errors import BadInput
from broadsheet.records import PaperRecord, SourceMark
from broadsheet.store import writing
from broadsheet.store.query import rows

INTAKE_LOCK = 20_260_001

RecordName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Writes:
    """What one batch decided: new papers by id, changed ones as (before, after), and the marks of the records read."""

    new: Mapping[int, PaperRecord]
    changed: Mapping[int, tuple[PaperRecord, PaperRecord]]
    marks: Mapping[RecordName, SourceMark]


class Rejected(BadInput):
    """The database refused a value in the batch."""


@contextmanager
def intake_transaction() -> Iterator[None]:
    """One batch: all of it or nothing, and no other intake beside it. Raises Rejected for a value that is refused."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])
            yield
    except (DataError, IntegrityError) as error:
        raise Rejected(f"the database refused it: {str(error).splitlines()[0]}") from error


def find_marks(names: Sequence[RecordName]) -> dict[RecordName, SourceMark]:
    """The marks of the records seen before, by (source, key)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.source, r.key, r.paper_id, r.payload_hashes, r.observed_at
               FROM unnest(%s::text[], %s::text[]) AS wanted(source, key) JOIN source_record r USING (source, key)""",
            [[source for source, _ in names], [key for _, key in names]],
        )
        return {(row[0], row[1]): SourceMark(row[2], tuple(row[3]), row[4]) for row in cursor.fetchall()}


def find_papers(identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
    """Ids of the papers that carry these identifiers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.kind, i.value, i.paper_id
               FROM unnest(%s::text[], %s::text[]) AS wanted(kind, value)
               JOIN paper_identifier i USING (kind, value)""",
            [[identifier.kind for identifier in identifiers], [identifier.value for identifier in identifiers]],
        )
        return {Identifier(kind, value): paper for kind, value, paper in cursor.fetchall()}


def find_titles(digests: Sequence[str]) -> dict[str, list[int]]:
    """Ids of the papers by title digest, at most 20 each, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT title_digest, (array_agg(id ORDER BY id))[:20] FROM paper
               WHERE title_digest = ANY(%s) AND title_digest <> '' GROUP BY title_digest""",
            [list(digests)],
        )
        return dict(cursor.fetchall())


def reserve_ids(count: int) -> list[int]:
    """Fresh paper ids, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('paper', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def write(writes: Writes) -> None:
    """Store papers, marks and the log that the search index follows. Call inside `intake_transaction`."""
    with connection.cursor() as cursor:
        writing.write_papers(cursor, writes.new, writes.changed)
        _write_marks(cursor, writes.marks)
        _forget_problems(cursor, list(writes.marks))
        _log_changes(cursor, [*writes.new, *writes.changed])


def _write_marks(cursor: CursorWrapper, marks: Mapping[RecordName, SourceMark]) -> None:
    rows = [(*name, mark.paper_id, list(mark.payload_hashes), mark.observed_at) for name, mark in marks.items()]
    columns = ("source", "key", "paper_id", "payload_hashes", "observed_at")
    writing.upsert(cursor, "source_record", columns, rows, key_width=2, stamp="fetched_at")


def _forget_problems(cursor: CursorWrapper, names: Sequence[RecordName]) -> None:
    cursor.execute(
        """DELETE FROM ingest_problem p USING unnest(%s::text[], %s::text[]) AS done(source, key)
           WHERE p.source = done.source AND p.key = done.key""",
        [[source for source, _ in names], [key for _, key in names]],
    )


def _log_changes(cursor: CursorWrapper, papers: Sequence[int]) -> None:
    cursor.execute("INSERT INTO change (paper_id) SELECT unnest(%s::bigint[])", [list(papers)])


def record_problems(problems: Iterable[Problem]) -> None:
    """Remember records set aside; the newest reason stands."""
    newest = {(p.source, p.key): (p.source, p.key, p.reason, p.excerpt) for p in problems}
    if not newest:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        columns = ("source", "key", "reason", "excerpt")
        writing.upsert(cursor, "ingest_problem", columns, list(newest.values()), key_width=2, stamp="seen_at")


def list_problems(limit: int) -> list[Problem]:
    """Records set aside, the newest first."""
    found = rows("SELECT source, key, reason, excerpt FROM ingest_problem ORDER BY seen_at DESC, key LIMIT %s", limit)
    return [Problem(*row) for row in found]
