"""The words of papers: what a search index needs of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broadsheet.store.query import rows


@dataclass(frozen=True, slots=True)
class PaperTexts:
    """A paper's words and what it can be filtered by.

    `categories` include archives and fields; `organisation_slugs` stand beside `organisations`, one for one.
    """

    id: int
    key: str
    title: str
    abstract: str
    published: date | None
    votes: int
    venue: str
    venue_slug: str
    has_code: bool
    authors: tuple[str, ...]
    identifiers: tuple[str, ...]
    categories: tuple[str, ...]
    organisations: tuple[str, ...]
    organisation_slugs: tuple[str, ...]


TEXTS = """
    SELECT p.id, p.key, p.title, p.abstract, p.published, p.imported_votes, coalesce(v.name, ''), coalesce(v.slug, ''),
           EXISTS(SELECT FROM paper_link WHERE paper_id = p.id AND kind = 'code'),
           ARRAY(SELECT name FROM authorship WHERE paper_id = p.id ORDER BY position),
           ARRAY(SELECT value FROM paper_identifier WHERE paper_id = p.id ORDER BY kind, value),
           ARRAY(SELECT category_id FROM paper_category WHERE paper_id = p.id),
           ARRAY(SELECT o.name FROM paper_organisation po JOIN organisation o ON o.id = po.organisation_id
                 WHERE po.paper_id = p.id ORDER BY o.id),
           ARRAY(SELECT o.slug FROM paper_organisation po JOIN organisation o ON o.id = po.organisation_id
                 WHERE po.paper_id = p.id ORDER BY o.id)
    FROM paper p LEFT JOIN venue v ON v.id = p.venue_id WHERE p.id = ANY(%s) AND p.merged_into IS NULL
"""


def list_texts(papers: Sequence[int]) -> list[PaperTexts]:
    """The words of these papers; ids that do not exist are left out."""
    return [PaperTexts(*row[:9], *(tuple(values) for values in row[9:])) for row in rows(TEXTS, list(papers))]
