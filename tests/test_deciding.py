"""Deciding: which paper a draft belongs to, within a batch and against the catalogue."""

from datetime import UTC, datetime

import pytest

from broadsheet.deciding import Known, decide, is_news
from broadsheet.drafts import Identifier, PrintedAuthor
from broadsheet.records import SourceMark
from broadsheet.sources import authority

DOI = Identifier("doi", "10.1000/1")
PAGE = Identifier("url", "https://example.org/proceedings")


def decided(*drafts, known=None):
    return decide(drafts, known or Known(), authority)


def moment(hour):
    return datetime(2026, 1, 6, hour, tzinfo=UTC)


def test_strangers_are_papers_of_their_own(draft):
    decision = decided(draft("2601.00001"), draft("2601.00002"))
    assert decision.new() == [-1, -2]
    assert [mark.paper_id for mark in decision.marks.values()] == [-1, -2]


def test_two_drafts_of_a_batch_meet_by_identifier(draft):
    decision = decided(draft(), draft(source="hub", key="h", title="Quite Another Title Than Before"))
    assert list(decision.papers) == [-1]


def test_two_drafts_of_a_batch_meet_by_title_and_author(draft):
    title = "On the Motion of Eyes over Paintings"
    decision = decided(
        draft(title=title),
        draft(key="b", title=title.upper(), identifiers=(DOI,), authors=(PrintedAuthor("Okafor, M."),)),
    )
    assert list(decision.papers) == [-1]
    assert DOI in decision.papers[-1].identifiers


def test_a_third_draft_ties_on_through_the_second(draft):
    decision = decided(
        draft(),
        draft(key="b", identifiers=(Identifier("arxiv", "2601.00001"), DOI)),
        draft(key="c", identifiers=(DOI,)),
    )
    assert list(decision.papers) == [-1]
    assert len(decision.papers[-1].identifiers) == 2


def test_a_draft_of_two_papers_goes_to_the_surer_name_and_leaves_the_other(draft):
    decision = decided(
        draft(),
        draft(key="b", title="Something Else Entirely, on Fish", identifiers=(DOI,)),
        draft(key="c", identifiers=(DOI, Identifier("arxiv", "2601.00001"))),
    )
    assert decision.marks["jsonl", "c"].paper_id == -1
    assert DOI in decision.papers[-2].identifiers
    assert DOI not in decision.papers[-1].identifiers


def test_papers_that_share_nothing_but_a_web_page_stay_apart(draft):
    decision = decided(
        draft(key="a", title="The First Talk of the Workshop", identifiers=(PAGE,)),
        draft(key="b", title="The Second Talk of the Workshop", identifiers=(PAGE,)),
    )
    assert len(decision.papers) == 2
    assert decision.papers[-2].identifiers == (Identifier("other", "jsonl:b"),)


def test_a_record_stays_with_its_paper_when_it_changes_its_names(draft):
    decision = decided(draft(), draft(payload_hash="new", title="A New Title for All", identifiers=(DOI,)))
    assert list(decision.papers) == [-1]


def test_equal_titles_of_different_people_stay_apart(draft):
    title = "On the Motion of Eyes over Paintings"
    decision = decided(
        draft(title=title, authors=(PrintedAuthor("Ada Lovelace"),)),
        draft("2601.00002", title=title, authors=(PrintedAuthor("Emmy Noether"),)),
    )
    assert len(decision.papers) == 2


def test_the_same_payload_is_no_news(draft):
    decision = decided(draft(), draft())
    assert len(decision.states) == 1


@pytest.mark.parametrize(
    ("seen_at", "mark", "news"),
    [
        (None, None, True),
        (None, SourceMark(1, ("old",), None), True),
        (None, SourceMark(1, ("now", "old"), None), False),
        (3, SourceMark(1, ("old",), moment(2)), True),
        (3, SourceMark(1, ("old",), moment(4)), False),
        (3, SourceMark(1, ("now",), moment(2)), False),
        (3, SourceMark(1, ("now", "old"), moment(2)), True),  # it changed back
    ],
)
def test_news_is_what_was_not_seen_and_is_not_older(draft, seen_at, mark, news):
    observed_at = moment(seen_at) if seen_at else None
    assert is_news(draft(payload_hash="now", observed_at=observed_at), mark) is news


def test_seen_payloads_are_remembered_to_a_bound(draft):
    decision = decided(*(draft(payload_hash=f"{n}") for n in range(20)))
    assert decision.marks["jsonl", "arxiv:2601.00001"].payload_hashes == tuple(f"{n}" for n in range(12, 20))
