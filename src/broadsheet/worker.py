"""The worker: keeps indexes up with the catalogue, asks the live sources, closes editions, delivers letters."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from broadsheet.clock import now
from broadsheet.closing import close_due
from broadsheet.discussion import renew
from broadsheet.errors import BroadsheetError
from broadsheet.harvest.engine import Harvester
from broadsheet.index import Reader, Writer
from broadsheet.indexing import catch_up, is_own, rebuild
from broadsheet.looking_up import look_up_next
from broadsheet.mapping.keeping import keep_up
from broadsheet.models import Models
from broadsheet.outbox import deliver_due, sender_of
from broadsheet.reckoning import reckon_stale
from broadsheet.tidying import tidy
from broadsheet.vectoring import Instant, Quality

log = logging.getLogger("broadsheet.worker")

PAUSE_S = 1.0
PAUSE_AFTER_FAILURE_S = 5.0
MAP_EVERY_S = TIDY_EVERY_S = 3_600.0
RECKON_EVERY_S = 60.0


def work(index: Path, models: Models, harvester: Harvester, stop: threading.Event) -> None:
    """Follow the change log, harvest and deliver beside it, until told to stop. Whatever fails is tried again."""
    threading.Thread(target=harvest, args=(harvester, stop), name="harvest", daemon=True).start()
    threading.Thread(target=correspond, args=(stop,), name="letters", daemon=True).start()
    threading.Thread(target=edit, args=(stop,), name="editions", daemon=True).start()
    _repeat(lambda: _index(index, models, stop), "indexing", stop)


def edit(stop: threading.Event) -> None:
    """Close editions as their hour comes, and bring standings and comments up to the rules of the day."""
    try:
        _repeat(lambda: _edit(stop), "closing editions", stop)
    finally:
        connections.close_all()


def _edit(stop: threading.Event) -> None:
    while not stop.is_set():
        for day in close_due(now()):
            log.info("the edition of %s is closed", day)
        reckon_stale()
        renew()
        close_old_connections()
        stop.wait(RECKON_EVERY_S)


def harvest(harvester: Harvester, stop: threading.Event) -> None:
    """Ask the live sources as they fall due. A step that is killed is taken again by whoever comes next."""
    try:
        _repeat(lambda: _harvest(harvester, stop), "harvesting", stop)
    finally:
        connections.close_all()


def correspond(stop: threading.Event) -> None:
    """Deliver letters as they fall due, and put away each hour what has had its time."""
    try:
        _repeat(lambda: _correspond(stop), "delivering", stop)
    finally:
        connections.close_all()


def _correspond(stop: threading.Event) -> None:
    send, tidied_at = sender_of(settings.ENVIRONMENT, now), 0.0
    while not stop.is_set():
        if time.monotonic() - tidied_at > TIDY_EVERY_S or not tidied_at:
            tidied_at = time.monotonic()
            tidy(now())
        if not (send and deliver_due(now(), send)):
            stop.wait(PAUSE_S)


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
        looked_up = look_up_next(harvester.client, harvester.clock.now())
        run = harvester.step()
        if run is None and looked_up is None:
            stop.wait(PAUSE_S)
        elif run and run.ended_at:
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
