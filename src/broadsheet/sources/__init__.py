"""Sources: one file for each place papers come from. Each yields drafts; none knows the store."""

from broadsheet.sources.registry import SOURCES, Source, authority, named_source, read_file, recognise

__all__ = ["SOURCES", "Source", "authority", "named_source", "read_file", "recognise"]
