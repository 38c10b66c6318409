"""The fields of the index, and how words become terms: the same way for papers and for queries."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

SCHEMA_VERSION = 1
"""Raise it whenever a field or the making of terms changes: an index of another version has to be rebuilt."""

PAPER = "paper_id"
TITLE = "title"
BODY = "body"
NAMES = "names"
TITLE_WORDS = "title_words"
TITLE_KEY = "title_key"
IDENTIFIER = "identifier"
CATEGORY = "category"
RECENCY = "recency"
VOTES = "votes"

_STEMS = "stems"
_WORDS = "words"
_LONGEST_TERM = 128  # bytes
_DAY_BITS = 40
_UNDATED = -(1 << 62)
_EPOCH = date(1970, 1, 1)


def build_schema() -> Schema:
    """Build the schema. The body holds the title too, so that one list of postings decides whether a word occurs."""
    builder = SchemaBuilder()
    builder.add_integer_field(PAPER, indexed=True, fast=True)
    builder.add_text_field(TITLE, tokenizer_name=_STEMS, index_option="freq")
    builder.add_text_field(BODY, tokenizer_name=_STEMS, index_option="position")
    builder.add_text_field(NAMES, tokenizer_name=_WORDS, index_option="position")
    builder.add_text_field(TITLE_WORDS, tokenizer_name=_WORDS, index_option="position")
    for name in (TITLE_KEY, IDENTIFIER, CATEGORY):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(RECENCY, fast=True)
    builder.add_integer_field(VOTES, fast=True)
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
    return blake2b("".join(parts).encode(), digest_size=12).hexdigest()


def days_since_epoch(day: date) -> int:
    """Days from 1970-01-01, the unit of `IndexDocument.published`."""
    return (day - _EPOCH).days


def recency(published: int | None, paper_id: int) -> int:
    """Sort key of "newest": by day, then by paper, so that pages stay the same after segments merge."""
    return (_UNDATED if published is None else published << _DAY_BITS) + paper_id


def recency_bounds(since: date | None, until: date | None) -> tuple[int | None, int | None]:
    """Lowest and highest recency between two days, both included; papers without a date lie outside."""
    low = _UNDATED + (1 << _DAY_BITS) if since is None else days_since_epoch(since) << _DAY_BITS
    high = None if until is None else (days_since_epoch(until) + 1 << _DAY_BITS) - 1
    return low, high
