"""Letters on their way out: put down in the transaction that calls for them, taken by whoever delivers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadsheet.store.models import MailMessage
from broadsheet.store.query import execute, rows

LEASE = timedelta(minutes=5)
"""How long somebody who took a letter has to deliver it; after that another one may."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter. `attempts` counts how often it was tried; in state `unknown` the try before may have arrived."""

    recipient: str
    subject: str
    text: str
    message_id: str
    stream: str = "account"
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    attempts: int = 0
    state: str = "waiting"
    error: str = ""
    created_at: datetime | None = None


COLUMNS = "recipient, subject, text, message_id, stream, html, headers, id, attempts, state, error, created_at"


def add_letter(letter: Letter, now: datetime) -> bool:
    """Put a letter down; False where one of this Message-ID is there already."""
    _, made = MailMessage.objects.get_or_create(
        message_id=letter.message_id,
        defaults={
            "stream": letter.stream,
            "recipient": letter.recipient,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "headers": dict(letter.headers),
            "not_before": now,
            "created_at": now,
        },
    )
    return made


def take_letter(now: datetime) -> Letter | None:
    """Take a letter that is due, for `LEASE`; None where none is. Two takers never get the same one.

    One whose lease ran out may have been sent by who died with it. It is `unknown` and has one more try: it is taken
    without a lease, so that nobody takes it a third time.
    """
    found = MailMessage.objects.raw(
        f"""UPDATE mail_message SET attempts = attempts + 1,
                lease_until = CASE WHEN state = 'waiting' THEN %s::timestamptz END,
                state = CASE WHEN state = 'waiting' THEN 'sending' ELSE 'unknown' END
            WHERE id = (SELECT id FROM mail_message
                        WHERE (state = 'waiting' AND not_before <= %s)
                           OR (state IN ('sending', 'unknown') AND lease_until < %s)
                        ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING {COLUMNS}""",  # noqa: S608 - fixed names
        [now + LEASE, now, now],
    )
    return next((_letter(row) for row in found), None)


def set_sent(letter: int, now: datetime) -> None:
    """A letter has left; what it said is forgotten, for it may hold a code or a link that lets somebody in."""
    execute(
        """UPDATE mail_message SET state = 'sent', sent_at = %s, lease_until = NULL, error = '',
               text = CASE WHEN stream = 'account' THEN '' ELSE text END,
               html = CASE WHEN stream = 'account' THEN '' ELSE html END
           WHERE id = %s""",
        *(now, letter),
    )


def set_waiting(letter: int, error: str, not_before: datetime) -> None:
    """A letter did not leave, and is tried again at a moment."""
    execute(
        "UPDATE mail_message SET state = 'waiting', lease_until = NULL, error = %s, not_before = %s WHERE id = %s",
        *(error, not_before, letter),
    )


def set_unknown(letter: int, error: str, again_at: datetime) -> None:
    """A letter may have left, nobody can say; it has one more try, from a moment on."""
    execute(
        "UPDATE mail_message SET state = 'unknown', lease_until = %s, error = %s WHERE id = %s",
        *(again_at, error, letter),
    )


def set_ended(letter: int, state: str, error: str) -> None:
    """A letter is not tried again: it `failed`, or is `unknown` for good."""
    execute("UPDATE mail_message SET state = %s, lease_until = NULL, error = %s WHERE id = %s", state, error, letter)


def list_letters(limit: int, *, states: tuple[str, ...] = ("waiting", "sending", "unknown", "failed")) -> list[Letter]:
    """The newest letters in some states."""
    return [_letter(row) for row in MailMessage.objects.filter(state__in=states).order_by("-created_at")[:limit]]


def count_letters() -> dict[str, int]:
    """How many letters there are in each state."""
    return dict(rows("SELECT state, count(*) FROM mail_message GROUP BY state"))


def forget_letters(before: datetime) -> int:
    """Drop letters that were done with before a moment; tells how many."""
    return execute("DELETE FROM mail_message WHERE state NOT IN ('waiting', 'sending') AND created_at < %s", before)


def _letter(row: MailMessage) -> Letter:
    return Letter(
        row.recipient,
        row.subject,
        row.text,
        row.message_id,
        row.stream,
        row.html,
        row.headers,
        row.pk,
        row.attempts,
        row.state,
        row.error,
        row.created_at,
    )
