"""Replaying: the drafts of the log make the papers that are stored."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet import reading
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
from broadsheet.ingest import ingest
from broadsheet.replaying import replay, says_the_same
from broadsheet.sources import authority
from broadsheet.store import intake, loading, matching
from broadsheet.store.query import rows
from broadsheet.terms import slug

MOMENT = datetime(2026, 1, 7, 8, tzinfo=UTC)


def canonical(record):
    """A record as the tables hold it: names by what they are known by, sets in one order."""
    return replace(
        record,
        venue=slug(record.venue),
        identifiers=tuple(sorted(record.identifiers)),
        tags=tuple(sorted(map(slug, record.tags))),
        links=tuple(sorted(record.links, key=lambda link: (link.kind, link.url))),
        organisations=tuple(sorted((said, o.slug) for said, o in record.organisations)),
        counts=tuple(sorted(record.counts, key=lambda pair: pair[0])),
        provenance=dict(record.provenance),
    )


def stored():
    """All papers that stand for themselves, by key."""
    ids = [row[0] for row in rows("SELECT id FROM paper WHERE merged_into IS NULL")]
    return {record.key: canonical(record) for record in loading.load_records(ids).values()}


def replayed():
    """The same papers, made from the log alone."""
    ids = [row[0] for row in rows("SELECT id FROM paper WHERE merged_into IS NULL")]
    logs, short = matching.load_logs(ids)
    assert not short
    found = {}
    for paper in ids:
        owners = intake.find_papers(sorted({i for entry in logs[paper] for i in entry.draft.identifiers}))
        others = {i for i, owner in owners.items() if owner != paper}
        record = replay({paper: logs[paper]}, others.__contains__, authority)[paper]
        found[record.key] = canonical(record)
    return found


def told(count, seed, works=25):
    """Drafts of few works by several sources: revisions, shared and wrong names, counts that move, deletions."""
    dice = random.Random(seed)
    return [_told(number, dice, works) for number in range(count)]


def _told(number, dice, works):
    source = dice.choice(["seed", "hub", "jsonl", "arxiv-oai", "feed"])
    work = dice.randrange(works)
    arxiv, doi = Identifier("arxiv", f"2601.{work:05}"), Identifier("doi", f"10.1000/{dice.choice([work, work // 2])}")
    version = dice.choice([None, 1, 2, 3])
    moment = MOMENT + timedelta(hours=dice.choice([number, number // 10, 3]))
    return Draft(
        source=source,
        key=f"{source}-{work}-{dice.randrange(2)}",
        payload_hash=f"{number}",
        title=dice.choice(["The Work on Subject Number {:03}", "On Subject {:03}, and on Other Things"]).format(work),
        abstract=dice.choice(["", "We do it."]),
        identifiers=dice.choice([(arxiv,), (doi,), (arxiv, doi), ()]),
        authors=dice.choice([(), (PrintedAuthor("Ada Lovelace"), PrintedAuthor(f"Emmy Noether{work}"))]),
        author_count=dice.choice([None, 2]),
        published=dice.choice([None, PartialDate(date(2026, 1, 1), "year"), PartialDate(date(2026, 1, 5))]),
        updated=dice.choice([None, date(2026, 1, 5 + (version or 1))]),
        version=version,
        categories=dice.choice([(), ("cs.CV", "cs.AI"), ("cs.AI",)]),
        tags=dice.choice([(), ("Deep Learning",), ("deep learning", "gaze")]),
        venue=dice.choice(["", "NeurIPS", "neurips"]),
        language=dice.choice(["", "en", "fr"]),
        organisation=dice.choice([None, Organisation("acme", "Acme"), Organisation("acme", "ACME Inc.")]),
        links=dice.choice([(), (DraftLink("code", f"https://example.org/{dice.randrange(9)}", source),)]),
        counts=dice.choice([None, Counts(dice.randrange(5), None, 1, moment)]),
        observed_at=dice.choice([None, moment]),
        edition=dice.choice([None, EditionPlace(date(2026, 1, 6), number + 1)]),
        withdrawn=dice.random() < 0.1,
        gone=dice.random() < 0.03,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 9, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_the_log_makes_the_stored_papers(monkeypatch, size, seed):
    monkeypatch.setattr(reading, "BATCH", size)
    drafts = told(250, seed)
    again = [replace(d, counts=Counts(9, 9, 9, MOMENT + timedelta(days=9)), payload_hash=d.payload_hash + "+")
             for d in drafts[::3]]  # fmt: skip
    ingest([*drafts, *again])
    assert stored() == replayed()


@pytest.mark.django_db
def test_a_draft_that_only_counts_takes_the_place_of_the_one_before(draft):
    for votes in range(5):
        seen = MOMENT + timedelta(days=votes)
        counted = draft(source="hub", payload_hash=f"{votes}", counts=Counts(votes, 0, None, seen), observed_at=seen)
        assert ingest([counted]).set_aside == 0
    assert rows("SELECT (draft::jsonb)->'counts'->0 FROM source_draft") == [("4",)]
    assert rows("SELECT imported_votes FROM paper") == [(4,)]
    assert stored() == replayed()


def test_counts_and_sightings_make_no_difference(draft):
    assert says_the_same(draft(), draft(payload_hash="b", counts=Counts(1, 1, 1, MOMENT), observed_at=MOMENT))
    assert not says_the_same(draft(), draft(comment="12 pages"))


def test_an_identifier_belongs_to_the_first_that_names_it(draft):
    from broadsheet.replaying import Logged

    doi = Identifier("doi", "10.1000/1")
    first, second = draft("2601.00001", identifiers=(doi,)), draft("2601.00002", identifiers=(doi,))
    papers = replay({7: [Logged(2, first)], 8: [Logged(1, second)]}, lambda _: False, authority)
    assert papers[8].identifiers == (doi,)
    assert papers[7].identifiers == (Identifier("other", "jsonl:arxiv:2601.00001"),)
