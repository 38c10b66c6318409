"""Reading the index: searches and similar papers over the newest commit of the current generation."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tantivy import DocAddress, Index, Query, Searcher

from broadsheet.errors import BadInput, Unavailable
from broadsheet.identity import parse_identifier
from broadsheet.index import generations, schema
from broadsheet.index.matching import Matcher
from broadsheet.index.parsing import ParsedQuery, parse
from broadsheet.index.queries import Hit, Hits, TextQuery
from broadsheet.index.similar import telling_stems

ENOUGH = 5
"""With fewer papers that hold all the words, papers that hold some of them are taken in."""
DEEPEST = 10_000
"""Hits that can be paged through; ranking deeper costs memory and nobody reads there."""

_MISSING = "There is no search index yet. Run `broadsheet index rebuild`."
_META = "meta.json"
_SOME_WORDS = "Few papers hold all of these words, so papers that hold some of them follow."


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index as of one commit, with the marks of the files that tell when it is out of date."""

    generation: Path
    pointer: tuple[int, int]
    meta: tuple[int, int]
    index: Index
    searcher: Searcher
    matcher: Matcher


class Reader:
    """Searches an index folder. Cheap to make, opened at the first question; may be shared by threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    def count(self) -> int:
        """Number of papers in the index. Raises Unavailable when there is none."""
        return self._fresh().searcher.num_docs

    def watermark(self) -> str:
        """What the writer gave with the last batch that can be searched. Raises Unavailable when there is no index."""
        return generations.read_state(self._fresh().generation).watermark

    def search(self, query: TextQuery) -> Hits:
        """Answer one page of a search.

        Raises BadInput for a query that is too long or a page that is too deep, Unavailable without an index.
        """
        if query.offset > DEEPEST:
            raise BadInput(f"Only the first {DEEPEST:,} papers of a search can be paged through. Narrow the search.")
        opened = self._fresh()
        parsed = parse(query.words)
        if parsed.is_empty:
            total, rows = _answer(opened, opened.matcher.everything(), query, [], order_by=schema.RECENCY)
            return Hits(total, rows, "all", (), parsed.notes)
        return _by_words(opened, query, parsed)

    def similar(self, title: str, abstract: str, *, exclude: int, limit: int) -> tuple[Hit, ...]:
        """Papers whose words are most like those of a title and an abstract, without the paper `exclude`."""
        opened = self._fresh()
        stems = telling_stems(opened.searcher, title, abstract)
        if not stems or limit < 1:
            return ()
        found = opened.searcher.search(opened.matcher.weighted(stems, without=exclude), limit, count=False)
        return _hits(opened.searcher, found.hits)

    def _fresh(self) -> _Opened:
        """The newest commit; costs two looks at files when nothing has changed."""
        opened = self._opened
        if opened is not None and _is_current(self._folder, opened):
            return opened
        with self._lock:
            if self._opened is None or not _is_current(self._folder, self._opened):
                self._opened = _open(self._folder, self._opened)
            return self._opened


def _is_current(folder: Path, opened: _Opened) -> bool:
    try:
        return (
            generations.pointer_mark(folder) == opened.pointer
            and generations.file_mark(opened.generation / _META) == opened.meta
        )
    except OSError:
        return False


def _open(folder: Path, before: _Opened | None) -> _Opened:
    """Open what the pointer names; once more if that generation was replaced and removed while we looked."""
    try:
        return _open_once(folder, before)
    except (OSError, ValueError):
        pass
    try:
        return _open_once(folder, None)
    except FileNotFoundError as error:
        raise Unavailable(_MISSING) from error
    except (OSError, ValueError) as error:
        raise Unavailable(f"The search index cannot be read: {error}. Run `broadsheet index rebuild`.") from error


def _open_once(folder: Path, before: _Opened | None) -> _Opened:
    # The marks are taken before the files are read: a commit in between is noticed at the next look.
    pointer = generations.pointer_mark(folder)
    generation = folder / (generations.current_generation(folder) or "")
    meta = generations.file_mark(generation / _META)
    generations.read_state(generation)
    if before is not None and before.generation == generation:
        index, matcher = before.index, before.matcher
    else:
        index = Index.open(str(generation))
        index.config_reader("manual", 0)  # no watching thread: it would not survive a fork
        matcher = Matcher(index.schema)
    index.reload()
    return _Opened(generation, pointer, meta, index, index.searcher(), matcher)


def _by_words(opened: _Opened, query: TextQuery, parsed: ParsedQuery) -> Hits:
    names = _names(opened.searcher, query.words, parsed)
    total, rows = _answer(opened, opened.matcher.all_words(parsed), query, names, order_by=_order(query, parsed))
    if total >= ENOUGH or names or not parsed.has_several_words:
        return Hits(total, rows, "all", parsed.terms, parsed.notes)
    some = opened.matcher.any_word(parsed, keep_phrases=total > 0)
    more, rows_of_more = _answer(opened, some, query, names, order_by=None)
    if more <= total:
        return Hits(total, rows, "all", parsed.terms, parsed.notes)
    return Hits(more, rows_of_more, "any", parsed.terms, (*parsed.notes, _SOME_WORDS))


def _answer(
    opened: _Opened, matches: Query, query: TextQuery, names: list[tuple[str, str]], *, order_by: str | None
) -> tuple[int, tuple[Hit, ...]]:
    for field, value in names:
        matches = opened.matcher.or_exactly(matches, field, value)
    within = opened.matcher.filtered(matches, query.category, query.since, query.until)
    return _page(opened.searcher, within, query, order_by=order_by)


def _order(query: TextQuery, parsed: ParsedQuery) -> str | None:
    return schema.RECENCY if query.sort == "newest" or not parsed.wanted else None


def _names(searcher: Searcher, text: str, parsed: ParsedQuery) -> list[tuple[str, str]]:
    """Fields and values of papers that the whole text names, by title or by identifier; usually there are none."""
    identifier = parse_identifier(text)
    typed = {text.strip().lower(), identifier.value.lower() if identifier else ""}
    found = [(schema.TITLE_KEY, schema.title_key(parsed.whole))]
    found.extend((schema.IDENTIFIER, value) for value in sorted(typed) if value and value.isascii())
    return [(field, value) for field, value in found if searcher.doc_freq(field, value)]


def _page(searcher: Searcher, query: Query, wanted: TextQuery, *, order_by: str | None) -> tuple[int, tuple[Hit, ...]]:
    # The engine panics on a limit of 0.
    limit, offset = max(wanted.limit, 1), max(wanted.offset, 0)
    found = searcher.search(query, limit, count=True, offset=offset, order_by_field=order_by)
    total = found.count  # type: ignore[attr-defined]
    rows = found.hits[: max(wanted.limit, 0)]
    return total, _hits(searcher, rows, scored=order_by is None)


def _hits(searcher: Searcher, rows: list[tuple[Any, DocAddress]], *, scored: bool = True) -> tuple[Hit, ...]:
    papers = searcher.fast_field_values(schema.PAPER, [address for _, address in rows])
    pairs = zip(papers, rows, strict=True)
    return tuple(Hit(int(paper or 0), float(score) if scored else 0.0) for paper, (score, _) in pairs)
