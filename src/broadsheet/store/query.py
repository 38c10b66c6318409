"""One query, all its rows; and arrays to ask for many things at once."""

from collections.abc import Iterable
from typing import Any

from django.db import connection


def array(texts: Iterable[str]) -> str:
    """Texts as the literal of a PostgreSQL array, for a parameter cast to text[]; much faster than adapting a list."""
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query; `values` fill its %s in order."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def execute(command: str, *values: Any) -> int:
    """Run a command that gives no rows; tells how many it touched."""
    with connection.cursor() as cursor:
        cursor.execute(command, values)
        return int(cursor.rowcount)
