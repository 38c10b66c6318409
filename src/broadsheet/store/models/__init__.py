"""All tables, re-exported for Django."""

from broadsheet.store.models.editions import Edition, EditionEntry
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
    "ImportedCount",
    "IngestProblem",
    "Organisation",
    "Paper",
    "PaperCategory",
    "PaperIdentifier",
    "PaperLink",
    "PaperOrganisation",
    "PaperTag",
    "PaperVersion",
    "SourceRecord",
    "Tag",
    "Venue",
]
