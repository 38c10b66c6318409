"""Comments: added, edited, taken back, hidden; each with the paper's standing counted anew in the same transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.errors import NotFound
from broadsheet.store import standings
from broadsheet.store.query import execute, rows
from broadsheet.store.transactions import together

TWICE: timedelta = timedelta(minutes=1)
"""How long the same words under the same parent are the same comment, sent twice."""
PREFERENCES = ("up", "down")
"""Reactions of which somebody can give only one."""


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment as it is added. `form` names the form that sent it; the same form adds one comment however often."""

    paper: int
    person: int
    body: str
    html: str
    html_by: str
    at: datetime
    parent: int | None = None
    form: str = ""


def add_comment(new: NewComment) -> tuple[int, bool]:
    """Number of the comment, and whether it is new. The paper's standing is locked, so that two do not race."""
    with together():
        standings.lock(new.paper)
        known = _sent_before(new)
        if known:
            return known, False
        found = rows(
            """INSERT INTO comment (paper_id, person_id, parent_id, body, html, html_by, form, created_at,
                                    hidden_reason, locked, up, down)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', false, 0, 0) RETURNING id""",
            *(new.paper, new.person, new.parent, new.body, new.html, new.html_by, new.form, new.at),
        )
        standings.refresh(new.paper)
        return int(found[0][0]), True


def _sent_before(new: NewComment) -> int:
    found = rows(
        """SELECT id FROM comment WHERE paper_id = %s AND person_id = %s
               AND ((form = %s AND form <> '')
                    OR (body = %s AND parent_id IS NOT DISTINCT FROM %s::bigint AND created_at > %s
                        AND removed_at IS NULL))
           ORDER BY form = %s AND form <> '' DESC, id DESC LIMIT 1""",
        *(new.paper, new.person, new.form, new.body, new.parent, new.at - TWICE, new.form),
    )
    return int(found[0][0]) if found else 0


def edit_comment(paper: int, comment: int, body: str, html: str, html_by: str, at: datetime) -> bool:
    """Give a comment another text and keep the former; False where the text is the same, or the comment is gone."""
    with together():
        found = rows("SELECT body, removed_at FROM comment WHERE paper_id = %s AND id = %s FOR UPDATE", paper, comment)
        if not found or found[0][1] or found[0][0] == body:
            return False
        execute(
            """INSERT INTO comment_revision (paper_id, comment_id, number, body, saved_at)
               SELECT paper_id, id, 1 + (SELECT count(*) FROM comment_revision
                                         WHERE paper_id = c.paper_id AND comment_id = c.id),
                      body, coalesce(edited_at, created_at)
               FROM comment c WHERE paper_id = %s AND id = %s""",
            *(paper, comment),
        )
        execute(
            "UPDATE comment SET body = %s, html = %s, html_by = %s, edited_at = %s WHERE paper_id = %s AND id = %s",
            *(body, html, html_by, at, paper, comment),
        )
        return True


def remove_comment(paper: int, comment: int, at: datetime) -> bool:
    """Take a comment back: its words, former words and reactions go, its place in the thread stays.

    False where that was done before.
    """
    with together():
        standings.lock(paper)
        changed = execute(
            """UPDATE comment SET removed_at = %s, body = '', html = '', up = 0, down = 0
               WHERE paper_id = %s AND id = %s AND removed_at IS NULL""",
            *(at, paper, comment),
        )
        if changed:
            for table in ("comment_revision", "comment_reaction"):
                execute(f"DELETE FROM {table} WHERE paper_id = %s AND comment_id = %s", paper, comment)  # noqa: S608
            _forget_notices(comment)
            standings.refresh(paper)
        return bool(changed)


def set_comment_hidden(paper: int, comment: int, *, hidden: bool, reason: str, at: datetime) -> bool:
    """Hide a comment from everybody but moderators and its author, or show it again; False where nothing changed.

    `reason` stands in its place for everybody to read.
    """
    with together():
        standings.lock(paper)
        changed = execute(
            """UPDATE comment SET hidden_at = CASE WHEN %s THEN %s::timestamptz END, hidden_reason = %s
               WHERE paper_id = %s AND id = %s AND (hidden_at IS NOT NULL) <> %s""",
            *(hidden, at, reason if hidden else "", paper, comment, hidden),
        )
        if changed:
            if hidden:
                _forget_notices(comment)
            standings.refresh(paper)
        return bool(changed)


def set_locked(paper: int, comment: int, *, locked: bool) -> bool:
    """Close the thread under a comment, or open it; False where it was so already."""
    changed = execute(
        "UPDATE comment SET locked = %s WHERE paper_id = %s AND id = %s AND locked <> %s",
        *(locked, paper, comment, locked),
    )
    return bool(changed)


def is_closed(comment: int) -> bool:
    """Whether a comment, or one above it, is locked."""
    found = rows(
        """WITH RECURSIVE above(parent_id, locked) AS (
               SELECT parent_id, locked FROM comment WHERE id = %s
               UNION ALL SELECT c.parent_id, c.locked FROM above JOIN comment c ON c.id = above.parent_id
           ) SELECT bool_or(locked) FROM above""",
        comment,
    )
    return bool(found[0][0])


def set_reaction(paper: int, comment: int, person: int, kind: str, *, given: bool, at: datetime) -> None:
    """Give a reaction or take it back; up and down exclude each other, and are counted anew from the rows."""
    with together():
        if not rows("SELECT 1 FROM comment WHERE paper_id = %s AND id = %s FOR UPDATE", paper, comment):
            raise NotFound(f"There is no comment {comment}.")
        kinds = list(PREFERENCES) if kind in PREFERENCES else [kind]
        execute(
            """DELETE FROM comment_reaction
               WHERE paper_id = %s AND comment_id = %s AND person_id = %s AND kind = ANY(%s)""",
            *(paper, comment, person, kinds),
        )
        if given:
            execute(
                "INSERT INTO comment_reaction (paper_id, comment_id, person_id, kind, at) VALUES (%s, %s, %s, %s, %s)",
                *(paper, comment, person, kind, at),
            )
        if kind in PREFERENCES:
            _count_preferences(paper, comment)


def _count_preferences(paper: int, comment: int) -> None:
    execute(
        """UPDATE comment SET (up, down) = (
               SELECT count(*) FILTER (WHERE kind = 'up'), count(*) FILTER (WHERE kind = 'down')
               FROM comment_reaction WHERE paper_id = %s AND comment_id = %s)
           WHERE paper_id = %s AND id = %s""",
        *(paper, comment, paper, comment),
    )


def _forget_notices(comment: int) -> None:
    """Nobody is led to what is not there any more."""
    execute(
        "DELETE FROM notification WHERE comment_id = %s AND kind IN ('reply', 'mention', 'comment')",
        comment,
    )


def drifted() -> list[int]:
    """Papers whose counts of comments are not what their rows say; there should be none."""
    found = rows(
        """SELECT coalesce(s.paper_id, c.paper_id) FROM standing s
           FULL JOIN (SELECT paper_id, count(*) AS comments, count(DISTINCT person_id) AS commenters FROM comment
                      WHERE removed_at IS NULL AND hidden_at IS NULL GROUP BY paper_id) c ON c.paper_id = s.paper_id
           WHERE coalesce(s.comments, 0) <> coalesce(c.comments, 0)
              OR coalesce(s.commenters, 0) <> coalesce(c.commenters, 0)"""
    )
    return [row[0] for row in found]


def drifted_reactions() -> list[int]:
    """Comments whose ups and downs are not what their rows say; there should be none."""
    found = rows(
        """SELECT c.id FROM comment c LEFT JOIN comment_reaction r ON r.paper_id = c.paper_id AND r.comment_id = c.id
           GROUP BY c.paper_id, c.id, c.up, c.down
           HAVING c.up <> count(*) FILTER (WHERE r.kind = 'up') OR c.down <> count(*) FILTER (WHERE r.kind = 'down')"""
    )
    return [row[0] for row in found]
