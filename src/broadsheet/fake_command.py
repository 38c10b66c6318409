"""The command that fills an instance with invented people, for developing and for pictures."""

from typing import Annotated

import typer

from broadsheet.clock import now
from broadsheet.launch import instance
from broadsheet.printing import out, progress


def fake_community(
    *,
    people: Annotated[int, typer.Option(help="How many to invent.", min=2, max=5_000)] = 300,
    papers: Annotated[int, typer.Option(help="How many of the newest papers they talk about.", min=1)] = 200,
    seed: Annotated[int, typer.Option(help="Number that decides what is left to chance.", min=0)] = 1,
    remove: Annotated[bool, typer.Option("--remove", help="Take them out again, with all they did.")] = False,
) -> None:
    """Fill an instance with plausible people, votes and threads. Refused where there are real accounts."""
    with instance():
        from broadsheet import fake_community as inventing
        from broadsheet.store.fakes import remove_people

        if remove:
            out().print(f"{remove_people():,} invented people are gone, with their votes and comments.")
            return
        with progress("papers", papers) as advance:
            filled = inventing.fill(people, papers, seed, now(), advance)
    out().print(
        f"{filled.people:,} invented people gave {filled.votes:,} votes and {filled.comments:,} comments "
        f"to {filled.papers:,} papers. Every page says so; `broadsheet fake-community --remove` takes them out."
    )
