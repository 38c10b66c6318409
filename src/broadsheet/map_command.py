"""The commands about the map of the literature: drawing it anew, and placing what came since."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json

if TYPE_CHECKING:
    from broadsheet.mapping.making import Drawn

app = typer.Typer(help="The map of the literature.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.command()
def build(
    *,
    threads: Annotated[int, typer.Option(help="Cores to use.", min=1, max=64)] = 2,
    seed: Annotated[int, typer.Option(help="Number that decides what is left to chance.", min=0)] = 1,
    as_json: AsJson = False,
) -> None:
    """Draw the map of all papers anew; papers keep about the places that they had."""
    with instance() as environment:
        from broadsheet.mapping.catalogue import describe, field_codes
        from broadsheet.mapping.keeping import instance_chunks, quiet
        from broadsheet.mapping.making import build as draw
        from broadsheet.mapping.projection import Effort

        quiet()
        chunks, effort = instance_chunks(environment["data"] / "index"), Effort(threads=threads, seed=seed)
        drawn = draw(environment["data"] / "map", chunks, describe, field_codes(), effort=effort, progress=err().print)
    _tell(drawn, as_json=as_json)


@app.command()
def update(*, as_json: AsJson = False) -> None:
    """Put papers that came since onto the map, beside those most like them, and take off those that are gone."""
    with instance() as environment:
        from broadsheet.mapping.catalogue import describe
        from broadsheet.mapping.keeping import instance_chunks, quiet
        from broadsheet.mapping.making import extend

        quiet()
        drawn = extend(environment["data"] / "map", instance_chunks(environment["data"] / "index"), describe)
    _tell(drawn, as_json=as_json)


def _tell(drawn: "Drawn", *, as_json: bool) -> None:
    if as_json:
        return print_json({"papers": drawn.papers, "new": drawn.new, "version": drawn.version})
    out().print(f"{drawn.papers:,} papers on the map, {drawn.new:,} of them new.")
    return None
