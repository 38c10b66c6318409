"""Ranked lists: the heads of the indexes over standings, without what was merged away or hidden."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from broadsheet.cards import Page
from broadsheet.store.orderings import Ordering
from broadsheet.store.query import rows

DEPTH: Final = 1_000
"""Ranked lists end here: counting on would cost more than anybody reads."""

SHOWN = """
    FROM standing s JOIN paper p ON p.id = s.paper_id AND p.merged_into IS NULL {category}
    WHERE {condition} AND NOT EXISTS (SELECT FROM paper_state h WHERE h.paper_id = s.paper_id AND h.hidden)
"""
IN_CATEGORY = "JOIN paper_category c ON c.paper_id = s.paper_id AND c.category_id = %s"


def hot_papers(category: str = "") -> Ordering:
    """Papers by the stored score of `ranking.hot`."""
    return _ranked("hot", "true", category)


def top_papers(since: datetime | None = None, category: str = "") -> Ordering:
    """Papers by votes of here and elsewhere, of those listed since a moment."""
    return _ranked("counted", "s.listed_at >= %s" if since else "true", category, *([since] if since else []))


def discussed_papers(category: str = "") -> Ordering:
    """Papers by comments of here and elsewhere."""
    return _ranked("said", "s.said > 0", category)


def trending_papers(category: str = "") -> Ordering:
    """Papers by votes and comments of late."""
    return _ranked("momentum", "s.momentum IS NOT NULL", category)


def listed_papers(category: str = "") -> Ordering:
    """Papers by the moment they came onto the list, newest first."""
    return _ranked("listed_at", "true", category)


def _ranked(column: str, condition: str, category: str, *values: object) -> Ordering:
    """Papers by a column of their standing, greatest first, the newer record first among equals."""
    shown = SHOWN.format(category=IN_CATEGORY if category else "", condition=condition)
    given = ([category] if category else []) + list(values)
    stretch = f"SELECT s.paper_id {shown} ORDER BY s.{column} DESC, s.paper_id DESC OFFSET %s LIMIT %s"
    count = f"SELECT count(*) FROM (SELECT {shown} LIMIT {DEPTH}) head"  # noqa: S608

    def ordering(offset: int, limit: int) -> Page[int]:
        found = rows(stretch, *given, offset, max(min(limit, DEPTH - offset), 0))
        return Page(tuple(row[0] for row in found), offset, int(rows(count, *given)[0][0]))

    return ordering


def fixed(papers: Sequence[int]) -> Ordering:
    """Papers in an order that was found elsewhere."""

    def ordering(offset: int, limit: int) -> Page[int]:
        return Page(tuple(papers[offset : offset + limit]), offset, len(papers))

    return ordering


def recent_growth(since: datetime, limit: int) -> list[tuple[int, float, str]]:
    """Papers listed since a moment, the newest first: id, momentum (0 where nothing moved yet) and first category."""
    return rows(
        f"""SELECT s.paper_id, coalesce(s.momentum, '-infinity'), coalesce(
                (SELECT category_id FROM paper_category k WHERE k.paper_id = s.paper_id AND k.position = 1), '')
            {SHOWN.format(category="", condition="s.listed_at >= %s")}
            ORDER BY s.listed_at DESC, s.paper_id DESC LIMIT %s""",  # noqa: S608
        *(since, limit),
    )


def first_categories(papers: Sequence[int]) -> dict[int, str]:
    """The code of each paper's first category."""
    found = rows("SELECT paper_id, category_id FROM paper_category WHERE position = 1 AND paper_id = ANY(%s)", papers)
    return dict(found)
