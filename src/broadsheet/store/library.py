"""Libraries: what each reader keeps for themselves. Every query names the person; nobody else's rows are ever read.

A paper that was merged into another shows as its survivor, once: with the state kept under the survivor's own id if
there is one, and with the notes and tags of all. What is changed then is changed for all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from broadsheet.cards import Page
from broadsheet.store.query import execute, rows
from broadsheet.store.survivors import families, joined, surviving


@dataclass(frozen=True, slots=True)
class Kept:
    """What a reader keeps of a paper: `state` is to-read, reading or read."""

    state: str
    note: str
    tags: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a library, and in which order; empty fields ask for all. Each word has to occur somewhere."""

    state: str = ""
    tag: str = ""
    words: tuple[str, ...] = ()
    sort: str = "changed"


SORTS: Final[Mapping[str, str]] = {
    "changed": "f.changed_at DESC, f.living DESC",
    "published": "p.published DESC NULLS LAST, f.living DESC",
    "title": "lower(p.title), f.living",
}
MINE = surviving("SELECT paper_id, state, note, tags, changed_at FROM library_entry WHERE person_id = %s")
FAMILIES = f"""{MINE}, f AS (
        SELECT living, (array_agg(state ORDER BY paper_id <> living, paper_id))[1] AS state,
               max(changed_at) AS changed_at, string_agg(note, ' ') AS notes,
               string_agg(array_to_string(tags, ','), ',') AS tagged
        FROM kept GROUP BY living
    )
"""  # noqa: S608 - the query is ours
WORD = """(p.title ILIKE %s OR f.notes ILIKE %s OR f.tagged ILIKE %s OR p.abstract ILIKE %s
           OR EXISTS (SELECT FROM authorship a WHERE a.paper_id = p.id AND a.name ILIKE %s))"""


def list_papers(person: int, wanted: Wanted, offset: int, limit: int | None) -> Page[int]:
    """The papers of somebody's library that are wanted; all of them where there is no limit."""
    conditions, values = _conditions(wanted)
    found = rows(
        f"""{FAMILIES} SELECT p.id, count(*) OVER () FROM f JOIN paper p ON p.id = f.living
            WHERE {" AND ".join(["true", *conditions])} ORDER BY {SORTS[wanted.sort]} OFFSET %s LIMIT %s""",  # noqa: S608
        *(person, *values, offset, limit),
    )
    return Page(tuple(row[0] for row in found), offset, found[0][1] if found else 0)


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.state:
        conditions.append("f.state = %s")
        values.append(wanted.state)
    if wanted.tag:
        conditions.append("%s = ANY(string_to_array(f.tagged, ','))")
        values.append(wanted.tag)
    for word in wanted.words:
        conditions.append(WORD)
        values += [_anywhere(word)] * 5
    return conditions, values


def _anywhere(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def count_states(person: int) -> Mapping[str, int]:
    """How many papers of somebody's library are in each state."""
    return dict(rows(f"{FAMILIES} SELECT state, count(*) FROM f GROUP BY state", person))  # noqa: S608


def count_tags(person: int, limit: int) -> list[tuple[str, int]]:
    """The tags of somebody's library with the number of papers, most first."""
    found = rows(
        f"""{MINE} SELECT tag, count(DISTINCT living) FROM kept, unnest(tags) tag
            GROUP BY tag ORDER BY count(DISTINCT living) DESC, tag LIMIT %s""",  # noqa: S608
        *(person, limit),
    )
    return [(tag, number) for tag, number in found]


def list_kept(person: int, papers: Sequence[int]) -> Mapping[int, Kept]:
    """What somebody keeps of these papers; those that are not in the library are left out."""
    if not (person and papers):
        return {}
    mine = "SELECT * FROM library_entry WHERE person_id = %s AND paper_id = ANY(%s::bigint[])"
    found = rows(
        f"""{surviving(mine)} SELECT living, state, note, tags, changed_at FROM kept
            ORDER BY living, paper_id <> living, paper_id""",  # noqa: S608
        *(person, families(papers)),
    )
    gathered: dict[int, list[Kept]] = {}
    for paper, state, note, tags, changed_at in found:
        gathered.setdefault(paper, []).append(Kept(state, note, tuple(tags), changed_at))
    return {paper: _one(entries) for paper, entries in gathered.items()}


def _one(entries: Sequence[Kept]) -> Kept:
    """What was kept of papers that are one now."""
    tags = dict.fromkeys(tag for entry in entries for tag in entry.tags)
    newest = max(entry.changed_at for entry in entries)
    return Kept(entries[0].state, joined(entry.note for entry in entries), tuple(tags), newest)


def lock_library(person: int) -> int:
    """Let nobody else add to somebody's library until the transaction ends; tells how many papers it holds."""
    rows("SELECT 1 FROM person WHERE id = %s FOR NO KEY UPDATE", person)
    return int(rows("SELECT count(*) FROM library_entry WHERE person_id = %s", person)[0][0])


def set_state(person: int, papers: Iterable[int], state: str, now: datetime) -> int:
    """Set the state of what lies in the library already; tells how many rows."""
    return execute(
        """UPDATE library_entry SET state = %s, changed_at = %s
           WHERE person_id = %s AND paper_id = ANY(%s::bigint[])""",
        *(state, now, person, families(list(papers))),
    )


def add_entry(person: int, paper: int, state: str, now: datetime) -> None:
    """Put a paper into a library."""
    execute(
        """INSERT INTO library_entry (paper_id, person_id, state, note, tags, changed_at)
           VALUES (%s, %s, %s, '', '{}', %s) ON CONFLICT (paper_id, person_id) DO UPDATE SET state = excluded.state""",
        *(paper, person, state, now),
    )


def set_jottings(person: int, paper: int, note: str, tags: Sequence[str]) -> None:
    """Set note and tags of a paper in a library; those of papers merged into it are in these now."""
    execute(
        """WITH mine AS (SELECT paper_id FROM library_entry WHERE person_id = %s AND paper_id = ANY(%s::bigint[])),
                first AS (SELECT paper_id FROM mine ORDER BY paper_id <> %s, paper_id LIMIT 1)
           UPDATE library_entry e
           SET note = CASE WHEN e.paper_id = first.paper_id THEN %s ELSE '' END,
               tags = CASE WHEN e.paper_id = first.paper_id THEN %s::text[] ELSE '{}' END
           FROM first WHERE e.person_id = %s AND e.paper_id IN (SELECT paper_id FROM mine)""",
        *(person, families([paper]), paper, note, list(tags), person),
    )


def remove_papers(person: int, papers: Sequence[int]) -> int:
    """Take papers out of a library, with their notes and tags; tells how many rows."""
    return execute(
        "DELETE FROM library_entry WHERE person_id = %s AND paper_id = ANY(%s::bigint[])",
        *(person, families(papers)),
    )
