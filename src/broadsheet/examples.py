"""Examples: what a reader pastes to be searched by, understood: names of papers, entries of a library, plain texts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from broadsheet.drafts import Draft, Identifier
from broadsheet.embedding import PaperText
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.identity import parse_identifier
from broadsheet.reading import prepare
from broadsheet.sources.registry import SOURCES
from broadsheet.store.catalogue import find_paper
from broadsheet.text import clean_block, clean_line, shorten

MAX_CHARACTERS = 6_000
MAX_EXAMPLES = 50
LONGEST_TITLE = 250
LONGEST_REFERENCE = 500
"""Characters of a line in which the name of a paper stands for the whole line."""
PROSE = 200
"""Characters from which on a paragraph may be the abstract under a title."""

Find = Callable[[str], tuple[int, str] | None]
"""Id and key of the paper that a text names."""

LIBRARIES = ("ris", "nbib", "csl")
"""Forms that take up all of what is pasted; entries of BibTeX may stand among other lines."""
ENTRY = re.compile(r"@\s*[a-z]+\s*(?=[{(])", re.IGNORECASE)
BULLET = re.compile(r"^(?:[-*•·–]|\[?\d{1,3}[\].)])\s+")
LABEL = re.compile(r"^(?:title|abstract|summary)\s*(?:[:.—–-]\s*|$)", re.IGNORECASE)
PASSED_OVER = re.compile(r"^(?:authors?|keywords?|subjects?|comments?)\s*:", re.IGNORECASE)
OUR_ADDRESS = re.compile(r"https?://[^/\s]+/papers/(?:similar/)?(\S+)", re.IGNORECASE)
OUR_KEY = re.compile(r"bs-[a-z2-7]{12}")
WITHIN = re.compile(
    r"arxiv\s*:\s*[\w./-]+|(?:https?://)?(?:[\w-]+\.)?(?:arxiv\.org|doi\.org|aclanthology\.org)/\S+|\b10\.\d{4,9}/\S+",
    re.IGNORECASE,
)
SEPARATORS = re.compile(r"[\s,;]+")
ENDS = (".", ",", ";", ":", "-")


@dataclass(frozen=True, slots=True)
class Known:
    """A paper of the catalogue."""

    id: int
    key: str


@dataclass(frozen=True, slots=True)
class Example:
    """What was understood: papers of the catalogue, texts to compare with, and notes on the rest."""

    papers: tuple[Known, ...] = ()
    texts: tuple[PaperText, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[PaperText | int, ...]:
        """The papers as ids, then the texts: what a search by example takes."""
        return (*(paper.id for paper in self.papers), *self.texts)


Piece = Known | PaperText | str
"""One thing that was understood; a str is a note."""


def read_example(text: str, find: Find = find_paper) -> Example:
    """Understand a pasted text: arXiv ids, DOIs, addresses, BibTeX, RIS, NBIB or CSL-JSON entries, abstracts, titles.

    Raises BadInput for more than MAX_CHARACTERS characters. What names no paper of the catalogue becomes a note.
    """
    text = text.replace("\r\n", "\n").replace("\0", " ")  # forms send two characters for an end of line
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"What you pasted has {len(text):,} characters, the limit is {MAX_CHARACTERS:,}. Paste less: an abstract "
            "tells more than a whole paper, and identifiers are short."
        )
    pieces = list(islice(_pieces(text, find), MAX_EXAMPLES + 1))
    notes = [piece for piece in pieces[:MAX_EXAMPLES] if isinstance(piece, str)]
    if len(pieces) > MAX_EXAMPLES:
        notes.append(f"Only the first {MAX_EXAMPLES} of what you pasted are searched with.")
        pieces = pieces[:MAX_EXAMPLES]
    return Example(
        papers=tuple(dict.fromkeys(piece for piece in pieces if isinstance(piece, Known))),
        texts=tuple(dict.fromkeys(piece for piece in pieces if isinstance(piece, PaperText))),
        notes=tuple(dict.fromkeys(notes)),
    )


def _pieces(text: str, find: Find) -> Iterator[Piece]:
    library = next((name for name in LIBRARIES if SOURCES[name].recognises(text.encode())), None)
    entries, rest = (text, "") if library else _split_entries(text)
    if entries:
        yield from _of_entries(entries, library or "bibtex", find)
    yield from _of_blocks([block for block in map(_lines, re.split(r"\n\s*\n", rest)) if block], find)


def _split_entries(text: str) -> tuple[str, str]:
    """The BibTeX entries of a text, and what stands around them."""
    entries: list[str] = []
    around: list[str] = []
    at = 0
    for start in ENTRY.finditer(text):
        if start.start() < at:
            continue
        end = _closing(text, start.end())
        around.append(text[at : start.start()])
        entries.append(text[start.start() : end])
        at = end
    return "\n".join(entries), "\n".join([*around, text[at:]])


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` is closed; the end of the text where it never is."""
    brackets = "{}" if text[start] == "{" else "()"
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == brackets[0]) - (text[place] == brackets[1])
        if depth == 0:
            return place + 1
    return len(text)


def _of_entries(text: str, form: str, find: Find) -> Iterator[Piece]:
    try:
        for item in prepare(SOURCES[form].read(BytesIO(text.encode("utf-8", "replace")), "the pasted text", None)):
            yield from (
                _of_draft(item, find) if isinstance(item, Draft) else [f"An entry cannot be read: {item.reason}."]
            )
    except BroadsheetError as error:
        yield f"The entries cannot be read: {error}"


def _of_draft(draft: Draft, find: Find) -> Iterator[Piece]:
    found = next(filter(None, (find(_spelled(name)) for name in draft.identifiers)), None)
    if found:
        yield Known(*found)
        return
    yield PaperText(draft.title, draft.abstract)
    what = "title and abstract are" if draft.abstract else "title alone is"
    yield f"“{shorten(draft.title, 80)}” is not in the catalogue; its {what} searched with."


def _spelled(name: Identifier) -> str:
    """The identifier as text that leads back to it."""
    return f"{name.kind}:{name.value}" if name.kind in ("acl", "openreview", "pubmed", "hub") else name.value


def _lines(block: str) -> list[str]:
    """The lines of a paragraph without bullets, labels and what tells nothing."""
    lines = (BULLET.sub("", line.strip()) for line in block.splitlines())
    return [bare for line in lines if not PASSED_OVER.match(line) and (bare := LABEL.sub("", line))]


def _of_blocks(blocks: Sequence[Sequence[str]], find: Find) -> Iterator[Piece]:
    title = ""
    for block in blocks:
        prose: list[str] = []
        for line in block:
            named = _names(line, find)
            if named is None:
                prose.append(line)
            yield from named or ()
        if title and not _is_prose(prose):
            yield PaperText(title)
            title = ""
        if len(prose) == 1 and _is_title(prose[0]):
            title = clean_line(prose[0])
        elif prose:
            yield from _texts(prose, title)
            title = ""
    if title:
        yield PaperText(title)


def _names(line: str, find: Find) -> list[Piece] | None:
    """The papers that a line names; None for a line of prose."""
    words = [word for word in SEPARATORS.split(line) if word]
    if all(parse_identifier(word) or OUR_KEY.fullmatch(word) for word in words):
        return [_named(word, find) for word in words]
    if parse_identifier(line):
        return [_named(line, find)]
    if len(line) > LONGEST_REFERENCE:
        return None
    references = (find(_trimmed(reference[0])) for reference in WITHIN.finditer(line))
    return [Known(*found) for found in references if found] or None


def _named(word: str, find: Find) -> Piece:
    ours = OUR_ADDRESS.fullmatch(word)
    found = find(word) or (find(ours[1]) if ours else None)
    return Known(*found) if found else f"{word[:120]} is not in the catalogue, so it is not searched with."


def _trimmed(reference: str) -> str:
    return reference.rstrip(".,;:)]}>\"'")


def _is_title(line: str) -> bool:
    return len(line) <= LONGEST_TITLE and not line.endswith((".", ",", ";"))


def _is_prose(lines: Sequence[str]) -> bool:
    return sum(map(len, lines)) >= PROSE


def _texts(lines: Sequence[str], title: str) -> Iterator[PaperText]:
    """A list of titles as a text each; else one text, whose first line is its title where it looks like one."""
    if not title and len(lines) > 1 and all(_is_item(line) for line in lines):
        yield from (PaperText(clean_line(line)) for line in lines)
    elif not title and len(lines) == 2 and _is_title(lines[0]) and len(lines[1]) >= PROSE:
        yield PaperText(clean_line(lines[0]), clean_block(lines[1], MAX_CHARACTERS))
    elif text := clean_block(" ".join(lines), MAX_CHARACTERS):
        yield PaperText(title, text)


def _is_item(line: str) -> bool:
    """Whether a line may be one title of a list: lines of a wrapped paragraph begin and end anywhere."""
    return len(line) <= LONGEST_TITLE and not line.endswith(ENDS) and not line[0].islower()
