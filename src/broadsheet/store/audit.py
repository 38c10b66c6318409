"""The moderators' log: rows are added in the transaction that does what they tell of, and never change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.errors import NotFound
from broadsheet.store.query import rows

State = Mapping[str, Any]
"""What a moderator can change of a subject, as JSON holds it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done: by whom, to what, why, and what was so before and after."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    paper: int | None
    reason: str
    before: State
    after: State
    undoes: int | None
    undone_by: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be: what `record` writes."""

    actor: int | None
    action: str
    subject: str
    paper: int | None
    reason: str
    before: State
    after: State
    undoes: int | None = None


EVENTS = """
    SELECT e.id, e.at, coalesce(p.handle, 'the instance'), e.action, e.subject, e.paper_id, e.reason, e.before::text,
           e.after::text, e.undoes_id, u.id
    FROM moderation_event e LEFT JOIN person p ON p.id = e.actor_id LEFT JOIN moderation_event u ON u.undoes_id = e.id
"""


def record(entry: Entry, at: datetime) -> int:
    """Add to the log; gives the number of the event."""
    found = rows(
        """INSERT INTO moderation_event (at, actor_id, action, subject, paper_id, reason, before, after, undoes_id)
           VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s) RETURNING id""",
        *(at, entry.actor, entry.action, entry.subject, entry.paper, entry.reason),
        *(json.dumps(entry.before), json.dumps(entry.after), entry.undoes),
    )
    return int(found[0][0])


def list_events(before: int | None, limit: int, *, subject: str = "") -> list[Event]:
    """Events older than a number (all for None), the newest first; those of one subject if named."""
    found = rows(
        EVENTS + "WHERE (%s::bigint IS NULL OR e.id < %s) AND (%s = '' OR e.subject = %s) ORDER BY e.id DESC LIMIT %s",
        *(before, before, subject, subject, limit),
    )
    return [_event(row) for row in found]


def get_event(number: int) -> Event:
    """One event. Raises NotFound."""
    found = rows(EVENTS + "WHERE e.id = %s", number) if 0 < number < 2**63 else []
    if not found:
        raise NotFound(f"The log has no entry {number}.")
    return _event(found[0])


def _event(row: tuple[Any, ...]) -> Event:
    number, at, actor, action, subject, paper, reason, before, after, undoes, undone_by = row
    states = json.loads(before), json.loads(after)
    return Event(number, at, actor, action, subject, paper, reason, *states, undoes, undone_by)
