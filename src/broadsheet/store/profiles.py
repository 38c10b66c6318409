"""Profiles: somebody's public page, and the numbers of what stands on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.store.models import Person
from broadsheet.store.query import rows


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody's public page: what they say about themselves."""

    id: int
    handle: str
    name: str
    role: str
    joined_at: datetime
    affiliation: str
    about: str
    links: tuple[str, ...]
    public_votes: bool
    fake: bool

    @property
    def shown(self) -> str:
        """The name to print."""
        return self.name or self.handle


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as a profile lists it: its number, the paper it is on, and its source."""

    id: int
    paper: int
    body: str
    at: datetime


def find_profile(handle: str) -> Profile | None:
    """Somebody's page; None for nobody, and for who has not confirmed an address or is gone."""
    found = rows(
        """SELECT p.id, p.handle, p.name, p.role, p.joined_at, p.affiliation, p.about, p.links, p.public_votes, p.fake
           FROM person p WHERE p.handle = %s AND p.is_active AND p.deleted_at IS NULL
             AND (p.fake OR EXISTS (SELECT 1 FROM account_emailaddress a WHERE a.user_id = p.id AND a.verified))""",
        handle,
    )
    return _profile(found[0]) if found else None


def _profile(row: Sequence[Any]) -> Profile:
    number, handle, name, role, joined_at, affiliation, about, links, public_votes, fake = row
    return Profile(number, handle, name, role, joined_at, affiliation, about, tuple(links), public_votes, fake)


def change_profile(person: int, values: Mapping[str, Any]) -> None:
    """Change what somebody says about themselves: name, affiliation, about, links, public_votes."""
    Person.objects.filter(pk=person).update(**values)


def voted_papers(person: int, limit: int, offset: int = 0) -> tuple[list[int], int]:
    """The papers that somebody voted for, the newest vote first, and how many there are."""
    total = rows("SELECT count(*) FROM vote WHERE person_id = %s", person)[0][0]
    found = rows(
        "SELECT paper_id FROM vote WHERE person_id = %s ORDER BY cast_at DESC, paper_id LIMIT %s OFFSET %s",
        *(person, limit, offset),
    )
    return [row[0] for row in found], total


def comments_of(person: int, limit: int) -> tuple[list[Said], int]:
    """Comments that somebody wrote and that stand, on papers that are shown; the newest first, and how many."""
    standing = """FROM comment c LEFT JOIN paper_state s ON s.paper_id = c.paper_id
        WHERE c.person_id = %s AND c.removed_at IS NULL AND c.hidden_at IS NULL AND NOT coalesce(s.hidden, false)"""
    found = rows(
        f"SELECT c.id, c.paper_id, left(c.body, 600), c.created_at {standing} ORDER BY c.id DESC LIMIT %s",
        *(person, limit),
    )
    return [Said(*row) for row in found], rows(f"SELECT count(*) {standing}", person)[0][0]
