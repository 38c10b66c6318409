"""Completion: what is offered to somebody who has begun to type."""

from pathlib import Path

import pytest

from broadsheet.errors import Unavailable
from broadsheet.index import Completions, IndexDocument, Name, Reader, Snapshot, Writer, crowds


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    papers = [
        IndexDocument(1, "a", "Deep learning for graphs", authors=("Yann LeCun", "Zoë van der Berg"), published=10),
        IndexDocument(2, "b", "Deep learned priors", authors=("LeCun, Yann", "Paul Erdős"), published=20),
        IndexDocument(3, "c", "Learning deep things", authors=("Yann Lechner", "McKay, Ada"), published=5, votes=9),
        IndexDocument(4, "d", "Shallow water", venue="Journal of Water", venue_slug="j-water", categories=("cs.LG",)),
        IndexDocument(5, "e", "Shores", organisations=("Google DeepMind",), organisation_slugs=("deepmind",)),
    ]
    with Writer.open(tmp_path) as writer:
        writer.apply(papers, (), "")
    return Reader(tmp_path).snapshot()


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("deep lea", (3, 2, 1)),  # voted first, then newest
        ("deep learning ", (3, 1)),
        ("lear", (3, 2, 1)),
        ("DEEP GR", (1,)),
        ("sh", (5, 4)),
        ("deep xyz", ()),
        ("xyz deep", ()),
    ],
)
def test_titles(snapshot: Snapshot, typed: str, titles: tuple[int, ...]) -> None:
    assert sorted(snapshot.complete(typed, 5).titles) == sorted(titles)
    assert snapshot.complete(typed, 1).titles == titles[:1]


@pytest.mark.parametrize(
    ("typed", "authors"),
    [
        ("yann le", [Name("yann-lecun", "Yann LeCun", 2), Name("yann-lechner", "Yann Lechner", 1)]),
        ("LeCun", [Name("yann-lecun", "Yann LeCun", 2)]),
        ("lecun y", [Name("yann-lecun", "Yann LeCun", 2)]),
        ("LeCun, Y", [Name("yann-lecun", "Yann LeCun", 2)]),
        ("erdos", [Name("paul-erdos", "Paul Erdős", 1)]),
        ("Erdős", [Name("paul-erdos", "Paul Erdős", 1)]),
        ("van der be", [Name("zoe-van-der-berg", "Zoë van der Berg", 1)]),
        ("mckay", [Name("ada-mckay", "McKay, Ada", 1)]),
        ("le", []),  # begins too many names
    ],
)
def test_authors(snapshot: Snapshot, typed: str, authors: list[Name]) -> None:
    assert list(snapshot.complete(typed, 5).authors) == authors


def test_categories_venues_and_organisations(snapshot: Snapshot) -> None:
    assert snapshot.complete("journal", 5).venues == (Name("j-water", "Journal of Water", 1),)
    assert snapshot.complete("goog", 5).organisations == (Name("deepmind", "Google DeepMind", 1),)
    assert snapshot.complete("machine l", 5).categories[0] == Name("cs.LG", "Machine Learning", 1)
    assert snapshot.complete("cs.LG", 1).categories[0].key == "cs.LG"


@pytest.mark.parametrize("typed", ["", " ", "a", "x" * 200, "!!", "\x00", "\ud800", "\x1f\x1f", "\\alpha$"])
def test_nothing_to_go_by_offers_nothing(snapshot: Snapshot, typed: str) -> None:
    assert snapshot.complete(typed, 5) == Completions()
    assert snapshot.complete("deep", 0) == Completions()


def test_the_most_frequent_of_very_many_venues_that_begin_alike(tmp_path: Path) -> None:
    names = [f"Proceedings of the {number}. Congress" for number in range(300)]
    papers = [IndexDocument(n, str(n), "x", venue=names[n % 300], venue_slug=f"c{n % 300}") for n in range(310)]
    with Writer.open(tmp_path) as writer:
        writer.apply(papers, (), "")
        snapshot = Reader(tmp_path).snapshot()
        offered = {typed: snapshot.complete(typed, 5).venues for typed in ("Pro", "proceedings of the 7", "Proc x")}
        assert [venue.papers for venue in offered["Pro"]] == [2, 2, 2, 2, 2]
        assert offered["proceedings of the 7"][0] == Name("c7", "Proceedings of the 7. Congress", 2)
        assert offered["Proc x"] == ()
        # Kept until the index has grown by a twentieth; what few names share is always up to date.
        writer.apply([IndexDocument(400, "n", "x", venue="Programs today", venue_slug="pt")], (), "")
    later = Reader(tmp_path).snapshot()
    assert later.complete("Pro", 5).venues == offered["Pro"]
    assert later.complete("Prog", 5).venues == (Name("pt", "Programs today", 1),)


@pytest.mark.parametrize("content", ["", "12\n{}", "x", '{"venue_name"'])
def test_names_that_cannot_be_read_are_asked_of_the_engine(tmp_path: Path, snapshot: Snapshot, content: str) -> None:
    path = next(tmp_path.glob("g*")) / crowds.CROWDS
    path.write_text(content)
    assert snapshot.complete("journal", 5).venues == (Name("j-water", "Journal of Water", 1),)
    with pytest.raises(Unavailable, match="damaged"):
        crowds.read(path)
    assert crowds.read(path.with_name("none")) == {}
