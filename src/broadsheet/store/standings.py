"""Standings: what the ranking needs of each paper, counted from the rows, with its scores.

The scores are reckoned in the database, in the statement that counts; `ranking.py` says the same in Python, and a test
holds the two together. What was hung on a paper that became another one counts for that one.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from broadsheet.ranking import COMMENT_GROWTH, DAY, EPOCH, HALVING_DAYS, STAR_GROWTH, Evidence, Weights, parse_weights
from broadsheet.store.query import execute, rows

LISTED_AT = """coalesce(
    (SELECT CASE WHEN p.created_at >= day AND p.created_at < day + 1 THEN p.created_at ELSE day::timestamptz END
     FROM (SELECT min(edition_day) AS day FROM edition_entry
           WHERE paper_id = p.id AND edition_day <= current_date + 1) first WHERE day IS NOT NULL),
    least(p.published::timestamptz, p.created_at), p.created_at)"""
"""When a paper came onto the list: its first edition, to the minute where it came in that day; else its publication.

A source may name a day of the far future; such an edition is none.
"""

MADE = f"""
    INSERT INTO standing (paper_id, votes, weight, comments, commenters, listed_at, hot)
    SELECT p.id, 0, 0, 0, 0, {LISTED_AT}, 0 FROM paper p WHERE p.id = ANY(%s::bigint[])
"""  # noqa: S608
LISTED_ONLY = """
    AND (p.imported_votes > 0 OR p.imported_comments > 0 OR EXISTS (SELECT FROM edition_entry WHERE paper_id = p.id)
         OR EXISTS (SELECT FROM paper g JOIN standing s ON s.paper_id = g.id WHERE g.merged_into = p.id))
"""

BATCH = 1_000


def weights() -> Weights:
    """The weights that the operator set, or ours."""
    return parse_weights(settings.ENVIRONMENT.values.get("ranking", ""))


def rule_name(by: Weights) -> str:
    """How a standing remembers the weights it was reckoned by."""
    return f"{by.days_per_ten!r}/{by.imported!r}/{by.discussion!r}/{by.code!r}"


def lock(paper: int) -> None:
    """Hold a paper's standing, made where it has none, until the transaction ends: whoever counts does so in turn."""
    execute(f"{MADE} ON CONFLICT DO NOTHING", [paper])
    # To plan the counting costs three times as much as to do it: the plan that any paper fits is kept.
    execute(
        "SELECT set_config('plan_cache_mode', 'force_generic_plan', true) FROM standing WHERE paper_id = %s FOR UPDATE",
        paper,
    )


def refresh(paper: int) -> None:
    """Count a paper's votes and comments anew, and its scores. The caller has locked its standing."""
    execute(_refreshing(weights(), ONE), paper)


def refresh_listed(papers: Sequence[int]) -> None:
    """Count these papers anew inside the transaction that wrote them; one that stands nowhere gets no standing."""
    ordered = sorted(papers)
    if ordered:
        execute(f"{MADE} {LISTED_ONLY} ORDER BY p.id ON CONFLICT DO NOTHING", ordered)
        found = rows("SELECT paper_id FROM standing WHERE paper_id = ANY(%s) ORDER BY paper_id FOR UPDATE", ordered)
        if found:
            execute(_refreshing(weights(), MANY), [row[0] for row in found])


def find_stale(limit: int = BATCH) -> list[int]:
    """Papers reckoned by other weights or other imported counts, or that should have a standing and have none."""
    found = rows(
        """SELECT s.paper_id FROM standing s JOIN paper p ON p.id = s.paper_id
           WHERE s.rule <> %s OR s.imported_seen IS DISTINCT FROM p.imported_votes
              OR s.said <> s.comments + p.imported_comments LIMIT %s""",
        *(rule_name(weights()), limit),
    )
    found = found or rows(
        """SELECT p.id FROM paper p WHERE p.merged_into IS NULL
             AND (p.imported_votes > 0 OR p.imported_comments > 0
                  OR EXISTS (SELECT FROM edition_entry e WHERE e.paper_id = p.id))
             AND NOT EXISTS (SELECT FROM standing s WHERE s.paper_id = p.id) LIMIT %s""",
        limit,
    )
    return [row[0] for row in found]


ONE = "(VALUES (%s::bigint)) one(given)"
MANY = "unnest(%s::bigint[]) given"


@lru_cache(maxsize=4)
def _refreshing(by: Weights, given: str) -> str:
    """The statement that brings the standings of papers to what their rows say."""
    return f"""
        WITH RECURSIVE family(root, id) AS (
            SELECT given, given FROM {given}
            UNION SELECT f.root, p.id FROM paper p JOIN family f ON p.merged_into = f.id
        ), counted AS ({_COUNTED}), grown AS ({_grown(by)}), moved AS ({_MOVED})
        UPDATE standing s SET
            votes = g.votes, weight = g.weight, comments = g.comments, commenters = g.commenters,
            counted = g.votes + g.imported_votes, said = g.comments + g.imported_comments,
            listed_at = g.listed_at, imported_seen = g.imported_votes, imported_momentum = g.imported_momentum,
            stars = g.stars, stars_first = g.stars_first, momentum = m.momentum, rule = '{rule_name(by)}',
            hot = {_hot(by)}
        FROM grown g JOIN moved m ON m.root = g.root WHERE s.paper_id = g.root
    """  # noqa: S608


_VOTERS = """
    SELECT f.root, v.person_id, max(v.weight) AS weight, max(v.cast_at) AS at
    FROM family f JOIN vote v ON v.paper_id = f.id WHERE NOT v.held GROUP BY f.root, v.person_id
"""
_WRITERS = """
    SELECT f.root, c.person_id, count(*) AS comments, max(c.created_at) AS at
    FROM family f JOIN comment c ON c.paper_id = f.id
    WHERE c.removed_at IS NULL AND c.hidden_at IS NULL GROUP BY f.root, c.person_id
"""
_COUNTED = f"""
    SELECT p.id AS root, p.imported_votes, p.imported_comments, {LISTED_AT} AS listed_at,
           coalesce(v.votes, 0) AS votes, coalesce(v.weight, 0) AS weight,
           coalesce(c.comments, 0) AS comments, coalesce(c.commenters, 0) AS commenters,
           (SELECT sum(stars)::int FROM imported_count WHERE paper_id = p.id) AS stars
    FROM (SELECT DISTINCT root FROM family) f JOIN paper p ON p.id = f.root
    LEFT JOIN (SELECT root, count(*) AS votes, sum(weight) AS weight FROM ({_VOTERS}) each GROUP BY root) v
        ON v.root = p.id
    LEFT JOIN (SELECT root, sum(comments) AS comments, count(*) AS commenters FROM ({_WRITERS}) each GROUP BY root) c
        ON c.root = p.id
"""  # noqa: S608


def _points(moment: str, days: float) -> str:
    """Time points of a moment, one for so many days."""
    return f"(extract(epoch FROM {moment} - timestamptz '{EPOCH.isoformat()}')::float8 / {DAY!r} / {days!r})"


HALVING_POINT_DAYS = HALVING_DAYS / 0.3010299956639812
"""Days in which a momentum loses one, that is falls to a tenth; the number is log10(2)."""


def _grown(by: Weights) -> str:
    """What grew elsewhere since the standing was last counted; what was there from the start grew on listing."""
    return f"""
        SELECT c.*, coalesce(s.stars_first, c.stars) AS stars_first,
               CASE WHEN grown.much > 0 THEN coalesce(
                        greatest(s.imported_momentum, new.momentum)
                            + log(1 + power(10::float8, -least(abs(s.imported_momentum - new.momentum), 300))),
                        new.momentum)
                    ELSE s.imported_momentum END AS imported_momentum
        FROM counted c JOIN standing s ON s.paper_id = c.root
        CROSS JOIN LATERAL (SELECT
            {by.imported!r}::float8 * greatest(c.imported_votes - coalesce(s.imported_seen, 0), 0)
            + {STAR_GROWTH!r} * greatest(coalesce(c.stars - s.stars, 0), 0) AS much) grown
        CROSS JOIN LATERAL (SELECT CASE WHEN grown.much > 0 THEN log(grown.much)
            + {_points("CASE WHEN s.imported_seen IS NULL THEN c.listed_at ELSE now() END", HALVING_POINT_DAYS)}
            END AS momentum) new
    """  # noqa: S608


_MOVED = f"""
    SELECT g.root, (SELECT newest + log(sum(weight * power(10::float8, greatest(point - newest, -300))))
        FROM (SELECT weight, point, max(point) OVER () AS newest FROM (
            SELECT weight, {_points("at", HALVING_POINT_DAYS)} AS point FROM ({_VOTERS}) v
            WHERE v.root = g.root AND weight > 0
            UNION ALL
            SELECT {COMMENT_GROWTH!r}, {_points("at", HALVING_POINT_DAYS)} FROM ({_WRITERS}) c WHERE c.root = g.root
            UNION ALL
            SELECT 1, g.imported_momentum WHERE g.imported_momentum IS NOT NULL
        ) event) late GROUP BY newest) AS momentum
    FROM grown g
"""  # noqa: S608


def _hot(by: Weights) -> str:
    """The sum of `ranking.hot` over the columns of g."""
    return f"""
        log(1 + greatest(g.weight, 0)::float8 + {by.imported!r}::float8 * greatest(g.imported_votes, 0))
        + {by.discussion!r}::float8
            * log((1 + greatest(g.commenters, 0) + greatest(g.imported_comments - 1, 0))::float8)
        + {by.code!r}::float8 * log((1 + greatest(coalesce(g.stars - g.stars_first, 0), 0))::float8)
        + {_points("g.listed_at", by.days_per_ten)}
    """


EVIDENCE = """
    SELECT s.paper_id, s.listed_at, s.weight, p.imported_votes, s.commenters, p.imported_comments,
           coalesce(s.stars - s.stars_first, 0), s.hot, s.momentum
    FROM standing s JOIN paper p ON p.id = s.paper_id WHERE s.paper_id = ANY(%s::bigint[])
"""


def find_evidence(papers: Sequence[int]) -> dict[int, Evidence]:
    """What the ranking knows of these papers; those without a standing are left out."""
    return {row[0]: _evidence(row) for row in rows(EVIDENCE, list(papers))} if papers else {}


def find_scores(papers: Sequence[int]) -> dict[int, tuple[float, float | None]]:
    """The stored hot score and momentum of these papers."""
    return {row[0]: (row[7], row[8]) for row in rows(EVIDENCE, list(papers))} if papers else {}


def _evidence(row: tuple[int, datetime, float, int, int, int, int, float, float | None]) -> Evidence:
    _, listed_at, voters, imported_votes, commenters, imported_comments, stars, *_ = row
    return Evidence(listed_at, voters, imported_votes, commenters, imported_comments, stars)
