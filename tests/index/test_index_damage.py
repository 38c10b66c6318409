"""Damaged indexes: said plainly, never a crash."""

import contextlib
from pathlib import Path

import pytest

from broadsheet.errors import Unavailable
from broadsheet.index import IndexDocument, Reader, Writer
from broadsheet.index.damage import explained

KINDS = ("idx", "term", "pos", "fast", "fieldnorm", "store")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    with Writer.open(tmp_path) as writer:
        writer.apply([IndexDocument(n, f"k{n}", f"Graphs {n}", "A study. " * n) for n in range(50)], [], "1")
    return tmp_path


def files(index: Path, kind: str) -> list[Path]:
    return sorted(index.glob(f"g*/*.{kind}"))


def test_a_sound_index_has_nothing_to_say(index: Path) -> None:
    assert Reader(index).health() == ""


def test_no_index_says_so(tmp_path: Path) -> None:
    assert "no search index yet" in Reader(tmp_path / "none").health()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [0, 5, 0.5, -1])
def test_a_file_cut_short_is_noticed_when_opened(index: Path, kind: str, keep: float) -> None:
    path = files(index, kind)[0]
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep) if 0 < keep < 1 else int(keep)])
    with pytest.raises(Unavailable, match=r"cut short.*index rebuild"):
        Reader(index).count()
    assert "cut short" in Reader(index).health()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_missing_is_named(index: Path, kind: str) -> None:
    path = files(index, kind)[0]
    path.unlink()
    with pytest.raises(Unavailable, match=rf"{path.name} is missing"):
        Reader(index).snapshot()


@pytest.mark.parametrize("kind", KINDS)
def test_a_byte_that_changed_ails_and_never_crashes(index: Path, kind: str) -> None:
    path = files(index, kind)[0]
    data = bytearray(path.read_bytes())
    for at in range(0, len(data) - 120, max(1, len(data) // 40)):
        data[at] ^= 0xFF
    path.write_bytes(data)
    assert "index rebuild" in Reader(index).health()
    with contextlib.suppress(Unavailable):
        snapshot = Reader(index).snapshot()
        snapshot.select("graph study").best(10)
        snapshot.select("graph").facets()
        snapshot.select("").ordered("new", None, 10)


def test_one_byte_that_changed_is_named(index: Path) -> None:
    path = files(index, "idx")[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    assert f"{path.name} is damaged" in Reader(index).health()


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"segments": [{}]}', '{"segments": 3}'])
def test_a_damaged_list_of_files_is_noticed(index: Path, text: str) -> None:
    next(iter(index.glob("g*/meta.json"))).write_text(text)
    with pytest.raises(Unavailable, match="index rebuild"):
        Reader(index).count()


@pytest.mark.parametrize("text", ["", "g000099", "../..", "\xff"])
def test_a_pointer_to_nothing_is_noticed(index: Path, text: str) -> None:
    (index / "current").write_bytes(text.encode("latin-1"))
    with pytest.raises(Unavailable, match="index rebuild"):
        Reader(index).count()


def test_a_panic_of_the_engine_is_explained() -> None:
    class PanicException(BaseException):
        """As the engine's own, which cannot be imported."""

    @explained
    def panicking() -> None:
        raise PanicException("index out of bounds")

    @explained
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(Unavailable, match="index out of bounds"):
        panicking()
    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_after_damage_a_rebuild_helps(index: Path) -> None:
    files(index, "idx")[0].write_bytes(b"")
    reader = Reader(index)
    with pytest.raises(Unavailable):
        reader.count()
    with Writer.rebuild(index) as writer:
        writer.apply([IndexDocument(1, "k", "Fresh")], (), "2")
    assert reader.count() == 1
    assert reader.health() == ""
