"""Spelling: what a mistyped word may have meant."""

from pathlib import Path

import pytest

from broadsheet.errors import Unavailable
from broadsheet.index import IndexDocument, Reader, Writer, lexicon

TERMS = [("transformer", 900), ("transform", 300), ("attention", 5_000), ("neural", 800), ("graph", 700), ("zebra", 2)]


def nearest(word: str, papers: int = 0) -> str:
    return lexicon.make(TERMS, 10_000).nearest(word, papers)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tranformer", "transformer"),
        ("transfromer", "transformer"),
        ("trasnfomer", "transformer"),  # two mistakes in a long word
        ("atention", "attention"),
        ("nueral", "neural"),
        ("grpah", "graph"),
        ("zebro", ""),  # two papers are too few to propose their word
        ("grx", ""),
        ("qqqqqqq", ""),
        ("graph2", ""),
        ("", ""),
    ],
)
def test_the_nearest_frequent_word(typed: str, meant: str) -> None:
    assert nearest(typed) == meant


def test_a_word_that_papers_use_is_left_alone() -> None:
    assert nearest("attentions", 1) == "attention"
    assert nearest("transforms", 4) == ""
    assert nearest("attentions", 6) == ""


def test_the_file_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    lexicon.write(lexicon.make(TERMS, 10_000), path)
    assert len(lexicon.read(path)) == 5
    assert lexicon.read(path).nearest("nueral", 0) == "neural"
    assert not lexicon.is_due(path, 10_400)
    assert lexicon.is_due(path, 10_600)
    lexicon.write(lexicon.make([], 0), path)
    assert len(lexicon.read(path)) == 0


@pytest.mark.parametrize("damage", [b"", b"{}", b"{\n", b"\xff\xfe", b'{"papers": 1, "words": 1, "crc": 0}\na\n1'])
def test_a_damaged_file_is_unavailable_and_due(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "lexicon"
    path.write_bytes(damage)
    with pytest.raises(Unavailable, match="damaged"):
        lexicon.read(path)
    if b"papers" not in damage:
        assert lexicon.is_due(path, 1)


def test_a_query_is_mended_as_it_was_typed(tmp_path: Path) -> None:
    words = "Attention for graph transformers in physics"
    papers = [IndexDocument(n, f"k{n}", words, authors=("Ada Grapph",)) for n in range(300)]
    with Writer.open(tmp_path) as writer:
        writer.apply(papers, (), "")
    snapshot = Reader(tmp_path).snapshot()
    assert snapshot.spelling("Atention for grahp year:2020") == "attention for graph year:2020"
    assert snapshot.spelling("attention graph") == ""
    assert snapshot.spelling("grapph attention") == ""  # somebody's name
    assert snapshot.spelling('"atention"') == ""  # meant as written
    assert snapshot.spelling("") == ""
    assert len(snapshot.select("atention").best(5).papers) == 5
    (next(tmp_path.glob("g*")) / lexicon.LEXICON).write_text("broken")
    assert Reader(tmp_path).snapshot().spelling("atention") == ""
    assert "word list" in Reader(tmp_path).health()
