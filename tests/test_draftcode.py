"""Drafts as JSON: nothing is lost on the way there and back."""

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.draftcode import decode, encode
from broadsheet.drafts import (
    Counts,
    Draft,
    DraftLink,
    EditionPlace,
    Identifier,
    Organisation,
    PartialDate,
    PrintedAuthor,
)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
days = st.dates()
moments = st.datetimes(timezones=st.just(UTC))
numbers = st.none() | st.integers(0, 9)


def some(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


drafts = st.builds(
    Draft,
    source=texts,
    key=texts,
    payload_hash=texts,
    title=texts,
    abstract=texts,
    identifiers=some(st.builds(Identifier, st.sampled_from(["arxiv", "doi", "other"]), texts)),
    authors=some(st.builds(PrintedAuthor, texts, texts, texts)),
    author_count=numbers,
    published=st.none() | st.builds(PartialDate, days, st.sampled_from(["day", "month", "year"])),
    updated=st.none() | days,
    version=numbers,
    withdrawn=st.booleans(),
    categories=some(texts),
    tags=some(texts),
    organisation=st.none() | st.builds(Organisation, texts, texts),
    links=some(st.builds(DraftLink, st.sampled_from(["code", "media"]), texts, texts)),
    counts=st.none() | st.builds(Counts, numbers, numbers, numbers, moments),
    edition=st.none() | st.builds(EditionPlace, days, st.integers(1, 9), st.sampled_from(["list", "estimate"])),
    observed_at=st.none() | moments,
    version_days=some(st.tuples(st.integers(1, 9), days)),
    gone=st.booleans(),
)


@given(drafts)
def test_a_draft_comes_back_as_it_was(draft):
    assert decode(draft.source, draft.key, draft.payload_hash, json.loads(encode(draft))) == draft


def test_what_is_not_said_takes_no_room():
    told = json.loads(encode(Draft("jsonl", "k", "h", "A Title", published=PartialDate(date(2026, 1, 5)))))
    assert told == {"title": "A Title", "published": ["2026-01-05", "day"]}


def test_times_keep_their_zone():
    draft = Draft("hub", "k", "h", "T", observed_at=datetime(2026, 1, 5, 8, tzinfo=UTC))
    assert decode("hub", "k", "h", json.loads(encode(draft))).observed_at == draft.observed_at
