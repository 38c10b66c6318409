"""Orderings: each gives the ids of a stretch of papers and the length of the whole list."""

from collections.abc import Callable, Sequence
from datetime import date

from broadsheet.cards import Named, Page
from broadsheet.store.query import rows

Ordering = Callable[[int, int], Page[int]]
"""Takes an offset (from 0) and a limit."""


def period_papers(first: date, last: date) -> Ordering:
    """Papers of the editions from `first` to `last`: most votes, then best position, then the older record."""

    def ordering(offset: int, limit: int) -> Page[int]:
        found = rows(
            """SELECT e.paper_id, count(*) OVER () FROM edition_entry e
               JOIN paper p ON p.id = e.paper_id AND p.merged_into IS NULL
               LEFT JOIN standing s ON s.paper_id = e.paper_id
               WHERE e.edition_day BETWEEN %s AND %s
                 AND NOT EXISTS (SELECT FROM paper_state h WHERE h.paper_id = e.paper_id AND h.hidden)
               GROUP BY e.paper_id, p.imported_votes, s.votes
               ORDER BY p.imported_votes + coalesce(s.votes, 0) DESC, min(e.position), e.paper_id OFFSET %s LIMIT %s""",
            *(first, last, offset, limit),
        )
        return _page(found, offset)

    return ordering


def _page(found: list[tuple[int, int]], offset: int) -> Page[int]:
    return Page(tuple(paper for paper, _ in found), offset, found[0][1] if found else 0)


def category_papers(code: str) -> Ordering:
    """Papers of a category, archive or field, newest first."""
    return _newest(
        "SELECT count(*) FROM paper_category WHERE category_id = %s",
        """SELECT paper_id FROM paper_category WHERE category_id = %s
           ORDER BY published DESC NULLS LAST, paper_id DESC OFFSET %s LIMIT %s""",
        code,
    )


def author_papers(author: int) -> Ordering:
    """Papers that print a name of this author, newest first."""
    return _part_newest("authorship", "author_id", author)


def newest_papers() -> Ordering:
    """All papers, newest first."""

    def ordering(offset: int, limit: int) -> Page[int]:
        found = rows(
            """SELECT id FROM paper WHERE merged_into IS NULL
               ORDER BY published DESC NULLS LAST, id DESC OFFSET %s LIMIT %s""",
            *(offset, limit),
        )
        total = rows("SELECT count(*) FROM paper WHERE merged_into IS NULL")[0][0]
        return Page(tuple(row[0] for row in found), offset, int(total))

    return ordering


def organisation_papers(organisation: int) -> Ordering:
    """Papers of an organisation, newest first."""
    return _part_newest("paper_organisation", "organisation_id", organisation)


def tag_papers(tag: int) -> Ordering:
    """Papers with a tag, newest first."""
    return _part_newest("paper_tag", "tag_id", tag)


def venue_papers(venue: int) -> Ordering:
    """Papers of a venue, newest first."""
    return _newest(
        "SELECT count(*) FROM paper WHERE venue_id = %s",
        "SELECT id FROM paper WHERE venue_id = %s ORDER BY published DESC NULLS LAST, id DESC OFFSET %s LIMIT %s",
        venue,
    )


def _part_newest(table: str, column: str, value: int) -> Ordering:
    return _newest(
        f"SELECT count(DISTINCT paper_id) FROM {table} WHERE {column} = %s",  # noqa: S608
        f"""SELECT id FROM paper WHERE id IN (SELECT paper_id FROM {table} WHERE {column} = %s)
            ORDER BY published DESC NULLS LAST, id DESC OFFSET %s LIMIT %s""",  # noqa: S608
        value,
    )


def _newest(count: str, stretch: str, value: object) -> Ordering:
    def ordering(offset: int, limit: int) -> Page[int]:
        ids = tuple(row[0] for row in rows(stretch, value, offset, limit))
        return Page(ids, offset, int(rows(count, value)[0][0]))

    return ordering


def newest_edition(until: date) -> date | None:
    """The newest day up to `until` whose edition has entries; a source may have sent one from the far future."""
    return rows("SELECT max(edition_day) FROM edition_entry WHERE edition_day <= %s", until)[0][0]  # type: ignore[no-any-return]


def neighbouring_editions(first: date, last: date) -> tuple[date | None, date | None]:
    """The last edition before `first` and the first one after `last`."""
    found = rows(
        """SELECT (SELECT max(edition_day) FROM edition_entry WHERE edition_day < %s),
                  (SELECT min(edition_day) FROM edition_entry WHERE edition_day > %s)""",
        *(first, last),
    )
    return found[0][0], found[0][1]


def find_author(key: str) -> tuple[int, str] | None:
    """Id and name of an author."""
    return _find("SELECT id, name FROM author WHERE key = %s", key)


def find_organisation(slug: str) -> tuple[int, str] | None:
    """Id and name of an organisation."""
    return _find("SELECT id, name FROM organisation WHERE slug = %s", slug)


def find_tag(slug: str) -> tuple[int, str] | None:
    """Id and name of a tag."""
    return _find("SELECT id, name FROM tag WHERE slug = %s", slug)


def find_venue(slug: str) -> tuple[int, str] | None:
    """Id and name of a venue."""
    return _find("SELECT id, name FROM venue WHERE slug = %s", slug)


def venue_names(slugs: Sequence[str]) -> dict[str, str]:
    """The names of venues by slug; those that do not exist are left out."""
    return dict(rows("SELECT slug, name FROM venue WHERE slug = ANY(%s)", list(slugs))) if slugs else {}


def _find(query: str, value: str) -> tuple[int, str] | None:
    found = rows(query, value) if "\0" not in value else []  # PostgreSQL has no text with NUL
    return (found[0][0], found[0][1]) if found else None


def category_counts() -> dict[str, int]:
    """How many papers each category, archive and field holds."""
    return dict(rows("SELECT category_id, count(*) FROM paper_category GROUP BY category_id"))


def list_organisations(limit: int) -> list[tuple[Named, int]]:
    """Organisations with the most papers."""
    found = rows(
        """SELECT o.slug, o.name, count(*) FROM paper_organisation p JOIN organisation o ON o.id = p.organisation_id
           GROUP BY o.id ORDER BY count(*) DESC, o.name LIMIT %s""",
        limit,
    )
    return [(Named(slug, name), count) for slug, name, count in found]
