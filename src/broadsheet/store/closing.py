"""Closed editions: what stood in them and where, written once; and what an open one would hold now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from broadsheet.flooding import Candidate, Placed, spread
from broadsheet.ranking import Evidence, hot
from broadsheet.store.query import execute, rows
from broadsheet.store.standings import weights
from broadsheet.store.transactions import together

LATE_DAYS: Final = 14
"""A paper added to a closed edition enters the next one that closes, for so many days."""

ENTRIES = """
    SELECT e.paper_id, min(e.position), coalesce(s.listed_at, min(e.edition_day)::timestamptz), coalesce(s.weight, 0),
           p.imported_votes, coalesce(s.commenters, 0), p.imported_comments,
           coalesce(greatest(s.stars - s.stars_first, 0), 0),
           coalesce((SELECT category_id FROM paper_category k WHERE k.paper_id = e.paper_id AND k.position = 1), '')
    FROM edition_entry e JOIN paper p ON p.id = e.paper_id AND p.merged_into IS NULL
    LEFT JOIN standing s ON s.paper_id = e.paper_id
    WHERE (e.edition_day = %(day)s OR e.edition_day BETWEEN %(day)s - %(late)s AND %(day)s - 1
                AND EXISTS (SELECT FROM edition_closing c WHERE c.day = e.edition_day))
      AND NOT EXISTS (SELECT FROM paper_state h WHERE h.paper_id = e.paper_id AND h.hidden)
      AND NOT EXISTS (SELECT FROM edition_place l WHERE l.paper_id = e.paper_id)
      AND NOT EXISTS (SELECT FROM edition_place l JOIN paper m ON m.id = l.paper_id WHERE m.merged_into = e.paper_id)
    GROUP BY e.paper_id, p.id, s.paper_id
"""
"""What an edition that is not closed holds: its entries and late ones, without what a closed edition holds already."""

PLACES = """
    WITH RECURSIVE leads(place, id, position, score, parts) AS (
        SELECT paper_id, paper_id, position, score, parts::text FROM edition_place WHERE day = %s
        UNION ALL SELECT l.place, p.merged_into, l.position, l.score, l.parts
        FROM leads l JOIN paper p ON p.id = l.id WHERE p.merged_into IS NOT NULL
    )
    SELECT l.id, min(l.position) AS first, (array_agg(l.score ORDER BY l.position))[1],
           (array_agg(l.parts ORDER BY l.position))[1]
    FROM leads l JOIN paper p ON p.id = l.id AND p.merged_into IS NULL
    WHERE NOT EXISTS (SELECT FROM paper_state h WHERE h.paper_id = l.id AND h.hidden)
    GROUP BY l.id ORDER BY first
"""
"""A closed edition as it is shown: papers that became one stand once, where the first of them stood."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A paper in an edition that is open: what the ranking knows of it and where it stands by that."""

    paper: int
    evidence: Evidence
    placed: Placed


@dataclass(frozen=True, slots=True)
class ClosedPlace:
    """A paper's place in a closed edition: its score then and what it was made of."""

    paper: int
    position: int
    score: float
    parts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Closing:
    """When an edition closed, by the clock of which zone, and by which rule."""

    day: date
    closed_at: datetime
    zone: str
    rule: Mapping[str, Any]


def open_edition(day: date) -> list[Entered]:
    """What an edition that is not closed would hold if it closed now, in order."""
    values = {"day": day, "late": LATE_DAYS}
    found = _named_rows(ENTRIES, values)
    evidence = {row[0]: Evidence(*row[2:8]) for row in found}
    by = weights()
    # Equal scores stand in the order of the source that listed them, then of age.
    ordered = sorted(found, key=lambda row: (row[1], row[0]))
    candidates = [Candidate(row[0], hot(evidence[row[0]], by), row[8]) for row in ordered]
    return [Entered(placed.paper, evidence[placed.paper], placed) for placed in spread(candidates)]


def _named_rows(query: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Rows of a query whose values are named; the server is given numbers."""
    names = [part.split(")", 1)[0] for part in query.split("%(")[1:]]
    for name in set(names):
        query = query.replace(f"%({name})s", "%s")
    return rows(query, *(values[name] for name in names))


def find_closing(day: date) -> Closing | None:
    """The closing of an edition, if it is closed."""
    found = rows("SELECT closed_at, zone, rule::text FROM edition_closing WHERE day = %s", day)
    return Closing(day, found[0][0], found[0][1], json.loads(found[0][2])) if found else None


def closed_places(day: date) -> list[ClosedPlace]:
    """A closed edition in its frozen order."""
    found = rows(PLACES, day)
    return [ClosedPlace(paper, position, score, json.loads(parts)) for paper, position, score, parts in found]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day whose edition has entries and is not closed, and when one of its papers last changed."""

    day: date
    changed_at: datetime


def open_days(until: date) -> list[OpenDay]:
    """Days up to `until` that have entries and are not closed, the oldest first."""
    found = rows(
        """SELECT e.edition_day, max(p.changed_at) FROM edition_entry e JOIN paper p ON p.id = e.paper_id
           WHERE e.edition_day <= %s AND NOT EXISTS (SELECT FROM edition_closing c WHERE c.day = e.edition_day)
           GROUP BY e.edition_day ORDER BY e.edition_day""",
        until,
    )
    return [OpenDay(day, changed_at) for day, changed_at in found]


def close(closing: Closing, places: Sequence[ClosedPlace]) -> bool:
    """Write a closed edition; False, and nothing written, where it is closed already, even by somebody just now."""
    with together():
        fresh = execute(
            """INSERT INTO edition_closing (day, closed_at, zone, rule) VALUES (%s, %s, %s, %s::jsonb)
               ON CONFLICT DO NOTHING""",
            *(closing.day, closing.closed_at, closing.zone, json.dumps(dict(closing.rule))),
        )
        if fresh and places:
            execute(
                """INSERT INTO edition_place (paper_id, day, position, score, parts)
                   SELECT place.paper, %s, place.position, place.score, place.parts::jsonb
                   FROM unnest(%s::bigint[], %s::int[], %s::float8[], %s::text[])
                       place(paper, position, score, parts)""",
                closing.day,
                [each.paper for each in places],
                [each.position for each in places],
                [each.score for each in places],
                [json.dumps(dict(each.parts)) for each in places],
            )
        return bool(fresh)
