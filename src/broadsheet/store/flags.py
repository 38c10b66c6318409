"""Flags: what people ask moderators to look at."""

from dataclasses import dataclass
from datetime import datetime

from broadsheet.store.moderated import Subject
from broadsheet.store.query import execute, rows


@dataclass(frozen=True, slots=True)
class Flagged:
    """A paper or comment with open flags: who wrote it, what it says, and what they say of it."""

    subject: Subject
    paper_key: str
    title: str
    author: str
    author_id: int | None
    text: str
    hidden: bool
    flags: tuple["FlagLine", ...]


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One flag."""

    id: int
    reason: str
    note: str
    by: str
    at: datetime


def add_flag(subject: Subject, person: int | None, reason: str, note: str, at: datetime) -> bool:
    """Flag a paper or a comment; False where this person did so already and it is open still."""
    paper, *comment = subject.numbers
    added = execute(
        """INSERT INTO flag (paper_id, comment_id, person_id, reason, note, state, created_at)
           VALUES (%s, %s, %s, %s, %s, 'open', %s) ON CONFLICT DO NOTHING""",
        *(paper, comment[0] if comment else None, person, reason, note, at),
    )
    return bool(added)


def close_flags(subject: Subject, by: int, at: datetime) -> int:
    """The open flags of a subject were right; tells how many there were."""
    return _set(subject, "upheld", "state = 'open'", (by, at))


def reopen_flags(subject: Subject, at: datetime) -> int:
    """The flags that were closed at a moment wait again."""
    return _set(subject, "open", "state = 'upheld' AND decided_at = %s", (None, None), at)


def _set(
    subject: Subject, state: str, condition: str, decided: tuple[int | None, datetime | None], *more: object
) -> int:
    if subject.kind not in ("paper", "comment"):
        return 0
    paper, *comment = subject.numbers
    return execute(
        f"""UPDATE flag SET state = %s, decided_by_id = %s, decided_at = %s
            WHERE paper_id = %s AND comment_id IS NOT DISTINCT FROM %s::bigint AND {condition}""",  # noqa: S608
        *(state, *decided, paper, comment[0] if comment else None, *more),
    )


def list_flagged(limit: int) -> list[Flagged]:
    """What has open flags: the most flagged first, then the oldest."""
    found = rows(
        """SELECT f.paper_id, f.comment_id, p.key, p.title, coalesce(a.handle, ''), a.id,
                  coalesce(c.body, p.abstract), coalesce(c.hidden_at IS NOT NULL, s.hidden, false),
                  array_agg(f.id ORDER BY f.id), array_agg(f.reason ORDER BY f.id), array_agg(f.note ORDER BY f.id),
                  array_agg(coalesce(r.handle, 'a rule') ORDER BY f.id), array_agg(f.created_at ORDER BY f.id)
           FROM flag f JOIN paper p ON p.id = f.paper_id LEFT JOIN paper_state s ON s.paper_id = p.id
           LEFT JOIN comment c ON c.paper_id = f.paper_id AND c.id = f.comment_id
           LEFT JOIN person a ON a.id = c.person_id LEFT JOIN person r ON r.id = f.person_id
           WHERE f.state = 'open' GROUP BY f.paper_id, f.comment_id, p.id, a.id, c.paper_id, c.id, s.paper_id
           ORDER BY count(*) DESC, min(f.id) LIMIT %s""",
        limit,
    )
    return [
        Flagged(
            Subject("comment", (paper, comment)) if comment else Subject("paper", (paper,)),
            *(key, title, author, author_id, text, hidden),
            tuple(FlagLine(*line) for line in zip(*lines, strict=True)),
        )
        for paper, comment, key, title, author, author_id, text, hidden, *lines in found
    ]


def count_open() -> int:
    """How many flags wait."""
    return int(rows("SELECT count(*) FROM flag WHERE state = 'open'")[0][0])
