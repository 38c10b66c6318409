"""Collections: who owns them, who may see them, who follows them. What lies in them is in `collected`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from broadsheet.errors import NotFound
from broadsheet.store.query import execute, rows


@dataclass(frozen=True, slots=True)
class Owner:
    """Who made a collection."""

    id: int
    handle: str
    name: str

    @property
    def shown(self) -> str:
        """The name to print."""
        return self.name or self.handle


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection without its papers, as one viewer sees it: `member` says whether they belong to its group."""

    id: int
    owner: Owner
    slug: str
    title: str
    about: str
    visibility: str
    hidden: bool
    changed_at: datetime
    group: int | None
    group_slug: str
    group_name: str
    papers: int
    followers: int
    follows: bool
    member: bool

    @property
    def path(self) -> str:
        """The address of its page on this instance."""
        return quote(f"/collections/{self.owner.handle}/{self.slug}")


@dataclass(frozen=True, slots=True)
class Described:
    """What its makers say of a collection. `group` is set where `visibility` is group, and only there."""

    title: str
    about: str = ""
    visibility: str = "private"
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A collection that somebody may put a paper into, and whether it lies there already."""

    id: int
    title: str
    visibility: str
    group_name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Which:
    """Which collections a list shows: a condition, what fills it, and how many from where."""

    condition: str
    values: tuple[Any, ...] = field(default=())
    limit: int = 50
    offset: int = 0


# A paper that was merged into another of the same collection counts once.
COLLECTIONS = """
    SELECT c.id, o.id, o.handle, o.name, c.slug, c.title, c.about, c.visibility, c.hidden, c.changed_at,
           c.group_id, coalesce(g.slug, ''), coalesce(g.name, ''),
           (SELECT count(DISTINCT coalesce(p.merged_into, p.id)) FROM collection_entry e
            JOIN paper p ON p.id = e.paper_id
            WHERE e.collection_id = c.id
              AND NOT EXISTS (SELECT FROM paper_state s
                              WHERE s.paper_id = coalesce(p.merged_into, p.id) AND s.hidden)),
           (SELECT count(*) FROM collection_follow f WHERE f.collection_id = c.id),
           EXISTS (SELECT FROM collection_follow f WHERE f.collection_id = c.id AND f.person_id = %s),
           EXISTS (SELECT FROM group_member m WHERE m.group_id = c.group_id AND m.person_id = %s)
    FROM collection c JOIN person o ON o.id = c.owner_id LEFT JOIN reading_group g ON g.id = c.group_id
"""
OPEN = "c.visibility = 'public' AND NOT c.hidden"
MINE_IN_GROUPS = "c.group_id IN (SELECT group_id FROM group_member WHERE person_id = %s)"


def find_collection(viewer: int, handle: str, slug: str) -> Collection | None:
    """A collection by its address. Whether the viewer may see it is not asked here."""
    if "\0" in handle + slug:  # PostgreSQL has no such text
        return None
    found = _list(viewer, Which("o.handle = %s AND c.slug = %s", (handle.lower(), slug)))
    return found[0] if found else None


def find_collection_by_id(viewer: int, collection: int) -> Collection | None:
    """A collection by its number. Whether the viewer may see it is not asked here."""
    found = _list(viewer, Which("c.id = %s", (collection,)))
    return found[0] if found else None


def list_public(viewer: int, offset: int, limit: int) -> tuple[list[Collection], int]:
    """Public collections that hold something, newest change first, and how many there are."""
    holding = f"{OPEN} AND EXISTS (SELECT FROM collection_entry e WHERE e.collection_id = c.id)"
    total = rows(f"SELECT count(*) FROM collection c WHERE {holding}")[0][0]  # noqa: S608 - the condition is ours
    return _list(viewer, Which(holding, (), limit, offset)), int(total)


def list_owned(viewer: int, owner: int) -> list[Collection]:
    """All that somebody made, newest change first."""
    return _list(viewer, Which("c.owner_id = %s", (owner,), 1_000))


def list_public_of(viewer: int, owner: int, limit: int = 50) -> list[Collection]:
    """The public ones that somebody made, newest change first: what their page may show to anybody."""
    return _list(viewer, Which(f"c.owner_id = %s AND {OPEN}", (owner,), limit))


def list_of_group(viewer: int, group: int) -> list[Collection]:
    """What is shared with a group."""
    return _list(viewer, Which("c.group_id = %s AND c.visibility = 'group'", (group,), 1_000))


def list_followed(viewer: int) -> list[Collection]:
    """What somebody follows and may still see."""
    followed = f"""c.id IN (SELECT collection_id FROM collection_follow WHERE person_id = %s)
                   AND (({OPEN}) OR (c.visibility = 'group' AND NOT c.hidden AND {MINE_IN_GROUPS}))"""  # noqa: S608
    return _list(viewer, Which(followed, (viewer, viewer), 1_000))


def _list(viewer: int, which: Which) -> list[Collection]:
    query = f"{COLLECTIONS} WHERE {which.condition} ORDER BY c.changed_at DESC, c.id DESC OFFSET %s LIMIT %s"
    return [_collection(*row) for row in rows(query, viewer, viewer, *which.values, which.offset, which.limit)]


def _collection(number: int, owner: int, handle: str, name: str, *rest: Any) -> Collection:
    return Collection(number, Owner(owner, handle, name), *rest)


def list_choices(person: int, papers: list[int], limit: int = 100) -> list[Choice]:
    """What somebody may put a paper into, last changed first; `papers` are the paper and all merged into it."""
    found = rows(
        f"""SELECT c.id, c.title, c.visibility, coalesce(g.name, ''),
                   EXISTS (SELECT FROM collection_entry e
                           WHERE e.collection_id = c.id AND e.paper_id = ANY(%s::bigint[]))
            FROM collection c LEFT JOIN reading_group g ON g.id = c.group_id
            WHERE c.owner_id = %s OR (c.visibility = 'group' AND NOT c.hidden AND {MINE_IN_GROUPS})
            ORDER BY c.changed_at DESC, c.id DESC LIMIT %s""",  # noqa: S608 - the condition is ours
        *(papers, person, person, limit),
    )
    return [Choice(*row) for row in found]


def lock_shelf(owner: int) -> int:
    """Let nobody else add to somebody's collections until the transaction ends; tells how many they have."""
    rows("SELECT FROM person WHERE id = %s FOR NO KEY UPDATE", owner)
    return int(rows("SELECT count(*) FROM collection WHERE owner_id = %s", owner)[0][0])


def slugs_like(owner: int, slug: str) -> frozenset[str]:
    """Names that somebody's collections have already, of those that begin like this one."""
    found = rows("SELECT slug FROM collection WHERE owner_id = %s AND starts_with(slug, %s)", owner, slug)
    return frozenset(row[0] for row in found)


def add_collection(owner: int, slug: str, described: Described, now: datetime) -> int:
    """Make one; tells its number."""
    found = rows(
        """INSERT INTO collection (owner_id, slug, title, about, visibility, group_id, created_at, changed_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        *(owner, slug, described.title, described.about, described.visibility, described.group, now, now),
    )
    return int(found[0][0])


def set_described(collection: int, described: Described, now: datetime) -> None:
    """Change what is said of one, and who may see it. Its address stays."""
    execute(
        """UPDATE collection SET title = %s, about = %s, visibility = %s, group_id = %s, changed_at = %s
           WHERE id = %s""",
        *(described.title, described.about, described.visibility, described.group, now, collection),
    )


def remove_collection(collection: int) -> None:
    """Drop one with all that hangs on it."""
    execute("DELETE FROM collection_follow WHERE collection_id = %s", collection)
    execute("DELETE FROM collection_entry WHERE collection_id = %s", collection)
    execute("DELETE FROM collection WHERE id = %s", collection)


def set_follow(collection: int, person: int, now: datetime, *, follow: bool) -> None:
    """Follow a collection, or no longer."""
    if follow:
        execute(
            "INSERT INTO collection_follow (collection_id, person_id, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            *(collection, person, now),
        )
    else:
        execute("DELETE FROM collection_follow WHERE collection_id = %s AND person_id = %s", collection, person)


def unshare(group: int, owner: int | None = None) -> int:
    """Make what is shared with a group private again, of one owner or of all; tells how many."""
    mine, values = ("", ()) if owner is None else (" AND owner_id = %s", (owner,))
    return execute(
        f"UPDATE collection SET visibility = 'private', group_id = NULL WHERE group_id = %s{mine}",  # noqa: S608
        *(group, *values),
    )


def read_state(collection: int) -> dict[str, Any]:
    """What moderators decide about a collection, held until the transaction ends. Raises NotFound."""
    found = rows("SELECT hidden FROM collection WHERE id = %s FOR UPDATE", collection)
    if not found:
        raise NotFound(f"There is no collection {collection}.")
    return {"hidden": found[0][0]}


def write_state(state: Mapping[str, Any], _at: datetime, collection: int) -> None:
    """Hide a collection from all but its owner, or show it again."""
    execute("UPDATE collection SET hidden = %s WHERE id = %s", bool(state["hidden"]), collection)


def hand_over(group: int, owner: int, heir: int) -> None:
    """Let somebody else own what somebody shared with a group; addresses end in the number where they would clash."""
    execute(
        """UPDATE collection c SET owner_id = %s, slug = CASE
               WHEN EXISTS (SELECT FROM collection o WHERE o.owner_id = %s AND o.slug = c.slug)
               THEN c.slug || '-' || c.id ELSE c.slug END
           WHERE c.group_id = %s AND c.visibility = 'group' AND c.owner_id = %s""",
        *(heir, heir, group, owner),
    )
