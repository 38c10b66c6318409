"""The command that trains: models of the operator's own papers."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.errors import BadInput
from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json

if TYPE_CHECKING:
    from broadsheet.embedding import Embedder
    from broadsheet.training.measuring import Measured
    from broadsheet.training.papers import TrainingPaper
    from broadsheet.training.recipe import Trained

app = typer.Typer(help="Train models on papers.", no_args_is_help=True)

Source = Annotated[
    list[Path] | None,
    typer.Option("--from", help="Papers to learn from (.jsonl, .gz, .zst) instead of the catalogue; repeatable."),
]
Into = Annotated[Path | None, typer.Option("--into", help="Folder of the model [default: DATA/models/static].")]
Pairs = Annotated[
    Path | None, typer.Option("--pairs", help='Further pairs of texts that mean the same: {"a": …, "b": …} a line.')
]
Anew = Annotated[
    bool,
    typer.Option("--anew", help="Start from the quality model's vectors of single words, not from a static model."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.command("static")
def train_static(
    *,
    source: Source = None,
    into: Into = None,
    pairs: Pairs = None,
    anew: Anew = False,
    dimensions: Annotated[int, typer.Option(help="Numbers in a vector.", min=16, max=1024)] = 512,
    rounds: Annotated[float, typer.Option(help="How often each paper is learnt from.", min=0.01, max=100)] = 3.0,
    minutes: Annotated[float, typer.Option(help="End after so many minutes.", min=0.01)] = 50.0,
    seed: Annotated[int, typer.Option(help="Number that decides what is drawn.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Train the word vectors of the instant tier on the catalogue's own papers, and say what that brought."""
    from broadsheet.embedding.static import shipped
    from broadsheet.training.papers import read_pairs
    from broadsheet.training.recipe import Material, Plan, train
    from broadsheet.training.writing import write_model

    with _papers(source, into, anew=anew) as (papers, folder, teacher):
        start = None if teacher else shipped()
        terms = shipped().vocabulary.terms if teacher else ()
        further = tuple(read_pairs(pairs)) if pairs else ()
        plan = Plan(dimensions=dimensions, rounds=rounds, minutes=minutes, seed=seed)
        trained = train(Material(papers, start, teacher, terms, further), plan, _report)
        write_model(trained.model, folder)
    if as_json:
        return print_json(_as_json(trained, folder))
    return _print(trained, folder)


@contextmanager
def _papers(
    source: list[Path] | None, into: Path | None, *, anew: bool
) -> Iterator[tuple[list["TrainingPaper"], Path, "Embedder | None"]]:
    """What to learn from, where to write, and the teacher if one is asked; files need no instance."""
    from broadsheet.environment import read_environment
    from broadsheet.training.papers import read_papers, stored_papers

    if source:
        environment = read_environment()
        papers = list(itertools.chain.from_iterable(read_papers(path) for path in source))
        yield papers, into or environment["data"] / "models" / "static", _teacher(environment["data"]) if anew else None
        return
    with instance() as environment:
        papers = list(stored_papers())
        if not papers:
            raise BadInput("The catalogue is empty. Name a file of papers with --from.")
        yield papers, into or environment["data"] / "models" / "static", _teacher(environment["data"]) if anew else None


def _teacher(data: Path) -> "Embedder":
    from broadsheet.embedding.minilm import open_minilm

    return open_minilm(data / "models" / "minilm")


def _report(what: str, done: int, whole: int) -> None:
    """A line now and then: a bar would need the length beforehand."""
    if done == whole or done % max(1, whole // 10) == 0:
        err().print(f"{what}: {done:,} of {whole:,}")


def _as_json(trained: "Trained", folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "revision": trained.model.revision,
        "terms": len(trained.model.vocabulary),
        "dimensions": trained.model.dimensions,
        "papers": trained.papers,
        "steps": trained.steps,
        "seconds": round(trained.seconds, 1),
        "held_back": {"papers": trained.after.papers, "before": _pair(trained.before), "after": _pair(trained.after)},
    }


def _pair(measured: "Measured") -> dict[str, float]:
    return {"mrr": round(measured.mrr, 4), "recall_at_10": round(measured.recall, 4)}


def _print(trained: "Trained", folder: Path) -> None:
    out().print(f"Learnt from {trained.papers:,} papers in {trained.seconds:.0f} s ({trained.steps:,} steps).")
    out().print(f"{len(trained.model.vocabulary):,} words and pieces, {trained.model.dimensions} numbers each.")
    out().print(f"Titles find their abstracts among {trained.after.papers:,} papers that were held back:")
    for name, measured in (("before", trained.before), ("after", trained.after)):
        out().print(f"  {name:<7} MRR {measured.mrr:.3f}, in the first ten {measured.recall:.1%}")
    out().print(f"Written to {folder}. New papers get vectors of this model; the others follow in the background.")
