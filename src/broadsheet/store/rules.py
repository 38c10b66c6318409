"""The rules that watch new texts, and the texts to try them on."""

from datetime import datetime

from broadsheet.errors import BadInput
from broadsheet.filtering import Rule
from broadsheet.store.query import rows


def list_rules(*, active: bool | None = True) -> list[tuple[Rule, bool, str]]:
    """Rules with whether they are on and who made them, the newest first; all for `active=None`."""
    found = rows(
        """SELECT r.kind, r.pattern, r.action, r.id, r.active, coalesce(p.handle, '') FROM filter_rule r
           LEFT JOIN person p ON p.id = r.made_by_id WHERE %s::boolean IS NULL OR r.active = %s ORDER BY r.id DESC""",
        *(active, active),
    )
    return [(Rule(*rule), on, by) for *rule, on, by in found]


def add_rule(rule: Rule, note: str, person: int, at: datetime) -> int:
    """Keep a rule; gives its number. Raises BadInput where there is one for the same words."""
    found = rows(
        """INSERT INTO filter_rule (kind, pattern, action, note, made_by_id, made_at, active)
           VALUES (%s, %s, %s, %s, %s, %s, true) ON CONFLICT DO NOTHING RETURNING id""",
        *(rule.kind, rule.pattern, rule.action, note, person, at),
    )
    if not found:
        raise BadInput(f"There is a rule for {rule.pattern!r} already: change that one.")
    return int(found[0][0])


def recent_texts(since: datetime, limit: int) -> list[tuple[int, str]]:
    """Comments written since a moment, by number, the newest first."""
    return [
        (number, body)
        for number, body in rows(
            """SELECT id, body FROM comment WHERE created_at > %s AND removed_at IS NULL
               ORDER BY created_at DESC LIMIT %s""",
            *(since, limit),
        )
    ]


def excerpts(comments: list[int]) -> list[tuple[int, str, str]]:
    """Number, author and words of comments."""
    return [
        (number, handle, body)
        for number, handle, body in rows(
            """SELECT c.id, p.handle, left(c.body, 300) FROM comment c JOIN person p ON p.id = c.person_id
               WHERE c.id = ANY(%s) ORDER BY c.id DESC""",
            comments,
        )
    ]
