"""The commands about search: finding papers, and building what they are found with."""

import threading
from typing import Annotated

import typer

from broadsheet.launch import instance
from broadsheet.printing import card_json, err, out, print_cards, print_json, progress, safe

index_app = typer.Typer(help="The search index and the vectors.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def search(
    words: Annotated[list[str] | None, typer.Argument(help="What to look for.")] = None,
    *,
    category: Annotated[str, typer.Option(help="Only papers of this category, archive or field.")] = "",
    venue: Annotated[str, typer.Option(help="Only papers of this venue, by the name in its address.")] = "",
    organisation: Annotated[str, typer.Option(help="Only papers of this organisation, likewise.")] = "",
    since: Annotated[str, typer.Option("--from", help="Only papers from this day, month or year on.")] = "",
    until: Annotated[str, typer.Option("--to", help="Only papers up to this day, month or year.")] = "",
    has: Annotated[str, typer.Option(help="code: only papers with code.")] = "",
    sort: Annotated[str, typer.Option(help="relevance, new, votes or hot.")] = "relevance",
    page: Annotated[str, typer.Option(help="Page of the results, 20 each.")] = "",
    cursor: Annotated[str, typer.Option(help="Go on from here: the cursor of the page before.")] = "",
    as_json: AsJson = False,
) -> None:
    """Search the papers by words and by meaning."""
    with instance() as environment:
        from broadsheet.models import instance_finder
        from broadsheet.search import parse_request
        from broadsheet.search import search as find

        given = {"category": category, "venue": venue, "organisation": organisation, "has": has}
        given |= {"q": " ".join(words or []), "from": since, "to": until, "sort": sort, "page": page, "cursor": cursor}
        request = parse_request(given)
        found = find(instance_finder(environment), request)
    if as_json:
        results = [{**card_json(match.card), "found_by": match.why.by} for match in found.matches]
        answer = {"total": found.total, "cursor": found.cursor or None, "milliseconds": round(found.milliseconds, 1)}
        return print_json({**answer, "notes": found.notes, "papers": results})
    for note in found.notes:
        err().print(safe(note))
    if found.suggestion:
        err().print(f"Did you mean: {safe(found.suggestion)}")
    print_cards([match.card for match in found.matches], request.page.offset + 1)
    out().print(f"{found.total:,} papers in {found.milliseconds:.0f} ms" if found.total else "Nothing matches.")
    return None


@index_app.command()
def rebuild() -> None:
    """Build the search index anew from the catalogue; searches go on over the old one meanwhile."""
    from broadsheet import indexing
    from broadsheet.store.catalogue import count_papers

    with instance() as environment, progress("Building the index", count_papers()) as update:
        written = indexing.rebuild(environment["data"] / "index", update)
    out().print(f"{written:,} papers indexed.")


@index_app.command()
def update() -> None:
    """Bring the search index and the instant vectors up to date with the catalogue."""
    with instance() as environment:
        from broadsheet import indexing
        from broadsheet.models import Models
        from broadsheet.vectoring import Instant

        folder = environment["data"] / "index"
        with progress("Updating the index") as advance:
            written = indexing.follow(folder, advance)
        with progress("Updating the vectors") as advance:
            vectors = Instant(folder, Models(environment)).catch_up(advance)
    out().print(f"{written:,} papers indexed, {vectors:,} vectors made.")


@index_app.command()
def embed() -> None:
    """Embed with the quality model all papers that it has not seen; what is done stays done."""
    with instance() as environment:
        from broadsheet.models import Models
        from broadsheet.store.catalogue import count_papers
        from broadsheet.vectoring import Quality

        quality = Quality(environment["data"] / "index", Models(environment))
        with progress("Embedding", count_papers()) as advance:
            written = quality.fill(threading.Event(), advance)
    out().print(f"{written:,} vectors made.")
