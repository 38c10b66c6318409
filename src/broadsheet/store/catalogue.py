"""Reading papers: cards for lists, details for pages."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from broadsheet.cards import AuthorLine, Card, EditionLine, Link, Named, PaperDetail, SourceLine, VersionLine
from broadsheet.drafts import Identifier, PartialDate
from broadsheet.errors import NotFound
from broadsheet.identity import parse_identifier
from broadsheet.store.query import rows

AUTHORS_ON_CARD = 6

CARDS = """
    SELECT p.id, p.key, p.title, p.abstract, p.summary, p.summary_by, p.published, p.published_precision,
           p.withdrawn, p.imported_votes, p.imported_comments, p.author_count
    FROM paper p WHERE p.id = ANY(%s)
"""
FIRST_AUTHORS = """
    SELECT s.paper_id, s.name, a.key FROM authorship s JOIN author a ON a.id = s.author_id
    WHERE s.paper_id = ANY(%s) AND s.position <= %s ORDER BY s.paper_id, s.position
"""
ORGANISATIONS = """
    SELECT o.paper_id, n.slug, n.name FROM paper_organisation o JOIN organisation n ON n.id = o.organisation_id
    WHERE o.paper_id = ANY(%s) ORDER BY o.paper_id, n.name
"""
CATEGORIES = """
    SELECT c.paper_id, k.code, k.name FROM paper_category c JOIN category k ON k.code = c.category_id
    WHERE c.paper_id = ANY(%s) AND c.position > 0 ORDER BY c.paper_id, c.position
"""
CARD_LINKS = """
    SELECT paper_id, kind, url FROM paper_link WHERE paper_id = ANY(%s) AND kind IN ('code', 'project')
    ORDER BY paper_id, kind, said_by = 'user' DESC, url
"""


def _grouped(found: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for paper, *values in found:
        groups[paper].append(tuple(values))
    return groups


def list_cards(papers: Sequence[int]) -> list[Card]:
    """Cards of these papers in this order; ids that do not exist (any more) are left out."""
    ids = list(papers)
    if not ids:
        return []
    authors = _grouped(rows(FIRST_AUTHORS, ids, AUTHORS_ON_CARD))
    organisations, categories = _grouped(rows(ORGANISATIONS, ids)), _grouped(rows(CATEGORIES, ids))
    links = _grouped(rows(CARD_LINKS, ids))
    cards = {
        row[0]: _card(row, authors[row[0]], organisations[row[0]], categories[row[0]], links[row[0]])
        for row in rows(CARDS, ids)
    }
    return [cards[paper] for paper in ids if paper in cards]


def _card(
    row: tuple[Any, ...],
    authors: list[tuple[Any, ...]],
    organisations: list[tuple[Any, ...]],
    categories: list[tuple[Any, ...]],
    links: list[tuple[Any, ...]],
) -> Card:
    paper, key, title, abstract, summary, summary_by, day, precision, withdrawn, votes, comments, author_count = row
    addresses = dict(reversed(links))
    return Card(
        id=paper,
        key=key,
        title=title,
        abstract=abstract,
        summary=summary,
        summary_by=summary_by,
        published=PartialDate(day, precision) if day else None,
        withdrawn=withdrawn,
        votes=votes,
        comments=comments,
        author_count=author_count,
        authors=tuple(Named(slug, name) for name, slug in authors),
        organisations=tuple(Named(*values) for values in organisations),
        categories=tuple(Named(*values) for values in categories),
        code=addresses.get("code", ""),
        project=addresses.get("project", ""),
    )


def find_paper(name: str) -> tuple[int, str] | None:
    """Id and key of the paper that a text names: its key, or any identifier in any of its spellings."""
    if "\0" in name:  # PostgreSQL has no such text
        return None
    found = rows("SELECT id, key FROM paper WHERE key = %s", name)
    # A key that an arXiv id took the place of is kept as an identifier.
    identifier = None if found else parse_identifier(name) or Identifier("other", name)
    if identifier is not None:
        found = rows(
            """SELECT p.id, p.key FROM paper_identifier i JOIN paper p ON p.id = i.paper_id
               WHERE i.kind = %s AND i.value = %s""",
            identifier.kind,
            identifier.value,
        )
    return (found[0][0], found[0][1]) if found else None


def get_paper(paper: int) -> PaperDetail:
    """All that is known of a paper. Raises NotFound."""
    cards = list_cards([paper])
    if not cards:
        raise NotFound(f"There is no paper {paper}.")
    row = rows(
        """SELECT p.updated, p.version, p.language, p.licence, p.comment, p.provenance::text, v.slug, v.name
           FROM paper p LEFT JOIN venue v ON v.id = p.venue_id WHERE p.id = %s""",
        paper,
    )[0]
    updated, version, language, licence, comment, provenance, venue_slug, venue_name = row
    return PaperDetail(
        card=cards[0],
        authors=tuple(AuthorLine(*values) for values in rows(AUTHOR_LINES, paper)),
        identifiers=tuple(rows("SELECT kind, value FROM paper_identifier WHERE paper_id = %s ORDER BY 1, 2", paper)),
        tags=tuple(Named(*values) for values in rows(TAGS, paper)),
        venue=Named(venue_slug, venue_name) if venue_slug else None,
        links=tuple(Link(*values) for values in rows(LINKS, paper)),
        versions=tuple(VersionLine(*values) for values in rows(VERSIONS, paper)),
        editions=tuple(EditionLine(*values) for values in rows(EDITIONS, paper)),
        sources=tuple(SourceLine(*values) for values in rows(SOURCE_LINES, paper)),
        provenance=json.loads(provenance),
        updated=updated,
        version=version,
        language=language,
        licence=licence,
        comment=comment,
    )


AUTHOR_LINES = """
    SELECT a.key, s.name, s.orcid, s.affiliation FROM authorship s JOIN author a ON a.id = s.author_id
    WHERE s.paper_id = %s ORDER BY s.position
"""
TAGS = "SELECT t.slug, t.name FROM paper_tag p JOIN tag t ON t.id = p.tag_id WHERE p.paper_id = %s ORDER BY t.name"
LINKS = "SELECT kind, url, said_by, said_at FROM paper_link WHERE paper_id = %s ORDER BY kind, url"
VERSIONS = "SELECT number, day, source FROM paper_version WHERE paper_id = %s ORDER BY number DESC"
EDITIONS = "SELECT edition_day, position FROM edition_entry WHERE paper_id = %s ORDER BY edition_day"
SOURCE_LINES = """
    SELECT source, key, fetched_at, payload_hashes[array_upper(payload_hashes, 1)]
    FROM source_record WHERE paper_id = %s ORDER BY source, key
"""


def count_papers() -> int:
    """How many papers the catalogue holds."""
    return int(rows("SELECT count(*) FROM paper")[0][0])
