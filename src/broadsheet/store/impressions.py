"""Impressions: how often papers were shown and opened at which place, summed; of nobody in particular."""

import logging
from collections.abc import Mapping
from datetime import date

from django.db import DatabaseError, connections

from broadsheet.store.query import execute
from broadsheet.store.transactions import together

log = logging.getLogger("broadsheet.impressions")

Shown = Mapping[tuple[int, date, str, int], int]
"""How often a paper was shown on a day in a listing at a position, from 1."""
Opened = Mapping[tuple[int, date, str], int]
"""How often a paper was opened on a day out of a listing."""


def write(shown: Shown, opened: Opened) -> bool:
    """Add both to the sums, or, while the database is away, neither; tells which."""
    try:
        with together():
            add_shown(shown)
            add_opened(opened)
    except DatabaseError as error:
        log.warning("impressions wait: %s", error)
        return False
    return True


def leave() -> None:
    """Close this thread's connections; the next writing opens one."""
    connections.close_all()


def add_shown(counts: Shown) -> None:
    """Add to the sums. Rows are taken in order, so that two writers never wait for each other in a ring."""
    if not counts:
        return
    keys = sorted(counts)
    execute(
        """INSERT INTO impression (paper_id, day, listing, position, shown, opened)
           SELECT given.paper, given.day, given.listing, given.position, given.shown, 0
           FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::int[], %s::bigint[])
               given(paper, day, listing, position, shown)
           JOIN paper p ON p.id = given.paper
           ON CONFLICT (paper_id, day, listing, position) DO UPDATE SET shown = impression.shown + excluded.shown""",
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [key[3] for key in keys],
        [counts[key] for key in keys],
    )


def add_opened(counts: Opened) -> None:
    """Add openings where the listing showed the paper most on that day; those of a paper it did not show are let go."""
    for paper, day, listing in sorted(counts):
        execute(
            """UPDATE impression SET opened = opened + %s
               WHERE paper_id = %s AND day = %s AND listing = %s AND position = (
                   SELECT position FROM impression WHERE paper_id = %s AND day = %s AND listing = %s
                   ORDER BY shown DESC, position LIMIT 1)""",
            *(counts[paper, day, listing], paper, day, listing, paper, day, listing),
        )


def forget(before: date) -> int:
    """Remove the sums of days before one; tells how many rows."""
    return execute("DELETE FROM impression WHERE day < %s", before)
