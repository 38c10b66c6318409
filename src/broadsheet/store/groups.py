"""Groups: labs and reading groups, and who belongs to them."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from broadsheet.store.query import execute, rows


@dataclass(frozen=True, slots=True)
class Group:
    """A group as one viewer sees it: `role` is theirs, empty for who does not belong to it."""

    id: int
    slug: str
    name: str
    about: str
    invitation_round: int
    members: int
    role: str

    @property
    def path(self) -> str:
        """The address of its page on this instance."""
        return quote(f"/groups/{self.slug}")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group."""

    id: int
    handle: str
    name: str
    role: str
    at: datetime

    @property
    def shown(self) -> str:
        """The name to print."""
        return self.name or self.handle


GROUPS = """
    SELECT g.id, g.slug, g.name, g.about, g.invitation_round,
           (SELECT count(*) FROM group_member n WHERE n.group_id = g.id), coalesce(m.role, '')
    FROM reading_group g LEFT JOIN group_member m ON m.group_id = g.id AND m.person_id = %s
"""


def find_group(viewer: int, slug: str) -> Group | None:
    """A group by its address. Whether the viewer may see it is not asked here."""
    found = rows(f"{GROUPS} WHERE g.slug = %s", viewer, slug) if "\0" not in slug else []
    return Group(*found[0]) if found else None


def find_group_by_id(viewer: int, group: int) -> Group | None:
    """A group by its number. Whether the viewer may see it is not asked here."""
    found = rows(f"{GROUPS} WHERE g.id = %s", viewer, group)
    return Group(*found[0]) if found else None


def list_groups(person: int) -> list[Group]:
    """The groups that somebody belongs to, by name."""
    return [Group(*row) for row in rows(f"{GROUPS} WHERE m.person_id IS NOT NULL ORDER BY lower(g.name), g.id", person)]


def list_members(group: int) -> list[Member]:
    """Who belongs to a group: those who look after it first, then by how long they are in it."""
    found = rows(
        """SELECT p.id, p.handle, p.name, m.role, m.at FROM group_member m JOIN person p ON p.id = m.person_id
           WHERE m.group_id = %s ORDER BY m.role <> 'manager', m.at, p.id""",
        group,
    )
    return [Member(*row) for row in found]


def is_member(group: int, person: int) -> bool:
    """Whether somebody belongs to a group."""
    return bool(rows("SELECT 1 FROM group_member WHERE group_id = %s AND person_id = %s", group, person))


def lock_group(group: int) -> bool:
    """Let nobody else change a group until the transaction ends; False if it is gone."""
    return bool(rows("SELECT 1 FROM reading_group WHERE id = %s FOR UPDATE", group))


def count_groups(person: int) -> int:
    """How many groups somebody belongs to."""
    return int(rows("SELECT count(*) FROM group_member WHERE person_id = %s", person)[0][0])


def add_group(slug: str, name: str, about: str, now: datetime) -> int:
    """Make a group; tells its number."""
    found = rows(
        "INSERT INTO reading_group (slug, name, about, created_at) VALUES (%s, %s, %s, %s) RETURNING id",
        *(slug, name, about, now),
    )
    return int(found[0][0])


def set_about(group: int, name: str, about: str) -> None:
    """Change what a group is called and what it says of itself."""
    execute("UPDATE reading_group SET name = %s, about = %s WHERE id = %s", name, about, group)


def renew_invitations(group: int) -> None:
    """Make every invitation that is out worthless."""
    execute("UPDATE reading_group SET invitation_round = invitation_round + 1 WHERE id = %s", group)


def remove_group(group: int) -> None:
    """Drop a group. Who shared something with it has to have it back before."""
    execute("DELETE FROM group_member WHERE group_id = %s", group)
    execute("DELETE FROM reading_group WHERE id = %s", group)


def add_member(group: int, person: int, role: str, now: datetime) -> None:
    """Let somebody in; who is in already stays what they are."""
    execute(
        "INSERT INTO group_member (group_id, person_id, role, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        *(group, person, role, now),
    )


def set_role(group: int, person: int, role: str) -> None:
    """Make a member a manager, or a manager a member."""
    execute("UPDATE group_member SET role = %s WHERE group_id = %s AND person_id = %s", role, group, person)


def remove_member(group: int, person: int) -> None:
    """Let somebody out."""
    execute("DELETE FROM group_member WHERE group_id = %s AND person_id = %s", group, person)
