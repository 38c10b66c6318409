"""The static model: abstracts a second on one core, a query's cost, and nDCG@10 on the development sets.

python -m bench.static [--shared FOLDER] [--model FOLDER]
"""

import argparse
import json
import os
import re
import sqlite3
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.report import Figure, report
from broadsheet.embedding import PaperText, Vectors
from broadsheet.embedding.static import StaticModel, shipped
from broadsheet.sources.files import open_file

SETS = ("scifact", "keywords", "cacm", "cisi", "cranfield")
COSINE = 0.7
"""Weight of the cosine in the fusion; BM25 over its maximum has the rest."""
PAPERS = 20_000
ROUNDS = 5
K = 10


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("BROADSHEET_SHARED", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--shared", default=default, help="folder of the development data")
    parser.add_argument("--model", help="folder of a model instead of the shipped one")
    given = parser.parse_args()
    model = StaticModel.load(Path(given.model)) if given.model else shipped()
    shared = Path(given.shared)
    if not shared.is_dir():
        print("not run: data missing")
        return
    figures = [*speed(model, shared / "corpus" / "papers-200k.jsonl.zst"), *quality(model, shared / "retrieval")]
    report("static", figures, f"model {model.revision}, {len(model.vocabulary):,} terms of {model.dimensions} numbers")


def speed(model: StaticModel, corpus: Path) -> list[Figure]:
    """Papers a second of processor time, and microseconds a query of 10 words; the medians of five rounds."""
    papers = [text for text in read_papers(corpus, PAPERS) if text.abstract]
    queries = [" ".join(paper.abstract.split()[:10]) for paper in papers[:2000]]
    rates, costs = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        model.embed_papers(papers)
        between = time.process_time()
        for query in queries:
            model.embed_query(query)
        costs.append(1e6 * (time.process_time() - between) / len(queries))
        rates.append(len(papers) / (between - begun))
    size = len(model.to_bytes()) / 1e6
    return [
        Figure("papers with abstracts", float(np.median(rates)), "papers/s", "1,500"),
        Figure("a query of ten words", float(np.median(costs)), "us", "200"),
        Figure("the model's file", size, "MB", "20"),
    ]


def read_papers(path: Path, count: int) -> list[PaperText]:
    """The first papers of a corpus."""
    with open_file(path) as (stream, _):
        records = [json.loads(stream.readline()) for _ in range(count)]
    return [PaperText(record["title"], record.get("abstract") or "") for record in records]


def quality(model: StaticModel, retrieval: Path) -> list[Figure]:
    """nDCG@10 of each development set: the model alone, and fused with BM25; then the means."""
    figures, means = [], []
    for name in SETS:
        ids, papers, queries, judged = read_set(retrieval / name)
        cosines = model.embed_texts(queries) @ model.embed_papers(papers).T
        words = lexical(papers, queries)
        fused = COSINE * cosines + (1 - COSINE) * words / np.maximum(words.max(axis=1, keepdims=True), 1e-9)
        found = [ndcg(scores, ids, judged) for scores in (cosines, fused)]
        means.append(found)
        figures += [Figure(f"{name}, alone", found[0], "nDCG@10"), Figure(f"{name}, with BM25", found[1], "nDCG@10")]
    alone, both = np.mean(means, axis=0)
    return [*figures, Figure("mean, alone", alone, "nDCG@10", "45"), Figure("mean, with BM25", both, "nDCG@10", "54.5")]


def read_set(folder: Path) -> tuple[list[str], list[PaperText], list[str], list[dict[str, int]]]:
    """A set in BEIR's layout: ids and texts of papers, judged queries, and what each query's papers are worth."""
    with open_file(folder / "corpus.jsonl.zst") as (stream, _):
        records = [json.loads(line) for line in stream]
    queries = {}
    for line in (folder / "queries.jsonl").read_text().splitlines():
        record = json.loads(line)
        queries[record["_id"]] = record["text"]
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text().splitlines()[1:]:
        query, paper, worth = line.split("\t")
        judged.setdefault(query, {})[paper] = int(worth)
    kept = [query for query in queries if any(worth > 0 for worth in judged.get(query, {}).values())]
    papers = [PaperText(record.get("title", ""), record.get("text", "")) for record in records]
    return [r["_id"] for r in records], papers, [queries[q] for q in kept], [judged[q] for q in kept]


def lexical(papers: list[PaperText], queries: list[str]) -> Vectors:
    """BM25 of SQLite's FTS5 with Porter stems, any word of the query: shape (queries, papers)."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE paper USING fts5(text, tokenize = 'porter unicode61')")
    rows = ((number, f"{paper.title}. {paper.abstract}") for number, paper in enumerate(papers, start=1))
    connection.executemany("INSERT INTO paper (rowid, text) VALUES (?, ?)", rows)
    scores = np.zeros((len(queries), len(papers)), dtype=np.float32)
    for number, query in enumerate(queries):
        wanted = " OR ".join(f'"{word}"' for word in sorted(set(re.findall(r"\w+", query.lower()))))
        found = connection.execute("SELECT rowid, -bm25(paper) FROM paper WHERE paper MATCH ?", (wanted,))
        for row, score in found:
            scores[number, row - 1] = score
    return scores


def ndcg(scores: NDArray[np.float32], ids: list[str], judged: list[dict[str, int]]) -> float:
    """The mean nDCG@10 in percent, with linear gains."""
    discounts = 1 / np.log2(np.arange(2, K + 2))
    found = []
    for row, worth in zip(scores, judged, strict=True):
        first = np.argsort(-row, kind="stable")[:K]
        gains = np.array([max(0, worth.get(ids[place], 0)) for place in first])
        best = np.sort([value for value in worth.values() if value > 0])[::-1][:K]
        found.append(gains @ discounts[: len(gains)] / (best @ discounts[: len(best)]))
    return 100 * float(np.mean(found))


if __name__ == "__main__":
    main()
