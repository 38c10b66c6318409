"""Ingest: drafts become papers once, and again changes nothing."""

import pytest

from broadsheet.ingest import ingest
from broadsheet.store.catalogue import find_paper, get_paper

pytestmark = pytest.mark.django_db


def test_a_draft_becomes_a_paper(draft):
    outcome = ingest([draft()])
    assert (outcome.read, outcome.new) == (1, 1)
    paper = get_paper(find_paper("arXiv:2601.00001v2")[0])
    assert [author.name for author in paper.authors] == ["Mira Okafor", "Jonas Lindqvist"]
    assert paper.provenance["title"] == "jsonl"


def test_the_same_draft_twice_changes_nothing(draft):
    ingest([draft()])
    outcome = ingest([draft()])
    assert (outcome.new, outcome.changed, outcome.known) == (0, 0, 1)
