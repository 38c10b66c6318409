"""Reading papers: cards for lists, details for pages. One query each: asking costs more than what is asked."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from broadsheet.cards import AuthorLine, Card, EditionLine, Link, MatchLine, Named, PaperDetail, SourceLine, VersionLine
from broadsheet.drafts import Identifier, PartialDate
from broadsheet.errors import NotFound
from broadsheet.identity import parse_identifier
from broadsheet.store.query import rows

AUTHORS_ON_CARD = 6

CARDS = """
    SELECT p.id, p.key, p.title, p.abstract, p.summary, p.summary_by, p.published, p.published_precision,
           p.withdrawn, p.imported_votes + coalesce(s.votes, 0), p.imported_comments + coalesce(s.comments, 0),
           p.author_count,
           (SELECT json_agg(json_build_array(a.key, w.name) ORDER BY w.position)
            FROM authorship w JOIN author a ON a.id = w.author_id
            WHERE w.paper_id = p.id AND w.position <= %s)::text,
           (SELECT json_agg(json_build_array(n.slug, n.name) ORDER BY n.name)
            FROM paper_organisation o JOIN organisation n ON n.id = o.organisation_id
            WHERE o.paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(k.code, k.name) ORDER BY c.position)
            FROM paper_category c JOIN category k ON k.code = c.category_id
            WHERE c.paper_id = p.id AND c.position > 0)::text,
           (SELECT json_object_agg(kind, url ORDER BY said_by = 'user', url DESC)
            FROM paper_link WHERE paper_id = p.id AND kind IN ('code', 'project'))::text
    FROM paper p LEFT JOIN standing s ON s.paper_id = p.id LEFT JOIN paper_state m ON m.paper_id = p.id
    WHERE p.id = ANY(%s::bigint[]) AND p.merged_into IS NULL AND (m.hidden IS NOT TRUE OR %s)
"""
DETAIL = """
    SELECT p.updated, p.version, p.language, p.licence, p.comment, p.provenance::text, v.slug, v.name,
           (SELECT json_agg(json_build_array(a.key, s.name, s.orcid, s.affiliation) ORDER BY s.position)
            FROM authorship s JOIN author a ON a.id = s.author_id WHERE s.paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(kind, value) ORDER BY kind, value)
            FROM paper_identifier WHERE paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(t.slug, t.name) ORDER BY t.name)
            FROM paper_tag pt JOIN tag t ON t.id = pt.tag_id WHERE pt.paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(kind, url, said_by, said_at) ORDER BY kind, url)
            FROM paper_link WHERE paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(number, day, source) ORDER BY number DESC)
            FROM paper_version WHERE paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(edition_day, position) ORDER BY edition_day)
            FROM edition_entry WHERE paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(source, key, fetched_at,
                       coalesce(payload_hashes[array_upper(payload_hashes, 1)], '')) ORDER BY source, key)
            FROM source_record WHERE paper_id = p.id)::text,
           (SELECT json_agg(json_build_array(m.source, m.key, m.rule, m.evidence, m.matched_at)
                            ORDER BY m.matched_at, m.source, m.key)
            FROM paper_match m JOIN source_record r USING (paper_id, source, key) WHERE m.paper_id = p.id)::text
    FROM paper p LEFT JOIN venue v ON v.id = p.venue_id WHERE p.id = %s
"""
LEADS_TO = """
    WITH RECURSIVE step(id) AS (
        SELECT merged_into FROM paper WHERE key = %s AND merged_into IS NOT NULL
        UNION SELECT p.merged_into FROM step JOIN paper p ON p.id = step.id WHERE p.merged_into IS NOT NULL
    )
    SELECT p.id, p.key FROM step JOIN paper p ON p.id = step.id WHERE p.merged_into IS NULL ORDER BY p.id LIMIT 1
"""
"""The paper that a key leads to that no paper bears any more."""


def list_cards(papers: Sequence[int], *, hidden: bool = False) -> list[Card]:
    """Cards of these papers in this order; ids that do not exist (any more) are left out.

    So are those that a moderator hid, unless `hidden`.
    """
    if not papers:
        return []
    cards = {row[0]: _card(row) for row in rows(CARDS, AUTHORS_ON_CARD, list(papers), hidden)}
    return [cards[paper] for paper in papers if paper in cards]


def _card(row: tuple[Any, ...]) -> Card:
    paper, key, title, abstract, summary, summary_by, day, precision, withdrawn, votes, comments, *parts = row
    author_count, authors, organisations, categories, links = parts
    addresses = json.loads(links) if links else {}
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
        authors=_named(authors),
        organisations=_named(organisations),
        categories=_named(categories),
        code=addresses.get("code", ""),
        project=addresses.get("project", ""),
    )


def _named(text: str | None) -> tuple[Named, ...]:
    return tuple(Named(slug, name) for slug, name in _list(text))


def _list(text: str | None) -> list[Any]:
    """What json_agg gave: null where there was nothing to gather."""
    return json.loads(text) if text else []


def find_paper(name: str) -> tuple[int, str] | None:
    """Id and key of the paper that a text names: its key, any identifier in any of its spellings, or a former key."""
    if "\0" in name:  # PostgreSQL has no such text
        return None
    found = rows("SELECT id, key FROM paper WHERE key = %s AND merged_into IS NULL", name)
    # A key that an arXiv id took the place of is kept as an identifier.
    identifier = None if found else parse_identifier(name) or Identifier("other", name)
    if identifier is not None:
        found = rows(
            """SELECT p.id, p.key FROM paper_identifier i JOIN paper p ON p.id = i.paper_id
               WHERE i.kind = %s AND i.value = %s""",
            identifier.kind,
            identifier.value,
        )
    found = found or rows(LEADS_TO, name)
    return (found[0][0], found[0][1]) if found else None


def get_paper(paper: int, *, hidden: bool = False) -> PaperDetail:
    """All that is known of a paper. Raises NotFound, for one that a moderator hid too, unless `hidden`."""
    cards, found = list_cards([paper], hidden=hidden), rows(DETAIL, paper)
    if not found:
        raise NotFound(f"There is no paper {paper}.")
    if not cards:
        raise NotFound("A moderator hid this paper. The open log (/log) says why.")
    updated, version, language, licence, comment, provenance, venue_slug, venue_name, *parts = found[0]
    authors, identifiers, tags, links, versions, editions, sources, matches = map(_list, parts)
    return PaperDetail(
        card=cards[0],
        authors=tuple(AuthorLine(*author) for author in authors),
        identifiers=tuple((kind, value) for kind, value in identifiers),
        tags=tuple(Named(slug, name) for slug, name in tags),
        venue=Named(venue_slug, venue_name) if venue_slug else None,
        links=tuple(Link(kind, url, by, datetime.fromisoformat(at)) for kind, url, by, at in links),
        versions=tuple(VersionLine(number, _day(day), source) for number, day, source in versions),
        editions=tuple(EditionLine(date.fromisoformat(day), position) for day, position in editions),
        sources=tuple(SourceLine(name, key, datetime.fromisoformat(at), digest) for name, key, at, digest in sources),
        matches=tuple(MatchLine(of, key, rule, why, datetime.fromisoformat(at)) for of, key, rule, why, at in matches),
        provenance=json.loads(provenance),
        updated=updated,
        version=version,
        language=language,
        licence=licence,
        comment=comment,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def count_papers() -> int:
    """How many papers the catalogue holds."""
    return int(rows("SELECT count(*) FROM paper WHERE merged_into IS NULL")[0][0])
