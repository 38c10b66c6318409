"""The harvest's memory: sources as set, streams and their watermarks, runs; and validators of addresses."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from broadsheet.runs import Purpose, Run, SourceState, StreamState
from broadsheet.store.query import array, execute, rows

SOURCE_COLUMNS = tuple(field.name for field in fields(SourceState))
STREAM_COLUMNS = tuple(field.name for field in fields(StreamState))
RUN_COLUMNS = tuple(field.name for field in fields(Run))
OPEN = "ended_at IS NULL"


def _upsert(table: str, columns: Sequence[str], keys: int) -> str:
    settings = ", ".join(f"{column} = excluded.{column}" for column in columns[keys:])
    return f"""INSERT INTO {table} ({", ".join(columns)}) VALUES ({", ".join(["%s"] * len(columns))})
               ON CONFLICT ({", ".join(columns[:keys])}) DO UPDATE SET {settings}"""  # noqa: S608 - names are ours


def list_sources() -> list[SourceState]:
    """All sources that were ever set, by name."""
    return [_source(row) for row in rows(f"SELECT {', '.join(SOURCE_COLUMNS)} FROM harvest_source ORDER BY name")]  # noqa: S608


def get_source(name: str) -> SourceState:
    """A source as it was set; as it is from the beginning, if it never was."""
    found = rows(f"SELECT {', '.join(SOURCE_COLUMNS)} FROM harvest_source WHERE name = %s", name)  # noqa: S608
    return _source(found[0]) if found else SourceState(name)


def _source(row: tuple[Any, ...]) -> SourceState:
    values = dict(zip(SOURCE_COLUMNS, row, strict=True))
    return SourceState(**{**values, "streams": tuple(values["streams"])})


def set_source(state: SourceState) -> None:
    """Store a source's settings and breaker."""
    values = {**dict(zip(SOURCE_COLUMNS, astuple(state), strict=True)), "streams": list(state.streams)}
    execute(_upsert("harvest_source", SOURCE_COLUMNS, 1), *values.values())


def list_streams(source: str) -> dict[str, StreamState]:
    """The streams of a source that were ever due, by their text."""
    found = rows(f"SELECT {', '.join(STREAM_COLUMNS)} FROM harvest_stream WHERE source = %s", source)  # noqa: S608
    return {row[1]: StreamState(*row) for row in found}


def set_stream(state: StreamState) -> None:
    """Store how far a stream has come."""
    execute(_upsert("harvest_stream", STREAM_COLUMNS, 2), *astuple(state))


def add_run(
    source: str, stream: str, purpose: Purpose, since: date | None, until: date | None, now: datetime
) -> int | None:
    """A new run, waiting; None where the same is open already."""
    found = rows(
        """INSERT INTO harvest_run (source, stream, purpose, state, since, until, next_url, note, asked_at,
                                    pages, read, new, changed, merged, known, set_aside, restarts, failures)
           SELECT %s, %s, %s, 'waiting', %s::date, %s::date, '', '', %s, 0, 0, 0, 0, 0, 0, 0, 0, 0
           WHERE NOT EXISTS (SELECT FROM harvest_run WHERE ended_at IS NULL AND source = %s AND stream = %s
                             AND purpose = %s AND since IS NOT DISTINCT FROM %s::date
                             AND until IS NOT DISTINCT FROM %s::date)
           RETURNING id""",
        *(source, stream, purpose, since, until, now),
        *(source, stream, purpose, since, until),
    )
    return int(found[0][0]) if found else None


def has_open_run(source: str, stream: str, purpose: Purpose) -> bool:
    """Whether such a run waits or is under way."""
    return bool(
        rows(
            "SELECT FROM harvest_run WHERE ended_at IS NULL AND source = %s AND stream = %s AND purpose = %s LIMIT 1",
            *(source, stream, purpose),
        )
    )


def list_open_runs() -> list[Run]:
    """Runs that wait or are under way: what was due first, then checks, then ranges that were asked for."""
    return _runs(
        f"""WHERE {OPEN} ORDER BY CASE purpose WHEN 'follow' THEN 0 WHEN 'reconcile' THEN 1 ELSE 2 END,
            failures, id LIMIT 500""",
    )


def find_run(run: int) -> Run | None:
    """A run by its number."""
    found = _runs("WHERE id = %s", run)
    return found[0] if found else None


def list_runs(source: str, limit: int) -> list[Run]:
    """The newest runs of a source."""
    return _runs("WHERE source = %s ORDER BY id DESC LIMIT %s", source, limit)


def list_backfill(source: str) -> list[Run]:
    """All stretches of the range that is under way, or was last; ranges asked for while one is open belong to it."""
    return _runs(
        """WHERE source = %s AND purpose = 'backfill' AND asked_at >= (
               SELECT min(asked_at) FROM harvest_run WHERE source = %s AND purpose = 'backfill' AND ended_at IS NULL)
           ORDER BY id""",
        *(source, source),
    )


def _runs(condition: str, *values: Any) -> list[Run]:
    return [Run(*row) for row in rows(f"SELECT {', '.join(RUN_COLUMNS)} FROM harvest_run {condition}", *values)]  # noqa: S608


def save_run(run: Run, stream: StreamState | None = None) -> None:
    """Store how far a run has come; with it, in one transaction, how far its stream has."""
    settings = ", ".join(f"{column} = %s" for column in RUN_COLUMNS[1:])
    with transaction.atomic():
        execute(f"UPDATE harvest_run SET {settings} WHERE id = %s", *astuple(run)[1:], run.id)  # noqa: S608
        if stream:
            set_stream(stream)


def forget_runs(ended_before: datetime) -> int:
    """Drop runs that ended long ago; watermarks and papers do not depend on them."""
    return execute("DELETE FROM harvest_run WHERE ended_at < %s", ended_before)


def new_papers_per_day(since: date) -> dict[str, dict[date, int]]:
    """For each source, how many papers its runs brought first, by the day they began on (UTC); ranges left aside."""
    found = rows(
        """SELECT source, (started_at AT TIME ZONE 'UTC')::date, sum(new)::bigint FROM harvest_run
           WHERE started_at >= %s AND purpose <> 'backfill' GROUP BY 1, 2""",
        since,
    )
    days: dict[str, dict[date, int]] = {}
    for source, day, count in found:
        days.setdefault(source, {})[day] = int(count)
    return days


def known_by_alone(source: str, others: Sequence[str], span: tuple[datetime, datetime], limit: int) -> list[str]:
    """Keys of one source's records, seen within a span, that none of the others has told of; the newest first."""
    found = rows(
        """SELECT r.key FROM source_record r
           WHERE r.source = %s AND r.fetched_at BETWEEN %s AND %s AND NOT EXISTS (
               SELECT FROM source_record o WHERE o.source = ANY(%s::text[]) AND o.key = r.key)
           ORDER BY r.fetched_at DESC, r.key LIMIT %s""",
        *(source, *span, array(others), limit),
    )
    return [key for (key,) in found]


def find_validators(url: str) -> tuple[str, str]:
    """The ETag and the Last-Modified date that an address gave last; empty where it gave none."""
    found = rows("SELECT etag, last_modified FROM validator WHERE url = %s", url)
    return (found[0][0], found[0][1]) if found else ("", "")


def set_validators(url: str, etag: str, last_modified: str) -> None:
    """Remember what an address gave, unless it is what is known."""
    if (etag, last_modified) != find_validators(url):
        execute(_upsert("validator", ("url", "etag", "last_modified"), 1), url, etag, last_modified)
