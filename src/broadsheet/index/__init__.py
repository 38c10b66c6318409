"""The search index: derived data on disk, rebuildable from the records at any time."""

from broadsheet.index.completing import Completions
from broadsheet.index.documents import IndexDocument
from broadsheet.index.facets import Facets
from broadsheet.index.filters import Filters
from broadsheet.index.generations import Busy
from broadsheet.index.highlight import highlight
from broadsheet.index.naming import Name
from broadsheet.index.parsing import ParsedQuery
from broadsheet.index.reader import Reader
from broadsheet.index.schema import days_since_epoch
from broadsheet.index.selecting import OrderedPage, Ranked, Selection
from broadsheet.index.snapshot import Snapshot
from broadsheet.index.writer import Writer

__all__ = [
    "Busy",
    "Completions",
    "Facets",
    "Filters",
    "IndexDocument",
    "Name",
    "OrderedPage",
    "ParsedQuery",
    "Ranked",
    "Reader",
    "Selection",
    "Snapshot",
    "Writer",
    "days_since_epoch",
    "highlight",
]
