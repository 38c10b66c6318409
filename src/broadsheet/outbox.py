"""The outbox: letters are put down with what calls for them, and delivered by the worker.

What is promised: none is lost; at most one repeat for each connection that was open when we or the server broke off,
with the same Message-ID, so that receivers may put the two together. Once and only once is not to be had by SMTP.
"""

import hmac
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from broadsheet import mail
from broadsheet.environment import Environment
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.store import outbox
from broadsheet.store.outbox import Letter

log = logging.getLogger("broadsheet.outbox")

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 900))
"""How long a letter waits after each failed try; after the last, some 24 hours in all, it has failed."""
AFTER_DOUBT: Final = timedelta(minutes=10)
"""How long before a letter that may have left is sent once more."""
KEPT: Final = timedelta(days=7)
"""How long the outbox remembers what it sent."""

Send = Callable[[Letter], None]


def put_down(letter: Letter, now: datetime) -> None:
    """Put a letter into the outbox, as part of the running transaction."""
    outbox.add_letter(replace(letter, subject=" ".join(letter.subject.split())), now)


def message_id(secret: str, host: str, *parts: str) -> str:
    """A Message-ID that is the same whenever the same letter is made, and tells nothing about it."""
    digest = hmac.new(secret.encode(), "\n".join(("letter", *parts)).encode(), sha256).hexdigest()
    return f"<{digest[:40]}@{host}>"


def deliver_due(now: datetime, send: Send, *, most: int = 50) -> int:
    """Deliver what is due, letter by letter; tells how many were tried. One that cannot be sent stops no other."""
    for tried in range(most):
        letter = outbox.take_letter(now)  # a transaction of its own: taken before anybody is spoken to
        if letter is None:
            return tried
        _deliver(letter, now, send)
    return most


def _deliver(letter: Letter, now: datetime, send: Send) -> None:
    try:
        send(letter)
    except mail.MayHaveLeft as error:
        _doubt(letter, str(error), now)
    except (mail.Refused, BroadsheetError) as error:
        log.warning("letter %s failed: %s", letter.id, error)
        outbox.set_ended(letter.id, "failed", str(error))
    except mail.TryLater as error:
        _wait(letter, str(error), now)
    except Exception as error:  # one letter that breaks us is not tried for ever
        log.exception("letter %s cannot be sent", letter.id)
        _wait(letter, type(error).__name__, now)
    else:
        outbox.set_sent(letter.id, now)


def _doubt(letter: Letter, error: str, now: datetime) -> None:
    if letter.state == "unknown":
        outbox.set_ended(letter.id, "unknown", error)
    else:
        outbox.set_unknown(letter.id, error, now + AFTER_DOUBT)


def _wait(letter: Letter, error: str, now: datetime) -> None:
    if letter.state == "unknown":
        outbox.set_ended(letter.id, "unknown", error)
    elif letter.attempts > len(WAITS):
        log.warning("letter %s failed after %s tries: %s", letter.id, letter.attempts, error)
        outbox.set_ended(letter.id, "failed", error)
    else:
        outbox.set_waiting(letter.id, error, now + WAITS[letter.attempts - 1])


def forget_delivered(now: datetime) -> int:
    """Forget letters that were done with a week ago; tells how many."""
    return outbox.forget_letters(now - KEPT)


def sender_of(environment: Environment, now: Callable[[], datetime]) -> Send | None:
    """What sends a letter as the settings say; None where no mail server is set, and letters wait in the outbox."""
    if not environment["smtp"]:
        return None
    server = mail.server_of(environment["smtp"])
    sender = environment["mail_from"]
    if not sender:
        raise BadInput("BROADSHEET_MAIL_FROM is not set: name the address that our mail comes from.")

    def send(letter: Letter) -> None:
        mail.send(
            server,
            mail.Message(
                sender=sender,
                sender_name=environment["site_name"],
                recipient=letter.recipient,
                subject=letter.subject,
                text=letter.text,
                message_id=letter.message_id,
                date=letter.created_at or now(),
                html=letter.html,
                headers=letter.headers,
            ),
        )

    return send
