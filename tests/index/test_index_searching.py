"""What a query finds, in which order, and what it says about it."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.index.answers import Hits, TextQuery, answer

from broadsheet.errors import BadInput
from broadsheet.index import Filters, IndexDocument, Reader, Writer
from broadsheet.index.parsing import LONGEST_QUERY, MOST_TERMS, parse


def paper(number: int, title: str, abstract: str = "") -> IndexDocument:
    return IndexDocument(number, f"2401.{number:05d}", title, abstract)


def found(reader: Reader, words: str, category: str = "", **more: Any) -> list[int]:
    """Papers that hold all the words, by number."""
    selection = reader.snapshot().select(words, Filters(category, **more))
    return sorted(selection.rest(selection.named, 0, 100).tolist() + selection.named.tolist())


def first(reader: Reader, words: str, **more: Any) -> int:
    return answer(reader, TextQuery(words, **more)).rows[0].paper_id


@pytest.mark.parametrize(
    ("words", "papers"),
    [
        ("transformer", [1]),
        ("Transformers", [1]),  # by stem
        ("vaswani", [1]),
        ("amazon", [2]),
        ("journal of attention research", [6]),
        ("attention recurrent", [1, 6]),
        ("attention vaswani", [1]),  # across fields
        ("the spread of the disease", [3]),  # stop words are not required
        ("chronos-2", [2]),
        ("chronos 2", [2]),
        ("chronos2", [2]),
        ("covid19", [3]),
        ("COVID-19", [3]),
        ("covid 19", [3]),
        ("Schrodinger", [4]),
        ("Schrödinger", [4]),
        ("SCHRÖDINGER", [4]),
        ('Schr\\"odinger', [4]),
        ("erdos", [4]),
        ("Erdős", [4]),
        ("muller", [4]),
        ("学习", [5]),
        ("医学图像", [5]),
        ("神经网络", [5]),
        ("学医", []),
        ('"recurrent networks"', [1, 6]),
        ('"networks recurrent"', []),
        ('"long term memory"', [6]),
        ('"long-term memory"', [6]),
        ("“recurrent networks”", [1, 6]),
        ("recurrent -transformer", [6]),
        ('recurrent -"sequence transduction"', [6]),
        ("attention -attention", []),
        ("you", [1, 6]),
        ("H₂O", []),
        ("what are the recurrent networks?", [1, 6]),  # nor are the words that questions are made of
    ],
)
def test_what_is_found(reader: Reader, words: str, papers: list[int]) -> None:
    assert found(reader, words) == papers


def test_only_exclusions_show_the_rest_newest_first(reader: Reader) -> None:
    hits = answer(reader, TextQuery("-attention -model"))
    assert [hit.paper_id for hit in hits.rows] == [3, 5, 4]


def test_only_stop_words_are_required_after_all(reader: Reader) -> None:
    assert found(reader, "is the") == [1]


def test_a_title_in_full_comes_first(reader: Reader, catalogue: tuple[IndexDocument, ...]) -> None:
    for document in catalogue:
        assert first(reader, document.title) == document.paper_id
        assert first(reader, document.title.upper()) == document.paper_id


def test_a_title_is_found_whatever_its_signs_mean_to_a_query(folder: Path) -> None:
    titles = ["What is -wrong with you?", 'On "quotes', "A: B* (C) [D] AND NOT E", "to be or not to be", "C++ -and C"]
    with Writer.open(folder) as writer:
        writer.apply([paper(number, title) for number, title in enumerate(titles)], (), "")
    reader = Reader(folder)
    assert [first(reader, title) for title in titles] == list(range(len(titles)))


def test_title_matches_weigh_more(reader: Reader) -> None:
    assert first(reader, "attention networks") == 6


@pytest.mark.parametrize(
    "words",
    [
        "1706.03762",
        "arXiv:1706.03762",
        "arxiv:1706.03762v5",
        "https://arxiv.org/abs/1706.03762v2",
        "10.48550/ARXIV.1706.03762",
        "vaswani 1706.03762",
    ],
)
def test_an_identifier_puts_its_paper_first(reader: Reader, words: str) -> None:
    assert first(reader, words) == 1


def test_too_few_with_all_words_bring_in_some_words(reader: Reader) -> None:
    hits = answer(reader, TextQuery("transformer forecasting schools"))
    assert hits.mode == "any"
    assert {hit.paper_id for hit in hits.rows} == {1, 2, 3}
    assert hits.total == 3
    assert "some of them" in hits.notes[0]


def test_papers_with_all_words_stay_in_front(reader: Reader) -> None:
    hits = answer(reader, TextQuery("recurrent universities memory attention"))
    assert hits.mode == "any"
    assert hits.rows[0].paper_id == 6


def test_quoted_phrases_stay_required_when_something_has_them(reader: Reader) -> None:
    assert {hit.paper_id for hit in answer(reader, TextQuery('"sequence transduction" networks')).rows} == {1}


def test_filters(reader: Reader) -> None:
    assert found(reader, "model", category="cs") == [1, 2]
    assert found(reader, "model", category="cs.LG") == [2]
    assert found(reader, "model", since=date(2019, 5, 5)) == [2, 6]
    assert found(reader, "model", until=date(2017, 6, 12)) == [1]
    assert found(reader, "model", since=date(2017, 6, 13), until=date(2019, 5, 5)) == [6]
    assert found(reader, "model", category="no.SUCH") == []
    assert found(reader, "1706.03762", category="math") == []


def test_no_words_show_everything_newest_first(reader: Reader) -> None:
    hits = answer(reader, TextQuery("", limit=3))
    assert (hits.total, hits.mode, [hit.paper_id for hit in hits.rows]) == (7, "all", [2, 3, 5])
    assert [hit.paper_id for hit in answer(reader, TextQuery(" ", offset=3)).rows] == [6, 1, 4, 7]
    assert [hit.paper_id for hit in answer(reader, TextQuery("", category="cs")).rows] == [2, 1]


def test_newest_orders_by_day(reader: Reader) -> None:
    hits = answer(reader, TextQuery("attention", sort="newest"))
    assert [(hit.paper_id, hit.score) for hit in hits.rows] == [(6, 0.0), (1, 0.0)]


def test_pages_do_not_overlap_and_agree_on_the_mode(folder: Path) -> None:
    with Writer.open(folder) as writer:
        writer.apply([paper(n, "same words" if n % 3 else "same other") for n in range(50)], (), "")
    reader = Reader(folder)
    for words in ("same", "same words", "same words absent", ""):
        pages: list[Hits] = [answer(reader, TextQuery(words, offset=at, limit=7)) for at in range(0, 56, 7)]
        ids = [hit.paper_id for page in pages for hit in page.rows]
        assert len(ids) == len(set(ids)) == pages[0].total
        assert len({(page.total, page.mode) for page in pages}) == 1


def test_a_page_past_the_end_is_empty_and_a_page_too_deep_is_refused(reader: Reader) -> None:
    assert answer(reader, TextQuery("model", offset=500)).rows == ()
    assert answer(reader, TextQuery("model", limit=0)).rows == ()
    with pytest.raises(BadInput, match="10,000"):
        answer(reader, TextQuery("model", offset=10_001))


def test_terms_are_the_words_worth_marking() -> None:
    assert parse("the Transformers -rnn").terms == ("transformers",)
    assert parse("COVID-19 in schools").terms == ("covid", "covid19", "schools")
    assert parse('model "state of the art"').terms == ("model", "state", "art")
    assert parse("title:graph author:smith cat:cs tree*").terms == ("graph",)


def test_long_queries_are_cut_with_a_note_or_refused() -> None:
    parsed = parse(" ".join(f"w{n}" for n in range(MOST_TERMS + 50)))
    assert sum(len(clause.parts) for clause in parsed.wanted) == MOST_TERMS
    assert "first 400 words" in parsed.notes[0]
    with pytest.raises(BadInput, match="3,000"):
        parse("x" * (LONGEST_QUERY + 1))


SHORT = (
    *('"', '""', '"a', 'a"b"c', '-"', '-""', "NEAR/", "AND", "OR", "NOT", "*", "?", "te*m", "^2", "~", ":", "title:x"),
    *("title:[a", "[", "]", "((", ")(", "{", "}", "\\", "\\\\", "/", "/regex.*/", "-", "--", "+", "&&", "||", "!", "$"),
    *("a\x00b", "\x00", "\ud800", "\u202e", "\u0301", "🙂", "the", "１２３", "<script>", "%s%n", "\\alpha"),
)
SENTENCES = ("NEAR/3(a b)", "a AND", "AND OR NOT", "title:[a TO b]", "- -", "the of and", "' OR 1=1 --", '" "')
REPEATED = ("a ", "a-", "-a ", "the ", "深", "深度学习", "(", '"', "$", "\\alpha", "x", "e\u0301", '"the ', "learning ")
HOSTILE = (*SHORT, *SENTENCES, *((each * 999)[:999] for each in REPEATED), '"' + "the " * 240 + '"')


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words)[:20])
def test_hostile_queries_answer_quickly(reader: Reader, words: str) -> None:
    start = time.process_time()
    for sort in ("relevance", "newest"):
        answer(reader, TextQuery(words, category="cs", since=date(1, 1, 1), until=date.max, sort=sort))
        answer(reader, TextQuery(words, sort=sort))
    assert time.process_time() - start < 0.3


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_an_error(reader: Reader, words: str) -> None:
    hits = answer(reader, TextQuery(words))
    assert len(hits.rows) == hits.total
