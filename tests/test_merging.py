"""Merging: whose word stands where sources differ."""

from datetime import UTC, date, datetime

import pytest

from broadsheet.drafts import Counts, Organisation, PartialDate
from broadsheet.merging import is_newer_count, merge, recount
from broadsheet.records import PaperRecord
from broadsheet.sources import authority


def merged(*drafts):
    paper = PaperRecord()
    for draft in drafts:
        paper = merge(paper, draft, authority)
    return paper


def test_merging_the_same_draft_again_gives_the_same_paper(draft):
    one = draft(version=2, tags=("a", "A"), venue="ETRA")
    assert merged(one, one) == merged(one)


@pytest.mark.parametrize("order", [("jsonl", "hub"), ("hub", "jsonl")])
def test_the_better_source_has_the_title_and_the_other_fills_gaps(draft, order):
    views = {"jsonl": draft(abstract=""), "hub": draft(source="hub", title="As the Hub Has It", abstract="Hub's.")}
    paper = merged(*(views[name] for name in order))
    assert (paper.title, paper.provenance["title"]) == (views["jsonl"].title, "jsonl")
    assert (paper.abstract, paper.provenance["abstract"]) == ("Hub's.", "hub")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_finer_date_of_the_same_year_stands(draft, order):
    dates = PartialDate(date(2026, 1, 1), "year"), PartialDate(date(2026, 3, 4))
    paper = merged(*(draft(published=dates[place]) for place in order))
    assert paper.published == dates[1]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1)])
def test_versions_are_the_same_in_any_order(draft, order):
    paper = merged(*(draft(version=n, title=f"Version {n}") for n in order))
    assert [(v.number, v.title) for v in paper.versions] == [(1, "Version 1"), (2, "Version 2"), (3, "")]
    assert (paper.title, paper.version) == ("Version 3", 3)


def test_spellings_of_one_tag_or_organisation_are_one(draft):
    paper = merged(
        draft(tags=("Deep Learning",), organisation=Organisation("lab", "Lab")),
        draft(tags=("deep-learning", "gaze"), organisation=Organisation("lab", "THE LAB")),
    )
    assert paper.tags == ("Deep Learning", "gaze")
    assert [each.name for _, each in paper.organisations] == ["Lab"]


MOMENT = datetime(2026, 1, 7, 8, tzinfo=UTC)


def test_recounting_changes_nothing_but_counts(draft):
    paper = merged(draft())
    counted = recount(paper, draft(title="Another Title", counts=Counts(3, None, 1, MOMENT)))
    assert (counted.title, counted.imported_votes) == (paper.title, 3)


def test_of_two_sightings_the_newer_stands_and_of_one_moment_the_higher():
    low, high, later = Counts(1, 1, 1, MOMENT), Counts(2, 0, None, MOMENT), Counts(0, 0, 0, MOMENT.replace(hour=9))
    assert [is_newer_count(high, low), is_newer_count(low, high)] == [True, False]
    assert is_newer_count(later, high)
    assert is_newer_count(low, None)
    assert not is_newer_count(None, low)
