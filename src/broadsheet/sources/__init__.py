"""Sources: one file for each place papers come from. Each yields drafts; none knows the store."""

from broadsheet.sources.hub import fetch_editions, get_body
from broadsheet.sources.registry import SOURCES, Source, authority, read_file

__all__ = ["SOURCES", "Source", "authority", "fetch_editions", "get_body", "read_file"]
