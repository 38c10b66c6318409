"""Kills: whenever the writer dies, the folder holds the state before or the state after, and goes on from there."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.index.vectors.plain import DIMENSIONS, SMALL, check_same, row

from broadsheet.index.vectors import VectorReader, VectorWriter

BEFORE = {paper: row(paper, categories=("cs",)) for paper in range(1, 30)}
CALLS = ("pwrite", "ftruncate", "fsync")


def prepare(folder):
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        writer.apply(list(BEFORE.values()), (), "before")


def add(writer):
    writer.apply([row(paper, paper + 1, categories=("math",)) for paper in range(20, 40)], range(1, 5), "after")


def added():
    kept = {paper: each for paper, each in BEFORE.items() if paper >= 5}
    return kept | {paper: row(paper, paper + 1, categories=("math",)) for paper in range(20, 40)}


def compact(writer):
    writer.apply((), range(1, 20), "after")
    assert writer.compact()


def compacted():
    return {paper: each for paper, each in BEFORE.items() if paper >= 20}


def many_codes(writer):
    writer.apply([row(50, categories=tuple(f"code {number}" for number in range(40)))], (), "after")


def with_many_codes():
    return BEFORE | {50: row(50)}


def dies_at(call: int, folder: Path, act) -> bool:
    """Whether a process that acts died at its `call`-th call that touches the disk; else it came to its end."""
    child = os.fork()
    if not child:
        try:
            left = iter(range(call))
            for name in CALLS:
                setattr(os, name, counted(getattr(os, name), left))
            Path.replace = counted(Path.replace, left)
            Path.mkdir = counted(Path.mkdir, left)
            with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
                act(writer)
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def counted(real, left):
    def call(*arguments, **named):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)

    return call


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "after", "step"),
    [(add, added, 2), (compact, compacted, 3), (many_codes, with_many_codes, 8), (VectorWriter.clear, dict, 1)],
)
def test_a_writer_that_dies_at_any_call_leaves_the_old_or_the_new_state(tmp_path, act, after, step):
    seen = set()
    prepare(tmp_path / "prepared")
    for call in range(0, 1_000, step):
        folder = tmp_path / str(call)
        shutil.copytree(tmp_path / "prepared", folder)
        reader = VectorReader(folder)
        assert reader.count() == len(BEFORE)
        died = dies_at(call, folder, act)
        mark = reader.watermark()
        seen.add(mark)
        for asked in (reader, VectorReader(folder)):
            check_same(asked, BEFORE if mark == "before" else after())
        with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
            assert writer.watermark == mark
            assert len(list(folder.glob("g*"))) == 1
            act(writer) if act is not compact or mark == "before" else writer.compact()
        check_same(reader, after())
        reader.check()
        if not died:
            break
    assert len(seen) == 2


WRITING = """
import sys
from pathlib import Path
from broadsheet.index.vectors import VectorWriter
from tests.index.vectors.plain import DIMENSIONS, SMALL, row
with VectorWriter.open(Path(sys.argv[1]), DIMENSIONS, sizes=SMALL) as writer:
    batch = int(writer.watermark or 0)
    while True:
        batch += 1
        rows = [row(paper, paper + batch) for paper in range(batch * 5 % 35, batch * 5 % 35 + 9)]
        writer.apply(rows, [batch % 40], str(batch))
        print(batch, flush=True)
        writer.compact()
"""


def after_batches(batches):
    model = {}
    for batch in range(1, batches + 1):
        model.pop(batch % 40, None)
        model.update({paper: row(paper, paper + batch) for paper in range(batch * 5 % 35, batch * 5 % 35 + 9)})
    return model


@pytest.mark.slow
def test_a_writer_killed_ten_times_never_loses_what_it_committed(tmp_path):
    folder, dice, reader = tmp_path / "space", random.Random(), None
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITING, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        assert process.stdout is not None
        first = int(process.stdout.readline())
        time.sleep(dice.uniform(0, 0.2))
        process.kill()
        told = [first, *map(int, process.stdout.read().split())]
        process.wait()
        reader = reader or VectorReader(folder)
        mark = int(reader.watermark())
        assert mark in (told[-1], told[-1] + 1)
        check_same(reader, after_batches(mark))
        reader.check()
