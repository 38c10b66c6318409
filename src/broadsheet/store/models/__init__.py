"""All tables, re-exported for Django."""

from broadsheet.store.models.editions import Edition, EditionEntry
from broadsheet.store.models.harvest import HarvestRun, HarvestSource, HarvestStream, RequestPace, Validator
from broadsheet.store.models.identity import PaperDoubt, PaperMatch, SourceDraft
from broadsheet.store.models.intake import CatalogueIdentity, Change, ImportedCount, IngestProblem, SourceRecord
from broadsheet.store.models.papers import Paper, PaperIdentifier, PaperLink, PaperVersion
from broadsheet.store.models.people import Author, Authorship, Organisation, PaperOrganisation
from broadsheet.store.models.subjects import Category, PaperCategory, PaperTag, Tag, Venue

__all__ = [
    "Author",
    "Authorship",
    "CatalogueIdentity",
    "Category",
    "Change",
    "Edition",
    "EditionEntry",
    "HarvestRun",
    "HarvestSource",
    "HarvestStream",
    "ImportedCount",
    "IngestProblem",
    "Organisation",
    "Paper",
    "PaperCategory",
    "PaperDoubt",
    "PaperIdentifier",
    "PaperLink",
    "PaperMatch",
    "PaperOrganisation",
    "PaperTag",
    "PaperVersion",
    "RequestPace",
    "SourceDraft",
    "SourceRecord",
    "Tag",
    "Validator",
    "Venue",
]
