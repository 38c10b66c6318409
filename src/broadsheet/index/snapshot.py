"""The index as of one commit: selections, completion and spelling that agree with each other."""

import re
from functools import lru_cache
from pathlib import Path

from tantivy import Schema, Searcher

from broadsheet.errors import Unavailable
from broadsheet.index import crowds, lexicon, schema
from broadsheet.index.completing import Completer, Completions
from broadsheet.index.crowds import Crowds
from broadsheet.index.damage import explained
from broadsheet.index.filters import NO_FILTERS, Filters
from broadsheet.index.generations import file_mark
from broadsheet.index.lexicon import Lexicon
from broadsheet.index.matching import Matcher
from broadsheet.index.parsing import ParsedQuery, parse
from broadsheet.index.selecting import Selection

_MOST_CHECKED = 4
"""Words of one query that are looked up when they are not known."""


class Snapshot:
    """One commit of the index; may be shared by threads and kept while newer commits come."""

    def __init__(self, searcher: Searcher, engine_schema: Schema, generation: Path) -> None:
        self._searcher = searcher
        self._matcher = Matcher(engine_schema, searcher)
        self._generation = generation

    @property
    def count(self) -> int:
        """Number of papers."""
        return self._searcher.num_docs

    @explained
    def select(self, words: str, filters: Filters = NO_FILTERS) -> Selection:
        """Understand a query. Raises BadInput for one that is too long."""
        parsed = parse(words, filters)
        return Selection(self._searcher, self._matcher, parsed, words, filters, self._meant(parsed, 0))

    @explained
    def complete(self, text: str, limit: int = 5) -> Completions:
        """What somebody who has typed this may mean: at most `limit` of each kind."""
        return Completer(self._searcher, self._matcher, self._crowds).complete(text, limit)

    @explained
    def spelling(self, text: str) -> str:
        """The same query with mistyped words mended, "" where there is nothing to mend."""
        mended = text
        for word, meant in self._meant(parse(text), lexicon.RARE).items():
            mended = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", meant, mended, flags=re.IGNORECASE)
        return mended if mended != text else ""

    def _meant(self, parsed: ParsedQuery, most_papers: int) -> dict[str, str]:
        """What is likely meant by plain words that at most so many papers hold, and that are nobody's name."""
        words = dict.fromkeys(clause.parts[0] for clause in parsed.words if len(clause.parts) == 1)
        rare = [word for word in words if self._papers(word) <= most_papers and lexicon.is_checkable(word)]
        unknown = [word for word in rare if not self._searcher.doc_freq(schema.AUTHORS, word)]
        found = {word: self._lexicon.nearest(word, self._papers(word)) for word in unknown[:_MOST_CHECKED]}
        return {word: meant for word, meant in found.items() if meant}

    def _papers(self, word: str) -> int:
        return self._searcher.doc_freq(schema.EXACT, word)

    @property
    def _lexicon(self) -> Lexicon:
        path = self._generation / lexicon.LEXICON
        try:
            return _read_once(path, file_mark(path))
        except (OSError, Unavailable):  # spelling is a courtesy; `Reader.health` tells
            return Lexicon({}, 0)

    @property
    def _crowds(self) -> Crowds:
        path = self._generation / crowds.CROWDS
        try:
            return _read_crowds_once(path, file_mark(path))
        except (OSError, Unavailable):  # the engine knows the same names, later
            return {}


@lru_cache(maxsize=2)
def _read_crowds_once(path: Path, _mark: tuple[int, int]) -> Crowds:
    return crowds.read(path)


@lru_cache(maxsize=2)
def _read_once(path: Path, _mark: tuple[int, int]) -> Lexicon:
    return lexicon.read(path)
