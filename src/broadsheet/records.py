"""Records: what the catalogue knows of a paper, merged from all that its sources said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from broadsheet.drafts import Counts, DraftLink, EditionPlace, Identifier, Organisation, PartialDate, PrintedAuthor


@dataclass(frozen=True, slots=True)
class Version:
    """A numbered version; `title` and `abstract` are filled where a later version replaced them."""

    number: int
    day: date | None
    source: str
    title: str = ""
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """The whole state of one paper. `provenance` maps a field's name to the source its value came from."""

    key: str = ""
    title: str = ""
    abstract: str = ""
    summary: str = ""
    summary_by: str = ""
    published: PartialDate | None = None
    updated: date | None = None
    version: int | None = None
    language: str = ""
    licence: str = ""
    comment: str = ""
    withdrawn: bool = False
    venue: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    authors: tuple[PrintedAuthor, ...] = ()
    author_count: int = 0
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[DraftLink, ...] = ()
    versions: tuple[Version, ...] = ()
    organisations: tuple[tuple[str, Organisation], ...] = ()
    counts: tuple[tuple[str, Counts], ...] = ()
    entries: tuple[tuple[str, EditionPlace], ...] = ()

    @property
    def imported_votes(self) -> int:
        """Votes on other systems, added up."""
        return sum(counts.votes or 0 for _, counts in self.counts)

    @property
    def imported_comments(self) -> int:
        """Comments on other systems, added up."""
        return sum(counts.comments or 0 for _, counts in self.counts)


@dataclass(frozen=True, slots=True)
class SourceMark:
    """What is remembered of one record of one source: its paper, the payloads seen (newest last), when it was seen."""

    paper_id: int
    payload_hashes: tuple[str, ...]
    observed_at: datetime | None
