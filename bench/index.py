"""Speed of the search index: writing, queries, similar papers, and how often a title finds its paper."""

import argparse
import contextlib
import gc
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import zstandard

from bench.report import Figure, report
from broadsheet.errors import BadInput
from broadsheet.identity import split_name
from broadsheet.index import Filters, IndexDocument, Reader, Snapshot, Writer, days_since_epoch, highlight
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.terms import slug, split_terms

Argument = TypeVar("Argument")
BATCH = 2_000
FILTERS = Filters("cs", since=date(2010, 1, 1))
NO_FILTERS = Filters()
HEAD = 300
"""Papers ranked in the head of an answer."""


COMMON = "learning model data network method analysis system theory time quantum field approach based using results two"
EACH = (
    *(
        '"',
        '""',
        '"a',
        'a"b"c',
        "-",
        "--",
        "+",
        "*",
        "?",
        "a*",
        "th*",
        "in*",
        "-a*",
        "te*m",
        "[a TO z]",
        "((",
        "\\\\",
        "/x.*/",
    ),
    *(
        "the",
        "of the",
        "+the",
        '"of the"',
        '"of the of the"',
        "title:the",
        "title:th*",
        "abstract:th*",
        "author:li",
        "a",
        "e",
    ),
    *(
        "cat:",
        "cat:cs.*",
        "year:",
        "year:abc",
        "year:0001..9999",
        "-year:2020",
        "has:",
        "has:cheese",
        "id:*",
        "author:",
        "org:*",
    ),
    *(
        "\x00",
        "\ud800",
        "\u202evil",
        "\u0301",
        "🙂",
        "深度学习 模型",
        "学*",
        "нейронные сети",
        "$\\frac{1}{2}$ \\alpha",
        "½",
    ),
)
REPEATED = (
    *(
        "a ",
        "a-",
        "-a ",
        "the ",
        "深",
        "(",
        '"',
        "$",
        "x",
        "e\u0301",
        '"the ',
        "learning ",
        "th* ",
        "co* in* re* ",
        "author:li ",
    ),
    *(
        "title:the ",
        "-title:the ",
        "year:2020 ",
        "cat:cs ",
        "+the ",
        '"of the" ',
        "has:cheese ",
        "the-of-and ",
        "id:1 ",
        "l'",
    ),
)


def hostile_queries(chance: random.Random) -> list[str]:
    """About 200 queries that are meant to hurt: common words, stars, quotes, operators, scripts, and much of each."""
    words = COMMON.split()
    long = [(each * 3_000)[:3_000] for each in REPEATED]
    mixed = [" ".join(chance.choice(words) + chance.choice(("", "*", '"', ":")) for _ in range(30)) for _ in range(40)]
    many = [" ".join(chance.choice(words) for _ in range(count)) for count in range(10, 380, 10)]
    noise = [
        "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(0xD7FF)))) for _ in range(500))
        for _ in range(40)
    ]
    phrases = [" ".join(f'"{one} {other}"' for one in words for other in words)[:3_000], "x" * 3_001]
    return [*EACH, *long, *mixed, *many, *noise, *phrases]


def read_corpus(path: Path, most: int) -> Iterator[IndexDocument]:
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if number > most:
                return
            yield _document(number, json.loads(line))


def _document(number: int, record: dict[str, object]) -> IndexDocument:
    key = str(record["id"]).partition(":")[2]
    codes = [str(code) for code in record.get("categories") or ()]  # type: ignore[attr-defined]
    return IndexDocument(
        paper_id=number,
        key=key,
        title=str(record["title"]),
        abstract=str(record.get("abstract") or ""),
        authors=tuple(record.get("authors") or ()),  # type: ignore[arg-type]
        identifiers=(key,),
        categories=_with_ancestors(codes),
        venue=str(record.get("venue") or ""),
        venue_slug=slug(str(record.get("venue") or "")) if record.get("venue") else "",
        published=_day(str(record.get("date") or "")),
        has_code=bool(record.get("code_url")),
    )


def _with_ancestors(codes: Sequence[str]) -> tuple[str, ...]:
    taxonomy = load_taxonomy()
    known = {code for code in map(taxonomy.canonical, codes) if code}
    return tuple(known | {above.code for code in known for above in taxonomy.ancestors(code)})


def _day(text: str) -> int | None:
    try:
        return days_since_epoch(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def measure_writing(folder: Path, papers: Sequence[IndexDocument]) -> list[Figure]:
    wall, cpu = time.perf_counter(), time.process_time()
    with Writer.rebuild(folder) as writer:
        for at in range(0, len(papers), BATCH):
            writer.apply(papers[at : at + BATCH], (), str(at))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    sample = papers[:: max(1, len(papers) // 5_000)]
    terms = _mean_ms(lambda paper: split_terms(paper.title + " " + paper.abstract), sample)
    return [
        Figure("papers written", len(papers) / wall, "papers/s", ">= 3,000"),
        Figure("writing, CPU", cpu / len(papers) * 1e6, "us/paper"),
        Figure("of which making terms", terms * 1e3, "us/paper"),
        Figure("size on disk", size / 1e6, "MB"),
        Figure("one batch visible", _measure_commit(folder, papers), "ms"),
    ]


def _measure_commit(folder: Path, papers: Sequence[IndexDocument]) -> float:
    with Writer.open(folder) as writer:
        start = time.perf_counter()
        writer.apply(papers[:100], (), "again")
        return (time.perf_counter() - start) * 1e3


def measure_searching(folder: Path, papers: Sequence[IndexDocument], chance: random.Random) -> list[Figure]:
    snapshot = Reader(folder).snapshot()
    sample = chance.sample(papers, min(1_000, len(papers)))
    every: list[float] = []
    figures: list[Figure] = []
    for words in range(1, 9):
        queries = [_query(paper, words, chance) for paper in sample[:200]]
        times = [_cpu_ms(lambda query: snapshot.select(*query).best(HEAD), query) for query in queries]
        every += times
        figures.append(Figure(f"best {HEAD}, {words} words, median CPU", statistics.median(times), "ms"))
    three = [_query(paper, 3, chance) for paper in sample[:200]]
    marking = [_cpu_ms(lambda paper: highlight(paper.abstract, ("networks", "covid19")), paper) for paper in sample]
    begun = [paper.title[: chance.randrange(3, 20)] for paper in sample[:200]]
    return [
        *figures,
        Figure("best, 1-8 words, median CPU", statistics.median(every), "ms"),
        Figure("best, 1-8 words, 95th percentile CPU", statistics.quantiles(every, n=20)[-1], "ms"),
        Figure("count of 3 words, median CPU", _median_ms(lambda query: snapshot.select(*query).total(), three), "ms"),
        Figure(
            "facets of 3 words, median CPU", _median_ms(lambda query: snapshot.select(*query).facets(), three), "ms"
        ),
        Figure("completion, median CPU", _median_ms(snapshot.complete, begun), "ms", "< 10"),
        Figure("marking an abstract, median CPU", statistics.median(marking), "ms"),
    ]


def _query(paper: IndexDocument, words: int, chance: random.Random) -> tuple[str, Filters]:
    """Words of a real title in any order, every second time within a category and a span of years."""
    title = paper.title.split()
    text = " ".join(chance.sample(title, min(words, len(title))))
    return text, FILTERS if chance.random() < 0.5 else NO_FILTERS


def measure_known(folder: Path, papers: Sequence[IndexDocument], chance: random.Random) -> list[Figure]:
    """How often a paper is found by what somebody remembers of it, by words alone."""
    snapshot = Reader(folder).snapshot()
    sample = [paper for paper in chance.sample(papers, min(1_000, len(papers))) if len(paper.title) > 8]
    titles = [_is_among(snapshot, paper, paper.title, 1) for paper in sample]
    typos = [_is_among(snapshot, paper, _with_typo(paper.title, chance), 1) for paper in sample]
    named = [(paper, query) for paper in sample if (query := _author_and_words(paper, chance))]
    names = [_is_among(snapshot, paper, query, 10) for paper, query in named]
    return [
        Figure("exact title at rank 1", statistics.fmean(titles) * 100, "%", ">= 99.5"),
        Figure("title with one typo at rank 1", statistics.fmean(typos) * 100, "%", ">= 97"),
        Figure("first author and two words among 10", statistics.fmean(names) * 100, "%", ">= 90"),
    ]


def _is_among(snapshot: Snapshot, paper: IndexDocument, query: str, most: int) -> bool:
    """Whether the paper, or another of the same title, is among the first."""
    selection = snapshot.select(query[:3_000])
    first = list(dict.fromkeys([*selection.named.tolist(), *selection.best(most).papers.tolist()]))[:most]
    return paper.paper_id in first or bool(set(first) & set(snapshot.select(paper.title[:3_000]).named.tolist()))


def _with_typo(title: str, chance: random.Random) -> str:
    """One letter of a word of four or more replaced, dropped, or swapped with the next."""
    words = title.split()
    long = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not long:
        return title
    at = chance.choice(long)
    word = words[at]
    place = chance.randrange(len(word) - 1)
    letter, after = word[place], word[place + 1 :]
    wrong = (chance.choice("abcdefghijklmnopqrstuvwxyz") + after, after, after[0] + letter + after[1:])
    words[at] = word[:place] + chance.choice(wrong)
    return " ".join(words)


def _author_and_words(paper: IndexDocument, chance: random.Random) -> str:
    words = [word for word in paper.title.split() if len(word) > 3]
    if not paper.authors or len(words) < 2:
        return ""
    return " ".join((split_name(paper.authors[0])[0], *chance.sample(words, 2)))


def _median_ms(function: Callable[[Argument], object], arguments: Sequence[Argument]) -> float:
    return statistics.median(_cpu_ms(function, argument) for argument in arguments)


def _cpu_ms(function: Callable[[Argument], object], argument: Argument) -> float:
    start = time.process_time()
    function(argument)
    return (time.process_time() - start) * 1e3


def _mean_ms(function: Callable[[Argument], object], arguments: Sequence[Argument]) -> float:
    return statistics.fmean(_cpu_ms(function, argument) for argument in arguments)


def measure_hostile(folder: Path, chance: random.Random) -> list[Figure]:
    """The slowest of the queries that are meant to hurt; one that is too long is refused, which is an answer too."""
    snapshot = Reader(folder).snapshot()
    queries = hostile_queries(chance)
    waits = [_wait_ms(snapshot, words, filters) for words in queries for filters in (NO_FILTERS, FILTERS)]
    return [Figure(f"worst of {len(queries)} hostile queries, wall", max(waits), "ms", "< 300")]


def _wait_ms(snapshot: Snapshot, words: str, filters: Filters) -> float:
    start = time.perf_counter()
    with contextlib.suppress(BadInput):
        selection = snapshot.select(words, filters)
        selection.total(selection.best(HEAD).papers)
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = os.environ.get("BROADSHEET_SHARED", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--shared", type=Path, default=Path(shared), help="folder of the development data")
    parser.add_argument("--papers", type=int, default=200_000)
    options = parser.parse_args()
    papers = list(read_corpus(options.shared / "corpus" / "papers-200k.jsonl.zst", options.papers))
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_writing(Path(folder), papers)
        figures += measure_searching(Path(folder), papers, random.Random(1))
        figures += measure_known(Path(folder), papers, random.Random(2))
        figures += measure_hostile(Path(folder), random.Random(3))
    figures.append(Figure("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "MB"))
    report("index", figures, f"{len(papers):,} papers of the development corpus")


if __name__ == "__main__":
    main()
