"""Sessions: what a browser that signed in carries, kept under a digest and encrypted, with two ends of its life.

The database alone opens no session: rows lie under the SHA-256 of what the cookie holds, and their contents, which may
hold a mailed code or a key of an authenticator, are encrypted with the instance's key.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from broadsheet import clock
from broadsheet.store.models import Session
from broadsheet.store.query import execute

IDLE, ABSOLUTE = timedelta(days=30), timedelta(days=90)
"""A session ends when nobody uses it for so long, and at the latest so long after it began."""
TOUCH = timedelta(hours=12)
"""How old the last note of use has to be for another one: most requests write nothing."""
BEGUN, SEEN, ORIGIN, AGENT = "_begun", "_seen", "_origin", "_agent"
"""Names of what a session says of itself, beside what others keep in it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as its owner sees it; `name` is public, the cookie cannot be told from it."""

    name: str
    address: str
    agent: str
    begun_at: datetime
    seen_at: datetime
    current: bool


def digest_of(secret: str) -> str:
    """The name of a session's row, from what the cookie holds."""
    return sha256(f"session {secret}".encode()).hexdigest()


@cache
def cipher(key: str) -> Fernet:
    """Encrypts with the instance's key."""
    return Fernet(base64.urlsafe_b64encode(sha256(f"broadsheet.store {key}".encode()).digest()))


class SessionStore(DatabaseStore):
    """Django's sessions in the database, by digest, encrypted, and with an end that use does not put off."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        now = clock.now()
        row = Session.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=now, begun_at__gt=now - ABSOLUTE
        ).first()
        if row is None:
            self._session_key = None
        return row

    def load(self) -> dict[str, Any]:
        """What the session holds; use is noted now and then."""
        row = self._get_session_from_db()
        if row is None:
            return {}
        if row.seen_at < clock.now() - TOUCH:
            self.modified = True
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        """Whether there is such a session."""
        return Session.objects.filter(session_key=digest_of(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        """Forget a session."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=digest_of(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of this session as it is now."""
        now = clock.now()
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        begun = datetime.fromisoformat(data.setdefault(BEGUN, now.isoformat()))
        return Session(
            session_key=digest_of(key),
            session_data=self.encode(data),
            expire_date=min(now + IDLE, begun + ABSOLUTE),
            person_id=int(data[SESSION_KEY]) if SESSION_KEY in data else None,
            address=data.get(ORIGIN, ""),
            agent=data.get(AGENT, ""),
            begun_at=begun,
            seen_at=now,
        )

    def cycle_key(self) -> None:
        """Go on under another key, and count the days anew: this happens where somebody signs in."""
        self.pop(BEGUN, None)
        super().cycle_key()

    def encode(self, session_dict: Mapping[str, Any]) -> str:
        """The contents as the row holds them."""
        return cipher(settings.SECRET_KEY).encrypt(json.dumps(session_dict).encode()).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """The contents of a row; of one that another key wrote, none."""
        try:
            found: dict[str, Any] = json.loads(cipher(settings.SECRET_KEY).decrypt(session_data))
        except (InvalidToken, ValueError):
            return {}
        return found


__all__ = ["CreateError", "SessionStore"]


def list_sessions(person: int, current: str, now: datetime) -> list[SignedIn]:
    """The sessions that somebody has, the newest use first; `current` is the key of the one that asks."""
    mine = digest_of(current)
    rows = Session.objects.filter(person_id=person, expire_date__gt=now, begun_at__gt=now - ABSOLUTE)
    return [
        SignedIn(row.session_key[:16], row.address, row.agent, row.begun_at, row.seen_at, row.session_key == mine)
        for row in rows.order_by("-seen_at")
    ]


def end_session(person: int, name: str) -> bool:
    """End one of somebody's sessions by its public name; False where there is none."""
    return bool(Session.objects.filter(person_id=person, session_key__startswith=name).delete()[0])


def end_other_sessions(person: int, current: str) -> int:
    """End all sessions of somebody but one; tells how many."""
    return Session.objects.filter(person_id=person).exclude(session_key=digest_of(current)).delete()[0]


def end_all_sessions(person: int) -> int:
    """End all sessions of somebody; tells how many."""
    return Session.objects.filter(person_id=person).delete()[0]


def forget_sessions(now: datetime) -> int:
    """Drop sessions that have ended; tells how many."""
    return execute("DELETE FROM session WHERE expire_date < %s", now)
