"""One query, all its rows."""

from typing import Any

from django.db import connection


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query; `values` fill its %s in order."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
