"""Damage: what cannot be read is said to be so, and the writer begins afresh."""

import errno
import os
import shutil

import pytest
from tests.index.vectors.plain import DIMENSIONS, SMALL, check_same, row, vector

from broadsheet.errors import Unavailable
from broadsheet.index.vectors import VectorReader, VectorWriter

ROWS = {paper: row(paper, categories=("cs",), day=paper) for paper in range(1, 50)}
FLAT = ("vectors", "columns", "dead", "state.json")
CODED = (*FLAT, "codes", "centres")


def fill(folder, rows):
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        writer.apply(list(rows.values()), (), "filled")
        writer.apply([], [1], "filled")
    return {paper: each for paper, each in rows.items() if paper != 1}


def path_of(folder, name):
    return folder / name if name == "state.json" else next(folder.glob("g*")) / name


def truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 16
    path.write_bytes(data)


def delete(path):
    path.unlink()


def scribble(path):
    path.write_bytes(b'{"check": 0, "state": {}}' * 9)


@pytest.mark.parametrize("harm", [truncate, empty, flip, delete, scribble])
@pytest.mark.parametrize(("kind", "name"), [(FLAT, name) for name in FLAT] + [(CODED, name) for name in CODED])
def test_a_damaged_file_is_noticed_and_the_writer_begins_afresh(folder, harm, kind, name):
    model = fill(folder, dict(list(ROWS.items())[: 10 if kind is FLAT else 49]))
    check_same(VectorReader(folder), model)
    old = VectorReader(folder)
    old.count()
    harm(path_of(folder, name))
    with pytest.raises(Unavailable, match="background"):
        VectorReader(folder).nearest(vector(1), 3)
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        assert writer.watermark == ""
        writer.apply(list(ROWS.values()), (), "again")
    check_same(VectorReader(folder), ROWS)
    check_same(old, ROWS)
    assert len(list(folder.glob("g*"))) == 1


def test_a_flipped_bit_anywhere_that_counts_is_noticed(folder):
    fill(folder, ROWS)
    for name in CODED:
        path = path_of(folder, name)
        whole = path.read_bytes()
        for at in range(0, len(whole), 97):
            flipped = bytearray(whole)
            flipped[at] ^= 1
            path.write_bytes(flipped)
            try:
                reader = VectorReader(folder)
                count = reader.count()
            except Unavailable:
                continue
            assert count == 48  # a byte beyond what counts
        path.write_bytes(whole)
    VectorReader(folder).check()


def test_the_whole_is_checked_when_asked(folder):
    fill(folder, ROWS)
    reader = VectorReader(folder)
    reader.check()
    flip(path_of(folder, "vectors"))
    with pytest.raises(Unavailable, match="vectors: the checksum of block"):
        reader.check()


def test_garbage_beyond_what_counts_is_overwritten(folder):
    model = fill(folder, ROWS)
    generation = next(folder.glob("g*"))
    for name in ("vectors", "codes", "columns", "dead"):
        with (generation / name).open("ab") as file:
            file.write(b"\xff" * 5_000)
    check_same(VectorReader(folder), model)
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        assert writer.watermark == "filled"
        for paper in range(100, 130):
            model[paper] = row(paper)
            writer.apply([model[paper]], (), str(paper))
            check_same(VectorReader(folder), model)


def test_left_over_generations_are_swept(folder):
    fill(folder, ROWS)
    (folder / "g000099").mkdir()
    (folder / "g000099" / "vectors").write_bytes(b"half")
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        assert writer.watermark == "filled"
    assert [path.name for path in folder.glob("g*")] != ["g000099"]
    assert len(list(folder.glob("g*"))) == 1


def test_a_folder_that_is_taken_away_and_made_again_is_not_mistaken_for_the_old_one(folder):
    fill(folder, ROWS)
    reader = VectorReader(folder)
    reader.count()
    shutil.rmtree(folder)
    with pytest.raises(Unavailable, match="background"):
        reader.count()
    other = {paper: row(paper, paper + 7) for paper in ROWS}
    check_same(reader, fill(folder, other))


@pytest.mark.parametrize("call", ["pwrite", "fsync", "ftruncate"])
def test_a_full_disk_keeps_the_old_state(folder, monkeypatch, call):
    model = fill(folder, ROWS)
    before = (folder / "state.json").read_bytes()
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        for number in range(40):
            allowed = iter(range(number))
            real = getattr(os, call)

            def full(*arguments, allowed=allowed, real=real):
                if next(allowed, None) is None:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return real(*arguments)

            with monkeypatch.context() as patch:
                patch.setattr(os, call, full)
                try:
                    writer.apply([row(paper, paper + 1) for paper in range(1, 20)], [30], "fuller")
                except Unavailable:
                    if (folder / "state.json").read_bytes() == before:
                        check_same(VectorReader(folder), model)
                        continue
            break
        assert number > 0
        writer.apply([row(paper, paper + 1) for paper in range(1, 20)], [30], "fuller")
        model.update({paper: row(paper, paper + 1) for paper in range(1, 20)})
        del model[30]
        check_same(VectorReader(folder), model)
        assert writer.watermark == "fuller"


def test_a_compaction_that_finds_the_disk_full_keeps_the_old_files(folder, monkeypatch):
    model = fill(folder, ROWS)
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        writer.apply([], range(2, 30), "fewer")
        model = {paper: each for paper, each in model.items() if paper >= 30}
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
            with pytest.raises(Unavailable, match="full"):
                writer.compact()
        check_same(VectorReader(folder), model)
        assert writer.compact()
        check_same(VectorReader(folder), model)
    assert len(list(folder.glob("g*"))) == 1
