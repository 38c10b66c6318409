"""Votes: one row a person and paper, and the paper's standing counted from the rows in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet.store.query import execute, rows
from broadsheet.store.standings import lock, refresh
from broadsheet.store.transactions import together
from broadsheet.suspicion import VoteLine


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as it is cast: by whom, what it weighs in the ranking (0 to 1), when, from which network."""

    person: int
    weight: float
    at: datetime
    origin: str = ""
    held: bool = False


def cast(paper: int, ballot: Ballot) -> bool:
    """Put a vote down; False where it lay there already. The standing is locked first, so that counts cannot drift."""
    with together():
        lock(paper)
        added = execute(
            """INSERT INTO vote (paper_id, person_id, weight, cast_at, origin, held) VALUES (%s, %s, %s, %s, %s, %s)
               ON CONFLICT DO NOTHING""",
            *(paper, ballot.person, ballot.weight, ballot.at, ballot.origin, ballot.held),
        )
        if added:
            refresh(paper)
        return bool(added)


def withdraw(paper: int, person: int) -> bool:
    """Take a vote back; False where there was none."""
    with together():
        lock(paper)
        removed = execute("DELETE FROM vote WHERE paper_id = %s AND person_id = %s", paper, person)
        if removed:
            refresh(paper)
        return bool(removed)


def hold(paper: int, people: Sequence[int], *, held: bool) -> int:
    """Hold the votes of these people for a paper, or let them go; tells how many changed."""
    with together():
        lock(paper)
        changed = execute(
            "UPDATE vote SET held = %s WHERE paper_id = %s AND person_id = ANY(%s) AND held <> %s",
            *(held, paper, list(people), held),
        )
        if changed:
            refresh(paper)
        return changed


def voted_on(person: int, papers: Sequence[int]) -> frozenset[int]:
    """Those of these papers that somebody votes for."""
    if not (person and papers):
        return frozenset()
    found = rows("SELECT paper_id FROM vote WHERE person_id = %s AND paper_id = ANY(%s)", person, list(papers))
    return frozenset(row[0] for row in found)


def count_votes(paper: int) -> int:
    """The votes a page shows for a paper: those cast here and those that other systems counted."""
    found = rows(
        """SELECT p.imported_votes + coalesce(s.votes, 0) FROM paper p LEFT JOIN standing s ON s.paper_id = p.id
           WHERE p.id = %s""",
        paper,
    )
    return int(found[0][0]) if found else 0


def drifted() -> list[int]:
    """Papers whose standing is not what their rows say; there should be none. A person counts once in papers joined."""
    found = rows(
        """WITH RECURSIVE family(root, id) AS (
               SELECT id, id FROM paper WHERE merged_into IS NULL
               UNION ALL SELECT f.root, p.id FROM family f JOIN paper p ON p.merged_into = f.id
           ), voter AS (
               SELECT f.root, v.person_id, max(v.weight) AS weight FROM family f JOIN vote v ON v.paper_id = f.id
               WHERE NOT v.held GROUP BY f.root, v.person_id
           ), counted AS (SELECT root, count(*) AS votes, sum(weight) AS weight FROM voter GROUP BY root)
           SELECT coalesce(s.paper_id, c.root) FROM standing s
           JOIN paper p ON p.id = s.paper_id AND p.merged_into IS NULL FULL JOIN counted c ON c.root = s.paper_id
           WHERE coalesce(s.votes, 0) <> coalesce(c.votes, 0)
              OR abs(coalesce(s.weight, 0) - coalesce(c.weight, 0)) > 1e-9"""
    )
    return [row[0] for row in found]


def forget_origins(before: datetime) -> int:
    """Clear where votes older than a moment came from; tells how many."""
    return execute("UPDATE vote SET origin = '' WHERE cast_at < %s AND origin <> ''", before)


def recent_votes(since: datetime, limit: int) -> list[VoteLine]:
    """Votes cast since a moment, the newest first."""
    found = rows(
        """SELECT v.paper_id, v.person_id, v.cast_at, p.joined_at, v.origin, v.held
           FROM vote v JOIN person p ON p.id = v.person_id WHERE v.cast_at > %s ORDER BY v.cast_at DESC LIMIT %s""",
        *(since, limit),
    )
    return [VoteLine(*row) for row in found]
