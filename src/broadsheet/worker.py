"""The worker: keeps the search index and the vectors up with the catalogue, and asks the live sources."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connections

from broadsheet.errors import BroadsheetError
from broadsheet.harvest.engine import Harvester
from broadsheet.index import Reader, Writer
from broadsheet.indexing import catch_up, is_own, rebuild
from broadsheet.mapping.keeping import keep_up
from broadsheet.models import Models
from broadsheet.vectoring import Instant, Quality

log = logging.getLogger("broadsheet.worker")

PAUSE_S = 1.0
PAUSE_AFTER_FAILURE_S = 5.0
MAP_EVERY_S = 3_600.0


def work(index: Path, models: Models, harvester: Harvester, stop: threading.Event) -> None:
    """Follow the change log, and harvest beside it, until told to stop. Whatever fails is logged and tried again."""
    beside = threading.Thread(target=harvest, args=(harvester, stop), name="harvest", daemon=True)
    beside.start()
    _repeat(lambda: _index(index, models, stop), "indexing", stop)


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


def _index(index: Path, models: Models, stop: threading.Event) -> None:
    """Follow the change log with both indexes; one that is damaged is built anew while the site answers without it."""
    reader, instant = Reader(index), Instant(index, models)
    ailing = reader.health()
    if ailing or not is_own(index):
        log.warning("the search index is built anew: %s", ailing or "it is of another catalogue")
        rebuild(index)
    with Writer.open(index) as writer:
        while not stop.is_set():
            written = catch_up(writer)
            if written:
                log.info("indexed %s papers", written)
            instant.catch_up()
            reader.count()  # raises where it was damaged meanwhile; the next round looks closer
            stop.wait(PAUSE_S)


def embed(data: Path, models: Models, stop: threading.Event) -> None:
    """Draw the map and fill the vectors of the quality model, newest papers first, until told to stop."""
    _repeat(lambda: _embed(data, models, stop), "embedding", stop)


def _embed(data: Path, models: Models, stop: threading.Event) -> None:
    quality, drawn_at = Quality(data / "index", models), 0.0
    while not stop.is_set():
        if time.monotonic() - drawn_at > MAP_EVERY_S or not drawn_at:
            drawn_at = time.monotonic()
            _draw(data)
        written = quality.fill(stop)
        if written:
            log.info("embedded %s papers", written)
        close_old_connections()
        stop.wait(PAUSE_S)


def _draw(data: Path) -> None:
    """Bring the map up to date; without one the site stands."""
    try:
        new = keep_up(data / "map", data / "index")
    except BroadsheetError as error:
        log.warning("the map waits: %s", error)
    else:
        if new:
            log.info("%s new papers on the map", new)
