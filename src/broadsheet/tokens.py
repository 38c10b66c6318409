"""Tokens: named keys for programs, shown once, that may do what their scopes say until a day."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from broadsheet.errors import BadInput, NotFound
from broadsheet.people import Viewer
from broadsheet.store import tokens
from broadsheet.store.tokens import Token

PREFIX: Final = "bs_"
SCOPES: Final = {
    "read": "read what you can read",
    "vote": "vote and take votes back",
    "comment": "write comments",
    "submit": "submit papers",
    "library": "read and change your library",
}
DAYS: Final = (30, 90, 365)
"""How long a token may live."""
MOST: Final = 50
NAME_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token as its form asks for it."""

    name: str
    scopes: Sequence[str]
    days: int


def digest_of(secret: str) -> str:
    """What is kept of a token. It holds 256 random bits, so that a plain digest cannot be turned back."""
    return sha256(secret.encode()).hexdigest()


def make_token(viewer: Viewer, wanted: Wanted, now: datetime) -> str:
    """Make a token and give it out, this once. Raises BadInput."""
    name = " ".join(wanted.name.split())
    if not name or len(name) > NAME_LENGTH:
        raise BadInput(f"name: say in up to {NAME_LENGTH} characters what the token is for.")
    unknown = sorted(set(wanted.scopes) - SCOPES.keys())
    if unknown or not wanted.scopes:
        raise BadInput(f"scopes: choose at least one of {', '.join(SCOPES)}.")
    if wanted.days not in DAYS:
        raise BadInput(f"days: a token lives 30, 90 or 365 days, not {wanted.days}.")
    if tokens.count_tokens(viewer.id) >= MOST:
        raise BadInput(f"You have {MOST} tokens. Revoke some that you do not use.")
    secret = PREFIX + secrets.token_urlsafe(32)
    ends = (now, now + timedelta(days=wanted.days))
    tokens.add_token(viewer.id, name, digest_of(secret), sorted(set(wanted.scopes)), ends)
    return secret


def list_tokens(viewer: Viewer, now: datetime) -> list[Token]:
    """The tokens of who asks."""
    return tokens.list_tokens(viewer.id, now)


def revoke_token(viewer: Viewer, number: int) -> None:
    """End a token of who asks. Raises NotFound for one that is not theirs."""
    if not tokens.remove_token(viewer.id, number):
        raise NotFound(f"You have no token number {number}. It may be revoked already.")
