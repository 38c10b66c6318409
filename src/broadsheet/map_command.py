"""The commands about the map of the literature: drawing it anew, and placing what came since."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.errors import Unavailable
from broadsheet.launch import instance
from broadsheet.printing import err, out, print_json

if TYPE_CHECKING:
    from broadsheet.embedding.spaces import Vectors
    from broadsheet.environment import Environment
    from broadsheet.mapping.making import Drawn
    from broadsheet.mapping.neighbours import Chunks, Ids

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
    with instance() as environment, _quiet():
        from broadsheet.mapping.catalogue import describe, field_codes
        from broadsheet.mapping.making import build as draw
        from broadsheet.mapping.projection import Effort

        chunks, effort = _chunks(environment), Effort(threads=threads, seed=seed)
        drawn = draw(environment["data"] / "map", chunks, describe, field_codes(), effort=effort, progress=err().print)
    _tell(drawn, as_json=as_json)


@app.command()
def update(*, as_json: AsJson = False) -> None:
    """Put papers that came since onto the map, beside those most like them, and take off those that are gone."""
    with instance() as environment, _quiet():
        from broadsheet.mapping.catalogue import describe
        from broadsheet.mapping.making import extend

        drawn = extend(environment["data"] / "map", _chunks(environment), describe)
    _tell(drawn, as_json=as_json)


@contextmanager
def _quiet() -> Iterator[None]:
    """The libraries' notes on how they were built and called say nothing to an operator."""
    for name in ("faiss", "openTSNE"):
        logging.getLogger(name).setLevel(logging.ERROR)
    yield


def _chunks(environment: "Environment") -> "Chunks":
    """The vectors of the instant space, which all papers have."""
    from broadsheet.index.spaces import read_spaces, vectors_folder
    from broadsheet.index.vectors import VectorReader

    index = environment["data"] / "index"
    instant = read_spaces(index).instant
    if instant is None:
        raise Unavailable("There are no vectors yet, which a map is drawn from. Run `broadsheet index update` first.")
    reader = VectorReader(vectors_folder(index, instant.space))

    def chunks() -> "Iterable[tuple[Ids, Vectors]]":
        return ((chunk.papers, chunk.vectors) for chunk in reader.chunks())

    return chunks


def _tell(drawn: "Drawn", *, as_json: bool) -> None:
    if as_json:
        return print_json({"papers": drawn.papers, "new": drawn.new, "version": drawn.version})
    out().print(f"{drawn.papers:,} papers on the map, {drawn.new:,} of them new.")
    return None
