"""Applying, committing, rebuilding: what is on disk after each, and after a kill."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.index.answers import TextQuery, answer

from broadsheet.errors import Unavailable
from broadsheet.index import IndexDocument, Reader, Writer, generations

Catalogue = tuple[IndexDocument, ...]


def paper(number: int, title: str, abstract: str = "", **more: Any) -> IndexDocument:
    return IndexDocument(number, more.pop("key", f"2401.{number:05d}"), title, abstract, **more)


def papers(reader: Reader, words: str) -> list[int]:
    return sorted(hit.paper_id for hit in answer(reader, TextQuery(words)).rows)


def _breaking_off() -> Iterator[IndexDocument]:
    yield paper(8, "half a batch")
    raise RuntimeError("the store went away")


def test_a_new_index_is_empty_and_has_no_watermark(folder: Path) -> None:
    with Writer.open(folder) as writer:
        assert writer.watermark == ""
    assert Reader(folder).count() == 0


def test_without_an_index_the_reader_says_how_to_make_one(folder: Path) -> None:
    with pytest.raises(Unavailable, match="broadsheet index rebuild"):
        answer(Reader(folder), TextQuery("anything"))


def test_applying_twice_changes_nothing(folder: Path, reader: Reader, catalogue: Catalogue) -> None:
    with Writer.open(folder) as writer:
        assert writer.watermark == "7"
        writer.apply([*catalogue, catalogue[0]], (), "7")
    assert reader.count() == len(catalogue)
    assert papers(reader, "transformer") == [1]


def test_a_paper_is_replaced_and_removed(folder: Path, reader: Reader) -> None:
    with Writer.open(folder) as writer:
        writer.apply([paper(1, "Renamed")], [2], "9")
    assert papers(reader, "renamed") == [1]
    assert papers(reader, "transformer") == []
    assert papers(reader, "chronos-2") == []
    assert Writer.open(folder).watermark == "9"


def test_an_open_reader_sees_each_commit(folder: Path, reader: Reader) -> None:
    assert reader.count() == 7
    with Writer.open(folder) as writer:
        for number in (8, 9):
            writer.apply([paper(number, f"late arrival {number}")], (), str(number))
            assert reader.count() == number


def test_a_failing_batch_leaves_the_state_before_it(folder: Path, reader: Reader) -> None:
    with Writer.open(folder) as writer:
        with pytest.raises(RuntimeError):
            writer.apply(_breaking_off(), [1], "8")
        assert writer.watermark == "7"
        writer.apply([paper(9, "the next batch")], (), "9")
    assert papers(reader, "half") == []
    assert papers(reader, "transformer") == [1]


def test_a_second_writer_is_told_that_another_is_indexing(folder: Path) -> None:
    with Writer.open(folder), pytest.raises(Unavailable, match="another process is indexing"):
        Writer.open(folder)
    Writer.open(folder).close()


def test_a_second_rebuild_is_told_that_another_is_indexing(folder: Path) -> None:
    with (
        Writer.rebuild(folder),
        pytest.raises(Unavailable, match="another process is indexing"),
        Writer.rebuild(folder),
    ):
        pass


def test_search_goes_on_over_the_old_index_during_a_rebuild(folder: Path, reader: Reader) -> None:
    with Writer.rebuild(folder) as writer:
        writer.apply([paper(1, "only one left")], (), "100")
        writer.apply([paper(1, "only one is left")], (), "101")
        assert reader.count() == 7
    assert reader.count() == 1
    assert papers(reader, "left") == [1]
    assert len(list(folder.glob("g*"))) == 1
    assert Writer.open(folder).watermark == "101"


def test_a_failed_rebuild_leaves_the_old_index(folder: Path, reader: Reader) -> None:
    with pytest.raises(RuntimeError), Writer.rebuild(folder) as writer:
        writer.apply(_breaking_off(), (), "100")
    assert reader.count() == 7
    assert len(list(folder.glob("g*"))) == 1


def test_a_writer_over_a_replaced_index_must_be_opened_again(folder: Path, reader: Reader) -> None:
    writer = Writer.open(folder)
    with Writer.rebuild(folder) as fresh:
        fresh.apply([paper(1, "fresh")], (), "5")
    with pytest.raises(Unavailable, match="rebuilt meanwhile"):
        writer.apply([paper(2, "stale")], (), "8")
    writer.close()
    with Writer.open(folder) as again:
        assert again.watermark == "5"
    assert len(list(folder.glob("g*"))) == 1


def test_an_index_of_another_form_asks_for_a_rebuild(folder: Path, reader: Reader, catalogue: Catalogue) -> None:
    generation = folder / (generations.current_generation(folder) or "")
    generations.write_state(generation, generations.State(schema=0, watermark="7"))
    with pytest.raises(Unavailable, match="broadsheet index rebuild"):
        Writer.open(folder)
    with pytest.raises(Unavailable, match="broadsheet index rebuild"):
        Reader(folder).count()
    with Writer.rebuild(folder) as writer:
        writer.apply(catalogue, (), "7")
    assert Reader(folder).count() == 7


def test_papers_of_every_shape_are_taken(folder: Path) -> None:
    odd = [
        paper(1, ""),
        paper(2, "\x00\u202e broken \ud800", "a" * 1_000_000, key=""),
        paper(3, "$" + "x^{" * 10_000, "🙂 مرحبا", authors=("",), categories=("",), published=-700_000),
        paper(1 << 39, "largest number", votes=10**12, published=700_000),
    ]
    with Writer.open(folder) as writer:
        writer.apply(odd, (), "1")
    reader = Reader(folder)
    assert reader.count() == 4
    assert [hit.paper_id for hit in answer(reader, TextQuery(sort="newest")).rows] == [1 << 39, 3, 2, 1]


KILLED = textwrap.dedent("""
    import sys
    from pathlib import Path
    from broadsheet.index import IndexDocument, Writer

    def documents(batch):
        for number in range(200):
            if batch == 3 and number == 100:
                print("in the middle", flush=True)
                sys.stdin.read()
            yield IndexDocument(batch * 200 + number, key="", title=f"batch {batch} number {number}")

    folder = Path(sys.argv[1])
    if sys.argv[2] == "apply":
        writer = Writer.open(folder)
        for batch in range(4):
            writer.apply(documents(batch), (), str(batch))
    else:
        with Writer.rebuild(folder) as writer:
            for batch in range(4):
                writer.apply(documents(batch), (), str(batch))
""")


def kill_in_the_middle(folder: Path, how: str) -> None:
    command = [sys.executable, "-c", KILLED, str(folder), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "in the middle"
        os.kill(process.pid, signal.SIGKILL)


def test_a_killed_batch_is_absent_and_can_be_repeated(folder: Path) -> None:
    kill_in_the_middle(folder, "apply")
    reader = Reader(folder)
    assert reader.count() == 600
    with Writer.open(folder) as writer:
        assert writer.watermark == "2"
        writer.apply([paper(number, "repeated") for number in range(600, 800)], (), "3")
    assert reader.count() == 800


def test_a_killed_rebuild_leaves_the_old_index_and_is_cleared_away(folder: Path, reader: Reader) -> None:
    kill_in_the_middle(folder, "rebuild")
    assert reader.count() == 7
    assert len(list(folder.glob("g*"))) == 2
    with Writer.open(folder) as writer:
        assert writer.watermark == "7"
    assert len(list(folder.glob("g*"))) == 1
    assert reader.count() == 7


def test_a_lost_state_file_only_repeats_work(folder: Path, reader: Reader, catalogue: Catalogue) -> None:
    (folder / (generations.current_generation(folder) or "") / "state.json").unlink()
    with Writer.open(folder) as writer:
        assert writer.watermark == ""
        writer.apply(catalogue, (), "7")
    assert reader.count() == 7
