"""Papers as citations need them, many at once: one query for each thousand."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from broadsheet.citation import Citable
from broadsheet.cleaning import is_web_address
from broadsheet.store.query import rows

CHUNK = 1_000

CITED = """
    SELECT p.id, p.key, p.title, p.abstract, p.published, p.published_precision, coalesce(v.name, ''),
           ARRAY(SELECT name FROM authorship WHERE paper_id = p.id ORDER BY position),
           (SELECT json_object_agg(kind, value ORDER BY value DESC) FROM paper_identifier
            WHERE paper_id = p.id AND kind IN ('arxiv', 'doi', 'url'))::text,
           coalesce((SELECT category_id FROM paper_category WHERE paper_id = p.id AND position > 0
                     ORDER BY position LIMIT 1), '')
    FROM paper p LEFT JOIN venue v ON v.id = p.venue_id WHERE p.id = ANY(%s::bigint[]) AND p.merged_into IS NULL
"""


def list_citables(papers: Sequence[int]) -> Iterator[tuple[int, Citable]]:
    """Each of these papers with what a citation says of it, in this order; ids that do not exist are left out."""
    for start in range(0, len(papers), CHUNK):
        chunk = list(papers[start : start + CHUNK])
        found = {row[0]: _citable(row) for row in rows(CITED, chunk)}
        yield from ((paper, found[paper]) for paper in chunk if paper in found)


def _citable(row: tuple[Any, ...]) -> Citable:
    _, key, title, abstract, day, precision, venue, authors, identifiers, category = row
    names = json.loads(identifiers) if identifiers else {}
    arxiv_id, doi, url = (names.get(kind, "") for kind in ("arxiv", "doi", "url"))
    return Citable(
        key=key,
        title=title,
        authors=tuple(authors),
        year=day.year if day else None,
        month=day.month if day and precision in ("month", "day") else None,
        day=day.day if day and precision == "day" else None,
        venue=venue,
        doi=doi,
        arxiv_id=arxiv_id,
        primary_category=category,
        url=_address(arxiv_id, doi, url),
        abstract=abstract,
    )


def _address(arxiv_id: str, doi: str, url: str) -> str:
    """Where the paper itself lies, as its own page says it."""
    if arxiv_id:
        return f"https://arxiv.org/abs/{arxiv_id}"
    if doi:
        return f"https://doi.org/{doi}"
    return url if is_web_address(url) else ""
