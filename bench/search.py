"""Search by words and meaning over 200,000 or 1,000,000 papers: cost, memory, disk, known items, hostile queries.

python -m bench.search [--size 200000] [--no-quality]

The quality tier's vectors are made by chance where they only cost time (`Noise`): what they hold changes no figure
here but the known items, which are measured without them.
"""

import argparse
import contextlib
import gc
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.progress import track

from bench.index import hostile_queries
from bench.report import RESULTS, Figure, report
from bench.search_corpus import Noise, build_vectors, build_words, put_into_use, read_corpus, recombined
from broadsheet.embedding import Embedder, PaperText
from broadsheet.embedding.static import shipped
from broadsheet.environment import read_environment
from broadsheet.errors import BadInput
from broadsheet.finding import Finder, Question
from broadsheet.index import IndexDocument, Reader, Writer
from broadsheet.index.spaces import vectors_folder
from broadsheet.index.vectors import Row, VectorWriter
from broadsheet.meaning import Meaning
from broadsheet.models import Models

PAPERS = 197_000
QUERIES = 400
ITEMS = 1_000
PER_SECOND = 20
BUDGETS = {200_000: "<= 12", 1_000_000: "<= 25"}
QUESTIONS = (
    "papers that use in-context learning as Bayesian inference",
    "how to choose pre-training data by gradient influence",
    "forecasting hospital visits from health records",
)


def queries(papers: Sequence[IndexDocument], chance: random.Random, count: int) -> list[str]:
    """Queries as people type them: words of a title, a stretch of an abstract, keywords, names."""
    found = []
    for paper in chance.sample(list(papers), count):
        title, abstract = paper.title.split(), paper.abstract.split()
        at = chance.randrange(max(1, len(abstract) - 12))
        kinds = (
            " ".join(title[:6]),
            " ".join(abstract[at : at + 10]) or paper.title,
            " ".join(chance.sample(title, min(3, len(title)))),
            f"{(paper.authors or ('',))[0].split(' ')[-1]} {' '.join(title[:2])}",
            " ".join(chance.sample(abstract, min(4, len(abstract)))) or paper.title,
        )
        found.append(chance.choice(kinds))
    return found


def milliseconds(ask: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """CPU of each call."""
    spent = []
    for text in texts:
        start = time.process_time()
        ask(text)
        spent.append((time.process_time() - start) * 1e3)
    return spent


def measure_cost(finder: Finder, texts: Sequence[str], size: int) -> list[Figure]:
    """CPU of a question, with and without facets, warm, every question a new one."""
    milliseconds(lambda text: finder.find(Question(text)), texts[:100])
    figures = []
    for name, facets in (("hybrid query", False), ("hybrid query with facets", True)):
        half = texts[100 : 100 + QUERIES] if not facets else texts[100 + QUERIES : 100 + 2 * QUERIES]
        spent = milliseconds(lambda text, facets=facets: finder.find(Question(text, facets=facets)), half)
        median, p99 = statistics.median(spent), statistics.quantiles(spent, n=100)[-1]
        budget = BUDGETS.get(size, "") if not facets else ""
        figures.append(Figure(f"{name}: CPU, median", median, "ms", budget))
        figures.append(Figure(f"{name}: CPU, p99 over median", p99 / median, "x", "<= 4" if not facets else ""))
    return figures


def measure_items(finder: Finder, papers: Sequence[IndexDocument], chance: random.Random) -> list[Figure]:
    """Known items: the whole title, a title with one wrong letter, the first author with two words of the title."""
    sample = [paper for paper in chance.sample(list(papers), 2 * ITEMS) if len(paper.title.split()) > 3][:ITEMS]
    named = [paper for paper in sample if paper.authors]
    same = {paper.paper_id: paper.title.casefold() for paper in papers}

    def rank(text: str, paper: IndexDocument, depth: int) -> bool:
        rows = finder.find(Question(text, limit=depth)).rows
        # Two papers of one title are both what was asked for.
        return any(row.paper_id == paper.paper_id or same.get(row.paper_id) == same[paper.paper_id] for row in rows)

    exact = sum(rank(paper.title, paper, 1) for paper in sample) / len(sample)
    typo = sum(rank(with_typo(paper.title, chance), paper, 1) for paper in sample) / len(sample)
    author = sum(rank(by_author(paper, chance), paper, 10) for paper in named) / len(named)
    return [
        Figure("known item: exact title at rank 1", 100 * exact, "%", ">= 99.5"),
        Figure("known item: title with one typo at rank 1", 100 * typo, "%", ">= 97"),
        Figure("known item: first author and two words in top 10", 100 * author, "%", ">= 90"),
    ]


def with_typo(title: str, chance: random.Random) -> str:
    """The title with one letter of one longer word replaced, left out, doubled or swapped with the next."""
    words = title.split()
    long = [place for place, word in enumerate(words) if len(word) > 3] or list(range(len(words)))
    place = chance.choice(long)
    word, at = words[place], chance.randrange(max(1, len(words[place]) - 1))
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    kinds = (
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at : at + 1] + word[at:],
        word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
    )
    words[place] = chance.choice(kinds)
    return " ".join(words)


def by_author(paper: IndexDocument, chance: random.Random) -> str:
    """The first author's family name and two telling words of the title."""
    words = [word for word in paper.title.split() if len(word) > 3] or paper.title.split()
    return f"{paper.authors[0].split()[-1]} {' '.join(chance.sample(words, min(2, len(words))))}"


def measure_hostile(finder: Finder, chance: random.Random) -> list[Figure]:
    """The worst of them; one that is refused counts as answered."""

    def ask(text: str) -> None:
        with contextlib.suppress(BadInput):
            finder.find(Question(text, facets=True))

    texts = hostile_queries(chance)
    spent = []
    for text in texts:
        wall, own = time.perf_counter(), time.process_time()
        ask(text)
        spent.append(((time.process_time() - own) * 1e3, (time.perf_counter() - wall) * 1e3))
    worst = texts[spent.index(max(spent))]
    print(f"worst of {len(texts)}: {worst[:80]!r}")
    return [
        Figure(f"worst of {len(texts)} hostile queries, CPU", max(own for own, _ in spent), "ms", "<= 300"),
        Figure(f"worst of {len(texts)} hostile queries, wall", max(wall for _, wall in spent), "ms", "<= 300"),
    ]


def measure_freshness(folder: Path, finder: Finder, instant: Embedder, texts: Sequence[str]) -> list[Figure]:
    """How long a new paper takes to be found by its words and by its meaning while others search."""
    stop = threading.Event()

    def load() -> None:
        for text in texts * 50:
            if stop.wait(1 / PER_SECOND):
                return
            finder.find(Question(text))

    thread = threading.Thread(target=load)
    thread.start()
    waits = [_visible_after(folder, finder, instant, number) for number in range(5)]
    stop.set()
    thread.join()
    return [Figure(f"new paper found, {PER_SECOND} queries/s beside, worst of 5", max(waits), "s", "< 5")]


def _visible_after(folder: Path, finder: Finder, instant: Embedder, number: int) -> float:
    paper = 9_000_001 + number
    text = PaperText(f"Zyxograph {number} of quivering manifolds", "We weigh the zyxographs of quivering manifolds.")
    start = time.perf_counter()
    with Writer.open(folder) as writer:
        writer.apply([IndexDocument(paper, f"fresh.{paper}", text.title, text.abstract)], (), f"fresh {paper}")
    with VectorWriter.open(vectors_folder(folder, instant.space.id), instant.space.dimensions) as vectors:
        vectors.apply([Row(paper, instant.embed_papers([text])[0], text.digest)], (), "")
    while not any(row.paper_id == paper for row in finder.find(Question(text.title)).rows):
        time.sleep(0.02)
    waited = time.perf_counter() - start
    with Writer.open(folder) as writer:
        writer.apply((), [paper], "gone")
    with VectorWriter.open(vectors_folder(folder, instant.space.id), instant.space.dimensions) as vectors:
        vectors.apply((), [paper], "")
    return waited


def resident_mb() -> float:
    """Memory of this process that is its own: resident, without pages of files."""
    with Path("/proc/self/status").open() as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))) / 1024


def size_mb(folder: Path) -> float:
    """Size on disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def build(folder: Path, shared: Path, size: int, instant: Embedder, quality: Embedder | None) -> None:
    """The index, where there is none yet."""

    def papers() -> Iterable[IndexDocument]:
        return recombined(list(read_corpus(shared)), size)

    if not (folder / "current").exists():
        build_words(folder, iter(track(papers(), "words", total=size)), lambda _: None)
    for embedder in filter(None, (instant, quality)):
        if not vectors_folder(folder, embedder.space.id).exists():
            told = iter(track(papers(), embedder.space.model, total=size))
            build_vectors(folder, told, embedder, lambda _: None, filtered=embedder is instant)
    put_into_use(folder, instant, quality)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--no-quality", action="store_true")
    parser.add_argument("--memory", type=Path, default=None)
    given = parser.parse_args()
    if given.memory:
        measure_memory(given.memory)
        return
    shared = Path(os.environ.get("BROADSHEET_SHARED", "../shared/data")) / "corpus" / "papers-200k.jsonl.zst"
    folder = RESULTS / "local" / f"search-{given.size}"
    instant = shipped()
    model = None if given.no_quality else Models(read_environment()).open("builtin", folder)
    quality = Noise(model) if model else None
    build(folder, shared, given.size, instant, quality)
    papers = list(read_corpus(shared))
    chance = random.Random(7)
    texts = queries(papers, chance, 100 + 2 * QUERIES)

    opened = {"i": instant, "q": quality}
    finder = Finder(Reader(folder), Meaning(folder, lambda choice, _: opened[choice]))  # type: ignore[arg-type, return-value]
    gc.collect()
    figures = measure_cost(finder, texts, given.size)
    put_into_use(folder, instant, None)
    figures += measure_items(finder, papers, chance)
    put_into_use(folder, instant, quality)
    figures += measure_hostile(finder, chance)
    figures += measure_freshness(folder, finder, instant, texts)
    del papers
    figures.append(Figure("index on disk", size_mb(folder), "MB", "<= 1,500" if given.size >= 1_000_000 else ""))
    figures += _memory(folder)
    setting = f"{given.size:,} papers" + (", the larger part recombined" if given.size > PAPERS + 3_000 else "")
    report(f"search-{given.size}", figures, setting)


def _memory(folder: Path) -> list[Figure]:
    """Memory of a process of its own that does nothing but search."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.search", "--memory", str(folder)], capture_output=True, text=True, check=True
    )
    return [Figure("memory of a searching process, without pages of files", float(told.stdout), "MB", "<= 600")]


def measure_memory(folder: Path) -> None:
    """Print what this process holds after some searches."""
    instant, model = shipped(), Models(read_environment()).open("builtin", folder)
    opened: dict[str, Embedder] = {"i": instant, "q": model}
    finder = Finder(Reader(folder), Meaning(folder, lambda choice, _: opened[choice]))
    for words in QUESTIONS * 20:
        finder.find(Question(f"{words} {random.random()}", facets=True))
    print(resident_mb())


if __name__ == "__main__":
    main()
