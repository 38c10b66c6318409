"""Completion while somebody types: titles, authors, categories, venues and organisations that begin so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tantivy import Occur, Query, Searcher

from broadsheet.index import schema
from broadsheet.index.crowds import KEPT, Crowds
from broadsheet.index.matching import Matcher, any_of, unscored
from broadsheet.index.naming import Name, author_of, beginnings, parse_author, parse_names, printed_beginning
from broadsheet.taxonomy import Category
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.terms import search_text, slug, split_terms

LONGEST_TYPED = 100
_SHORTEST = 2
_SHORTEST_AUTHOR = 3
"""Letters from which authors are offered: two letters begin the names of too many."""
_MOST_ENDINGS = 24
_MOST_ENDINGS_OF_ONE_LETTER = 8
_MOST_PRINTED = 8


@dataclass(frozen=True, slots=True)
class Completions:
    """What may be meant: ids of papers whose titles go on so (most voted first, then newest), and names."""

    titles: tuple[int, ...] = ()
    authors: tuple[Name, ...] = ()
    categories: tuple[Name, ...] = ()
    venues: tuple[Name, ...] = ()
    organisations: tuple[Name, ...] = ()


class Completer:
    """Completes over one commit."""

    def __init__(self, searcher: Searcher, matcher: Matcher, crowds: Crowds) -> None:
        self._searcher = searcher
        self._matcher = matcher
        self._crowds = crowds

    def complete(self, text: str, limit: int) -> Completions:
        """At most `limit` of each kind; nothing for less than two letters, or for more than anybody types."""
        typed = " ".join(text.split())
        if not _SHORTEST <= len(typed) <= LONGEST_TYPED or limit < 1 or not search_text(typed):
            return Completions()
        return Completions(
            titles=tuple(self._titles(text, limit)),
            authors=tuple(self._authors(typed, limit)),
            categories=tuple(self._categories(typed, limit)),
            venues=self._named(schema.VENUE_NAME, typed, limit),
            organisations=self._named(schema.ORGANISATION_NAME, typed, limit),
        )

    def _titles(self, text: str, limit: int) -> list[int]:
        query = self._title_query(text)
        if query is None:
            return []
        voted = [(Occur.Must, query), (Occur.Must, unscored(self._matcher.above(schema.VOTES, schema.sort_key(1, 0))))]
        found = self._ordered(Query.boolean_query(voted), schema.VOTES, limit)
        if len(found) < limit:
            found += self._ordered(query, schema.RECENCY, limit + len(found))
        return list(dict.fromkeys(found))[:limit]

    def _title_query(self, text: str) -> Query | None:
        """Titles that hold all words but the last, and a word that begins like the last (which may be complete)."""
        words, _ = split_terms(text)
        if not words or (len(words) == 1 and len(words[0]) < _SHORTEST):
            return None
        *earlier, last = words
        terms = [(Occur.Must, unscored(self._matcher.term(schema.TITLE_WORDS, word))) for word in earlier]
        ends = [last] if text[-1].isspace() else self._endings(last)
        endings = any_of([unscored(self._matcher.term(schema.TITLE_WORDS, word)) for word in ends])
        return Query.boolean_query([*terms, (Occur.Must, endings)]) if ends else None

    def _endings(self, last: str) -> list[str]:
        most = _MOST_ENDINGS if len(last) > 1 else _MOST_ENDINGS_OF_ONE_LETTER
        found = self._searcher.terms_with_prefix(schema.TITLE_WORDS, last, limit=most)
        return [word for word, _ in found]

    def _ordered(self, query: Query, field: str, limit: int) -> list[int]:
        hits = self._searcher.search(query, limit, count=False, order_by_field=field).hits
        return [schema.split_key(key)[1] for key, _ in hits]

    def _authors(self, typed: str, limit: int) -> list[Name]:
        if len(slug(typed)) < _SHORTEST_AUTHOR:
            return []
        found: Counter[str] = Counter()
        for start in beginnings(typed):
            for term, papers in self._searcher.terms_with_prefix(schema.AUTHOR_NAME, start, limit=2 * limit):
                key = author_of(term)
                found[key] = max(found[key], papers)
        best = sorted(found, key=lambda key: (-found[key], key))[:limit]
        return sorted((parse_author(key, self._printed(key)) for key in best), key=lambda name: -name.papers)

    def _printed(self, key: str) -> list[tuple[str, int]]:
        return self._searcher.terms_with_prefix(schema.AUTHOR_NAME, printed_beginning(key), limit=_MOST_PRINTED)

    def _categories(self, typed: str, limit: int) -> Iterator[Name]:
        wanted = typed.casefold()
        matching = [category for category in load_taxonomy().categories if _begins(category, wanted)]
        counted = [Name(each.code, each.name, self._searcher.doc_freq(schema.CATEGORY, each.code)) for each in matching]
        yield from sorted(counted, key=lambda name: -name.papers)[:limit]

    def _named(self, field: str, typed: str, limit: int) -> tuple[Name, ...]:
        start = slug(typed)
        if len(start) < _SHORTEST:
            return ()
        kept = self._crowds.get(field, {}).get(start) if limit <= KEPT else None
        return tuple(parse_names(kept[:limit] if kept else self._searcher.terms_with_prefix(field, start, limit=limit)))


def _begins(category: Category, wanted: str) -> bool:
    name = category.name.casefold()
    return category.code.casefold().startswith(wanted) or name.startswith(wanted) or f" {wanted}" in name
