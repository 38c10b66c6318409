"""People as moderators look them up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from broadsheet.store.query import rows


@dataclass(frozen=True, slots=True)
class Account:
    """An account with what a moderator has to know of it."""

    id: int
    handle: str
    name: str
    role: str
    joined_at: datetime
    suspended_until: datetime | None
    votes: int
    comments: int
    flags: int


ACCOUNTS = """
    SELECT p.id, p.handle, p.name, p.role, p.joined_at, p.suspended_until,
           (SELECT count(*) FROM vote WHERE person_id = p.id), (SELECT count(*) FROM comment WHERE person_id = p.id),
           (SELECT count(*) FROM flag f JOIN comment c ON c.paper_id = f.paper_id AND c.id = f.comment_id
            WHERE c.person_id = p.id AND f.state = 'upheld')
    FROM person p WHERE p.deleted_at IS NULL
"""


def find_people(words: str, limit: int) -> list[Account]:
    """Accounts whose handle or name holds these words."""
    pattern = "%" + words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if "\0" in pattern:
        return []
    query = ACCOUNTS + "AND (p.handle LIKE %s OR lower(p.name) LIKE %s) ORDER BY p.handle LIMIT %s"
    return [Account(*row) for row in rows(query, pattern, pattern, limit)]


def list_staff(limit: int) -> list[Account]:
    """Moderators and admins, then who is suspended."""
    query = ACCOUNTS + (
        """AND (p.role IN ('moderator', 'admin') OR p.suspended_until > now())
           ORDER BY p.role IN ('moderator', 'admin') DESC, p.handle LIMIT %s"""
    )
    return [Account(*row) for row in rows(query, limit)]


def handles(people: Collection[int]) -> dict[int, str]:
    """Handles by number."""
    return dict(rows("SELECT id, handle FROM person WHERE id = ANY(%s)", sorted(people))) if people else {}
