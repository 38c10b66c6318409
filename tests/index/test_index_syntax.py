"""Operators: what each finds, and how one that makes no sense becomes plain words with a note."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index import Filters, IndexDocument, Reader, Writer, days_since_epoch
from broadsheet.index.parsing import parse


@pytest.fixture
def library(tmp_path: Path) -> Reader:
    papers = (
        IndexDocument(
            1,
            "1706.03762",
            "Deep learning of graphs",
            "Networks learn embeddings of nodes.",
            authors=("Yann LeCun", "Ada King"),
            identifiers=("1706.03762", "10.1000/xyz.1"),
            categories=("cs.LG", "cs"),
            organisations=("Google DeepMind",),
            organisation_slugs=("google-deepmind",),
            venue="Annual Meeting of the ACL",
            venue_slug="acl",
            published=days_since_epoch(date(2020, 6, 1)),
            has_code=True,
        ),
        IndexDocument(
            2,
            "b",
            "Embedding trees",
            "A deep result on learning automata.",
            authors=("Wei Ada Yann",),
            categories=("math.CO", "math"),
            venue="Journal of Trees",
            venue_slug="journal-of-trees",
            published=days_since_epoch(date(2022, 1, 31)),
        ),
        IndexDocument(3, "c", "Transformers transform", "Transfer by GPT-4o at 3.5 tokens; graphs.", published=None),
    )
    with Writer.open(tmp_path / "index") as writer:
        writer.apply(papers, (), "")
    return Reader(tmp_path / "index")


def found(library: Reader, words: str) -> list[int]:
    return sorted(library.snapshot().select(words).rest([], 0, 10).tolist())


@pytest.mark.parametrize(
    ("words", "papers"),
    [
        ("author:lecun", [1]),
        ('author:"Yann LeCun"', [1]),
        ('author:"LeCun Yann"', []),
        ("AUTHOR:ada", [1, 2]),
        ("author:lec*", [1]),
        ("-author:lecun embedding", [2]),
        ("title:embedding", [2]),
        ("title:embeddings", [2]),
        ('title:"deep learning"', [1]),
        ('"deep learning"', [1]),
        ("deep learning", [1, 2]),
        ("abstract:embedding", [1]),
        ('abstract:"deep result"', [2]),
        ("abstract:learning", [1, 2]),
        ("abstract:deep", [2]),
        ("cat:cs.LG", [1]),
        ("cat:cs", [1]),
        ("cat:cs cat:math", []),
        ("-cat:cs", [2, 3]),
        ("year:2020", [1]),
        ("year:2020..2022", [1, 2]),
        ("year:2022..2020", [1, 2]),
        ("year:2021..", [2]),
        ("year:..2021", [1]),
        ("-year:2020", [2, 3]),
        ("venue:acl", [1]),
        ("venue:trees", [2]),
        ("venue:journal-of-trees", [2]),
        ('venue:"annual meeting"', [1]),
        ("org:google", [1]),
        ("org:google-deepmind", [1]),
        ("has:code", [1]),
        ("-has:code", [2, 3]),
        ("id:1706.03762", [1]),
        ("id:arXiv:1706.03762v3", [1]),
        ("id:10.1000/XYZ.1", [1]),
        ("transf*", [3]),
        ("embed*", [1, 2]),
        ("title:emb*", [2]),
        ("-transf* graphs", [1]),
        ("+embedding", [2]),
        ('"embedding"', [2]),
        ("embedding", [1, 2]),
        ("+graphs deep", [1]),
        ("gpt4o", [3]),
        ("GPT-4o", [3]),
        ("gpt 4o", [3]),
        ("google learning", [1]),
        ("xyzzy*", []),
    ],
)
def test_operators(library: Reader, words: str, papers: list[int]) -> None:
    assert found(library, words) == papers
    assert parse(words).notes == ()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("year:abc graphs", "year:abc"),
        ("year:0000", "year:0000"),
        ("year:20201", "year:20201"),
        ("year:..", "year:.."),
        ("has:cheese", "has:cheese"),
        ("author:", "author:"),
        ('title:""', 'title:""'),
        ("cat:cs.NOPE", "cat:cs.NOPE"),
        ("id:", "id:"),
        ("venue:!!!", "venue:!!!"),
        ('deep "learning', "quotation mark"),
        ("a* graphs", "a*"),
        ("-has:cheese graphs", "-has:cheese"),
    ],
)
def test_what_makes_no_sense_is_plain_words_and_named_in_a_note(library: Reader, words: str, named: str) -> None:
    parsed = parse(words)
    assert named in parsed.notes[0]
    assert not parsed.is_constrained
    library.snapshot().select(words).best(5)


def test_words_stay_when_an_operator_is_read_as_plain_words() -> None:
    assert parse("year:abc has:cheese").free_text == "year abc has cheese"
    assert parse("-has:cheese graphs").free_text == "graphs"


def test_the_thought_is_what_is_left_without_operators() -> None:
    parsed = parse('how do "graph networks" learn author:lecun -trees cat:cs year:2020 transf* +nodes')
    assert parsed.free_text == "how do graph networks learn nodes"
    assert parsed.is_constrained
    assert not parse("plain words cat:cs year:2020 has:code").is_constrained


def test_filters_given_and_typed_both_hold() -> None:
    given = Filters("cs", since=date(2019, 1, 1), until=date(2020, 6, 1), venue="acl")
    parsed = parse("cat:cs year:2020 has:code", given)
    assert parsed.filters == Filters("cs", date(2020, 1, 1), date(2020, 6, 1), "acl", "", has_code=True)
    assert [clause.parts for clause in parse("cat:math", given).required] == [("math",)]


def test_a_word_asked_for_twice_counts_twice_and_stop_words_do_not_count() -> None:
    assert parse("graph of graph trees").counts == {"graph": 2, "trees": 1}
    assert parse("to be or not to be").counts == {"to": 2, "be": 2, "or": 1, "not": 1}


def test_request_words_matter_in_short_queries_only() -> None:
    assert "paper" in parse("paper folding").counts
    long = parse("I am interested in papers which deal with the folding of proteins in cells of yeast")
    assert set(long.counts) == {"folding", "proteins", "cells", "yeast"}


def test_signs_in_pasted_prose_are_no_operators() -> None:
    prose = 'We study "deep" models -dash and +1 effects of a long text ' + "that goes on " * 6
    assert not parse(prose).is_constrained
    assert parse(f"{prose} author:lecun").is_constrained


@given(st.text(alphabet='ab12:"*+-. \\authoryeristl', max_size=40))
def test_every_text_is_a_query(text: str) -> None:
    parsed = parse(text)
    assert all(note.endswith(".") for note in parsed.notes)


def test_in_a_list_of_terms_a_word_counts_once_and_an_item_is_thought_once() -> None:
    listed = parse("Machine Learning: ML: Robustness, Machine Learning: ML: Representation learning, Vision")
    assert set(listed.counts.values()) == {1}
    assert listed.free_text == "Machine Learning, ML, Robustness, Representation learning, Vision"
    assert parse("learning to rank by learning from clicks").counts["learning"] == 2


def test_a_compound_asks_for_its_joined_form_as_much_as_for_its_parts() -> None:
    counts = parse("pre-training").counts
    assert counts["pretraining"] == counts["pre"] + counts["training"]


def test_a_phrase_of_the_commonest_words_is_looked_for_in_titles(tmp_path: Path) -> None:
    papers = (
        IndexDocument(1, "a", "A theory of the lake", "Water."),
        IndexDocument(2, "b", "Lakes", "The depth of the lake. Made on-site."),
        IndexDocument(3, "c", "On being a to-do list", "Done."),
        IndexDocument(4, "d", "Lists", "A to-do, todo."),
    )
    with Writer.open(tmp_path / "index") as writer:
        writer.apply(papers, (), "")
    library = Reader(tmp_path / "index")
    assert found(library, '"of the"') == [1]
    assert found(library, '"of the lake"') == [1, 2]
    assert found(library, '-"of the" lake') == [2]
    assert found(library, "to-do") == [3, 4]
    assert parse('"of the" lake').notes == (
        '"of the" stands in nearly every abstract, so it was looked for in titles.',
    )
    assert parse('"of the lake" to-do title:"of the"').notes == ()


def test_a_word_is_a_name_where_more_authors_bear_it_than_papers_hold_it(library: Reader) -> None:
    snapshot = library.snapshot()
    assert [snapshot.select(words).names_somebody for words in ("lecun graphs", "deep graphs", "ada")] == [
        True,
        False,
        True,
    ]
