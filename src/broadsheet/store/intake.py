"""Intake: loading what a batch of drafts touches and writing what it decided, in one transaction.

Writers take turns (an advisory lock held to the end of the transaction), so that two ingests running at once
cannot both create the paper that each believes to be new.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.backends.utils import CursorWrapper

from broadsheet.deciding import Doubt, Entry, Join, Joining
from broadsheet.drafts import Identifier, Problem
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.records import PaperRecord, SourceMark
from broadsheet.store import matching, standings, writing
from broadsheet.store.catalogue import find_paper
from broadsheet.store.query import array, rows

INTAKE_LOCK = 20_260_001
MAX_PROBLEM_TEXT = 500

RecordName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Writes:
    """What one batch decided: new papers by id, changed ones as (before, after), and the marks of the records read.

    `states` are all that papers were in between, in order: whoever these name is entered, under the first spelling.
    Papers that `joins` empty are among the changed ones.
    """

    new: Mapping[int, PaperRecord]
    changed: Mapping[int, tuple[PaperRecord, PaperRecord]]
    states: Sequence[PaperRecord]
    marks: Mapping[RecordName, SourceMark]
    known_marks: Collection[RecordName]
    log: Sequence[Entry] = ()
    joins: Sequence[Join] = ()
    joinings: Sequence[Joining] = ()
    doubts: Sequence[Doubt] = ()
    link_times: Mapping[int, Mapping[tuple[str, str], datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SplitWrites:
    """Records that leave `paper` for `target` (None: a new one); what both were, and what they become, in this order.

    `link_times` tell since when the links of each are known.
    """

    paper: int
    target: int | None
    records: Sequence[RecordName]
    before: Mapping[int, PaperRecord]
    after: tuple[PaperRecord, PaperRecord]
    link_times: tuple[Mapping[tuple[str, str], datetime], Mapping[tuple[str, str], datetime]]


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
    except (DataError, IntegrityError, UnicodeError) as error:
        raise Rejected(f"the database refused it: {str(error).splitlines()[0]}") from error
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.ProgramLimitExceeded):
            raise Rejected(f"it is too large for the database: {str(error).splitlines()[0]}") from error
        raise


@contextmanager
def batch_transaction() -> Iterator[None]:
    """An intake of strangers' records: what nobody expected is a rejection too, so that the others go in without it."""
    try:
        with intake_transaction():
            yield
    except (BroadsheetError, DatabaseError, InterfaceError):
        raise
    except Exception as error:
        raise Rejected(f"it cannot be taken in ({type(error).__name__}: {str(error)[:200]})") from error


def find_marks(names: Sequence[RecordName]) -> dict[RecordName, SourceMark]:
    """The marks of the records seen before, by (source, key)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.source, r.key, r.paper_id, r.payload_hashes, r.observed_at
               FROM unnest(%s::text[], %s::text[]) AS wanted(source, key) JOIN source_record r USING (source, key)""",
            [array(source for source, _ in names), array(key for _, key in names)],
        )
        return {(row[0], row[1]): SourceMark(row[2], tuple(row[3]), row[4]) for row in cursor.fetchall()}


def find_papers(identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
    """Ids of the papers that carry these identifiers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.kind, i.value, i.paper_id
               FROM unnest(%s::text[], %s::text[]) AS wanted(kind, value)
               JOIN paper_identifier i USING (kind, value)""",
            [
                array(identifier.kind for identifier in identifiers),
                array(identifier.value for identifier in identifiers),
            ],
        )
        return {Identifier(kind, value): paper for kind, value, paper in cursor.fetchall()}


def find_titles(digests: Sequence[str]) -> dict[str, list[int]]:
    """Ids of the papers by title digest, at most 20 each, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT title_digest, (array_agg(id ORDER BY id))[:20] FROM paper
               WHERE title_digest = ANY(%s::text[]) AND title_digest <> '' GROUP BY title_digest""",
            [array(digests)],
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
    gone = {join.gone for join in writes.joins}
    with connection.cursor() as cursor:
        matching.hide(cursor, [(join.survivor, join.gone) for join in writes.joins])
        writing.write_papers(cursor, writes.new, writes.changed, writes.states)
        for join in writes.joins:
            matching.move_all(cursor, join.survivor, join.gone, join.match.rule, join.match.evidence)
        _write_marks(cursor, writes.marks, writes.known_marks)
        matching.write_log(cursor, [(entry.draft, entry.replaces) for entry in writes.log])
        matching.write_matches(
            cursor, [(j.paper, *j.record, j.match.rule, j.match.evidence, j.came_from) for j in writes.joinings]
        )
        matching.write_doubts(cursor, [(doubt.paper, doubt.other, doubt.reason) for doubt in writes.doubts])
        matching.set_link_times(cursor, writes.link_times)
        _log_changes(cursor, [*writes.new, *(paper for paper in writes.changed if paper not in gone)], sorted(gone))
        if writes.joins:
            _keep_old_names(cursor, writes.changed)
    standings.refresh_listed([*writes.new, *(paper for paper in writes.changed if paper not in gone)])


def write_split(writes: SplitWrites) -> int:
    """Store both papers of a split; gives the id of the one that records went to. Call inside `intake_transaction`."""
    paper, (rest, leaving) = writes.paper, writes.after
    target = reserve_ids(1)[0] if writes.target is None else writes.target
    changed = {paper: (writes.before[paper], rest)}
    if writes.target is not None:
        changed[target] = (writes.before[target], leaving)
    with connection.cursor() as cursor:
        matching.free_key(cursor, paper)
        new = {target: leaving} if writes.target is None else {}
        writing.write_papers(cursor, new, changed, [rest, leaving])
        matching.show(cursor, target)
        matching.move_some(cursor, paper, target, writes.records)
        if writes.target is None:
            why = ("operator", f"taken out of {writes.before[paper].key} by an operator", None)
            matching.write_matches(cursor, [(target, *record, *why) for record in writes.records])
        matching.set_link_times(cursor, {paper: writes.link_times[0], target: writes.link_times[1]})
        _log_changes(cursor, [paper, target])
        _keep_old_names(cursor, changed)
    standings.refresh_listed([paper, target])
    return target


def _keep_old_names(cursor: CursorWrapper, changed: Mapping[int, tuple[PaperRecord, PaperRecord]]) -> None:
    """Let keys that papers had before they were made anew go on leading to them: an empty paper bears such a key."""
    for paper, (before, after) in changed.items():
        names = {before.key, *(name.value for name in before.identifiers if name.kind == "other")}
        for name in sorted(names.difference({after.key}, (each.value for each in after.identifiers))):
            if not find_paper(name):
                number = reserve_ids(1)[0]
                writing.write_papers(cursor, {number: PaperRecord(key=name)}, {}, [])
                matching.hide(cursor, [(paper, number)])


def _write_marks(cursor: CursorWrapper, marks: Mapping[RecordName, SourceMark], known: Collection[RecordName]) -> None:
    rows = {name: (mark.paper_id, array(mark.payload_hashes), mark.observed_at, *name) for name, mark in marks.items()}
    columns = ("paper_id", "payload_hashes", "observed_at", "source", "key")
    writing.copy_rows(cursor, "source_record", columns, [row for name, row in rows.items() if name not in known])
    cursor.executemany(
        """UPDATE source_record SET paper_id = %s, payload_hashes = %s::text[], observed_at = %s, fetched_at = now()
           WHERE source = %s AND key = %s""",
        [row for name, row in rows.items() if name in known],
    )


def _log_changes(cursor: CursorWrapper, papers: Sequence[int], removed: Sequence[int] = ()) -> None:
    """Tell the followers of the log which papers changed, and which are no more."""
    cursor.execute("INSERT INTO change (paper_id) SELECT unnest(%s::bigint[])", [list(papers)])
    if removed:
        cursor.execute("INSERT INTO change (paper_id, removed) SELECT unnest(%s::bigint[]), true", [list(removed)])


def record_problems(found: Mapping[RecordName, Problem | None]) -> None:
    """Remember why records were set aside, and since when; forget it of those that went in (None)."""
    problems = (problem for problem in found.values() if problem)
    # Sorted, so that two ingests that set the same records aside cannot wait for each other.
    stored = sorted(tuple(_storable(text) for text in (p.source, p.key, p.reason, p.excerpt)) for p in problems)
    with transaction.atomic(), connection.cursor() as cursor:
        _forget_problems(cursor, [name for name, problem in found.items() if problem is None])
        cursor.executemany(
            """INSERT INTO ingest_problem (source, key, reason, excerpt) VALUES (%s, %s, %s, %s)
               ON CONFLICT (source, key)
               DO UPDATE SET reason = excluded.reason, excerpt = excluded.excerpt, seen_at = now()
               WHERE (ingest_problem.reason, ingest_problem.excerpt) <> (excluded.reason, excluded.excerpt)""",
            stored,
        )


def _forget_problems(cursor: CursorWrapper, names: Sequence[RecordName]) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM ingest_problem)")
    if cursor.fetchone()[0]:
        cursor.execute(
            """DELETE FROM ingest_problem p USING unnest(%s::text[], %s::text[]) AS done(source, key)
               WHERE p.source = done.source AND p.key = done.key""",
            [array(source for source, _ in names), array(key for _, key in names)],
        )


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:MAX_PROBLEM_TEXT]


def list_problems(limit: int, source: str = "") -> list[Problem]:
    """Records set aside, of all sources or of one, the newest first."""
    found = rows(
        """SELECT source, key, reason, excerpt FROM ingest_problem WHERE %s IN ('', source)
           ORDER BY seen_at DESC, key LIMIT %s""",
        *(source, limit),
    )
    return [Problem(*row) for row in found]
