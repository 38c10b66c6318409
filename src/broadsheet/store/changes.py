"""The change log: what followers such as the search index read, in an order that misses nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from broadsheet.errors import Unavailable
from broadsheet.store.query import rows


@dataclass(frozen=True, slots=True, order=True)
class Watermark:
    """How far a follower has read: transaction number, then sequence number."""

    transaction: int = 0
    seq: int = 0

    def __str__(self) -> str:
        return f"{self.transaction}:{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Watermark":
        """The watermark that `str` wrote; the beginning for an empty text. Raises Unavailable for any other text."""
        transaction, _, seq = text.partition(":")
        try:
            return cls(int(transaction), int(seq)) if text else cls()
        except ValueError as error:
            raise Unavailable(f"{text[:40]!r} is no watermark. Run `broadsheet index rebuild`.") from error


@dataclass(frozen=True, slots=True)
class Changes:
    """A stretch of the log: papers to index anew, papers that are gone, and the watermark after it."""

    papers: tuple[int, ...]
    removed: tuple[int, ...]
    watermark: Watermark


def catalogue_name() -> str:
    """The name of this catalogue; no other has it, and a restored copy goes on under it."""
    found = rows("SELECT name::text FROM catalogue_identity")
    return str(found[0][0]) if found else ""


def read_changes(after: Watermark, limit: int) -> Changes | None:
    """The next stretch of the log; None where there is nothing new.

    Rows of transactions that are not older than every open one wait: a slower, earlier one could still come before.
    """
    found = rows(
        """SELECT transaction, seq, paper_id, removed FROM change
           WHERE (transaction, seq) > (%s, %s)
             AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
           ORDER BY transaction, seq LIMIT %s""",
        *(after.transaction, after.seq, limit),
    )
    if not found:
        return None
    last = {paper: removed for _, _, paper, removed in found}
    return Changes(
        papers=tuple(paper for paper, removed in last.items() if not removed),
        removed=tuple(paper for paper, removed in last.items() if removed),
        watermark=Watermark(found[-1][0], found[-1][1]),
    )


def newest_watermark() -> Watermark:
    """The watermark of a follower that now holds everything."""
    found = rows(
        """SELECT transaction, seq FROM change
           WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
           ORDER BY transaction DESC, seq DESC LIMIT 1"""
    )
    return Watermark(*found[0]) if found else Watermark()


def paper_ids(chunk: int) -> Iterator[list[int]]:
    """Ids of all papers that stand for themselves, ascending, in chunks."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM paper WHERE id > %s AND merged_into IS NULL ORDER BY id LIMIT %s", [last, chunk]
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]
