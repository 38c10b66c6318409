"""Bulk writing: papers and their parts through COPY, changes as the difference between before and after."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from broadsheet.identity import author_key, title_digest
from broadsheet.records import PaperRecord
from broadsheet.store.query import array
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


def write_papers(
    cursor: CursorWrapper, new: Mapping[int, PaperRecord], changed: Changed, states: Sequence[PaperRecord]
) -> None:
    """Insert the new papers and bring the changed ones from their old state to the new one.

    `states` are all that the papers were in between, in order.
    """
    after = {paper: pair[1] for paper, pair in changed.items()}
    names = _names(cursor, [*(before for before, _ in changed.values()), *states])
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
    if added:
        copy_rows(cursor, part.table, part.columns, added)


def copy_rows(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows by COPY. `table` and `columns` are ours, never a user's."""
    with cursor.db.wrap_database_errors, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


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
    if not days:
        return
    cursor.execute("INSERT INTO edition (day) SELECT unnest(%s::date[]) ON CONFLICT DO NOTHING", [days])


def _names(cursor: CursorWrapper, records: Sequence[PaperRecord]) -> Names:
    """Ids of everything the records name, made where they are new, under the spelling that came first."""
    authors: dict[str, str] = {}
    tags: dict[str, str] = {}
    venues: dict[str, str] = {}
    organisations: dict[str, str] = {}
    for record in records:
        for author in record.authors:
            authors.setdefault(author_key(author.name), author.name)
        for tag in record.tags:
            tags.setdefault(slug(tag), tag)
        if record.venue:
            venues.setdefault(slug(record.venue), record.venue)
        for _, organisation in record.organisations:
            organisations.setdefault(organisation.slug, organisation.name)
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
    cursor.execute(f"SELECT {key}, id FROM {table} WHERE {key} = ANY(%s::text[])", [array(keys)])  # noqa: S608
    known: dict[str, int] = dict(cursor.fetchall())
    missing = [name for name in keys if name not in known]
    if missing:
        cursor.execute(
            f"INSERT INTO {table} ({key}, name) SELECT * FROM unnest(%s::text[], %s::text[]) RETURNING {key}, id",  # noqa: S608
            [array(missing), array(wanted[name] for name in missing)],
        )
        known.update(cursor.fetchall())
    return known
