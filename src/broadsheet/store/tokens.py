"""Tokens: keys that programs show, kept as digests. Each ends when its owner's password, role or standing changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.store.accounts import find_signed_in
from broadsheet.store.models import ApiToken, Person

NOTED = timedelta(hours=1)
"""How exactly the last use of a token is noted."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    alive: bool


def add_token(person: int, name: str, digest: str, scopes: Sequence[str], ends: tuple[datetime, datetime]) -> int:
    """Keep a token; `ends` are the moments it begins and expires. Gives its number."""
    owner = Person.objects.get(pk=person)
    made = ApiToken.objects.create(
        person=owner,
        name=name,
        digest=digest,
        stamp=owner.get_session_auth_hash(),
        scopes=list(scopes),
        created_at=ends[0],
        expires_at=ends[1],
    )
    return made.pk


def find_bearer(digest: str, now: datetime) -> tuple[Person, frozenset[str]] | None:
    """Who a token speaks for, and what it allows; None for one that is unknown, expired or ended."""
    token = ApiToken.objects.filter(digest=digest, expires_at__gt=now).first()
    owner = find_signed_in(token.person_id) if token else None
    if not token or not owner or token.stamp != owner.get_session_auth_hash():
        return None
    if token.last_used_at is None or token.last_used_at < now - NOTED:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return owner, frozenset(token.scopes)


def list_tokens(person: int, now: datetime) -> list[Token]:
    """Somebody's tokens, the newest first."""
    owner = Person.objects.get(pk=person)
    stamp = owner.get_session_auth_hash()
    return [
        Token(
            row.pk,
            row.name,
            tuple(row.scopes),
            row.created_at,
            row.expires_at,
            row.last_used_at,
            alive=row.expires_at > now and row.stamp == stamp,
        )
        for row in ApiToken.objects.filter(person_id=person).order_by("-pk")
    ]


def count_tokens(person: int) -> int:
    """How many tokens somebody has."""
    return ApiToken.objects.filter(person_id=person).count()


def remove_token(person: int, number: int) -> bool:
    """Revoke one of somebody's tokens; False where they have none of this number."""
    return bool(ApiToken.objects.filter(person_id=person, pk=number).delete()[0])
