"""Pasting: what somebody pastes to submit, understood: a paper that is here, a name to look up, or a whole record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from broadsheet.cleaning import is_web_address
from broadsheet.drafts import Draft, Identifier
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.examples import MAX_CHARACTERS, OUR_ADDRESS, WITHIN
from broadsheet.identity import parse_identifier
from broadsheet.reading import prepare
from broadsheet.sources.registry import SOURCES
from broadsheet.store.catalogue import find_paper
from broadsheet.text import clean_line

FORMS = ("ris", "nbib", "csl", "bibtex")
"""Forms of one record that people copy from elsewhere."""
LOOKED_UP = ("arxiv", "doi")
"""Kinds of identifiers that a live source is asked for."""
LONGEST_TITLE = 400

Find = Callable[[str], tuple[int, str] | None]


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was understood: a paper of the catalogue, or a record, or a name that sources can be asked for.

    Else `title` and `url` are what a form can begin with.
    """

    paper: int | None = None
    draft: Draft | None = None
    identifier: Identifier | None = None
    title: str = ""
    url: str = ""

    @property
    def is_something(self) -> bool:
        """Whether there is anything to submit yet."""
        return bool(self.paper or self.draft or self.identifier)


def read_paste(text: str, find: Find = find_paper) -> Pasted:
    """Understand what was pasted. Raises BadInput for nothing, too much, or more than one record."""
    text = text.replace("\r\n", "\n").replace("\0", " ").strip()
    if not text:
        raise BadInput("Paste an arXiv id, a DOI, an address or a BibTeX entry.")
    if len(text) > MAX_CHARACTERS:
        raise BadInput(f"That has {len(text):,} characters, {MAX_CHARACTERS:,} at most. Paste one entry, or one name.")
    drafts = read_records(text)
    if drafts:
        return _of_draft(drafts[0], find)
    return _of_names(text, find)


def read_records(text: str) -> list[Draft]:
    """The records that a text holds in one of FORMS. Raises BadInput where they cannot be read, or are several."""
    body = text.encode("utf-8", "replace")
    form = next((name for name in FORMS if SOURCES[name].recognises(body)), None)
    if form is None:
        return []
    try:
        items = list(prepare(SOURCES[form].read(BytesIO(body), "what you pasted", None)))
    except BroadsheetError as error:
        raise BadInput(f"The entry cannot be read: {error}") from error
    drafts = [item for item in items if isinstance(item, Draft)]
    if not drafts:
        why = next((item.reason for item in items if not isinstance(item, Draft)), "it holds no entry")
        raise BadInput(f"The entry cannot be read: {why}.")
    if len(drafts) > 1:
        raise BadInput(f"That is {len(drafts)} entries. Submit one paper at a time.")
    return drafts


def _of_draft(draft: Draft, find: Find) -> Pasted:
    found = known_by_name(draft.identifiers, find)
    return Pasted(paper=found) if found else Pasted(draft=draft)


def known_by_name(identifiers: Sequence[Identifier], find: Find = find_paper) -> int | None:
    """The paper of the catalogue that one of these names; web pages are no names, for many works share one."""
    for name in identifiers:
        found = find(spelled(name)) if name.kind != "url" else None
        if found:
            return found[0]
    return None


def spelled(name: Identifier) -> str:
    """The identifier as text that leads back to it."""
    return f"{name.kind}:{name.value}" if name.kind in ("acl", "openreview", "pubmed", "hub") else name.value


def _of_names(text: str, find: Find) -> Pasted:
    """An identifier in any spelling, alone or inside a reference; else an address or a title to begin a form with."""
    ours = OUR_ADDRESS.fullmatch(text)
    texts = [text, *([ours[1]] if ours else []), *(each[0].rstrip(".,;:)]}>\"'") for each in WITHIN.finditer(text))]
    for each in texts:
        if found := find(each):
            return Pasted(paper=found[0])
    names = [name for each in texts if (name := parse_identifier(each))]
    asked = next((name for name in names if name.kind in LOOKED_UP), None)
    if asked:
        return Pasted(identifier=asked)
    url = next((each for each in texts if is_web_address(each)), "")
    if "\n" in text or len(text) > LONGEST_TITLE:
        raise BadInput("That names no paper. Paste one arXiv id, DOI, address or BibTeX entry, or fill in the form.")
    return Pasted(url=url, title="" if url or names else clean_line(text, LONGEST_TITLE))
