"""Merging: which word stands where two sources speak, and that their order makes no difference."""

import itertools
from datetime import UTC, date, datetime
from functools import reduce

import pytest

from broadsheet.drafts import Counts, DraftLink, EditionPlace, Identifier, Organisation, PartialDate, PrintedAuthor
from broadsheet.merging import merge
from broadsheet.records import PaperRecord
from broadsheet.sources import authority

ARXIV, DOI = Identifier("arxiv", "2601.00001"), Identifier("doi", "10.1000/1")


def merged(*drafts):
    return reduce(lambda paper, draft: merge(paper, draft, authority), drafts, PaperRecord())


def moment(hour):
    return datetime(2026, 1, 6, hour, tzinfo=UTC)


def test_an_empty_record_becomes_what_the_draft_says(draft):
    paper = merged(draft(venue="ETRA", comment="8 pages"))
    assert (paper.key, paper.venue, paper.comment) == ("2601.00001", "ETRA", "8 pages")
    assert set(paper.provenance) == {"title", "abstract", "authors", "published", "categories", "venue", "comment"}


def test_the_same_draft_again_changes_nothing(draft):
    said = draft(version=2, updated=date(2026, 1, 9), tags=("gaze",), withdrawn=True)
    assert merged(said, said) == merged(said)


@pytest.mark.parametrize("order", list(itertools.permutations(["seed", "hub", "jsonl"])))
def test_the_weightiest_word_stands_in_any_order(draft, order):
    paper = merged(*(draft(source=source, title=f"As {source} says it", licence="CC BY") for source in order))
    assert paper.title == "As jsonl says it"
    assert (paper.provenance["title"], paper.provenance["licence"]) == ("jsonl", "jsonl")


def test_what_is_empty_is_filled_by_whoever_knows(draft):
    paper = merged(draft(abstract="", venue=""), draft(source="seed", abstract="From the page.", venue="ETRA"))
    assert (paper.abstract, paper.provenance["abstract"]) == ("From the page.", "seed")
    assert (paper.title, paper.provenance["title"]) == (draft().title, "jsonl")


def test_a_source_may_correct_itself(draft):
    assert merged(draft(title="Tpyo"), draft(title="Typo")).title == "Typo"


def test_saying_nothing_takes_nothing_away(draft):
    full = merged(draft(venue="ETRA", licence="CC BY", comment="8 pages", language="en", tags=("gaze",)))
    paper = merge(full, draft(abstract="", authors=(), published=None, categories=()), authority)
    assert paper == full


def test_one_venue_in_two_spellings_is_no_change(draft):
    assert merged(draft(venue="NeurIPS"), draft(venue="NEURIPS")).venue == "NeurIPS"


def test_tags_and_organisations_are_told_apart_by_their_slugs(draft):
    paper = merged(
        draft(tags=("Deep Learning",), organisation=Organisation("acme", "Acme")),
        draft(source="hub", tags=("deep learning", "gaze"), organisation=Organisation("acme", "ACME Inc.")),
    )
    assert paper.tags == ("Deep Learning", "gaze")
    assert paper.organisations == (("jsonl", Organisation("acme", "Acme")),)


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_versions_in_any_order_give_one_history(draft, order):
    titles = {1: "A First Try", 2: "A First Try", 3: "A Better One"}
    drafts = {n: draft(version=n, title=titles[n], updated=date(2026, 1, n)) for n in titles}
    paper = merged(*(drafts[number] for number in order))
    assert (paper.title, paper.version, paper.updated) == ("A Better One", 3, date(2026, 1, 3))
    assert [(v.number, v.title) for v in paper.versions] == [(1, ""), (2, "A First Try"), (3, "")]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_the_newest_version_tells_whether_it_is_withdrawn(draft, order):
    drafts = {1: draft(version=1), 2: draft(version=2, withdrawn=True), 3: draft(version=3)}
    assert not merged(*(drafts[number] for number in order)).withdrawn
    assert merged(*(drafts[number] for number in order if number < 3)).withdrawn


def test_withdrawn_without_a_version_is_withdrawn(draft):
    assert merged(draft(version=1), draft(source="hub", withdrawn=True)).withdrawn


@pytest.mark.parametrize("older", [{"version": 1}, {"updated": date(2026, 1, 1)}])
def test_older_never_overwrites_newer(draft, older):
    newer = draft(version=2, updated=date(2026, 1, 9), title="The Newer Title")
    assert merged(newer, draft(title="The Older Title", **older)).title == "The Newer Title"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_finer_of_two_dates_that_agree_stands(draft, order):
    said = (
        draft(published=PartialDate(date(2026, 1, 1), "year")),
        draft(source="seed", published=PartialDate(date(2026, 3, 5))),
    )
    paper = merged(*(said[place] for place in order))
    assert (paper.published, paper.provenance["published"]) == (PartialDate(date(2026, 3, 5)), "seed")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_dates_that_differ_the_weightier_stands(draft, order):
    said = (
        draft(published=PartialDate(date(2025, 1, 1), "year")),
        draft(source="seed", published=PartialDate(date(2026, 3, 5))),
    )
    assert merged(*(said[place] for place in order)).published == PartialDate(date(2025, 1, 1), "year")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_primary_category_is_the_weightiest_sources_first(draft, order):
    said = (draft(categories=("cs.CV", "cs.AI")), draft(source="hub", categories=("cs.AI", "cs.LG")))
    paper = merged(*(said[place] for place in order))
    assert paper.categories == ("cs.CV", "cs.AI", "cs.LG")
    assert paper.provenance["categories"] == "jsonl"


def test_an_arxiv_id_becomes_the_key_and_the_old_key_is_kept(draft):
    first = merged(draft(identifiers=(DOI,)))
    paper = merge(first, draft(identifiers=(DOI, ARXIV)), authority)
    assert first.key.startswith("bs-")
    assert paper.key == "2601.00001"
    assert Identifier("other", first.key) in paper.identifiers
    assert merge(paper, draft(identifiers=(DOI, ARXIV)), authority) == paper


def test_no_other_identifier_changes_the_key(draft):
    first = merged(draft(identifiers=(Identifier("openreview", "abc"),)))
    assert merge(first, draft(identifiers=(DOI,)), authority).key == first.key
    second_arxiv = Identifier("arxiv", "2512.99999")
    assert merged(draft(), draft(identifiers=(second_arxiv, ARXIV))).key == "2601.00001"


def test_of_two_sightings_the_newer_counts(draft):
    early, late = (draft(source="hub", counts=Counts(votes, 0, None, moment(votes))) for votes in (3, 9))
    assert merged(early, late).imported_votes == 9
    assert merged(late, early).imported_votes == 9
    other = draft(source="seed", counts=Counts(None, 4, None, moment(1)))
    assert (merged(late, other).imported_votes, merged(late, other).imported_comments) == (9, 4)


def test_a_day_has_one_place_for_a_paper(draft):
    days = (date(2026, 1, 6), date(2026, 1, 7))
    drafts = [draft(edition=EditionPlace(day, place)) for place, day in enumerate((*days, days[0]), start=1)]
    assert [(place.day, place.position) for _, place in merged(*drafts).entries] == [(days[0], 3), (days[1], 2)]


def test_a_link_is_one_link_whoever_says_it(draft):
    said = [draft(source=source, links=(DraftLink("code", "https://example.org", source),)) for source in ("hub", "seed")]
    assert merged(*said).links == (DraftLink("code", "https://example.org", "hub"),)


def test_named_authors_count_themselves(draft):
    counted = draft(source="seed", authors=(), author_count=9)
    assert merged(counted).author_count == 9
    assert merged(counted, draft()).author_count == merged(draft(), counted).author_count == 2
    assert merged(draft(authors=(PrintedAuthor("A B"),))).author_count == 1
