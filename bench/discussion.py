"""What discussion costs: a page of 500 comments, one comment to HTML, and the worst texts that anybody could send.

python -m bench.discussion
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.catalogue import bench_instance, database_cpu
from bench.report import Figure, report

COMMENTS = 500
ROUNDS = 40
WORST_SIZE = 50_000
PARTS = (
    "The bound in Theorem 2 seems loose: with $\\sum_i a_i^2 \\le 1$ one gains a factor of $\\sqrt{n}$.",
    "I ran it on our data and see the same, see https://example.org/log and arXiv:2601.00001.",
    "Thank you, @person-3. We fixed that in version 2; *the tables* did not change.",
    "> Why not compare with the baseline?\n\nBecause it needs **twice** the memory:\n\n1. for weights\n2. for states",
    "```python\nfor step in range(10):\n    loss = model(batch).loss\n```\n\ndiverges after step 3 here.",
    "$$\\nabla_\\theta J = \\mathbb{E}\\left[\\sum_t \\nabla_\\theta \\log \\pi_\\theta(a_t \\mid s_t) R_t\\right]$$",
)  # fmt: skip


def lines(piece: str) -> Callable[[int], str]:
    """A text of a size made of one piece."""
    return lambda size: (piece * (size // len(piece) + 1))[:size]


WORST: dict[str, Callable[[int], str]] = {
    **{
        f"{piece[:12]!r} over and over": lines(piece)
        for piece in (
            *("[", "[a](", "![[]()", "*a_ ", "*a **a ", "**x", "~~a", "`a``b```", "<", "<a", "<http:", "<!-- ", "> "),
            *("- ", "- a\n", "1. a\n", "a|", "|a|b|\n|-|-|\n", "[a]: b\n", "[a]: <", "$", "$a ", "$$a\n", "$\\", "\\$"),
            *("&amp;", "&#x", "# a\n", "a\n=\n", "```\n", "@", "@a", "@a-", "http://", "http://a))))", "arxiv:"),
            *("doi:10.1/a(", "\0", "* * *\n", "<div>\n", '[a](b "', "[a](((((", "a\r", "😀*", "[a]:\n", "> a\nb\n"),
            "> - 1. ",
        )
    },
    "a table of few lines": lambda size: "|a" * 60 + "|\n" + "|-" * 60 + "|\n" + "x\n" * (size // 2),
    "a table of many columns": lambda size: (
        "|a" * (size // 8) + "|\n" + "|-" * (size // 8) + "|\n" + "|x\n" * (size // 8)
    ),
    "one long address named often": lambda size: (
        "[a]: http://x.org/" + "y" * 1_900 + "\n\n" + "[a]" * ((size - 1_900) // 3)
    ),
    "stars around one letter": lambda size: "*" * (size // 2) + "a" + "*" * (size // 2),
    "lists within lists": lambda size: "".join("  " * (step % 200) + "- a\n" for step in range(size // 200)),
}


def worst_texts() -> list[Figure]:
    """The parser on texts of 12,500 and 50,000 characters; people may send 20,000."""
    from broadsheet import markdown

    markdown.MAX_SOURCE = 10 * WORST_SIZE  # type: ignore[misc]

    def seconds(text: str) -> float:
        begun = time.process_time()
        markdown.show(markdown.read(text), set(), {}, lambda *_: None)
        return time.process_time() - begun

    taken = {}
    for name, made in WORST.items():
        texts = made(WORST_SIZE // 4), made(WORST_SIZE)
        rounds = [[seconds(text) for text in texts] for _ in range(5)]
        taken[name] = min(quarter for quarter, _ in rounds), min(whole for _, whole in rounds)
    slowest = max(taken, key=lambda name: taken[name][1])
    ratios = {name: (whole / quarter) ** 0.5 for name, (quarter, whole) in taken.items() if whole > 0.02}
    steepest = max(ratios, key=lambda name: ratios[name])
    return [
        Figure(f"worst of {len(taken)} texts of 50,000: {slowest}", taken[slowest][1] * 1e3, "ms", "<= 1,000"),
        Figure(f"steepest growth with twice the length: {steepest}", ratios[steepest], "times", "<= 2.5"),
    ]


def refused_text() -> Figure:
    """A megabyte, which is refused before anything reads it."""
    from broadsheet.discussion import cleaned
    from broadsheet.errors import BadInput
    from broadsheet.markdown import read

    begun = time.process_time()
    try:
        read(cleaned("[" * 1_000_000))
    except BadInput:
        return Figure("a megabyte of brackets: refused", (time.process_time() - begun) * 1e3, "ms", "<= 1,000")
    raise SystemExit("a megabyte was read")


def populate() -> tuple[int, Any]:
    """A paper with a discussion, and somebody who reads it."""
    from allauth.account.models import EmailAddress

    from broadsheet.discussion import Words, add_comment, react
    from broadsheet.drafts import Draft, Identifier
    from broadsheet.ingest import ingest
    from broadsheet.people import Viewer
    from broadsheet.store.catalogue import find_paper
    from broadsheet.store.models import Person

    chance, moment = random.Random(1), datetime(2026, 6, 1, tzinfo=UTC)
    ingest([Draft("jsonl", "a", "a", "A Paper", "An abstract.", identifiers=(Identifier("arxiv", "2601.00001"),))])
    found = find_paper("2601.00001")
    assert found
    people = []
    for number in range(30):
        made = Person.objects.create(handle=f"person-{number}", name=f"Person {number}", role="trusted")
        EmailAddress.objects.create(user=made, email=f"{number}@example.org", verified=True, primary=True)
        people.append(Viewer(made.pk, made.handle, made.name, made.role, made.joined_at, verified=True))
    numbers: list[int] = []
    for step in range(COMMENTS):
        moment += timedelta(minutes=5)
        text = "\n\n".join(chance.sample(PARTS, chance.randint(1, 3))) + f"\n\nNumber {step}."
        parent = chance.choice(numbers[-40:]) if numbers and chance.random() < 0.7 else None
        author = people[step % len(people)]
        numbers.append(add_comment(author, found[0], Words(text, parent), moment))
        for other in chance.sample(people, 3):
            if other is not author:
                react(other, numbers[-1], chance.choice(["up", "up", "down", "thanks"]), moment, given=True)
    return found[0], people[0]


def page_of_comments(paper: int, reader: Any, *, signed_in: bool) -> list[Figure]:
    """CPU of this process at the median, plus the database's at the mean."""
    from django.test import Client

    from broadsheet.store.models import Person

    client = Client()
    if signed_in:
        client.force_login(Person.objects.get(pk=reader.id))
    who = "signed in" if signed_in else "nobody"
    path = f"/discussion/{paper}"
    for _ in range(3):
        assert client.get(path).status_code == 200
    size = len(client.get(path).content)
    spent, database = [], database_cpu()
    for _ in range(ROUNDS):
        begun = time.process_time()
        answer = client.get(path)
        spent.append((time.process_time() - begun) * 1e3)
        assert answer.content.count(b'<article class="comment"') == COMMENTS
    mean = (database_cpu() - database) / ROUNDS * 1e3
    return [
        Figure(f"{COMMENTS} comments, {who}: CPU, median", statistics.median(spent) + mean, "ms", "<= 150"),
        Figure(f"{COMMENTS} comments, {who}: of it database, mean", mean, "ms"),
        Figure(f"{COMMENTS} comments, {who}: page", size / 1e3, "kB"),
    ]


def one_comment() -> Figure:
    """What writing costs before anything is stored: Markdown, formulas and names."""
    from broadsheet.prose import written

    spent = []
    for step in range(100):
        begun = time.process_time()
        written("\n\n".join(PARTS) + f"\n\nAnd $x_{{{step}}}$.")
        spent.append((time.process_time() - begun) * 1e3)
    return Figure("a comment of 800 characters to HTML, median", statistics.median(spent), "ms")


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as data, bench_instance(data):
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        paper, reader = populate()
        figures = [
            *page_of_comments(paper, reader, signed_in=False),
            *page_of_comments(paper, reader, signed_in=True),
            one_comment(),
            refused_text(),
            *worst_texts(),
        ]
    report("discussion", figures, f"one paper with {COMMENTS} comments, 70% of them answers, with formulas and code")


if __name__ == "__main__":
    main()
