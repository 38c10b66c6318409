"""The kill drill of search: following, rebuilding and a change of model, each killed 50 times at any moment.

python -m bench.search_kills [--kills 50] [--papers 4000]

After every kill a search over what is left has to answer; after the last one a run to the end has to leave words and
vectors that agree with the catalogue, paper by paper.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import zstandard

from bench.kill_drill import variables
from bench.report import Figure, report
from broadsheet.embedding.static import FILE, shipped

STEP = """
import sys
from broadsheet.launch import instance
kind = sys.argv[1]
with instance() as environment:
    from broadsheet import indexing
    from broadsheet.models import Models
    from broadsheet.store.query import execute
    from broadsheet.vectoring import Instant
    index = environment["data"] / "index"
    if kind != "model":
        execute(
            "INSERT INTO change (paper_id, removed) SELECT id, false FROM paper "
            "WHERE merged_into IS NULL ORDER BY random() LIMIT 1500"
        )
    print("begun", flush=True)
    if kind == "rebuild":
        indexing.rebuild(index)
    indexing.follow(index)
    instant = Instant(index, Models(environment))
    instant.catch_up()
"""
ASK = """
from broadsheet.launch import instance
with instance() as environment:
    from broadsheet.finding import Question
    from broadsheet.models import instance_finder
    answer = instance_finder(environment).find(Question("neural network learning"))
    print(answer.total, len(answer.rows))
"""
COMPARE = """
from broadsheet.launch import instance
with instance() as environment:
    import numpy as np
    from broadsheet.embedding import PaperText
    from broadsheet.index import Reader
    from broadsheet.index.spaces import read_spaces, vectors_folder
    from broadsheet.index.vectors import VectorReader
    from broadsheet.store.query import rows
    index = environment["data"] / "index"
    papers = rows("SELECT id, title, abstract FROM paper WHERE merged_into IS NULL ORDER BY id")
    wanted = {paper: PaperText(title, abstract).digest for paper, title, abstract in papers}
    held = VectorReader(vectors_folder(index, read_spaces(index).instant.space)).held()
    found = dict(zip(held.papers.tolist(), held.digests.tolist()))
    print(sum(wanted.get(p) != found.get(p) for p in {*wanted, *found}) + abs(Reader(index).count() - len(wanted)))
"""


def run(code: str, data: Path, *words: str) -> str:
    """What a step prints; one that fails ends the drill."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=variables(data), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{words} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout.strip()


def killed(kind: str, data: Path, seconds: float) -> bool:
    """Start a step and kill it so long after its beginning; whether it was at work."""
    process = subprocess.Popen(
        [sys.executable, "-c", STEP, kind], env=variables(data), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def switch_model(data: Path) -> None:
    """Another static model than before: the operator's own, whose revision differs, or again the shipped one."""
    own = data / "models" / "static"
    if own.exists():
        shutil.rmtree(own)
    else:
        model = shipped()
        own.mkdir(parents=True)
        (own / FILE).write_bytes(replace(model, scales=model.scales / 2).to_bytes())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--papers", type=int, default=4_000)
    given = parser.parse_args()
    shared = Path(os.environ.get("BROADSHEET_SHARED", "../shared/data")) / "corpus" / "papers-200k.jsonl.zst"
    dice, figures = random.Random(3), []
    with tempfile.TemporaryDirectory(prefix="broadsheet-drill-") as folder:
        data, some = Path(folder) / "data", Path(folder) / "some.jsonl"
        with zstandard.open(shared, "rt", encoding="utf-8") as lines, some.open("w") as file:
            file.writelines(line for _, line in zip(range(given.papers), lines, strict=False))
        subprocess.run([sys.executable, "-m", "broadsheet", "ingest", str(some)], env=variables(data), check=True)
        for kind in ("follow", "rebuild", "model"):
            if kind == "model":
                switch_model(data)
            start = time.perf_counter()
            run(STEP, data, kind)
            whole = time.perf_counter() - start
            met = unanswered = 0
            for _ in range(given.kills):
                if kind == "model":
                    switch_model(data)
                met += killed(kind, data, dice.uniform(0, whole))
                unanswered += run(ASK, data) == "0 0"
            run(STEP, data, kind)
            wrong = int(run(COMPARE, data))
            figures += [
                Figure(f"{kind}: kills that met it at work", met, "kills"),
                Figure(f"{kind}: searches after a kill without answer", unanswered, "searches", "0"),
                Figure(f"{kind}: papers that differ from the catalogue at the end", wrong, "papers", "0"),
            ]
    report("search_kills", figures, f"{given.papers:,} papers, {given.kills} kills of each kind")


if __name__ == "__main__":
    main()
