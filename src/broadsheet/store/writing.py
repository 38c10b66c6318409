"""Bulk writing: papers and their parts through COPY, changes as the difference between before and after."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from broadsheet.identity import author_key, title_digest
from broadsheet.records import PaperRecord
from broadsheet.store.tables import PARTS, Names, Part, Row
from broadsheet.terms import slug

PAPER_COLUMNS = (
    *("id", "key", "title", "abstract", "summary", "summary_by", "published", "published_precision", "updated"),
    *(
        "version",
        "author_count",
        "language",
        "licence",
        "comment",
        "withdrawn",
        "venue_id",
        "title_digest",
        "provenance",
    ),
    *("imported_votes", "imported_comments"),
)

Changed = Mapping[int, tuple[PaperRecord, PaperRecord]]


def write_papers(cursor: CursorWrapper, new: Mapping[int, PaperRecord], changed: Changed) -> None:
    """Insert the new papers and bring the changed ones from their old state to the new one."""
    after = {paper: pair[1] for paper, pair in changed.items()}
    names = _names(cursor, [*new.values(), *(record for pair in changed.values() for record in pair)])
    copy_rows(cursor, "paper", PAPER_COLUMNS, (_paper_row(paper, record, names) for paper, record in new.items()))
    _update_papers(cursor, after, names)
    _add_editions(cursor, [*new.values(), *after.values()])
    for part in PARTS:
        _write_part(cursor, part, new, changed, names)


def _write_part(
    cursor: CursorWrapper, part: Part, new: Mapping[int, PaperRecord], changed: Changed, names: Names
) -> None:
    added = [row for paper, record in new.items() for row in part.rows(paper, record, names)]
    removed: list[Row] = []
    for paper, (before, after) in changed.items():
        old, fresh = set(part.rows(paper, before, names)), list(part.rows(paper, after, names))
        removed += [row[: part.key_width] for row in old.difference(fresh)]
        added += [row for row in fresh if row not in old]
    _delete_rows(cursor, part, removed)
    copy_rows(cursor, part.table, part.columns, added)


def copy_rows(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows by COPY. `table` and `columns` are ours, never a user's."""
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def upsert(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Row], *, key_width: int, stamp: str
) -> None:
    """Insert rows, or replace those with the same key; `stamp` is the column that tells when."""
    fields, keys = ", ".join(columns), ", ".join(columns[:key_width])
    cursor.execute(f"CREATE TEMP TABLE arriving ON COMMIT DROP AS SELECT {fields} FROM {table} WITH NO DATA")  # noqa: S608
    copy_rows(cursor, "arriving", columns, rows)
    settings = ", ".join(f"{column} = excluded.{column}" for column in columns[key_width:])
    cursor.execute(
        f"INSERT INTO {table} ({fields}) SELECT {fields} FROM arriving "  # noqa: S608
        f"ON CONFLICT ({keys}) DO UPDATE SET {settings}, {stamp} = now()"
    )
    cursor.execute("DROP TABLE arriving")


def _delete_rows(cursor: CursorWrapper, part: Part, keys: Sequence[Row]) -> None:
    condition = " AND ".join(f"{column} = %s" for column in part.columns[: part.key_width])
    if keys:
        cursor.executemany(f"DELETE FROM {part.table} WHERE {condition}", keys)  # noqa: S608


def _paper_row(paper: int, record: PaperRecord, names: Names) -> Row:
    published = record.published
    return (
        *(paper, record.key, record.title, record.abstract, record.summary, record.summary_by),
        *(published.day if published else None, published.precision if published else "day", record.updated),
        *(record.version, record.author_count, record.language, record.licence, record.comment, record.withdrawn),
        names.venues[slug(record.venue)] if record.venue else None,
        title_digest(record.title),
        json.dumps(dict(record.provenance)),
        *(record.imported_votes, record.imported_comments),
    )


def _update_papers(cursor: CursorWrapper, records: Mapping[int, PaperRecord], names: Names) -> None:
    settings = ", ".join(f"{column} = %s" for column in PAPER_COLUMNS[1:])
    rows = [(*_paper_row(paper, record, names)[1:], paper) for paper, record in records.items()]
    if rows:
        cursor.executemany(f"UPDATE paper SET {settings}, changed_at = now() WHERE id = %s", rows)  # noqa: S608


def _add_editions(cursor: CursorWrapper, records: Iterable[PaperRecord]) -> None:
    days = sorted({place.day for record in records for _, place in record.entries})
    cursor.execute("INSERT INTO edition (day) SELECT unnest(%s::date[]) ON CONFLICT DO NOTHING", [days])


def _names(cursor: CursorWrapper, records: Sequence[PaperRecord]) -> Names:
    """Ids of everything the records name, made where they are new."""
    authors = {author_key(author.name): author.name for r in reversed(records) for author in reversed(r.authors)}
    tags = {slug(tag): tag for record in reversed(records) for tag in record.tags}
    venues = {slug(record.venue): record.venue for record in reversed(records) if record.venue}
    organisations = {o.slug: o.name for record in reversed(records) for _, o in record.organisations}
    return Names(
        authors=_ids(cursor, "author", "key", authors),
        tags=_ids(cursor, "tag", "slug", tags),
        venues=_ids(cursor, "venue", "slug", venues),
        organisations=_ids(cursor, "organisation", "slug", organisations),
    )


def _ids(cursor: CursorWrapper, table: str, key: str, wanted: Mapping[str, str]) -> dict[str, int]:
    if not wanted:
        return {}
    keys: list[Any] = list(wanted)
    cursor.execute(f"SELECT {key}, id FROM {table} WHERE {key} = ANY(%s)", [keys])  # noqa: S608
    known: dict[str, int] = dict(cursor.fetchall())
    missing = [name for name in keys if name not in known]
    if missing:
        cursor.execute(
            f"INSERT INTO {table} ({key}, name) SELECT * FROM unnest(%s::text[], %s::text[]) RETURNING {key}, id",  # noqa: S608
            [missing, [wanted[name] for name in missing]],
        )
        known.update(cursor.fetchall())
    return known
