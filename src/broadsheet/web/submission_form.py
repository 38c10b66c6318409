"""The form of a submission: what is carried from step to step, and what it says, read into a proposal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from django.http.request import QueryDict

from broadsheet.drafts import Draft
from broadsheet.errors import BadInput, BroadsheetError
from broadsheet.identity import title_key
from broadsheet.own_record import LINKS, MOST_CATEGORIES, Written, record_of
from broadsheet.pasting import Pasted, read_paste
from broadsheet.search import Request, search
from broadsheet.submitting import namesakes
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.terms import search_terms
from broadsheet.web.instance import finder

LONGEST = {"text": 6_000, "title": 1_000, "abstract": 20_000, "authors": 60_000, "day": 20}
ALIKE = 0.88
"""How much of two titles agrees, of 1, for somebody to be asked whether they are one paper's."""
LOOKED_THROUGH, LONGEST_QUERY = 10, 400
FIELDS = (*LONGEST, *LINKS, *(f"category{number}" for number in range(1, MOST_CATEGORIES + 1)))


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants to submit, as it goes from step to step: a pasted text, or a form that was filled in."""

    fields: Mapping[str, str]

    @property
    def text(self) -> str:
        """What was pasted; empty where a form was filled in."""
        return self.fields.get("text", "")

    @property
    def is_written(self) -> bool:
        """Whether a form was filled in."""
        return not self.text.strip()

    def understood(self, today: date) -> Pasted:
        """What it is. Raises BadInput."""
        return Pasted(draft=self._written(today)) if self.is_written else read_paste(self.text)

    def _written(self, today: date) -> Draft:
        categories = [self.fields.get(f"category{number}", "") for number in range(1, MOST_CATEGORIES + 1)]
        written = Written(
            title=self.fields.get("title", ""),
            abstract=self.fields.get("abstract", ""),
            authors=self.fields.get("authors", ""),
            day=self.fields.get("day", ""),
            categories=categories,
            links={kind: self.fields.get(kind, "") for kind in LINKS},
        )
        return record_of(written, load_taxonomy(), today)


def entry_of(given: QueryDict) -> Entry:
    """The entry that a request carries. Raises BadInput for a field that is too long."""
    fields = {name: given.get(name, "").replace("\0", " ") for name in FIELDS}
    for name, text in fields.items():
        if len(text) > LONGEST.get(name, 2_000):
            raise BadInput(f"{name.capitalize()}: {len(text):,} characters, {LONGEST.get(name, 2_000):,} at most.")
    return Entry({name: text for name, text in fields.items() if text})


def doubles_of(draft: Draft) -> list[int]:
    """Papers here that a draft may be the double of: those of its title, then those of nearly the same."""
    same = namesakes(draft)
    return [*same, *(paper for paper in _alike(draft) if paper not in same)]


def _alike(draft: Draft) -> list[int]:
    """Papers that search finds by the title and whose own is nearly the same; none while search is away."""
    try:
        found = search(finder(), Request(words=" ".join(search_terms(draft.title))[:LONGEST_QUERY])).matches
    except BroadsheetError:
        return []
    key = title_key(draft.title)
    return [
        match.card.id
        for match in found[:LOOKED_THROUGH]
        if SequenceMatcher(None, key, title_key(match.card.title), autojunk=False).ratio() >= ALIKE
    ]


def chosen(pasted: Pasted, given: QueryDict) -> Pasted:
    """What was understood, after the submitter said which paper of that title it is, if any. Raises BadInput."""
    if pasted.draft is None:
        return pasted
    same = doubles_of(pasted.draft)
    choice = given.get("paper", "")
    if choice in map(str, same):
        return Pasted(paper=int(choice))
    if same and choice != "another":
        raise BadInput("A paper of this title, or nearly so, is here already. Say whether it is yours, or another one.")
    return pasted
