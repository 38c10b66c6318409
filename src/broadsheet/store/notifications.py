"""What people are told: who hears of a new comment, and what each was told and has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet.store.query import array, execute, rows


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that somebody is told."""

    id: int
    kind: str
    text: str
    created_at: datetime
    read: bool
    comment: int | None
    excerpt: str
    paper_key: str
    paper_title: str
    actor_handle: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class News:
    """A comment that people are to hear of: the person it answers, and those it names."""

    paper: int
    comment: int
    actor: int
    at: datetime
    answers: int = 0
    handles: Sequence[str] = ()


AUDIENCE = """
    WITH heard(person_id, kind, rank) AS (
        SELECT %s::bigint, 'reply', 1 WHERE %s::bigint > 0
        UNION ALL SELECT id, 'mention', 2 FROM person WHERE handle = ANY(%s::text[])
        UNION ALL SELECT person_id, 'comment', 3 FROM paper_subscription
                  WHERE paper_id = ANY(%s::bigint[]) AND NOT muted AND %s::boolean)
    INSERT INTO notification (person_id, kind, paper_id, comment_id, actor_id, text, created_at)
    SELECT DISTINCT ON (h.person_id) h.person_id, h.kind, %s, %s, %s, '', %s
    FROM heard h JOIN person p ON p.id = h.person_id
    WHERE p.is_active AND p.deleted_at IS NULL AND p.id <> %s
      AND NOT EXISTS (SELECT 1 FROM paper_subscription s
                      WHERE s.paper_id = ANY(%s::bigint[]) AND s.person_id = p.id AND s.muted)
      AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.person_id = p.id AND n.comment_id = %s)
    ORDER BY h.person_id, h.rank
"""
"""Everybody hears of a comment once, for the reason nearest to them; who muted the paper does not."""


def announce(news: News, family: Sequence[int], *, to_subscribers: bool) -> int:
    """Tell people of a comment; `family` are the papers that are one with its own. Tells how many."""
    handles = array(news.handles)
    return execute(
        AUDIENCE,
        *(news.answers, news.answers, handles, list(family), to_subscribers),
        *(news.paper, news.comment, news.actor, news.at, news.actor, list(family), news.comment),
    )


def notify(
    person: int, kind: str, text: str, at: datetime, *, paper: int | None = None, comment: int | None = None
) -> None:
    """Tell somebody something: `claim`, `submission` or `moderation`, in words."""
    execute(
        """INSERT INTO notification (person_id, kind, paper_id, comment_id, text, created_at)
           VALUES (%s, %s, %s, %s, %s, %s)""",
        *(person, kind, paper, comment, text, at),
    )


def list_notices(person: int, before: int, limit: int) -> list[Notice]:
    """What somebody was told, the newest first; `before` is the number of the last one seen, 0 for none."""
    found = rows(
        """SELECT n.id, n.kind, n.text, n.created_at, n.read_at IS NOT NULL, n.comment_id,
                  coalesce(CASE WHEN c.hidden_at IS NULL THEN left(c.body, 400) END, ''),
                  coalesce(p.key, ''), coalesce(p.title, ''), coalesce(a.handle, ''),
                  CASE WHEN a.deleted_at IS NULL THEN coalesce(a.name, '') ELSE '' END
           FROM notification n
           LEFT JOIN comment c ON c.id = n.comment_id
           LEFT JOIN paper p ON p.id = coalesce(c.paper_id, n.paper_id)
           LEFT JOIN person a ON a.id = n.actor_id AND a.deleted_at IS NULL
           WHERE n.person_id = %s AND (%s = 0 OR n.id < %s) ORDER BY n.id DESC LIMIT %s""",
        *(person, before, before, limit),
    )
    return [Notice(*row) for row in found]


def mark_read(person: int, at: datetime, notice: int = 0) -> int:
    """One notice read, or all of them; tells how many were not."""
    return execute(
        "UPDATE notification SET read_at = %s WHERE person_id = %s AND read_at IS NULL AND (%s = 0 OR id = %s)",
        *(at, person, notice, notice),
    )


def unread_count(person: int) -> int:
    """How much somebody was told and has not read."""
    found = rows("SELECT count(*) FROM notification WHERE person_id = %s AND read_at IS NULL", person)
    return int(found[0][0])


def set_subscription(paper: int, person: int, choice: str, at: datetime) -> None:
    """`follow` a paper's discussion, `mute` it, or `none` of the two."""
    if choice == "none":
        execute("DELETE FROM paper_subscription WHERE paper_id = %s AND person_id = %s", paper, person)
        return
    execute(
        """INSERT INTO paper_subscription (paper_id, person_id, muted, at) VALUES (%s, %s, %s, %s)
           ON CONFLICT (paper_id, person_id) DO UPDATE SET muted = excluded.muted, at = excluded.at""",
        *(paper, person, choice == "mute", at),
    )


def subscription(papers: Sequence[int], person: int) -> str:
    """What somebody chose for a paper, given with those merged into it: `follow`, `mute` or `none`."""
    if not person:
        return "none"
    found = rows(
        "SELECT bool_or(muted) FROM paper_subscription WHERE paper_id = ANY(%s::bigint[]) AND person_id = %s",
        *(list(papers), person),
    )
    return "none" if found[0][0] is None else "mute" if found[0][0] else "follow"
