"""The search index: derived data on disk, rebuildable from the records at any time."""

from broadsheet.index.documents import IndexDocument
from broadsheet.index.generations import Busy
from broadsheet.index.highlight import highlight
from broadsheet.index.queries import Hit, Hits, TextQuery
from broadsheet.index.reader import Reader
from broadsheet.index.schema import days_since_epoch
from broadsheet.index.writer import Writer

__all__ = ["Busy", "Hit", "Hits", "IndexDocument", "Reader", "TextQuery", "Writer", "days_since_epoch", "highlight"]
