"""Embedding: the built-in model on real abstracts, in texts a second of CPU time on one core, and what it costs.

python -m bench.embedding [--texts N]

Everything is measured in processes of its own, so that one's memory is not the other's.
"""

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import numpy as np

from bench.report import Figure, report
from broadsheet.embedding import PaperText
from broadsheet.embedding.minilm import open_minilm, reference_encoder
from broadsheet.embedding.texts import paper_text

LENGTHS = (16, 32, 64, 128, 200, 256)
"""Tokens."""
QUERIES = (
    "papers that use in-context learning as Bayesian inference",
    "how to choose pre-training data by gradient influence",
    "forecasting hospital visits from health records",
    "2401.12345",
    "graph neural networks",
)
ROUNDS = 40


def papers() -> list[PaperText]:
    """The papers of the sample's front page."""
    content = files("broadsheet").joinpath("data", "sample", "seed.json").read_text(encoding="utf-8")
    return [PaperText(record["title"], record["abstract"]) for record in json.loads(content)]


def embedding(folder: Path, count: int) -> dict[str, float]:
    """Texts a second by length, as they are, and milliseconds a query."""
    embedder, some = open_minilm(folder), papers()[:count]
    tokenizer, found = embedder.encoder.tokenizer, {}
    lengths = [len(tokenizer.encode(paper_text(paper)).ids) for paper in some]
    found[f"as they are, {statistics.mean(lengths):.0f} tokens on average"] = speed(embedder, some)
    long = [PaperText(paper_text(one), paper_text(other)) for one, other in itertools.pairwise(some)]
    for length in LENGTHS:
        tokenizer.enable_truncation(length)
        found[f"cut at {length} tokens"] = speed(embedder, long)
    tokenizer.enable_truncation(embedder.space.max_tokens)
    spent = []
    for query in QUERIES * ROUNDS:
        begun = time.process_time()
        embedder.embed_query(query)
        spent.append(1000 * (time.process_time() - begun))
    return {**found, "query": statistics.median(spent), "rss": rss()}


def speed(embedder, some) -> float:  # noqa: ANN001
    begun = time.process_time()
    embedder.embed_papers(some)
    return len(some) / (time.process_time() - begun)


def agreement(folder: Path, count: int) -> dict[str, float]:
    """Cosine of the built model to the published one in float32."""
    embedder, reference, some = open_minilm(folder), reference_encoder(), papers()[:count]
    vectors = embedder.embed_papers(some)
    cosines = [vector @ reference.encode(paper_text(paper)) for vector, paper in zip(vectors, some, strict=True)]
    return {"mean": float(np.mean(cosines)), "least": float(min(cosines))}


def opening(folder: Path, _: int) -> dict[str, float]:
    """CPU seconds to open the model, or to build and open it where it is missing; and the most memory that took."""
    begun = time.process_time()
    open_minilm(folder)
    spent = time.process_time() - begun
    return {"seconds": spent, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def rss() -> float:
    """MB that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


PARTS = {part.__name__: part for part in (embedding, agreement, opening)}


def apart(part: str, folder: Path, count: int) -> dict[str, float]:
    """What one part measures, in a process of its own."""
    command = [sys.executable, "-m", "bench.embedding", "--part", part, "--folder", str(folder), "--texts", str(count)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.folder, given.texts)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "minilm"
        built, opened = apart("opening", folder, 0), apart("opening", folder, 0)
        measured, agreed = apart("embedding", folder, given.texts), apart("agreement", folder, given.texts)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    query, held = measured.pop("query"), measured.pop("rss")
    figures = [Figure(f"papers, {name}", value, "texts/s") for name, value in measured.items()]
    figures += [
        Figure("query, CPU", query, "ms", "3.5"),
        Figure("build, once, CPU", built["seconds"], "s", "3"),
        Figure("build, most memory", built["peak"], "MB"),
        Figure("open, CPU", opened["seconds"], "s"),
        Figure("memory while embedding", held, "MB", "153"),
        Figure("on disk", size, "MB"),
        Figure("cosine to float32, mean, in hundredths", 100 * agreed["mean"], "", "99"),
        Figure("cosine to float32, least, in hundredths", 100 * agreed["least"], ""),
    ]
    report("embedding", figures, f"all-MiniLM-L6-v2, {given.texts} abstracts of the sample, one thread")


if __name__ == "__main__":
    main()
