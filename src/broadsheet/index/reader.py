"""Reading the index: the newest commit of the current generation."""

import threading
from dataclasses import dataclass
from pathlib import Path

from tantivy import Index, Searcher

from broadsheet.errors import Unavailable
from broadsheet.index import generations, lexicon
from broadsheet.index.damage import META, ailing_file, explained, unreadable
from broadsheet.index.snapshot import Snapshot

_MISSING = "There is no search index yet. Run `broadsheet index rebuild`."


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index as of one commit, with the marks of the files that tell when it is out of date."""

    generation: Path
    pointer: tuple[int, int]
    meta: tuple[int, int]
    index: Index
    searcher: Searcher
    snapshot: Snapshot


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

    def snapshot(self) -> Snapshot:
        """The newest commit, for questions that have to agree with each other. Raises Unavailable without an index."""
        return self._fresh().snapshot

    def health(self) -> str:
        """What ails the index, "" when nothing does. Reads every file whole: about a second a gigabyte."""
        try:
            opened = self._fresh()
        except Unavailable as error:
            return str(error)
        ailing = ailing_file(opened.generation, thorough=True) or _ailing_words(opened.generation)
        return f"The search index is damaged: {ailing}. Run `broadsheet index rebuild`." if ailing else ""

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
            and generations.file_mark(opened.generation / META) == opened.meta
        )
    except OSError:
        return False


def _open(folder: Path, before: _Opened | None) -> _Opened:
    """Open what the pointer names; once more if that generation was replaced and removed while we looked."""
    try:
        return _open_once(folder, before)
    except (OSError, Unavailable):
        pass
    try:
        return _open_once(folder, None)
    except FileNotFoundError as error:
        raise Unavailable(_MISSING) from error
    except OSError as error:
        raise unreadable(error) from error


def _open_once(folder: Path, before: _Opened | None) -> _Opened:
    # The marks are taken before the files are read: a commit in between is noticed at the next look.
    pointer = generations.pointer_mark(folder)
    generation = folder / (generations.current_generation(folder) or "")
    meta = generations.file_mark(generation / META)
    generations.read_state(generation)
    ailing = ailing_file(generation, thorough=False)
    if ailing:
        raise unreadable(ailing)
    index, searcher = _load(generation, before)
    return _Opened(generation, pointer, meta, index, searcher, Snapshot(searcher, index.schema, generation))


@explained
def _load(generation: Path, before: _Opened | None) -> tuple[Index, Searcher]:
    if before is not None and before.generation == generation:
        index = before.index
    else:
        index = Index.open(str(generation))
        index.config_reader("manual", 0)  # no watching thread: it would not survive a fork
    index.reload()
    return index, index.searcher()


def _ailing_words(generation: Path) -> str:
    try:
        lexicon.read(generation / lexicon.LEXICON)
    except Unavailable as error:
        return str(error)
    return ""
