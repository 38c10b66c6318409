"""The worker: keeps the search index up with the catalogue, for as long as it is let."""

import logging
import threading
from pathlib import Path

from django.db import DatabaseError, close_old_connections

from broadsheet.errors import Unavailable
from broadsheet.index import Writer
from broadsheet.indexing import catch_up

log = logging.getLogger("broadsheet.worker")

PAUSE_S = 1.0
PAUSE_AFTER_FAILURE_S = 5.0


def work(index: Path, stop: threading.Event) -> None:
    """Follow the change log until told to stop. Whatever fails is logged and tried again."""
    while not stop.is_set():
        try:
            with Writer.open(index) as writer:
                _follow(writer, stop)
        except (Unavailable, DatabaseError) as error:
            log.warning("indexing pauses: %s", error)
            close_old_connections()
            stop.wait(PAUSE_AFTER_FAILURE_S)


def _follow(writer: Writer, stop: threading.Event) -> None:
    while not stop.is_set():
        written = catch_up(writer)
        if written:
            log.info("indexed %s papers", written)
        stop.wait(PAUSE_S)
