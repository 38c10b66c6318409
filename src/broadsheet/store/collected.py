"""What lies in collections: papers in their order, with notes. A paper that was merged shows as its survivor, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet.store.query import execute, rows
from broadsheet.store.survivors import joined, surviving


@dataclass(frozen=True, slots=True)
class Place:
    """A paper in the order of a collection: `paper` stands for all of `rows`, the ids it was put there under.

    The first of `rows` is the one whose position counts.
    """

    paper: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a paper in a collection, and who put it there; empty where that is not known any more."""

    note: str = ""
    added_by: str = ""


ORDER = f"""{surviving("SELECT paper_id, position FROM collection_entry WHERE collection_id = %s")}
    SELECT living, array_agg(paper_id ORDER BY paper_id <> living, paper_id) FROM kept
    GROUP BY living ORDER BY (array_agg(position ORDER BY paper_id <> living, paper_id))[1]
"""  # noqa: S608 - the query is ours


def list_places(collection: int) -> list[Place]:
    """All that a collection shows, in its order."""
    return [Place(paper, tuple(members)) for paper, members in rows(ORDER, collection)]


def list_remarks(collection: int, places: Sequence[Place]) -> Mapping[int, Remark]:
    """The remarks on these papers, by paper."""
    members = [member for place in places for member in place.rows]
    found = rows(
        """SELECT e.paper_id, e.note, coalesce(p.handle, '') FROM collection_entry e
           LEFT JOIN person p ON p.id = e.added_by_id
           WHERE e.collection_id = %s AND e.paper_id = ANY(%s::bigint[])""",
        *(collection, members),
    )
    said = {member: (note, handle) for member, note, handle in found}
    known = {place.paper: [said[member] for member in place.rows if member in said] for place in places}
    return {
        paper: Remark(joined(note for note, _ in remarks), remarks[0][1]) for paper, remarks in known.items() if remarks
    }


def lock_collection(collection: int) -> bool:
    """Let nobody else change a collection until the transaction ends; False if it is gone."""
    return bool(rows("SELECT 1 FROM collection WHERE id = %s FOR UPDATE", collection))


def touch(collection: int, now: datetime) -> None:
    """Say that a collection changed."""
    execute("UPDATE collection SET changed_at = %s WHERE id = %s", now, collection)


def list_order(collection: int) -> list[int]:
    """Every id in a collection by position, also those that are merged or hidden."""
    found = rows("SELECT paper_id FROM collection_entry WHERE collection_id = %s ORDER BY position", collection)
    return [row[0] for row in found]


def set_order(collection: int, papers: Sequence[int]) -> None:
    """Give these ids, which are all of a collection, the positions 1, 2, 3, ..."""
    execute(
        """UPDATE collection_entry e SET position = w.place
           FROM unnest(%s::bigint[]) WITH ORDINALITY AS w(paper, place)
           WHERE e.collection_id = %s AND e.paper_id = w.paper AND e.position <> w.place""",
        *(list(papers), collection),
    )


def add_entry(collection: int, paper: int, person: int, note: str, now: datetime) -> None:
    """Put a paper at the end."""
    execute(
        """INSERT INTO collection_entry (collection_id, paper_id, position, note, added_by_id, added_at)
           SELECT %s, %s, coalesce(max(position), 0) + 1, %s, %s, %s FROM collection_entry WHERE collection_id = %s""",
        *(collection, paper, note, person, now, collection),
    )


def set_remark(collection: int, place: Place, note: str) -> None:
    """Set the note of a paper; notes on what was merged into it are in this one now."""
    execute(
        """UPDATE collection_entry SET note = CASE WHEN paper_id = %s THEN %s ELSE '' END
           WHERE collection_id = %s AND paper_id = ANY(%s::bigint[])""",
        *(place.rows[0], note, collection, list(place.rows)),
    )


def remove_entries(collection: int, papers: Sequence[int]) -> None:
    """Take papers out; the places of the others close up."""
    execute(
        "DELETE FROM collection_entry WHERE collection_id = %s AND paper_id = ANY(%s::bigint[])",
        *(collection, list(papers)),
    )
    set_order(collection, list_order(collection))


def copy_entries(source: int, target: int, person: int, now: datetime) -> None:
    """Put all that one collection holds into another, an empty one, in the same order and with the notes."""
    execute(
        """INSERT INTO collection_entry (collection_id, paper_id, position, note, added_by_id, added_at)
           SELECT %s, paper_id, position, note, %s, %s FROM collection_entry WHERE collection_id = %s""",
        *(target, person, now, source),
    )
