"""Printing: papers, editions and counts for people at a terminal, and the same as JSON for scripts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from broadsheet.cards import Card
from broadsheet.tex import plain_text
from broadsheet.text import key_sentence

CONTROL = {number: None for number in (*range(32), *range(127, 160)) if number not in (9, 10)}

BARS = "·▁▂▃▄▅▆▇█"


def out() -> Console:
    """Standard output."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Standard error, for progress and messages."""
    return Console(stderr=True, highlight=False)


def safe(text: str) -> str:
    """Text that cannot steer a terminal: without control characters, and not taken for markup."""
    return escape(plain_text(text).translate(CONTROL))


def print_json(value: object) -> None:
    """A value as JSON on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def card_json(card: Card) -> dict[str, Any]:
    """A card as JSON has it."""
    return {
        "key": card.key,
        "title": card.title,
        "authors": [author.name for author in card.authors],
        "author_count": card.author_count,
        "organisations": [organisation.name for organisation in card.organisations],
        "published": card.published.day.isoformat() if card.published else None,
        "categories": [category.slug for category in card.categories],
        "votes": card.votes,
        "comments": card.comments,
        "code": card.code or None,
        "project": card.project or None,
        "withdrawn": card.withdrawn,
        "abstract": card.abstract,
    }


def print_cards(cards: Sequence[Card], first: int) -> None:
    """Numbered papers, each with its authors, its line and its facts."""
    console = out()
    for number, card in enumerate(cards, start=first):
        console.print(f"[bold]{number:>3}. {safe(card.title)}[/bold]")
        console.print(f"     [dim]{_byline(card)}[/dim]")
        if line := card.summary or key_sentence(card.abstract):
            console.print(f"     {safe(line)}")
        console.print()


def _byline(card: Card) -> str:
    names = ", ".join(safe(author.name) for author in card.authors[:3])
    if not names and card.author_count:
        names = f"{card.author_count} authors"
    elif card.author_count > 3:
        names += f" and {card.author_count - 3} more"
    day = card.published.day.isoformat() if card.published else ""
    facts = [names, day, card.key, f"{card.votes} votes" if card.votes else ""]
    return " · ".join(fact for fact in facts if fact)


def print_table(title: str, rows: Mapping[str, str]) -> None:
    """Names and values in two columns."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in rows.items():
        table.add_row(escape(name), escape(value))
    out().print(table)


def sparkline(values: Sequence[int]) -> str:
    """Numbers as a row of bars, the highest eight eighths; a middle dot for nothing."""
    top = max(values, default=0)
    return "".join(BARS[-(-8 * value // top)] if value else BARS[0] for value in values)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Any]:
    """A progress bar on standard error; gives a function that takes how far the work is."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err(), transient=True) as bars:
        task = bars.add_task(label, total=total)
        yield lambda done: bars.update(task, completed=done)
