"""The worker: keeps the search index up with the catalogue and asks the live sources, for as long as it is let."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connections

from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.harvest.engine import Harvester
from broadsheet.index import Writer
from broadsheet.indexing import catch_up

log = logging.getLogger("broadsheet.worker")

PAUSE_S = 1.0
PAUSE_AFTER_FAILURE_S = 5.0


def work(index: Path, harvester: Harvester, stop: threading.Event) -> None:
    """Follow the change log, and harvest beside it, until told to stop. Whatever fails is logged and tried again."""
    beside = threading.Thread(target=harvest, args=(harvester, stop), name="harvest", daemon=True)
    beside.start()
    _repeat(lambda: _index(index, stop), "indexing", stop)


def harvest(harvester: Harvester, stop: threading.Event) -> None:
    """Ask the live sources as they fall due. A step that is killed is taken again by whoever comes next."""
    try:
        _repeat(lambda: _harvest(harvester, stop), "harvesting", stop)
    finally:
        connections.close_all()


def _repeat(work_on: Callable[[], None], name: str, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            work_on()
        except (BroadsheetError, DatabaseError) as error:
            log.warning("%s pauses: %s", name, error)
        except Exception:  # whatever a source provokes, the others go on
            log.exception("%s met what it did not expect", name)
        close_old_connections()
        stop.wait(PAUSE_AFTER_FAILURE_S)


def _harvest(harvester: Harvester, stop: threading.Event) -> None:
    while not stop.is_set():
        run = harvester.step()
        if run is None:
            stop.wait(PAUSE_S)
        elif run.ended_at:
            log.info("%s %s: %s, %s new papers", run.source, run.stream, run.state, run.new)


def _index(index: Path, stop: threading.Event) -> None:
    try:
        with Writer.open(index) as writer:
            while not stop.is_set():
                written = catch_up(writer)
                if written:
                    log.info("indexed %s papers", written)
                stop.wait(PAUSE_S)
    except Unavailable as error:
        log.warning("indexing pauses: %s", error)
