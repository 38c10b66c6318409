"""Matching: the draft log, why records were joined, pairs in doubt, and papers that stand for others."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from broadsheet.draftcode import decode, encode
from broadsheet.drafts import Draft
from broadsheet.replaying import Logged
from broadsheet.store import writing
from broadsheet.store.query import array, execute, rows

RecordName = tuple[str, str]

LOGS = """
    SELECT r.paper_id, d.id, d.source, d.key, d.payload_hash, d.draft, d.taken_at
    FROM source_record r LEFT JOIN source_draft d USING (source, key) WHERE r.paper_id = ANY(%s) ORDER BY d.id
"""
NEWEST = """
    SELECT d.id, d.source, d.key, d.payload_hash, d.draft, d.taken_at
    FROM unnest(%s::text[], %s::text[]) AS wanted(source, key),
    LATERAL (SELECT * FROM source_draft s WHERE s.source = wanted.source AND s.key = wanted.key
             ORDER BY s.id DESC LIMIT 1) d
"""
STANDS_FOR = """
    WITH RECURSIVE step(id, into_id) AS (
        SELECT id, merged_into FROM paper WHERE id = ANY(%s)
        UNION SELECT step.id, p.merged_into FROM step JOIN paper p ON p.id = step.into_id
        WHERE p.merged_into IS NOT NULL
    )
    SELECT step.id, step.into_id FROM step JOIN paper p ON p.id = step.into_id WHERE p.merged_into IS NULL
"""
FAMILY = """
    WITH RECURSIVE family(id) AS (
        SELECT %s::bigint UNION SELECT p.id FROM paper p JOIN family f ON p.merged_into = f.id
    )
    SELECT id FROM family ORDER BY id
"""


def load_logs(papers: Sequence[int]) -> tuple[dict[int, list[Logged]], set[int]]:
    """The drafts of these papers' records, in order, and the papers of which a record has no draft in the log."""
    logs: dict[int, list[Logged]] = {paper: [] for paper in papers}
    short: set[int] = set()
    for paper, number, *draft in rows(LOGS, list(papers)):
        if number is None:
            short.add(paper)
        else:
            logs[paper].append(_logged(number, *draft))
    return logs, short


def newest_drafts(names: Sequence[RecordName]) -> dict[RecordName, Logged]:
    """The last draft in the log of each of these records."""
    if not names:
        return {}
    found = rows(NEWEST, array(source for source, _ in names), array(key for _, key in names))
    return {(row[1], row[2]): _logged(*row) for row in found}


def _logged(number: int, source: str, key: str, payload_hash: str, told: str, taken_at: datetime) -> Logged:
    return Logged(number, decode(source, key, payload_hash, json.loads(told)), taken_at)


def write_log(cursor: CursorWrapper, entries: Iterable[tuple[Draft, int | None]]) -> None:
    """Append drafts, in this order; one with a number takes the place of that entry."""
    added, replaced = [], []
    for draft, number in entries:
        if number is None:
            added.append((draft.source, draft.key, draft.payload_hash, draft.encoded or encode(draft)))
        else:
            replaced.append((draft.payload_hash, encode(draft), number))
    if added:
        writing.copy_rows(cursor, "source_draft", ("source", "key", "payload_hash", "draft"), added)
    if replaced:
        cursor.executemany("UPDATE source_draft SET payload_hash = %s, draft = %s WHERE id = %s", replaced)


def write_matches(cursor: CursorWrapper, matches: Sequence[tuple[int, str, str, str, str, int | None]]) -> None:
    """Store why records belong to papers: (paper, source, key, rule, evidence, came_from)."""
    if matches:
        columns = ("paper_id", "source", "key", "rule", "evidence", "came_from")
        writing.copy_rows(cursor, "paper_match", columns, matches)


def write_doubts(cursor: CursorWrapper, doubts: Sequence[tuple[int, int, str]]) -> None:
    """Put pairs (older, younger, reason) on the review list, except those that were there before."""
    if doubts:
        cursor.executemany(
            """INSERT INTO paper_doubt (paper_id, other_id, reason, state) VALUES (%s, %s, %s, 'open')
               ON CONFLICT DO NOTHING""",
            doubts,
        )


def hide(cursor: CursorWrapper, pairs: Sequence[tuple[int, int]]) -> None:
    """Let the second paper of each pair lead to the first one. Comes before the first takes over the other's key."""
    for survivor, gone in pairs:
        cursor.execute("UPDATE paper SET merged_into = %s WHERE id = %s", [survivor, gone])


def show(cursor: CursorWrapper, paper: int) -> None:
    """Let a paper stand for itself again."""
    cursor.execute("UPDATE paper SET merged_into = NULL WHERE id = %s", [paper])


def free_key(cursor: CursorWrapper, paper: int) -> None:
    """Let go of a paper's key, which another may take over; it is about to be written anew."""
    cursor.execute("UPDATE paper SET key = 'paper ' || id WHERE id = %s", [paper])


def move_all(cursor: CursorWrapper, survivor: int, gone: int, rule: str, evidence: str) -> None:
    """Give a paper the records of one that leads to it, and note why."""
    cursor.execute(
        """INSERT INTO paper_match (paper_id, source, key, rule, evidence, came_from)
           SELECT %s, source, key, %s, %s, %s FROM source_record WHERE paper_id = %s
           ON CONFLICT (paper_id, source, key) DO UPDATE SET rule = excluded.rule, evidence = excluded.evidence,
             came_from = excluded.came_from, matched_at = excluded.matched_at""",
        [survivor, rule, evidence, gone, gone],
    )
    cursor.execute("UPDATE source_record SET paper_id = %s WHERE paper_id = %s", [survivor, gone])
    cursor.execute(
        """UPDATE paper_doubt SET state = 'joined', decided_at = now()
           WHERE (paper_id, other_id) IN ((%s, %s), (%s, %s))""",
        [survivor, gone, gone, survivor],
    )


def move_some(cursor: CursorWrapper, source_paper: int, target: int, names: Sequence[RecordName]) -> None:
    """Give a paper some of another's records, and forget why they were there."""
    for source, key in names:
        name = [source, key]
        cursor.execute("UPDATE source_record SET paper_id = %s WHERE source = %s AND key = %s", [target, *name])
        cursor.execute(
            "DELETE FROM paper_match WHERE paper_id = %s AND source = %s AND key = %s", [source_paper, *name]
        )


def set_link_times(cursor: CursorWrapper, times: Mapping[int, Mapping[tuple[str, str], datetime]]) -> None:
    """Since when links are known, where papers were made anew."""
    changes = [(at, paper, kind, url) for paper, links in times.items() for (kind, url), at in links.items()]
    if changes:
        cursor.executemany(
            "UPDATE paper_link SET said_at = %s WHERE paper_id = %s AND kind = %s AND url = %s AND said_at <> %s",
            [(*change, change[0]) for change in changes],
        )


def stands_for(papers: Collection[int]) -> dict[int, int]:
    """The paper that each of these leads to; those that stand for themselves are left out."""
    return dict(rows(STANDS_FOR, list(papers))) if papers else {}


def papers_of(paper: int) -> list[int]:
    """A paper and all that were merged into it: what people hung on any of them is said of this one."""
    return [row[0] for row in rows(FAMILY, paper)]


def find_apart() -> frozenset[frozenset[int]]:
    """Pairs of papers that somebody said are two works, as the papers that stand for them now."""
    pairs = rows("SELECT paper_id, other_id FROM paper_doubt WHERE state = 'apart'")
    living = stands_for({paper for pair in pairs for paper in pair}) if pairs else {}
    return frozenset(frozenset(living.get(paper, paper) for paper in pair) for pair in pairs)


def set_state(one: int, other: int, state: str, reason: str) -> None:
    """What somebody decided about a pair, whether it was on the list or not."""
    execute(
        """INSERT INTO paper_doubt (paper_id, other_id, reason, state, decided_at) VALUES (%s, %s, %s, %s, now())
           ON CONFLICT (paper_id, other_id) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at""",
        *(min(one, other), max(one, other), reason, state),
    )


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """A pair on the review list."""

    paper: int
    other: int
    reason: str
    found_at: datetime


def list_doubts(limit: int) -> list[DoubtRow]:
    """Open pairs, the newest first; a pair of which one leads elsewhere by now stands for where it leads."""
    found = rows(
        """SELECT paper_id, other_id, reason, found_at FROM paper_doubt
           WHERE state = 'open' ORDER BY found_at DESC, other_id DESC, paper_id LIMIT %s""",
        limit,
    )
    living = stands_for({paper for row in found for paper in row[:2]})
    pairs = [DoubtRow(living.get(one, one), living.get(other, other), *rest) for one, other, *rest in found]
    return [pair for pair in pairs if pair.paper != pair.other]


def records_of(paper: int) -> list[RecordName]:
    """The records that a paper is made of."""
    return [(row[0], row[1]) for row in rows("SELECT source, key FROM source_record WHERE paper_id = %s", paper)]


def origins_of(paper: int) -> dict[RecordName, tuple[int, ...]]:
    """For each record that joins brought to a paper the papers it came from, the nearest first."""
    came: dict[int, dict[RecordName, int]] = defaultdict(dict)
    for at, source, key, origin in rows(
        "SELECT paper_id, source, key, came_from FROM paper_match WHERE paper_id = ANY(%s) AND came_from IS NOT NULL",
        papers_of(paper),
    ):
        came[at][source, key] = origin
    paths = {}
    for name in came[paper]:
        path, at = [], paper
        while (origin := came[at].get(name)) and origin not in path:
            path.append(origin)
            at = origin
        paths[name] = tuple(path)
    return paths
