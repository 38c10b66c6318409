"""A paper into a document of the engine: which words go into which field."""

import math

from tantivy import Document

from broadsheet.index import schema
from broadsheet.index.documents import IndexDocument
from broadsheet.index.naming import author_terms, name_term
from broadsheet.terms import split_terms

_LONGEST_TEXT = 100_000
"""Characters of one text that are indexed; what follows in a longer one is not found."""
_MOST_AUTHORS = 200
"""Names of a paper that are offered while typing; the three thousand of a collaboration are found, but not offered."""


def to_tantivy(paper: IndexDocument) -> Document:
    """The document of a paper."""
    document = Document()
    document.add_integer(schema.PAPER, paper.paper_id)
    _add_texts(document, paper)
    _add_names(document, paper)
    for identifier in {paper.key, *paper.identifiers}:
        document.add_text(schema.IDENTIFIER, identifier.lower())
    _add_filters(document, paper)
    _add_orders(document, paper)
    return document


def _add_texts(document: Document, paper: IndexDocument) -> None:
    title, joined = split_terms(paper.title[:_LONGEST_TEXT])
    abstract, joined_there = split_terms(paper.abstract[:_LONGEST_TEXT])
    in_title, in_abstract = {*title, *joined}, {*abstract, *joined_there}
    document.add_text(schema.TITLE_KEY, schema.title_key(title))
    _add_words(document, (schema.TITLE, schema.BODY), title, joined)
    _add_words(document, (schema.BODY,), abstract, joined_there)
    # Fields that only tell whether a word is there get each word once: half the work for the engine.
    document.add_text(schema.TITLE_WORDS, " ".join(in_title))
    document.add_text(schema.EXACT, " ".join(in_title | in_abstract))
    document.add_text(schema.TITLE_ONLY, " ".join(_not_among(in_title, in_abstract)))


def _not_among(words: set[str], others: set[str]) -> set[str]:
    """The stems of the words that are no stems of the others."""
    missing = {schema.stem(word) for word in words - others} - {""}
    # Words of one stem begin alike, so few of the others need to be looked at.
    heads = {stem[:2] for stem in missing}
    return missing - {schema.stem(word) for word in others if word[:2] in heads}


def _add_names(document: Document, paper: IndexDocument) -> None:
    for name in paper.authors:
        _add_words(document, (schema.AUTHORS,), *split_terms(name[:_LONGEST_TEXT]))
    for name in paper.authors[:_MOST_AUTHORS]:
        for term in author_terms(name):
            document.add_text(schema.AUTHOR_NAME, term)
    for name, slug in zip(paper.organisations, paper.organisation_slugs or paper.organisations, strict=False):
        _add_words(document, (schema.ORGANISATIONS,), *split_terms(name[:_LONGEST_TEXT]))
        document.add_text(schema.ORGANISATION_SLUG, slug)
        document.add_text(schema.ORGANISATION_NAME, name_term(name, slug))
    if paper.venue:
        _add_words(document, (schema.VENUE,), *split_terms(paper.venue[:_LONGEST_TEXT]))
        document.add_text(schema.VENUE_NAME, name_term(paper.venue, paper.venue_slug))
    if paper.venue_slug:
        document.add_text(schema.VENUE_SLUG, paper.venue_slug)


def _add_filters(document: Document, paper: IndexDocument) -> None:
    for code in paper.categories:
        document.add_text(schema.CATEGORY, code)
        if "." not in code:
            document.add_text(schema.FIELD, code)
    if paper.year is not None:
        document.add_integer(schema.YEAR, paper.year)
    document.add_integer(schema.HAS_CODE, int(paper.has_code))


def _add_orders(document: Document, paper: IndexDocument) -> None:
    document.add_integer(schema.RECENCY, schema.recency(paper.published, paper.paper_id))
    document.add_integer(schema.VOTES, schema.sort_key(paper.votes, paper.paper_id))
    hot = schema.UNDATED if math.isnan(paper.hot) else int(max(-1e9, min(paper.hot * schema.HOT_UNITS, 1e9)))
    document.add_integer(schema.HOT, schema.sort_key(hot, paper.paper_id))


def _add_words(document: Document, fields: tuple[str, ...], parts: list[str], joined: list[str]) -> None:
    """Joined forms become a value of their own: the engine leaves a gap between values, so no phrase spans them."""
    for values in (parts, joined):
        if values:
            text = " ".join(values)
            for field in fields:
                document.add_text(field, text)
