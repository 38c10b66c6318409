"""Loading whole records back from the tables, for merging."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from broadsheet.drafts import Counts, DraftLink, EditionPlace, Identifier, Organisation, PartialDate, PrintedAuthor
from broadsheet.records import PaperRecord, Version

PAPERS = """
    SELECT p.id, p.key, p.title, p.abstract, p.summary, p.summary_by, p.published, p.published_precision, p.updated,
           p.version,
           p.author_count, p.language, p.licence, p.comment, p.withdrawn,
           coalesce(v.name, '') AS venue, p.provenance::text
    FROM paper p LEFT JOIN venue v ON v.id = p.venue_id WHERE p.id = ANY(%s)
"""
PART_QUERIES = {
    "identifiers": "SELECT paper_id, kind, value FROM paper_identifier WHERE paper_id = ANY(%s) ORDER BY kind, value",
    "authors": """SELECT paper_id, name, orcid, affiliation FROM authorship
                  WHERE paper_id = ANY(%s) ORDER BY paper_id, position""",
    "categories": """SELECT paper_id, category_id FROM paper_category
                     WHERE paper_id = ANY(%s) AND position > 0 ORDER BY paper_id, position""",
    "tags": """SELECT t.paper_id, tag.name FROM paper_tag t JOIN tag ON tag.id = t.tag_id
               WHERE t.paper_id = ANY(%s) ORDER BY t.paper_id, tag.slug""",
    "links": "SELECT paper_id, kind, url, said_by FROM paper_link WHERE paper_id = ANY(%s) ORDER BY kind, url",
    "versions": """SELECT paper_id, number, day, source, title, abstract FROM paper_version
                   WHERE paper_id = ANY(%s) ORDER BY number""",
    "organisations": """SELECT o.paper_id, o.said_by, n.slug, n.name FROM paper_organisation o
                        JOIN organisation n ON n.id = o.organisation_id WHERE o.paper_id = ANY(%s) ORDER BY n.slug""",
    "counts": """SELECT paper_id, source, votes, comments, stars, observed_at FROM imported_count
                 WHERE paper_id = ANY(%s) ORDER BY source""",
    "entries": """SELECT paper_id, source, edition_day, position, basis FROM edition_entry
                  WHERE paper_id = ANY(%s) ORDER BY edition_day""",
}
MAKERS: dict[str, Any] = {
    "identifiers": Identifier,
    "authors": PrintedAuthor,
    "categories": str,
    "tags": str,
    "links": DraftLink,
    "versions": Version,
    "organisations": lambda source, slug, name: (source, Organisation(slug, name)),
    "counts": lambda source, *counts: (source, Counts(*counts)),
    "entries": lambda source, *place: (source, EditionPlace(*place)),
}


def load_records(papers: Sequence[int]) -> dict[int, PaperRecord]:
    """The records of these papers, by id."""
    if not papers:
        return {}
    parts = {name: _parts(name, query, papers) for name, query in PART_QUERIES.items()}
    with connection.cursor() as cursor:
        cursor.execute(PAPERS, [list(papers)])
        return {row[0]: _record(row, {name: tuple(part[row[0]]) for name, part in parts.items()}) for row in cursor}


def _parts(name: str, query: str, papers: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(query, [list(papers)])
        for paper, *values in cursor.fetchall():
            found[paper].append(MAKERS[name](*values))
    return found


def _record(row: tuple[Any, ...], parts: dict[str, Any]) -> PaperRecord:
    _, key, title, abstract, summary, summary_by, day, precision, updated, version, author_count, *rest = row
    language, licence, comment, withdrawn, venue, provenance = rest
    return PaperRecord(
        key=key,
        title=title,
        abstract=abstract,
        summary=summary,
        summary_by=summary_by,
        published=PartialDate(day, precision) if day else None,
        updated=updated,
        version=version,
        author_count=author_count,
        language=language,
        licence=licence,
        comment=comment,
        withdrawn=withdrawn,
        venue=venue,
        provenance=json.loads(provenance),
        **parts,
    )
