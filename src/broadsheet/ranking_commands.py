"""The command that replays vote histories through ranking formulas."""

import json
from dataclasses import asdict
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from broadsheet.errors import BadInput
from broadsheet.printing import out, safe
from broadsheet.ranking import Weights

if TYPE_CHECKING:
    from broadsheet.foretelling import CurvePoint, Interval, KindReport, Quality, Report

KINDS = {
    "edition": "The papers of one day, an hour after it ended",
    "front": "The papers of five days, as a front page holds them at that moment",
    "first_day": "All papers in one list, each at the end of its own first day",
}


TABLE_WIDTH = 140
"""A narrower terminal breaks the lines itself; cells that wrap could not be read."""


class Weeks(Enum):
    """Which weeks are reported."""

    REPORT = "report"
    FIT = "fit"
    ALL = "all"


def evaluate_ranking(
    folder: Annotated[Path, typer.Argument(help="Folder with observations.jsonl and records.jsonl (or .gz, .zst).")],
    *,
    settled: Annotated[int, typer.Option(help="Days after which votes count as final.", min=2, max=365)] = 7,
    days_per_ten: Annotated[float, typer.Option(help="Days that weigh as much as ten times the votes.")] = (
        Weights().days_per_ten
    ),
    weeks: Annotated[Weeks, typer.Option(help="Weeks to report: those the constant was not chosen on, or others.")] = (
        Weeks.REPORT
    ),
    to: Annotated[Path | None, typer.Option("--json", help="Also write everything to this file as JSON.")] = None,
) -> None:
    """Tell how well each ranking formula foretells papers' final votes from their first day."""
    from broadsheet.foretelling import foretell
    from broadsheet.histories import read_histories

    histories = read_histories(folder)
    report = foretell(histories.papers, Weights(days_per_ten=days_per_ten), timedelta(days=settled), weeks.value)
    _print_head(report, len(histories.papers), histories.left_out, settled)
    if report.half != weeks.value:
        out().print("There are too few papers for two halves, so all weeks are reported.")
    out().print("In brackets: where 95 of 100 drawings of the weeks put a value.\n")
    for kind in report.kinds:
        _print_kind(kind)
    if report.curve:
        _print_curve(report.curve)
    if to:
        _write(to, _report_json(report, histories.left_out))


def _print_head(report: "Report", papers: int, left_out: int, settled: int) -> None:
    out().print(
        f"{papers:,} papers read, {report.papers:,} of them seen on their first day and again {settled} days later."
        + (f" {left_out:,} lines without a paper, a moment or votes were left out." if left_out else "")
    )
    halves = {"report": "the half that no constant was chosen on", "fit": "the half constants are chosen on"}
    out().print(f"Weeks reported: {halves.get(report.half, 'all')}.")


def _print_kind(report: "KindReport") -> None:
    title = f"{KINDS[report.kind]} ({report.lists:,} lists, {report.papers:,} papers)"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("formula")
    for name in ("Spearman", "nDCG@10", "ours better by: Spearman", "nDCG@10", "Spearman, votes to come"):
        table.add_column(name, justify="right")
    for name, quality in report.formulas.items():
        table.add_row(safe(name), *_cells(quality, itself=quality is next(iter(report.formulas.values()))))
    _print_table(table)
    out().print()


def _print_table(table: Table) -> None:
    console = out()
    console.width = max(console.width, TABLE_WIDTH)
    console.print(table)


def _cells(quality: "Quality", *, itself: bool) -> list[str]:
    better = [_difference(each) for each in (quality.ours_better_spearman, quality.ours_better_ndcg_10)]
    return [
        _with_bounds(quality.spearman),
        _with_bounds(quality.ndcg_10),
        *(["", ""] if itself else better),
        f"{quality.to_come.mean:.3f}",
    ]


def _with_bounds(value: "Interval") -> str:
    return f"{value.mean:.3f} [dim]\\[{value.low:.3f}, {value.high:.3f}][/dim]"


def _difference(value: "Interval") -> str:
    return f"{value.mean:+.3f} [dim]\\[{value.low:+.3f}, {value.high:+.3f}][/dim]"


def _print_curve(points: "tuple[CurvePoint, ...]") -> None:
    title = "Days for ten times the votes, on front pages of the other half of the weeks"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in ("days", "Spearman", "nDCG@10", "Spearman, votes to come"):
        table.add_column(name, justify="right")
    for point in points:
        numbers = (f"{value:.3f}" for value in (point.spearman, point.ndcg_10, point.to_come))
        table.add_row(f"{point.days_per_ten:g}", *numbers)
    _print_table(table)


def _report_json(report: "Report", left_out: int) -> dict[str, Any]:
    return asdict(report) | {"lines_left_out": left_out}


def _write(path: Path, value: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"Cannot write {path}: {error.strerror}.") from error
