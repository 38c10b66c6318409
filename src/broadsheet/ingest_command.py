"""The command `broadsheet ingest`: files and past editions into the catalogue, and a line on what came of each."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from broadsheet.environment import Environment
from broadsheet.errors import BadInput, Unavailable
from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json, progress, safe
from broadsheet.source_commands import make_harvester

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
COUNTS = ("read", "new", "changed", "merged", "known", "set_aside")


@dataclass
class Report:
    """What came of each file, and what was wrong with those that could not be read to their end."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, name: str, form: str, outcome: Any, refusal: str = "") -> None:
        """Enter a file; `refusal` says why it ended early."""
        counts = {count: getattr(outcome, count) for count in COUNTS}
        self.entries.append({"file": name, "format": form or None, **counts, "refused": refusal or None})
        if refusal:
            self.refused.append(refusal)


def ingest(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of papers, plain, .gz or .zst.")] = None,
    *,
    source: Annotated[str | None, typer.Option(help="Form of the files, where it is not recognised.")] = None,
    edition: Annotated[
        str | None, typer.Option(help="Day whose edition the papers belong to, if they name none.")
    ] = None,
    fetch: Annotated[int, typer.Option(help="Fetch the hub's editions of this many days back.", min=0, max=60)] = 0,
    problems: Annotated[bool, typer.Option(help="Show the records that were set aside, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take papers into the catalogue. The same file twice changes nothing."""
    from broadsheet.schedule import parse_day
    from broadsheet.sources import named_source

    day = parse_day(edition).first if edition else None
    if not (files or fetch or problems):
        raise BadInput("Name a file to ingest, or use --fetch DAYS or --problems.")
    for path in files or []:
        if not path.is_file():
            raise BadInput(f"{path} {'is no file' if path.exists() else 'does not exist'}. Name a file of papers.")
    if source is not None:
        named_source(source)
    with instance(found=bool(files or fetch)) as environment:
        report = Report()
        for path in files or []:
            _ingest_file(path, source, day, report)
        if fetch:
            _fetch_editions(environment, fetch, report)
        if files or fetch:
            _finish(environment, report, as_json=as_json)
        if problems:
            _print_problems(as_json=as_json)
    if report.refused:
        raise BadInput(" ".join(report.refused))


def _ingest_file(path: Path, source: str | None, day: date | None, report: Report) -> None:
    """One file; one that cannot be read does not stop the others."""
    from broadsheet import sources
    from broadsheet.ingest import Outcome, ingest_file

    outcome, form, refusal = Outcome(), "", ""

    def note(total: Outcome) -> None:
        nonlocal outcome
        outcome = total
        update(total.read)

    with progress(f"Ingesting {path.name}") as update:
        try:
            form = sources.recognise(path, source).name
            outcome = ingest_file(path, form, day, note)
        except BadInput as error:
            refusal = str(error)
    report.add(path.name, form, outcome, refusal)


def _fetch_editions(environment: Environment, days: int, report: Report) -> None:
    """The hub's editions of the last days, within the pace that all share."""
    from broadsheet.harvest.control import backfill
    from broadsheet.harvest.foreground import work_through

    harvester = make_harvester(environment)
    today = datetime.now(UTC).date()
    runs = backfill("hub", today - timedelta(days=days - 1), today, harvester.clock)
    with progress("Fetching editions") as update:
        harvested = work_through(harvester, runs, lambda run: update(run.read))
    for run in (*harvested.ended, *harvested.left):
        report.add(f"the hub, {run.since} to {run.until}", "hub", run)
        if run.state != "done":
            raise Unavailable(f"The hub's editions could not be fetched: {run.note}")


def _finish(environment: Environment, report: Report, *, as_json: bool) -> None:
    from broadsheet.indexing import follow_if_free
    from broadsheet.models import Models
    from broadsheet.vectoring import embed_if_free

    with progress("Indexing") as update:
        indexed = follow_if_free(environment["data"] / "index", update)
    with progress("Embedding") as update:
        embed_if_free(environment["data"] / "index", Models(environment), update)
    total = {count: sum(entry[count] for entry in report.entries) for count in COUNTS}
    if as_json:
        return print_json({**total, "indexed": indexed, "files": report.entries})
    for entry in report.entries:
        _print_entry(entry)
    if len(report.entries) > 1:
        _print_entry({"file": "Together", "format": None, "refused": None, **total})
    if indexed is None:
        out().print("The running worker indexes them.")
    if total["set_aside"]:
        err().print("`broadsheet ingest --problems` tells why records were set aside.")
    return None


def _print_entry(entry: dict[str, Any]) -> None:
    if entry["refused"] and not entry["read"]:
        return
    form = f" ({entry['format']})" if entry["format"] else ""
    out().print(
        f"[bold]{safe(entry['file'])}[/bold]{form}: {entry['read']:,} records read: {entry['new']:,} new papers, "
        f"{entry['changed']:,} changed, {entry['merged']:,} merged, {entry['known']:,} known before, "
        f"{entry['set_aside']:,} set aside."
    )


def _print_problems(*, as_json: bool) -> None:
    from broadsheet.store.intake import list_problems

    found = list_problems(200)
    if as_json:
        return print_json([{"source": p.source, "key": p.key, "reason": p.reason, "excerpt": p.excerpt} for p in found])
    for problem in found:
        out().print(f"[bold]{safe(problem.key)}[/bold] ({problem.source}): {safe(problem.reason)}")
        if problem.excerpt:
            out().print(f"  [dim]{safe(problem.excerpt[:160])}[/dim]")
    if not found:
        out().print("No records are set aside.")
    return None
