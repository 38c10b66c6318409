"""Speed of the search index: writing, queries, similar papers, and how often a title finds its paper."""

import argparse
import gc
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import zstandard

from bench.report import Figure, report
from broadsheet.index import IndexDocument, Reader, TextQuery, Writer, days_since_epoch, highlight
from broadsheet.terms import split_terms

Argument = TypeVar("Argument")
BATCH = 2_000
FILTERS = {"category": "cs", "since": date(2010, 1, 1)}


HOSTILE = (
    *(
        '"',
        "NEAR/",
        "NEAR/3 (a b)",
        "the of and in",
        "a",
        "*",
        "??? ***",
        "a* b* c*",
        "深度学习 模型",
        "(((((",
        "[a TO z]",
    ),
    *("the " * 240, '"the of the of the of" ' * 40, "-" * 900, "-the -of", "x" * 1_000, " ".join("abcdefghij" * 20)),
    *(
        "title:the AND body:of OR NOT in",
        "learning " * 110,
        "$\\frac{1}{2}$ \\alpha",
        "🔥🔥🔥",
        "\u202eevil",
        "neural network model",
    ),
)


def read_corpus(path: Path, most: int) -> Iterator[IndexDocument]:
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if number > most:
                return
            yield _document(number, json.loads(line))


def _document(number: int, record: dict[str, object]) -> IndexDocument:
    key = str(record["id"]).partition(":")[2]
    codes = [str(code) for code in record.get("categories") or ()]  # type: ignore[attr-defined]
    return IndexDocument(
        paper_id=number,
        key=key,
        title=str(record["title"]),
        abstract=str(record.get("abstract") or ""),
        authors=tuple(record.get("authors") or ()),  # type: ignore[arg-type]
        identifiers=(key,),
        categories=tuple({*codes, *(code.partition(".")[0] for code in codes)}),
        venue=str(record.get("venue") or ""),
        published=_day(str(record.get("date") or "")),
    )


def _day(text: str) -> int | None:
    try:
        return days_since_epoch(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def measure_writing(folder: Path, papers: Sequence[IndexDocument]) -> list[Figure]:
    wall, cpu = time.perf_counter(), time.process_time()
    with Writer.rebuild(folder) as writer:
        for at in range(0, len(papers), BATCH):
            writer.apply(papers[at : at + BATCH], (), str(at))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    sample = papers[:: max(1, len(papers) // 5_000)]
    terms = _mean_ms(lambda paper: split_terms(paper.title + " " + paper.abstract), sample)
    return [
        Figure("papers written", len(papers) / wall, "papers/s", ">= 3,000"),
        Figure("writing, CPU", cpu / len(papers) * 1e6, "us/paper"),
        Figure("of which making terms", terms * 1e3, "us/paper"),
        Figure("size on disk", size / 1e6, "MB"),
        Figure("one batch visible", _measure_commit(folder, papers), "ms"),
    ]


def _measure_commit(folder: Path, papers: Sequence[IndexDocument]) -> float:
    with Writer.open(folder) as writer:
        start = time.perf_counter()
        writer.apply(papers[:100], (), "again")
        return (time.perf_counter() - start) * 1e3


def measure_searching(folder: Path, papers: Sequence[IndexDocument], chance: random.Random) -> list[Figure]:
    reader = Reader(folder)
    reader.count()
    sample = chance.sample(papers, min(1_000, len(papers)))
    every: list[float] = []
    figures: list[Figure] = []
    for words in range(1, 9):
        queries = [_query(paper, words, chance) for paper in sample[:200]]
        times = [_cpu_ms(reader.search, query) for query in queries]
        every += times
        figures.append(Figure(f"search, {words} words, median CPU", statistics.median(times), "ms"))
    similar = [_cpu_ms(lambda paper: _similar(reader, paper), paper) for paper in sample[:200]]
    marking = [_cpu_ms(lambda paper: highlight(paper.abstract, ("networks", "covid19")), paper) for paper in sample]
    titles = sum(_is_first(reader, paper) for paper in sample)
    return [
        *figures,
        Figure("search, 1-8 words, median CPU", statistics.median(every), "ms"),
        Figure("search, 1-8 words, 95th percentile CPU", statistics.quantiles(every, n=20)[-1], "ms"),
        Figure("similar papers, median CPU", statistics.median(similar), "ms"),
        Figure("marking an abstract, median CPU", statistics.median(marking), "ms"),
        Figure("exact titles at rank 1", titles / len(sample) * 100, "%"),
    ]


def _query(paper: IndexDocument, words: int, chance: random.Random) -> TextQuery:
    """Words of a real title in any order, every second time within a category and a span of years."""
    title = paper.title.split()
    text = " ".join(chance.sample(title, min(words, len(title))))
    return TextQuery(text, **FILTERS) if chance.random() < 0.5 else TextQuery(text)  # type: ignore[arg-type]


def _similar(reader: Reader, paper: IndexDocument) -> object:
    return reader.similar(paper.title, paper.abstract, exclude=paper.paper_id, limit=6)


def _is_first(reader: Reader, paper: IndexDocument) -> bool:
    rows = reader.search(TextQuery(paper.title[:1_000], limit=1)).rows
    return bool(rows) and rows[0].paper_id == paper.paper_id


def _cpu_ms(function: Callable[[Argument], object], argument: Argument) -> float:
    start = time.process_time()
    function(argument)
    return (time.process_time() - start) * 1e3


def _mean_ms(function: Callable[[Argument], object], arguments: Sequence[Argument]) -> float:
    return statistics.fmean(_cpu_ms(function, argument) for argument in arguments)


def measure_hostile(folder: Path) -> list[Figure]:
    """The slowest of the queries that are meant to hurt."""
    reader = Reader(folder)
    waits = []
    for words in HOSTILE:
        start = time.perf_counter()
        reader.search(TextQuery(words))
        waits.append((time.perf_counter() - start) * 1e3)
    return [Figure(f"worst of {len(HOSTILE)} hostile queries, wall", max(waits), "ms", "< 300")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = os.environ.get("BROADSHEET_SHARED", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--shared", type=Path, default=Path(shared), help="folder of the development data")
    parser.add_argument("--papers", type=int, default=200_000)
    options = parser.parse_args()
    papers = list(read_corpus(options.shared / "corpus" / "papers-200k.jsonl.zst", options.papers))
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_writing(Path(folder), papers)
        figures += measure_searching(Path(folder), papers, random.Random(1))
        figures += measure_hostile(Path(folder))
    figures.append(Figure("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "MB"))
    report("index", figures, f"{len(papers):,} papers of the development corpus")


if __name__ == "__main__":
    main()
