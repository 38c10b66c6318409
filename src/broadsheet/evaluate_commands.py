"""The commands that evaluate: the product's own rules on labelled data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.environment import read_environment
from broadsheet.errors import Unavailable
from broadsheet.printing import err, out, print_json, progress, safe
from broadsheet.ranking_commands import evaluate_ranking

if TYPE_CHECKING:
    from broadsheet.drafts import Draft
    from broadsheet.embedding import Embedder
    from broadsheet.evaluating import Report, WrongPair
    from broadsheet.models import Models
    from broadsheet.retrieval import Report as RetrievalReport

app = typer.Typer(help="Measure the product's own rules on labelled data.", no_args_is_help=True)

app.command("ranking")(evaluate_ranking)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.command("identity")
def evaluate_identity(
    file: Annotated[Path, typer.Argument(help="Labelled pairs, one JSON object a line (.jsonl, .gz or .zst).")],
    *,
    errors: Annotated[int, typer.Option(help="How many wrongly judged pairs to print.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Tell how well the rule for one work does on labelled pairs: precision and recall."""
    from broadsheet.evaluating import evaluate_identity as evaluate

    report = evaluate(file)
    if as_json:
        return print_json(_report_json(report, errors))
    out().print(f"{report.pairs:,} pairs in {report.seconds:.1f} s")
    out().print(f"one work, and found so:      {report.true_same:>7,}")
    out().print(f"one work, but not found so:  {report.missed_same:>7,}")
    out().print(f"two works, but joined:       {report.false_same:>7,}")
    out().print(f"two works, and kept apart:   {report.true_different:>7,}")
    out().print(f"of those kept apart, for the review list: {report.doubtful:,}")
    out().print(f"precision {report.precision:.4f}")
    out().print(f"recall    {report.recall:.4f}")
    for pair in report.wrong[:errors]:
        _print_wrong(pair)
    return None


def _report_json(report: "Report", errors: int) -> dict[str, Any]:
    return {
        "pairs": report.pairs,
        "true_positives": report.true_same,
        "false_positives": report.false_same,
        "false_negatives": report.missed_same,
        "true_negatives": report.true_different,
        "doubtful": report.doubtful,
        "precision": report.precision,
        "recall": report.recall,
        "seconds": round(report.seconds, 2),
        "errors": [
            {
                "place": p.place,
                "label": p.label,
                "a": _side(p.a),
                "b": _side(p.b),
                "found": p.found and p.found.evidence,
            }
            for p in report.wrong[:errors]
        ],
    }


def _side(draft: "Draft") -> dict[str, Any]:
    return {
        "key": draft.key,
        "title": draft.title,
        "authors": [author.name for author in draft.authors],
        "year": draft.published.day.year if draft.published else None,
        "identifiers": [f"{each.kind}:{each.value}" for each in draft.identifiers],
    }


def _print_wrong(pair: "WrongPair") -> None:
    found = safe(pair.found.evidence) if pair.found else "nothing in common"
    out().print(f"\n[bold]{safe(pair.place)}[/bold], labelled {pair.label}: {found}")
    for side in (_side(pair.a), _side(pair.b)):
        out().print(f"  {safe(side['title'])}")
        people = ", ".join(side["authors"][:6])
        out().print(f"    [dim]{safe(people)} · {side['year']} · {safe(', '.join(side['identifiers']))}[/dim]")


@app.command("retrieval")
def evaluate_retrieval(
    folders: Annotated[list[Path], typer.Argument(help="Collections in BEIR's layout, or a folder of such.")],
    *,
    keep: Annotated[Path | None, typer.Option(help="Folder that keeps the vectors for the next time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how well search finds, by words, by each model and by all together: nDCG@10, recall@100, MRR."""
    from broadsheet.models import Models
    from broadsheet.retrieval import evaluate_retrieval as evaluate
    from broadsheet.retrieval import read_collection

    models = Models(read_environment())
    instant, quality = models.newest_static(), _quality_model(models)
    reports = []
    for folder in _collections(folders):
        collection = read_collection(folder)
        with progress(f"Reading {collection.name}", 2 * len(collection.papers)) as update:
            reports.append(evaluate(collection, instant, quality, keep, update))
        if not as_json:
            _print_retrieval(reports[-1])
    if as_json:
        return print_json([_retrieval_json(report) for report in reports])
    if len(reports) > 1:
        _print_means(reports)
    return None


def _quality_model(models: "Models") -> "Embedder | None":
    try:
        return models.open(models.quality_choice, Path()) if models.quality_choice else None
    except Unavailable as error:
        err().print(safe(f"Without the quality model: {error}"))
        return None


def _collections(folders: list[Path]) -> list[Path]:
    """The folders named, and in place of one that holds collections those."""
    found = []
    for folder in folders:
        inner = [each.parent for each in sorted(folder.glob("*/queries.jsonl"))]
        found += inner or [folder]
    return found


def _print_retrieval(report: "RetrievalReport") -> None:
    out().print(f"[bold]{safe(report.name)}[/bold]: {report.papers:,} papers, {report.queries:,} queries")
    for way, quality in report.ways.items():
        _print_line(way, quality.ndcg_10, quality.recall_100, quality.mrr)
    for name, value in report.published.items():
        out().print(f"  {safe(name):<44} {value:5.1f}   (published nDCG@10)")


def _print_means(reports: "list[RetrievalReport]") -> None:
    out().print(f"[bold]Mean of {len(reports)} collections[/bold]")
    for way in reports[0].ways:
        found = [report.ways[way] for report in reports if way in report.ways]
        means = (sum(getattr(q, name) for q in found) / len(found) for name in ("ndcg_10", "recall_100", "mrr"))
        _print_line(way, *means)


def _print_line(way: str, *values: float) -> None:
    ndcg, recall, mrr = (100 * value for value in values)
    out().print(f"  {safe(way):<44} {ndcg:5.1f} nDCG@10  {recall:5.1f} R@100  {mrr:5.1f} MRR")


def _retrieval_json(report: "RetrievalReport") -> dict[str, Any]:
    ways = {
        way: {"ndcg_10": round(q.ndcg_10, 4), "recall_100": round(q.recall_100, 4), "mrr": round(q.mrr, 4)}
        for way, q in report.ways.items()
    }
    return {
        "collection": report.name,
        "papers": report.papers,
        "queries": report.queries,
        "ways": ways,
        "published_ndcg_10": report.published,
    }
