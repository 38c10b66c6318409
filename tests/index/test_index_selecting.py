"""Selections: best first, the tail behind a head, orders with cursors, counts, and what passes constraints."""

import itertools
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from broadsheet.index import Filters, IndexDocument, Reader, Selection, Writer

TOPICS = ("graph colouring", "protein folding", "galaxy lensing")
FIELDS = (("cs.LG", "cs"), ("q-bio.BM", "q-bio"), ("astro-ph.CO", "astro-ph", "grp_physics"))
NONE = np.empty(0, dtype=np.int64)


def paper(number: int) -> IndexDocument:
    topic = TOPICS[number % 3]
    return IndexDocument(
        number,
        f"key{number}",
        f"{topic.title()} study {number}",
        f"We study {topic}. " + "The method is common. " * (number % 4),
        authors=(f"Ada Author{number % 5}",),
        categories=FIELDS[number % 3],
        venue="Proceedings" if number % 2 else "",
        venue_slug="proceedings" if number % 2 else "",
        published=18_262 + number // 2 if number % 10 else None,  # 18,262 is the first day of 2020
        votes=number % 7,
        hot=number % 13 + number / 1000,
        has_code=number % 4 == 0,
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("library") / "index"
    with Writer.open(folder) as writer:
        for start in range(0, 90, 30):  # several segments
            writer.apply([paper(number) for number in range(start, start + 30)], (), "")
    return Reader(folder)


def select(library: Reader, words: str, filters: Filters = Filters()) -> Selection:  # noqa: B008
    return library.snapshot().select(words, filters)


def brute(words: str) -> list[int]:
    return [number for number in range(90) if words in TOPICS[number % 3]]


def test_best_holds_any_word_and_falls_off(library: Reader) -> None:
    ranked = select(library, "protein folding unheardof").best(1000)
    assert sorted(ranked.papers) == brute("protein folding")
    assert ranked.papers.dtype == np.int64
    assert ranked.scores.dtype == np.float32
    assert (np.diff(ranked.scores) <= 0).all()
    assert len(select(library, "study").best(7).papers) == 7
    assert len(select(library, "study").best(0).papers) == 0


def test_a_word_asked_for_repeatedly_draws_its_papers_forward(library: Reader) -> None:
    assert select(library, "protein galaxy galaxy galaxy").best(1).papers[0] % 3 == 2
    assert select(library, "protein protein protein galaxy").best(1).papers[0] % 3 == 1


def test_best_keeps_to_constraints(library: Reader) -> None:
    papers = select(library, "study -galaxy has:code author:author2", Filters("cs")).best(100).papers
    assert sorted(papers) == [n for n in range(90) if n % 3 == 0 and n % 4 == 0 and n % 5 == 2]


def test_without_words_everything_newest_first(library: Reader) -> None:
    papers = select(library, "").best(100).papers
    expected = sorted(range(90), key=lambda n: (n % 10 > 0, n // 2 if n % 10 else 0, n), reverse=True)
    assert papers.tolist() == expected
    assert select(library, "").total() == 90


def test_passing_looks_at_constraints_and_holding_at_words_too(library: Reader) -> None:
    selection = select(library, "protein -lensing", Filters(has_code=True))
    papers = np.array([4, 5, 8, 1, 400, 16], dtype=np.int64)
    assert selection.passing(papers).tolist() == [True, False, False, False, False, True]
    assert selection.holding(papers).tolist() == [True, False, False, False, False, True]
    assert select(library, "galaxy", Filters(has_code=True)).passing(papers).tolist()[0]
    assert select(library, "galaxy").passing(papers).all()
    assert selection.passing(NONE).shape == (0,)


def test_many_papers_are_checked_in_parts(library: Reader) -> None:
    papers = np.arange(2_000, dtype=np.int64)
    assert np.flatnonzero(select(library, "", Filters("cs")).passing(papers)).tolist() == brute("graph colouring")


def test_confined_gives_all_or_none(library: Reader) -> None:
    selection = select(library, "galaxy author:author1")
    confined = selection.confined(18)
    assert confined is not None
    assert sorted(confined) == [n for n in range(90) if n % 5 == 1]
    assert selection.confined(17) is None
    assert select(library, "galaxy").confined(1000) is None
    nothing = select(library, "author:nobody").confined(10)
    assert nothing is not None
    assert nothing.shape == (0,)


def test_total_and_facets_count_the_union(library: Reader) -> None:
    selection = select(library, "protein folding")
    also = np.array([0, 1, 3], dtype=np.int64)
    assert selection.total() == 30
    assert selection.total(also) == 32
    facets = selection.facets(also)
    assert facets.fields == (("q-bio", 30), ("cs", 2))
    assert facets.venues == (("proceedings", 16),)
    assert facets.with_code == sum(n % 4 == 0 for n in brute("protein")) + 1
    assert facets.years == ((2020, 28),)


def test_many_papers_may_be_among_the_also(library: Reader) -> None:
    assert select(library, "protein folding").facets(np.arange(1_500, dtype=np.int64)).papers == 90


def test_the_rest_follows_the_head_without_gaps_or_repeats(library: Reader) -> None:
    selection = select(library, "galaxy lensing")
    head = selection.best(4).papers
    pages = [selection.rest(head, at, 7).tolist() for at in range(0, 40, 7)]
    tail = list(itertools.chain(*pages))
    assert sorted([*head.tolist(), *tail]) == brute("galaxy")
    assert selection.rest(head, 26, 7).shape == (0,)


@pytest.mark.parametrize("order", ["new", "votes", "hot"])
def test_orders_page_to_the_very_end(library: Reader, order: str) -> None:
    selection = select(library, "study -galaxy")
    also = np.array([2, 5], dtype=np.int64)
    after, seen = None, []
    while True:
        page = selection.ordered(order, after, 7, also)  # type: ignore[arg-type]
        seen += page.papers.tolist()
        if page.next is None:
            break
        after = page.next
    day = {n: n // 2 if n % 10 else -1 for n in range(90)}
    keys = {"new": lambda n: (day[n], n), "votes": lambda n: (n % 7, n), "hot": lambda n: (n % 13, n)}
    everything = [n for n in range(90) if n % 3 != 2 or n in (2, 5)]
    assert seen == sorted(everything, key=keys[order], reverse=True)


def test_a_cursor_stays_right_when_papers_come_in_front(tmp_path: Path) -> None:
    with Writer.open(tmp_path) as writer:
        writer.apply([paper(number) for number in range(1, 10)], (), "")
        first = Reader(tmp_path).snapshot().select("").ordered("votes", None, 4)
        writer.apply([paper(number) for number in (13, 20, 27)], (), "")
        second = Reader(tmp_path).snapshot().select("").ordered("votes", first.next, 10)
    assert sorted([*first.papers.tolist(), *second.papers.tolist()]) == list(range(1, 10))


def test_a_paper_that_is_named_counts_even_where_its_title_looks_like_operators(tmp_path: Path) -> None:
    title = "What is -wrong with year:2020 and +you?"
    with Writer.open(tmp_path) as writer:
        writer.apply([IndexDocument(1, "2401.00001", title), IndexDocument(2, "b", "Another")], (), "")
    selection = Reader(tmp_path).snapshot().select(title)
    assert selection.named.tolist() == [1]
    assert selection.total() == 1
    assert Reader(tmp_path).snapshot().select("2401.00001").named.tolist() == [1]
    assert Reader(tmp_path).snapshot().select("another thing").named.tolist() == []


def test_a_snapshot_stays_what_it_was(tmp_path: Path) -> None:
    with Writer.open(tmp_path) as writer:
        writer.apply([paper(1)], (), "")
        reader = Reader(tmp_path)
        snapshot = reader.snapshot()
        selection = snapshot.select("study")
        writer.apply([paper(2)], [1], "")
        assert selection.best(5).papers.tolist() == [1]
        assert snapshot.count == 1
        assert reader.snapshot().select("study").best(5).papers.tolist() == [2]


def test_a_beginning_of_many_words_is_cut_with_a_note(tmp_path: Path) -> None:
    words = " ".join(f"zz{letter}{other}" for letter in "abcdefghijklmnop" for other in "abcdefghijklmnop")
    with Writer.open(tmp_path) as writer:
        writer.apply([IndexDocument(1, "a", "Title", words)], (), "")
    parsed = Reader(tmp_path).snapshot().select("zz*").parsed
    assert "most frequent" in parsed.notes[0]
    assert len(parsed.terms) == 20


def test_years_beyond_the_calendar_and_odd_numbers_are_taken(tmp_path: Path) -> None:
    odd = IndexDocument(1 << 39, "odd", "Odd", votes=10**12, published=10**7, hot=float("inf"))
    nan = IndexDocument(2, "nan", "Odd", published=-(10**7), hot=float("nan"), votes=-5)
    with Writer.open(tmp_path) as writer:
        writer.apply([odd, nan], (), "")
    selection = Reader(tmp_path).snapshot().select("odd", Filters(since=date(1, 1, 1)))
    for order in ("new", "votes", "hot"):
        assert Reader(tmp_path).snapshot().select("").ordered(order, None, 1).papers.tolist() == [1 << 39]
    assert selection.total() == 1
