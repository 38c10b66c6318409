"""The records: the only room that knows tables and SQL."""
