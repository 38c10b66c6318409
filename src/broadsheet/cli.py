"""The command line: `broadsheet up` runs an instance, the other commands work on it."""

import logging
import signal
import sys
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Annotated, NoReturn

import typer
from django.db import DatabaseError

from broadsheet import (
    __version__,
    evaluate_commands,
    fake_command,
    identity_commands,
    ingest_command,
    map_command,
    person_commands,
    search_commands,
    source_commands,
    train_command,
)
from broadsheet.environment import read_environment
from broadsheet.errors import BadInput, BroadsheetError, Unavailable
from broadsheet.launch import instance
from broadsheet.printing import card_json, err, out, print_cards, print_json, print_table, safe
from broadsheet.source_commands import make_harvester

app = typer.Typer(
    help="A self-hosted Daily Papers.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.add_typer(search_commands.index_app, name="index")
app.add_typer(map_command.app, name="map")
app.add_typer(train_command.app, name="train")
app.add_typer(source_commands.app, name="sources")
app.add_typer(identity_commands.app, name="identity")
app.add_typer(evaluate_commands.app, name="evaluate")
app.add_typer(person_commands.app, name="person")
app.command("fake-community")(fake_command.fake_community)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def main() -> NoReturn:
    """Run a command; errors go to standard error: 2 for input that cannot be understood, 1 for what failed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", stream=sys.stderr)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except BrokenPipeError:
        sys.exit(1)
    except BroadsheetError as error:
        _complain(str(error))
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except DatabaseError as error:
        _complain(f"The database does not do it: {str(error).strip()}. `broadsheet doctor` looks at it.")
        sys.exit(1)
    except OSError as error:  # a full disk, a closed terminal
        _complain(f"The system refuses: {error}.")
        sys.exit(1)
    sys.exit(0)


def _complain(message: str) -> None:
    err().print(f"[bold]broadsheet:[/bold] {safe(message)}", soft_wrap=True)


def _end(number: int, _frame: FrameType | None) -> None:
    """End on SIGTERM as on Ctrl-C: what was opened is closed, the private server too."""
    sys.exit(128 + number)


@app.command()
def up() -> None:
    """Set everything up and run the instance: database, sample, index, web server and worker."""
    from broadsheet.running import run_instance

    with instance(found=True) as environment:
        run_instance(environment)


@app.command()
def serve() -> None:
    """Run the web server alone."""
    from broadsheet.running import run_web

    with instance(found=True) as environment:
        run_web(environment)


@app.command()
def work() -> None:
    """Run the worker alone: it keeps the search index up with the catalogue, and asks the live sources."""
    from broadsheet.supervisor import stop_on_signals

    with instance(found=True) as environment:
        from broadsheet.models import Models
        from broadsheet.worker import work as follow

        index, models = environment["data"] / "index", Models(environment)
        follow(index, models, make_harvester(environment), stop_on_signals())


@app.command()
def embed() -> None:
    """Draw the map and fill the vectors of the quality model, in the background, newest papers first."""
    from broadsheet.supervisor import stop_on_signals

    with instance(found=True) as environment:
        from broadsheet.models import Models
        from broadsheet.worker import embed as fill

        fill(environment["data"], Models(environment), stop_on_signals())


app.command()(ingest_command.ingest)


app.command()(search_commands.search)


@app.command()
def edition(
    period: Annotated[str, typer.Argument(help="2026-05-29, 2026-W22 or 2026-05; the newest day without one.")] = "",
    *,
    limit: Annotated[int, typer.Option(help="How many papers to print.", min=1, max=1000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Print the edition of a day, a week or a month."""
    from broadsheet import schedule

    wanted = schedule.parse_period(period) if period else None
    with instance():
        from broadsheet.listing import PageNumber, list_page
        from broadsheet.store.orderings import newest_edition, period_papers

        newest = newest_edition(datetime.now(UTC).date() + timedelta(days=1)) if wanted is None else None
        shown = schedule.day(newest) if newest else wanted
        papers = list_page(period_papers(shown.first, shown.last), PageNumber(1, limit)) if shown else None
    if as_json:
        cards = [card_json(card) for card in papers.items] if papers else []
        return print_json(
            {"period": shown.code if shown else None, "total": papers.total if papers else 0, "papers": cards}
        )
    if not (shown and papers and papers.items):
        out().print(f"No edition appeared in {shown.label}." if shown else "There are no editions yet.")
        return None
    out().print(f"[bold]{shown.label}[/bold], {papers.total} papers\n")
    print_cards(papers.items, 1)
    return None


@app.command()
def operator() -> None:
    """Print a link that lets a browser in to the operator's pages, good for 15 minutes."""
    with instance() as environment:
        from broadsheet.web.operator import entry_path

        host = f"http://{environment['host']}:{environment['port']}"
        print((environment["url"] or host) + entry_path())


@app.command()
def doctor(*, as_json: AsJson = False) -> None:
    """Show the effective settings and check the parts of the instance."""
    environment = read_environment()
    try:
        with instance():
            from broadsheet.doctor import examine

            findings = examine(environment)
    except Unavailable as error:
        from broadsheet.doctor import Finding

        findings = [Finding("database", False, str(error))]
    if as_json:
        checks = [{"name": f.name, "well": f.well, "seen": f.seen} for f in findings]
        print_json({"settings": environment.shown(), "checks": checks})
    else:
        print_table("Settings", environment.shown())
        out().print()
        print_table("Checks", {f"{'ok  ' if f.well else 'FAIL'} {f.name}": f.seen for f in findings})
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    out().print(f"broadsheet {__version__}")
