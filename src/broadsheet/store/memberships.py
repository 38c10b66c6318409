"""Memberships: who belongs to an organisation, who asked to, and what its managers say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.errors import NotFound
from broadsheet.store.query import array, execute, rows


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as its page shows it; `domains` are mail domains by which its people are known."""

    id: int
    slug: str
    name: str
    about: str = ""
    url: str = ""
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to an organisation, or asked to. `state`: asked, member, left or removed."""

    person: int
    handle: str
    name: str
    role: str
    state: str
    at: datetime
    affiliation: str


ORGANISATION = """
    SELECT o.id, o.slug, o.name, coalesce(f.about, ''), coalesce(f.url, ''), coalesce(f.domains, '{}')
    FROM organisation o LEFT JOIN organisation_profile f ON f.organisation_id = o.id
"""
MEMBERS = """
    SELECT w.id, w.handle, coalesce(nullif(w.name, ''), w.handle), m.role, m.state, m.at, w.affiliation
    FROM membership m JOIN person w ON w.id = m.person_id AND w.deleted_at IS NULL
"""


def _organisations(condition: str, *values: Any) -> list[Organisation]:
    found = rows(f"{ORGANISATION} {condition}", *values)
    return [Organisation(number, slug, name, about, url, tuple(of)) for number, slug, name, about, url, of in found]


def get_organisation(slug: str) -> Organisation:
    """An organisation by its slug. Raises NotFound."""
    found = _organisations("WHERE o.slug = %s", slug) if "\0" not in slug else []
    if not found:
        raise NotFound(f"There is no organisation {slug[:80]!r} here. Search for the name instead.")
    return found[0]


def find_member(organisation: int, person: int) -> Member | None:
    """What somebody is to an organisation, if anything."""
    found = rows(f"{MEMBERS} WHERE m.organisation_id = %s AND m.person_id = %s", organisation, person)
    return Member(*found[0]) if found else None


def members_of(organisation: int, states: Sequence[str] = ("member",), limit: int = 500) -> list[Member]:
    """Who belongs to an organisation: managers first, then by name."""
    found = rows(
        f"""{MEMBERS} WHERE m.organisation_id = %s AND m.state = ANY(%s::text[])
            ORDER BY m.role <> 'manager', 3, w.id LIMIT %s""",
        *(organisation, array(states), limit),
    )
    return [Member(*row) for row in found]


def organisations_of(person: int) -> list[Organisation]:
    """The organisations that somebody belongs to, by name."""
    return _organisations(
        """JOIN membership m ON m.organisation_id = o.id WHERE m.person_id = %s AND m.state = 'member'
           ORDER BY o.name, o.id""",
        person,
    )


def set_member(organisation: int, person: int, role: str, state: str, at: datetime) -> None:
    """Let somebody be this to an organisation from now on."""
    execute(
        """INSERT INTO membership (organisation_id, person_id, role, state, at) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (organisation_id, person_id) DO UPDATE SET role = excluded.role, state = excluded.state,
               at = excluded.at""",
        *(organisation, person, role, state, at),
    )


def set_profile(organisation: Organisation, person: int, at: datetime) -> None:
    """Store what an organisation says of itself, and its mail domains."""
    execute(
        """INSERT INTO organisation_profile (organisation_id, about, url, domains, changed_by_id, changed_at)
           VALUES (%s, %s, %s, %s::text[], %s, %s)
           ON CONFLICT (organisation_id) DO UPDATE SET about = excluded.about, url = excluded.url,
               domains = excluded.domains, changed_by_id = excluded.changed_by_id, changed_at = excluded.changed_at""",
        *(organisation.id, organisation.about, organisation.url, array(organisation.domains), person, at),
    )
