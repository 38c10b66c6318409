"""Papers that people keep, read as the papers that stand for them now: what was merged shows as its survivor, once."""

from collections.abc import Iterable, Sequence

from broadsheet.store.query import rows

FAMILIES = """
    WITH RECURSIVE family(id) AS (
        SELECT unnest(%s::bigint[]) UNION SELECT p.id FROM paper p JOIN family f ON p.merged_into = f.id
    )
    SELECT id FROM family
"""
"""These papers and all that were merged into them: a change to one is a change to what was kept under any name."""


def surviving(mine: str) -> str:
    """The beginning of a query: `kept` has the columns of the query `mine` and `living`, the paper that stands for
    its `paper_id`. What a moderator hid is left out.
    """
    return f"""
        WITH RECURSIVE mine AS ({mine}),
        step(id, into_id) AS (
            SELECT m.paper_id, p.merged_into FROM mine m JOIN paper p ON p.id = m.paper_id
            WHERE p.merged_into IS NOT NULL
            UNION ALL SELECT s.id, p.merged_into FROM step s JOIN paper p ON p.id = s.into_id
            WHERE p.merged_into IS NOT NULL
        ),
        led AS (SELECT s.id, s.into_id FROM step s JOIN paper p ON p.id = s.into_id WHERE p.merged_into IS NULL),
        kept AS (
            SELECT m.*, coalesce(l.into_id, m.paper_id) AS living FROM mine m LEFT JOIN led l ON l.id = m.paper_id
            WHERE NOT EXISTS (SELECT FROM paper_state h
                              WHERE h.hidden AND h.paper_id = coalesce(l.into_id, m.paper_id))
        )
    """  # noqa: S608 - the queries are ours


def families(papers: Sequence[int]) -> list[int]:
    """These papers and all that were merged into them."""
    return [row[0] for row in rows(FAMILIES, list(papers))] if papers else []


def joined(notes: Iterable[str]) -> str:
    """Notes that were made on papers which became one, as one note."""
    return "\n\n".join(note for note in notes if note)
