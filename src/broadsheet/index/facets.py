"""How many of the papers found are of each field, year and venue, and how many have code."""

from dataclasses import dataclass
from typing import Any

from tantivy import Query, Searcher

from broadsheet.index import schema

MOST_FIELDS = 60
MOST_YEARS = 150
MOST_VENUES = 10

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over one answer.

    `fields` are codes of fields and archives and `venues` slugs, each with its number of papers, most first; `years`
    are (year, papers), newest first. `with_code` counts papers that have code, `papers` all of them.
    """

    fields: Counts
    years: tuple[tuple[int, int], ...]
    venues: Counts
    with_code: int
    papers: int


def count_facets(searcher: Searcher, query: Query) -> Facets:
    """Count over all papers that a query matches; costs time in proportion to them."""
    found = searcher.aggregate(
        query,
        {
            "fields": _terms(schema.FIELD, MOST_FIELDS),
            "years": _terms(schema.YEAR, MOST_YEARS),
            "venues": _terms(schema.VENUE_SLUG, MOST_VENUES),
            "code": _terms(schema.HAS_CODE, 2),
        },
    )
    years = sorted(((int(year), papers) for year, papers in _buckets(found["years"])), reverse=True)
    code = {int(has): papers for has, papers in _buckets(found["code"])}
    return Facets(
        fields=tuple((str(code), papers) for code, papers in _buckets(found["fields"])),
        years=tuple(years),
        venues=tuple((str(slug), papers) for slug, papers in _buckets(found["venues"])),
        with_code=code.get(1, 0),
        papers=sum(code.values()),
    )


def _terms(field: str, size: int) -> dict[str, Any]:
    return {"terms": {"field": field, "size": size}}


def _buckets(found: Any) -> list[tuple[Any, int]]:
    return [(bucket["key"], int(bucket["doc_count"])) for bucket in found["buckets"]]
