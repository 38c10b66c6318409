"""Counts of what was done how often, in fixed stretches of time."""

from datetime import datetime

from broadsheet.store.query import execute, rows


def count_up(key: str, window_start: datetime, most: int) -> bool:
    """Count one more in a window; False, and nothing counted, where `most` is reached. One statement: none slips by."""
    found = rows(
        """INSERT INTO limit_count AS c (key, window_start, count) VALUES (%s, %s, 1)
           ON CONFLICT (key, window_start) DO UPDATE SET count = c.count + 1 WHERE c.count < %s RETURNING count""",
        *(key, window_start, most),
    )
    return bool(found)


def forget_counts(before: datetime) -> int:
    """Drop counts of windows that began before a moment; tells how many."""
    return execute("DELETE FROM limit_count WHERE window_start < %s", before)
