"""Threads: order, depth, folding, pages."""

from datetime import UTC, datetime

import pytest

from broadsheet import threads
from broadsheet.threads import DEEPEST, MANY, Comment, arrange, page_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def comment(number, parent=None, **values):
    return Comment(number, 1, parent, 7, "mira", "Mira", "", "<p>x</p>", NOW, **values)


def numbers(nodes):
    return [node.comment.id for node in nodes]


def everything(nodes):
    for node in nodes:
        yield node
        yield from everything((*node.replies, *node.folded))


def test_the_best_come_first_by_the_lower_bound_of_their_share():
    sure, small, split = comment(1, up=60, down=20), comment(2, up=1), comment(3, up=5, down=9)
    unknown, disliked = comment(4), comment(5, down=3)
    given = [disliked, unknown, split, small, sure]
    assert numbers(arrange(given, "best")) == [1, 2, 3, 4, 5]
    assert numbers(arrange(given, "new")) == [5, 4, 3, 2, 1]
    assert numbers(arrange(given, "old")) == [1, 2, 3, 4, 5]


def test_answers_read_from_old_to_new_even_where_the_newest_thread_is_first():
    nodes = arrange([comment(1), comment(2), comment(3, 1), comment(4, 1)], "new")
    assert numbers(nodes) == [2, 1]
    assert numbers(nodes[1].replies) == [3, 4]


def test_what_lies_too_deep_goes_on_side_by_side():
    chain = [comment(n, n - 1 or None) for n in range(1, 2_001)]
    nodes = list(everything(arrange(chain, "old")))
    assert sorted(numbers(nodes)) == list(range(1, 2_001))
    assert max(node.depth for node in nodes) == DEEPEST


def test_a_stub_stays_only_where_others_answered():
    gone, empty, answer = comment(1, removed=True), comment(2, removed=True), comment(3, 1)
    assert numbers(arrange([gone, empty, answer], "old")) == [1]
    stub = comment(4, 2, removed=True)
    assert numbers(arrange([empty, stub], "old")) == []


def test_a_comment_whose_parent_is_not_there_begins_a_thread():
    assert numbers(arrange([comment(2, 1)], "old")) == [2]


def test_many_answers_are_folded_but_all_are_there():
    nodes = arrange([comment(1), *(comment(n, 1) for n in range(2, 40))], "old")
    assert len(nodes[0].replies) == MANY
    assert nodes[0].size == 39
    few = arrange([comment(1), *(comment(n, 1) for n in range(2, MANY + 4))], "old")
    assert few[0].folded == ()


def test_long_and_unwanted_comments_are_folded():
    nodes = arrange([comment(1, body="x" * 3_000), comment(2, down=4), comment(3, up=9, down=12)], "old")
    assert [(node.is_long, node.is_unwanted) for node in nodes] == [(True, False), (False, True), (False, False)]


def test_a_lock_closes_all_that_lies_under_it():
    nodes = arrange([comment(1), comment(2, 1, locked=True), comment(3, 2), comment(4, 1)], "old")
    assert {node.comment.id: node.locked for node in everything(nodes)} == {1: False, 2: True, 3: True, 4: False}


@pytest.mark.parametrize(
    ("page", "found", "more"), [(1, [1], True), (2, [4, 5], True), (3, [6], False), (4, [], False)]
)
def test_threads_are_not_cut_by_pages(monkeypatch, page, found, more):
    monkeypatch.setattr(threads, "PAGE", 2)
    nodes = arrange([comment(1), comment(2, 1), comment(3, 1), comment(4), comment(5), comment(6)], "old")
    shown, has_more = page_of(nodes, page)
    assert (numbers(shown), has_more) == (found, more)


def test_the_name_to_print():
    assert comment(1).by == "Mira"
    assert comment(1, is_gone=True).by == "deleted account"
