"""The commands about identity: the review list, and what an operator decides."""

from typing import Annotated

import typer

from broadsheet.errors import BadInput
from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json, safe

app = typer.Typer(help="Papers that are one work, or two.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Key = Annotated[str, typer.Argument(help="A paper's key, or any identifier of it.")]
OtherKey = Annotated[str, typer.Argument(help="The other paper.")]


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
