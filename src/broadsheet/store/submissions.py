"""Submissions: papers that people put forward, and how each stands (`admission.py` changes that)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from broadsheet.errors import NotFound
from broadsheet.store.files import Note, note_of
from broadsheet.store.query import execute, rows

SOURCE: Final = "member"
"""The source that what members say is kept under; it is never asked over the network."""
TURN_LOCK: Final = 20_260_009
LEASE: Final = timedelta(minutes=3)
"""How long a paper is looked up before somebody else may try."""
OPEN: Final = ("waiting", "looking")


@dataclass(frozen=True, slots=True)
class Submission:
    """A paper that somebody put forward. `state`: waiting, looking, accepted, refused, failed or withdrawn."""

    id: int
    person: int
    handle: str
    name: str
    paper: int | None
    paper_key: str
    title: str
    identifier: str
    draft: str
    reason: str
    own: bool
    organisation: int | None
    organisation_slug: str
    organisation_name: str
    files: tuple[Note, ...]
    state: str
    created_at: datetime
    decided_at: datetime | None
    decider: str
    note: str
    edition_day: date | None
    attempts: int

    @property
    def record(self) -> str:
        """The key of the record that it becomes."""
        return record_key(self.id)

    @property
    def is_open(self) -> bool:
        """Whether nothing is decided yet."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Fresh:
    """A submission to be: of a paper that is here, of an identifier to look up, or of a draft in `draftcode`."""

    person: int
    reason: str
    own: bool
    at: datetime
    state: str
    title: str = ""
    paper: int | None = None
    identifier: str = ""
    draft: str = ""
    organisation: int | None = None
    files: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """Who put a paper forward, as its page says."""

    number: int
    person: int
    handle: str
    name: str
    reason: str
    own: bool
    day: date


SUBMISSIONS = """
    SELECT s.id, s.person_id, w.handle, coalesce(nullif(w.name, ''), w.handle), s.paper_id, coalesce(p.key, ''),
           s.title, s.identifier, s.draft, s.reason, s.own, s.organisation_id, coalesce(o.slug, ''),
           coalesce(o.name, ''), s.files::text, s.state, s.created_at, s.decided_at, coalesce(d.handle, ''), s.note,
           s.edition_day, s.attempts
    FROM submission s JOIN person w ON w.id = s.person_id LEFT JOIN paper p ON p.id = s.paper_id
    LEFT JOIN organisation o ON o.id = s.organisation_id LEFT JOIN person d ON d.id = s.decided_by_id
"""


def _submissions(condition: str, *values: Any) -> list[Submission]:
    return [_submission(row) for row in rows(f"{SUBMISSIONS} {condition}", *values)]


def _submission(row: tuple[Any, ...]) -> Submission:
    values = [*row]
    values[14] = tuple(map(note_of, json.loads(row[14])))
    return Submission(*values)


def take_turn() -> None:
    """Wait until nobody else submits, to the end of the transaction: two at once cannot submit one paper."""
    execute("SELECT pg_advisory_xact_lock(%s)", TURN_LOCK)


def record_key(number: int) -> str:
    """The key of the record that a submission becomes."""
    return f"submission:{number}"


def add(fresh: Fresh) -> int:
    """Put a submission down; gives its number."""
    files = json.dumps([note.told() for note in fresh.files])
    found = rows(
        """INSERT INTO submission (person_id, paper_id, title, identifier, draft, reason, own, organisation_id, files,
                                   state, created_at, note, attempts, retry_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, '', 0, %s) RETURNING id""",
        *(fresh.person, fresh.paper, fresh.title, fresh.identifier, fresh.draft, fresh.reason, fresh.own),
        *(fresh.organisation, files, fresh.state, fresh.at, fresh.at),
    )
    return int(found[0][0])


def get_submission(number: int) -> Submission:
    """A submission. Raises NotFound."""
    found = _submissions("WHERE s.id = %s", number) if 0 < number < 2**63 else []
    if not found:
        raise NotFound(f"There is no submission {number}.")
    return found[0]


def submissions_of(person: int, limit: int = 100) -> list[Submission]:
    """What somebody put forward, the newest first."""
    return _submissions("WHERE s.person_id = %s ORDER BY s.created_at DESC, s.id DESC LIMIT %s", person, limit)


def list_waiting(limit: int = 100) -> list[Submission]:
    """What waits for a moderator, the oldest first."""
    return _submissions("WHERE s.state = 'waiting' ORDER BY s.created_at, s.id LIMIT %s", limit)


def list_decided(limit: int = 20) -> list[Submission]:
    """What moderators decided last."""
    return _submissions(
        "WHERE s.decided_at IS NOT NULL AND s.state IN ('accepted', 'refused') ORDER BY s.decided_at DESC LIMIT %s",
        limit,
    )


def rival_of(papers: Sequence[int], identifier: str = "", *, but: int = 0) -> Submission | None:
    """An earlier submission of these papers, or of what an identifier names, that is open or was accepted."""
    found = _submissions(
        """WHERE s.id <> %s AND ((s.paper_id = ANY(%s) AND s.state IN ('waiting', 'looking', 'accepted'))
                OR (%s <> '' AND s.identifier = %s AND s.state IN ('waiting', 'looking')))
           ORDER BY s.id LIMIT 1""",
        *(but, list(papers), identifier, identifier),
    )
    return found[0] if found else None


def counts_of(person: int) -> int:
    """How many papers somebody put forward that wait, are looked up or were accepted."""
    found = rows(
        "SELECT count(*) FROM submission WHERE person_id = %s AND state IN ('waiting', 'looking', 'accepted')", person
    )
    return int(found[0][0])


def last_edition(papers: Sequence[int]) -> date | None:
    """The newest edition that a paper is in, given with those merged into it."""
    found = rows("SELECT max(edition_day) FROM edition_entry WHERE paper_id = ANY(%s)", list(papers))
    day: date | None = found[0][0]
    return day


def is_closed(day: date) -> bool:
    """Whether an edition is closed."""
    return bool(rows("SELECT 1 FROM edition_closing WHERE day = %s", day))


def put_forward(papers: Sequence[int]) -> list[Put]:
    """Who put a paper forward, given with those merged into it, the first one first."""
    found = rows(
        """SELECT s.id, s.person_id, CASE WHEN w.deleted_at IS NULL THEN w.handle ELSE '' END,
                  CASE WHEN w.deleted_at IS NULL THEN coalesce(nullif(w.name, ''), w.handle) ELSE '' END,
                  s.reason, s.own, coalesce(s.edition_day, s.created_at::date)
           FROM submission s JOIN person w ON w.id = s.person_id
           WHERE s.paper_id = ANY(%s) AND s.state = 'accepted' ORDER BY s.decided_at, s.id""",
        list(papers),
    )
    return [Put(*row) for row in found]


def take_due(now: datetime) -> Submission | None:
    """The next paper to look up, for LEASE this caller's alone."""
    found = rows(
        """UPDATE submission SET retry_at = %s, attempts = attempts + 1 WHERE id = (
               SELECT id FROM submission WHERE state = 'looking' AND retry_at <= %s ORDER BY retry_at, id
               FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id""",
        *(now + LEASE, now),
    )
    return get_submission(found[0][0]) if found else None


def put_off(number: int, until: datetime, note: str, *, counts: bool = True) -> None:
    """Look a paper up later; `counts` tells whether this was an attempt."""
    execute(
        "UPDATE submission SET retry_at = %s, note = %s, attempts = attempts - %s WHERE id = %s AND state = 'looking'",
        *(until, note[:500], 0 if counts else 1, number),
    )


def set_found(number: int, paper: int, title: str) -> None:
    """Note which paper a submission is of."""
    execute("UPDATE submission SET paper_id = %s, title = %s WHERE id = %s", paper, title, number)


def let_wait(number: int) -> None:
    """Let a submission whose paper was found wait for a moderator."""
    execute("UPDATE submission SET state = 'waiting', note = '' WHERE id = %s AND state = 'looking'", number)
