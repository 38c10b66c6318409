"""Claims: who says that a printed name is theirs, how each claim stands, and its whole history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from broadsheet.claim_rules import place_now
from broadsheet.errors import BadInput, NotFound
from broadsheet.store.audit import State
from broadsheet.store.evidence import printed_authors
from broadsheet.store.matching import papers_of
from broadsheet.store.query import execute, rows

CLAIM_LOCK: Final = 20_260_010
KEPT: Final = ("state", "evidence", "evidence_text", "decided_by", "decided_at")
"""What can change of a claim."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's claim. `state`: pending, confirmed, refused, withdrawn or undone. `name` is as printed back then."""

    paper: int
    paper_key: str
    title: str
    position: int
    name: str
    person: int
    handle: str
    shown: str
    state: str
    evidence: str
    evidence_text: str
    made_at: datetime
    decided_at: datetime | None
    decider: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step in a claim's history. `actor` is empty where the rules decided."""

    handle: str
    state: str
    actor: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who a printed name is."""

    person: int
    handle: str
    name: str


CLAIMS = """
    SELECT c.paper_id, p.key, p.title, c.position, c.name, c.person_id, w.handle,
           coalesce(nullif(w.name, ''), w.handle), c.state, c.evidence, c.evidence_text, c.made_at, c.decided_at,
           coalesce(d.handle, '')
    FROM claim c JOIN paper p ON p.id = c.paper_id JOIN person w ON w.id = c.person_id
    LEFT JOIN person d ON d.id = c.decided_by_id
"""


def _claims(condition: str, *values: Any) -> list[Claim]:
    return [Claim(*row) for row in rows(f"{CLAIMS} {condition}", *values)]


def hold(paper: int) -> None:
    """Let nobody else decide about claims on a paper, to the end of the transaction."""
    execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", CLAIM_LOCK, paper)


def get_claim(paper: int, position: int, person: int) -> Claim:
    """A claim. Raises NotFound."""
    numbers = (paper, position, person)
    fit = 0 < paper < 2**63 and 0 < position < 2**31 and 0 < person < 2**63
    found = _claims("WHERE c.paper_id = %s AND c.position = %s AND c.person_id = %s", *numbers) if fit else []
    if not found:
        raise NotFound("There is no such claim.")
    return found[0]


def find_claim(paper: int, position: int, person: int) -> Claim | None:
    """A claim, if there is one."""
    try:
        return get_claim(paper, position, person)
    except NotFound:
        return None


def claims_of(person: int, limit: int = 200) -> list[Claim]:
    """What somebody claims, the newest first."""
    return _claims("WHERE c.person_id = %s ORDER BY c.made_at DESC, c.paper_id, c.position LIMIT %s", person, limit)


def claims_on(papers: Sequence[int]) -> list[Claim]:
    """All claims on a paper, given with those merged into it, by place and time."""
    return _claims("WHERE c.paper_id = ANY(%s) ORDER BY c.position, c.made_at", list(papers))


def list_pending(limit: int = 100) -> list[Claim]:
    """Claims that wait, the oldest first."""
    return _claims("WHERE c.state = 'pending' ORDER BY c.made_at, c.paper_id, c.position LIMIT %s", limit)


def awaiting(person: int, limit: int = 50) -> list[Claim]:
    """Claims of others that somebody, as a confirmed author of the same paper, may confirm."""
    return _claims(
        """WHERE c.state = 'pending' AND c.person_id <> %s AND EXISTS (
               SELECT FROM claim o WHERE o.paper_id = c.paper_id AND o.person_id = %s AND o.state = 'confirmed')
           ORDER BY c.made_at LIMIT %s""",
        *(person, person, limit),
    )


def has_confirmed_claim(person: int) -> bool:
    """Whether somebody is a confirmed author of any paper."""
    return bool(rows("SELECT 1 FROM claim WHERE person_id = %s AND state = 'confirmed' LIMIT 1", person))


def is_author(person: int, papers: Sequence[int]) -> bool:
    """Whether somebody is a confirmed author of a paper, given with those merged into it."""
    return bool(
        rows(
            "SELECT 1 FROM claim WHERE person_id = %s AND paper_id = ANY(%s) AND state = 'confirmed' LIMIT 1",
            *(person, list(papers)),
        )
    )


def claimed_papers(person: int, limit: int = 200) -> list[int]:
    """The papers that somebody is a confirmed author of, the newest first; of joined ones the one that stands."""
    found = rows(
        """SELECT DISTINCT coalesce(p.merged_into, p.id), p.published FROM claim c JOIN paper p ON p.id = c.paper_id
           WHERE c.person_id = %s AND c.state = 'confirmed' ORDER BY p.published DESC NULLS LAST, 1 DESC LIMIT %s""",
        *(person, limit),
    )
    return list(dict.fromkeys(row[0] for row in found))


def confirmed_authors(paper: int) -> Mapping[int, Confirmed]:
    """Who the printed names of a paper are, by place from 1. A name that left the list of authors has no place."""
    found = rows(
        """SELECT c.position, c.name, w.id, w.handle, coalesce(nullif(w.name, ''), w.handle)
           FROM claim c JOIN person w ON w.id = c.person_id
           WHERE c.paper_id = ANY(%s) AND c.state = 'confirmed' AND w.deleted_at IS NULL ORDER BY c.decided_at""",
        papers_of(paper),
    )
    names = [author.name for author in printed_authors(paper)] if found else []
    placed: dict[int, Confirmed] = {}
    for position, name, *who in found:
        place = place_now(position, name, names)
        if place is not None:
            placed.setdefault(place, Confirmed(*who))
    return placed


def people_of_name(author: int) -> list[tuple[Confirmed, int]]:
    """Who of those that bear a printed name is known, and of how many papers: it tells namesakes apart."""
    found = rows(
        """SELECT w.id, w.handle, coalesce(nullif(w.name, ''), w.handle), count(DISTINCT c.paper_id)
           FROM authorship a JOIN claim c ON c.paper_id = a.paper_id AND c.position = a.position
           JOIN person w ON w.id = c.person_id
           WHERE a.author_id = %s AND c.state = 'confirmed' AND w.deleted_at IS NULL
           GROUP BY w.id ORDER BY 4 DESC, w.handle""",
        author,
    )
    return [(Confirmed(*row[:3]), row[3]) for row in found]


def history(papers: Sequence[int], position: int) -> list[Step]:
    """All that happened to the claims on a printed name, the oldest first."""
    found = rows(
        """SELECT w.handle, e.state, coalesce(a.handle, ''), e.why, e.at
           FROM claim_event e JOIN person w ON w.id = e.person_id LEFT JOIN person a ON a.id = e.actor_id
           WHERE e.paper_id = ANY(%s) AND e.position = %s ORDER BY e.id""",
        *(list(papers), position),
    )
    return [Step(*row) for row in found]


def make(paper: int, position: int, person: int, name: str, evidence: tuple[str, str], at: datetime) -> None:
    """Put a claim down, or take up again one that was withdrawn, refused or undone.

    `evidence` is its kind and what it rests on.
    """
    execute(
        """INSERT INTO claim (paper_id, position, person_id, name, state, evidence, evidence_text, made_at)
           VALUES (%s, %s, %s, %s, 'pending', %s, %s, %s)
           ON CONFLICT (paper_id, position, person_id) DO UPDATE SET name = excluded.name, state = 'pending',
               evidence = excluded.evidence, evidence_text = excluded.evidence_text, made_at = excluded.made_at,
               decided_at = NULL, decided_by_id = NULL""",
        *(paper, position, person, name, *evidence, at),
    )
    _note(paper, position, person, "pending", person, "", at)


def read_state(paper: int, position: int, person: int) -> State:
    """How a claim stands, held until the transaction ends. Raises NotFound."""
    found = rows(
        """SELECT state, evidence, evidence_text, decided_by_id, decided_at FROM claim
           WHERE paper_id = %s AND position = %s AND person_id = %s FOR UPDATE""",
        *(paper, position, person),
    )
    if not found:
        raise NotFound("There is no such claim.")
    state, evidence, text, by, at = found[0]
    return dict(zip(KEPT, (state, evidence, text, by, at and at.isoformat()), strict=True))


def write_state(state: State, at: datetime, paper: int, position: int, person: int, why: str = "") -> None:
    """Let a claim stand like this; `why` goes into its history. Raises BadInput where somebody else is confirmed."""
    rival = rows(
        "SELECT 1 FROM claim WHERE paper_id = %s AND position = %s AND state = 'confirmed' AND person_id <> %s",
        *(paper, position, person),
    )
    if rival and state["state"] == "confirmed":
        raise BadInput("Somebody else is confirmed for this name. Undo that first, if it is wrong.")
    execute(
        """UPDATE claim SET state = %s, evidence = %s, evidence_text = %s, decided_by_id = %s,
                            decided_at = %s::timestamptz
           WHERE paper_id = %s AND position = %s AND person_id = %s""",
        *(state["state"], state["evidence"], state["evidence_text"], state["decided_by"], state["decided_at"]),
        *(paper, position, person),
    )
    _note(paper, position, person, state["state"], state["decided_by"], why, at)


def _note(paper: int, position: int, person: int, state: str, actor: int | None, why: str, at: datetime) -> None:
    execute(
        """INSERT INTO claim_event (paper_id, position, person_id, state, actor_id, why, at)
           VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        *(paper, position, person, state, actor, why[:500], at),
    )
