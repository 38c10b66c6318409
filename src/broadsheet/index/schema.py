"""The fields of the index, and how words become terms: the same way for papers and for queries."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

SCHEMA_VERSION = 2
"""Raise it whenever a field or the making of terms changes: an index of another version has to be rebuilt."""

PAPER = "paper_id"
TITLE = "title"
TITLE_WORDS = "title_words"
TITLE_KEY = "title_key"
BODY = "body"
TITLE_ONLY = "title_only"
EXACT = "exact"
AUTHORS = "authors"
ORGANISATIONS = "organisations"
VENUE = "venue"
IDENTIFIER = "identifier"
CATEGORY = "category"
FIELD = "field"
YEAR = "year"
HAS_CODE = "has_code"
VENUE_SLUG = "venue_slug"
ORGANISATION_SLUG = "organisation_slug"
AUTHOR_NAME = "author_name"
VENUE_NAME = "venue_name"
ORGANISATION_NAME = "organisation_name"
RECENCY = "recency"
VOTES = "votes"
HOT = "hot"

HOT_UNITS = 100
"""Hotness is kept in hundredths of a day."""

_STEMS = "stems"
_WORDS = "words"
_LONGEST_TERM = 128  # bytes
_ID_BITS = 40
_HIGHEST = (1 << 22) - 1
UNDATED = -(1 << 22)
"""The day of a paper without one: before all days."""
_EPOCH = date(1970, 1, 1)


def build_schema() -> Schema:
    """Build the schema. The body holds the title too, so that one list of postings decides whether a word occurs.

    `exact` tells which words as written (folded, not stemmed) the body holds; `title_only` which stems of the title
    the abstract lacks, so that a word of the abstract can be asked for without a second list of postings as long.
    """
    builder = SchemaBuilder()
    builder.add_integer_field(PAPER, indexed=True, fast=True)
    for name in (TITLE, BODY):
        builder.add_text_field(name, tokenizer_name=_STEMS, index_option="position")
    for name in (EXACT, TITLE_WORDS, TITLE_ONLY):
        builder.add_text_field(name, tokenizer_name=_WORDS, index_option="basic")
    for name in (AUTHORS, ORGANISATIONS, VENUE):
        builder.add_text_field(name, tokenizer_name=_WORDS, index_option="position")
    for name in (TITLE_KEY, IDENTIFIER, CATEGORY, ORGANISATION_SLUG, AUTHOR_NAME, VENUE_NAME, ORGANISATION_NAME):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (FIELD, VENUE_SLUG):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (YEAR, HAS_CODE):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in (RECENCY, VOTES, HOT):
        builder.add_integer_field(name, fast=True)
    return builder.build()


def register_analyzers(index: Index) -> None:
    """Teach an opened index how to cut its fields; their text is already words with single spaces between."""
    index.register_tokenizer(_STEMS, _stem_analyzer())
    index.register_tokenizer(_WORDS, _cut().build())


def _stem_analyzer() -> TextAnalyzer:
    return _cut().filter(Filter.stemmer("english")).build()


def _cut() -> TextAnalyzerBuilder:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(_LONGEST_TERM))


@lru_cache(maxsize=1)
def _stemmer() -> TextAnalyzer:
    return _stem_analyzer()


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """Reduce a normalised word to its stem ("" for a word too long to be indexed)."""
    found = _stemmer().analyze(word)
    return found[0] if found else ""


def title_key(parts: Sequence[str]) -> str:
    """Digest of a whole title's letters and digits: two titles that differ in spaces and signs only share it."""
    return blake2b("".join(parts).encode(), digest_size=7).hexdigest()


def days_since_epoch(day: date) -> int:
    """Days from 1970-01-01, the unit of `IndexDocument.published`."""
    return (day - _EPOCH).days


def sort_key(value: int, paper_id: int) -> int:
    """A value, and behind it the paper, so that an order has no ties and pages stay the same after segments merge.

    Values beyond 22 bits are taken for the highest or the lowest there is.
    """
    return (max(UNDATED, min(value, _HIGHEST)) << _ID_BITS) + paper_id


def split_key(key: int) -> tuple[int, int]:
    """The value and the paper of a sort key."""
    return key >> _ID_BITS, key & ((1 << _ID_BITS) - 1)


def recency(published: int | None, paper_id: int) -> int:
    """Sort key of "newest": by day, then by paper."""
    return sort_key(UNDATED if published is None else published, paper_id)


def recency_bounds(since: date | None, until: date | None) -> tuple[int | None, int | None]:
    """Lowest and highest recency between two days, both included; papers without a date lie outside."""
    low = UNDATED + 1 << _ID_BITS if since is None else days_since_epoch(since) << _ID_BITS
    high = None if until is None else (days_since_epoch(until) + 1 << _ID_BITS) - 1
    return low, high
