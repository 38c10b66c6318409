"""Whether the weights of the fusion hold where they were not chosen: chosen on four collections, scored on the fifth.

    broadsheet evaluate retrieval FOLDER --keep KEPT
    python -m bench.fusion FOLDER --keep KEPT

The grid is scored by the product's own `Finder.fuse`, over the indexes that the evaluation kept. Beside that, weights
are chosen on a random half of all queries and scored on the other half, TIMES times.
"""

import argparse
import random
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.progress import track

from bench.report import Figure, report
from broadsheet.embedding import Embedder
from broadsheet.environment import read_environment
from broadsheet.finding import Finder
from broadsheet.fusing import Fusion
from broadsheet.index import Reader
from broadsheet.index.spaces import Chosen, Spaces, write_spaces
from broadsheet.meaning import Meaning
from broadsheet.measures import ndcg
from broadsheet.models import Models
from broadsheet.retrieval import Collection, read_collection

SHIPPED = Fusion()
TEXTS = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50)
INSTANTS = (0.0, 0.05, 0.10, 0.15, 0.20, 0.30)
TIMES = 20
Gains = dict[Fusion, list[float]]
"""nDCG@10 of each query under each choice of weights."""


def grid() -> list[Fusion]:
    """The weights tried, those in use among them."""
    found = [Fusion(text, instant, round(1 - text - instant, 2)) for text in TEXTS for instant in INSTANTS]
    assert SHIPPED in found
    return found


def open_models() -> dict[str, Embedder]:
    """The models by which the product searches."""
    models = Models(read_environment())
    return {"instant": models.newest_static(), "quality": models.open(models.quality_choice, Path())}


def measure(collection: Collection, folder: Path, models: dict[str, Embedder], tried: Sequence[Fusion]) -> Gains:
    """Every query of a collection under all weights."""
    write_spaces(folder, Spaces(**{tier: Chosen(model.space.id, tier) for tier, model in models.items()}))
    reader, meaning = Reader(folder), Meaning(folder, lambda choice, _: models[choice])
    finders = [Finder(reader, meaning, fusion) for fusion in tried]
    gains: Gains = {fusion: [] for fusion in tried}
    ids = list(collection.papers)
    for query, judged in track(collection.judged.items(), collection.name, total=len(collection.judged)):
        selection = reader.snapshot().select(collection.queries[query])
        for finder in finders:
            head = finder.fuse(selection, meaning.tiers(), 10)
            gains[finder.fusion].append(ndcg([ids[paper - 1] for paper in head.papers], judged))
    return gains


def best(gains: Iterable[Gains], tried: Sequence[Fusion]) -> Fusion:
    """The weights with the highest mean over collections."""
    found = list(gains)
    return max(tried, key=lambda fusion: statistics.fmean(statistics.fmean(each[fusion]) for each in found))


def left_out(gains: dict[str, Gains], tried: Sequence[Fusion]) -> list[Figure]:
    """For each collection: with weights chosen on the others, with those in use, with the best for it alone."""
    figures = []
    for name, own in gains.items():
        chosen = best((each for other, each in gains.items() if other != name), tried)
        figures += [
            Figure(f"{name}: weights of the other four ({told(chosen)})", percent(own[chosen]), "%"),
            Figure(f"{name}: weights in use ({told(SHIPPED)})", percent(own[SHIPPED]), "%"),
            Figure(f"{name}: its own best ({told(best([own], tried))})", percent(own[best([own], tried)]), "%"),
        ]
    means = [statistics.fmean(figure.value for figure in figures[at::3]) for at in range(3)]
    names = ("weights of the other four", "weights in use", "its own best")
    return [*figures, *(Figure(f"mean: {name}", mean, "%") for name, mean in zip(names, means, strict=True))]


def halves(gains: dict[str, Gains], tried: Sequence[Fusion], chance: random.Random) -> list[Figure]:
    """Means over the collections on the half of the queries that did not choose."""
    chosen, shipped = [], []
    for _ in range(TIMES):
        first, second = zip(*(_split(each, chance) for each in gains.values()), strict=True)
        fusion = best(first, tried)
        chosen.append(statistics.fmean(percent(each[fusion]) for each in second))
        shipped.append(statistics.fmean(percent(each[SHIPPED]) for each in second))
    differences = [one - other for one, other in zip(chosen, shipped, strict=True)]
    return [
        Figure(f"other half of the queries, mean of {TIMES}: weights of the first half", statistics.fmean(chosen), "%"),
        Figure(f"other half of the queries, mean of {TIMES}: weights in use", statistics.fmean(shipped), "%"),
        Figure("their difference, standard deviation", statistics.stdev(differences), "%"),
    ]


def _split(gains: Gains, chance: random.Random) -> tuple[Gains, Gains]:
    count = len(next(iter(gains.values())))
    first = set(chance.sample(range(count), count // 2))
    return (
        {fusion: [each[at] for at in range(count) if at in first] for fusion, each in gains.items()},
        {fusion: [each[at] for at in range(count) if at not in first] for fusion, each in gains.items()},
    )


def percent(values: Sequence[float]) -> float:
    """The mean in percent."""
    return 100 * statistics.fmean(values)


def told(fusion: Fusion) -> str:
    """The weights of words, static model and MiniLM."""
    return f"{fusion.text:.2f} {fusion.instant:.2f} {fusion.quality:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of collections in BEIR's layout")
    parser.add_argument("--keep", type=Path, required=True, help="folder that `broadsheet evaluate retrieval` kept")
    given = parser.parse_args()
    models, tried = open_models(), grid()
    names = sorted(each.parent.name for each in given.folder.glob("*/queries.jsonl"))
    gains = {name: measure(read_collection(given.folder / name), given.keep / name, models, tried) for name in names}
    figures = [*left_out(gains, tried), *halves(gains, tried, random.Random(1))]
    report("fusion", figures, f"nDCG@10 under {len(tried)} choices of weights, {len(names)} collections")


if __name__ == "__main__":
    main()
