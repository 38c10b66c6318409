"""The commands about identity: how well the rules do, the review list, and what an operator decides."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.errors import BadInput
from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json, safe

if TYPE_CHECKING:
    from broadsheet.drafts import Draft
    from broadsheet.evaluating import Report, WrongPair

app = typer.Typer(help="Papers that are one work, or two.", no_args_is_help=True)
evaluate_app = typer.Typer(help="Measure the product's own rules on labelled data.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Key = Annotated[str, typer.Argument(help="A paper's key, or any identifier of it.")]
OtherKey = Annotated[str, typer.Argument(help="The other paper.")]


@evaluate_app.command("identity")
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


@app.command()
def review(
    *,
    limit: Annotated[int, typer.Option(help="How many pairs.", min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List pairs of papers that may be one work, the newest first."""
    with instance():
        from broadsheet.identifying import review as list_doubtful

        pairs = list_doubtful(limit)
    if as_json:
        return print_json(
            [
                {
                    "found_at": pair.found_at.isoformat(),
                    "reason": pair.reason,
                    "papers": [{"key": card.key, "title": card.title} for card in (pair.paper, pair.other)],
                }
                for pair in pairs
            ]
        )
    for pair in pairs:
        out().print(f"[bold]{safe(pair.paper.key)} {safe(pair.other.key)}[/bold] [dim]{pair.found_at:%Y-%m-%d}[/dim]")
        out().print(f"  {safe(pair.paper.title)}")
        if pair.other.title != pair.paper.title:
            out().print(f"  {safe(pair.other.title)}")
        out().print(f"  {safe(pair.reason)}\n")
    err().print("Decide with `broadsheet identity join` or `apart`." if pairs else "No pairs wait for a decision.")
    return None


@app.command()
def join(one: Key, other: OtherKey, *, as_json: AsJson = False) -> None:
    """Join two papers into one; `split` takes it back."""
    with instance():
        from broadsheet.identifying import join as join_papers

        key = join_papers(one, other)
    if as_json:
        return print_json({"key": key})
    out().print(f"{safe(one)} and {safe(other)} are one paper now: {safe(key)}.")
    return None


@app.command()
def apart(one: Key, other: OtherKey, *, as_json: AsJson = False) -> None:
    """Remember that two papers are two works: no rule joins them."""
    with instance():
        from broadsheet.identifying import keep_apart

        keep_apart(one, other)
    if as_json:
        return print_json({"apart": [one, other]})
    out().print(f"{safe(one)} and {safe(other)} stay two papers.")
    return None


@app.command()
def split(
    key: Key,
    records: Annotated[list[str], typer.Argument(help="Source records that leave, as SOURCE:KEY.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Part a paper that was joined wrongly: these records leave it, and no rule joins them again."""
    chosen = [_record(text) for text in records]
    with instance():
        from broadsheet.identifying import split as split_paper

        kept, other = split_paper(key, chosen)
    if as_json:
        return print_json({"keys": [kept, other]})
    out().print(f"Two papers now: {safe(kept)} and {safe(other)}.")
    return None


def _record(text: str) -> tuple[str, str]:
    source, colon, key = text.partition(":")
    if not (source and colon and key):
        raise BadInput(f"{text[:80]!r} names no record. Write SOURCE:KEY, as the paper's page lists them.")
    return source, key
