"""Reading comments: those of a paper, one, its former texts; and what the names in a text lead to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from broadsheet.drafts import Identifier
from broadsheet.errors import NotFound
from broadsheet.store.query import array, execute, rows
from broadsheet.threads import Comment

COMMENTS = """
    SELECT c.id, c.paper_id, c.parent_id, c.person_id, p.handle, p.name, p.affiliation, c.html, c.created_at,
           c.body, c.html_by, c.edited_at, c.removed_at IS NOT NULL, c.hidden_at IS NOT NULL,
           c.hidden_reason, c.locked, c.up, c.down,
           p.role IN ('moderator', 'admin'), p.deleted_at IS NOT NULL,
           (SELECT json_object_agg(kind, number)::text FROM (
                SELECT kind, count(*) AS number FROM comment_reaction r
                WHERE r.paper_id = c.paper_id AND r.comment_id = c.id AND kind NOT IN ('up', 'down') GROUP BY kind) k)
    FROM comment c JOIN person p ON p.id = c.person_id
"""
NOTHING: Mapping[str, int] = {}
"""Most comments have no reaction but up and down."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What a comment said, and since when."""

    body: str
    since: datetime


def list_comments(papers: Sequence[int], viewer: int) -> list[Comment]:
    """All comments of a paper, given with those merged into it, as the viewer sees them; in no order."""
    found = rows(f"{COMMENTS} WHERE c.paper_id = ANY(%s::bigint[])", list(papers))
    mine = _own_reactions(papers, viewer)
    authors, submitters = _authors(papers), _submitters(papers)
    return [
        _comment(row, mine.get(row[0], frozenset()), is_author=row[3] in authors, is_submitter=row[3] in submitters)
        for row in found
    ]


def get_comment(comment: int) -> Comment:
    """A comment by its number, without badges and own reactions. Raises NotFound."""
    found = rows(f"{COMMENTS} WHERE c.id = %s", comment)
    if not found:
        raise NotFound(f"There is no comment {comment}.")
    return _comment(found[0], frozenset(), is_author=False, is_submitter=False)


COLUMNS = tuple(each.name for each in fields(Comment))[:18]
"""What `COMMENTS` reads, up to the reactions."""


def _comment(row: tuple[Any, ...], mine: frozenset[str], *, is_author: bool, is_submitter: bool) -> Comment:
    *first, is_moderator, is_gone, others = row
    counts = json.loads(others) if others else NOTHING
    read: dict[str, Any] = dict(zip(COLUMNS, first, strict=True))
    whose = {"is_author": is_author, "is_submitter": is_submitter, "is_moderator": is_moderator, "is_gone": is_gone}
    return Comment(**read, **whose, others=counts, mine=mine)


def _own_reactions(papers: Sequence[int], viewer: int) -> dict[int, frozenset[str]]:
    if not viewer:
        return {}
    found = rows(
        """SELECT comment_id, array_agg(kind) FROM comment_reaction
           WHERE paper_id = ANY(%s::bigint[]) AND person_id = %s GROUP BY comment_id""",
        *(list(papers), viewer),
    )
    return {comment: frozenset(kinds) for comment, kinds in found}


def _authors(papers: Sequence[int]) -> frozenset[int]:
    found = rows("SELECT person_id FROM claim WHERE paper_id = ANY(%s::bigint[]) AND state = 'confirmed'", list(papers))
    return frozenset(row[0] for row in found)


def _submitters(papers: Sequence[int]) -> frozenset[int]:
    found = rows(
        "SELECT person_id FROM submission WHERE paper_id = ANY(%s::bigint[]) AND state = 'accepted'", list(papers)
    )
    return frozenset(row[0] for row in found)


def count_rows(papers: Sequence[int]) -> int:
    """How many places there are in the threads of a paper, stubs included."""
    return int(rows("SELECT count(*) FROM comment WHERE paper_id = ANY(%s::bigint[])", list(papers))[0][0])


def list_revisions(comment: Comment) -> list[Revision]:
    """Everything a comment ever said, the oldest first, what it says now last."""
    found = rows(
        """SELECT body, saved_at FROM comment_revision WHERE paper_id = %s AND comment_id = %s ORDER BY number""",
        *(comment.paper, comment.id),
    )
    now = Revision(comment.body, comment.edited_at or comment.created_at)
    return [*(Revision(body, since) for body, since in found), now]


def known_handles(handles: Sequence[str]) -> frozenset[str]:
    """Those of these handles that somebody bears."""
    if not handles:
        return frozenset()
    found = rows("SELECT handle FROM person WHERE handle = ANY(%s::text[]) AND deleted_at IS NULL", array(handles))
    return frozenset(row[0] for row in found)


def keys_of(identifiers: Sequence[Identifier]) -> dict[Identifier, str]:
    """The keys of those of these papers that are here."""
    if not identifiers:
        return {}
    found = rows(
        """SELECT i.kind, i.value, p.key FROM unnest(%s::text[], %s::text[]) AS wanted(kind, value)
           JOIN paper_identifier i USING (kind, value) JOIN paper p ON p.id = i.paper_id""",
        *(array(each.kind for each in identifiers), array(each.value for each in identifiers)),
    )
    return {Identifier(kind, value): key for kind, value, key in found}


def list_stale(renderer: str, limit: int) -> list[tuple[int, int, str]]:
    """Comments (paper, number, text) whose HTML another renderer made."""
    found = rows(
        "SELECT paper_id, id, body FROM comment WHERE html_by <> %s AND removed_at IS NULL LIMIT %s", renderer, limit
    )
    return [(paper, comment, body) for paper, comment, body in found]


def set_html(paper: int, comment: int, body: str, html: str, html_by: str) -> None:
    """Store what a renderer made of a comment, unless it says something else by now."""
    execute(
        "UPDATE comment SET html = %s, html_by = %s WHERE paper_id = %s AND id = %s AND body = %s",
        *(html, html_by, paper, comment, body),
    )


def find_place(comment: int) -> tuple[int, str] | None:
    """The paper that a comment is read at, as number and key; follows what papers were merged into."""
    found = rows(
        """WITH RECURSIVE step(id, into_id, key) AS (
               SELECT p.id, p.merged_into, p.key FROM comment c JOIN paper p ON p.id = c.paper_id WHERE c.id = %s
               UNION SELECT p.id, p.merged_into, p.key FROM step JOIN paper p ON p.id = step.into_id
           ) SELECT id, key FROM step WHERE into_id IS NULL""",
        comment,
    )
    return (found[0][0], found[0][1]) if found else None
