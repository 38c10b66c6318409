"""The doctor: what an instance is made of, and what ails it."""

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.db import DatabaseError

from broadsheet import __version__
from broadsheet.environment import Environment
from broadsheet.errors import BroadsheetError
from broadsheet.harvest.control import overview
from broadsheet.index import Reader
from broadsheet.index.spaces import read_spaces, vectors_folder
from broadsheet.index.vectors import VectorReader
from broadsheet.indexing import is_own
from broadsheet.mapping.files import find_map
from broadsheet.models import Models
from broadsheet.store.catalogue import count_papers
from broadsheet.store.pace import DatabaseClock
from broadsheet.store.query import rows
from broadsheet.store.schema import pending_migrations

LEAST_FREE_GIB = 1.0
OLDEST = 160_000
"""PostgreSQL 16, as the server writes its number."""
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is well, and what was seen or what to do."""

    name: str
    well: bool
    seen: str


def examine(environment: Environment) -> list[Finding]:
    """All checks; one that fails to run is a finding too."""
    index = environment["data"] / "index"
    return [
        _versions(),
        _checked("database", _database),
        _checked("durability", _durability),
        _checked("schema", _schema),
        _checked("search index", lambda: _index(index)),
        _checked("search by meaning", lambda: _meaning(environment)),
        _checked("quality model", lambda: _quality(environment)),
        _checked("map", lambda: _map(environment["data"])),
        _checked("sources", _sources),
        _disk(environment["data"]),
        Finding("mail", True, "this version sends none"),
        _debug(environment),
    ]


def _checked(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (BroadsheetError, DatabaseError) as error:
        return Finding(name, False, str(error).strip())


def _versions() -> Finding:
    parts = (f"{name} {version(name)}" for name in ("django", "tantivy", "granian", "psycopg"))
    return Finding(
        "versions", True, f"broadsheet {__version__}, python {platform.python_version()}, {', '.join(parts)}"
    )


def _database() -> Finding:
    server, number, size = rows(
        """SELECT current_setting('server_version'), current_setting('server_version_num')::int,
                  pg_size_pretty(pg_database_size(current_database()))"""
    )[0]
    if number < OLDEST:
        return Finding("database", False, f"PostgreSQL {server} is too old: 16 or newer is needed")
    return Finding("database", True, f"PostgreSQL {server}, {size}, {count_papers():,} papers")


def _durability() -> Finding:
    found = {name: str(rows("SELECT current_setting(%s)", name)[0][0]) for name in DURABLE}
    off = [f"{name} is {found[name]}" for name in DURABLE if found[name] != DURABLE[name]]
    return Finding(
        "durability", not off, "; ".join(off) or "fsync, synchronous commit, full pages and checksums are on"
    )


def _schema() -> Finding:
    pending = pending_migrations()
    return Finding("schema", not pending, f"pending: {', '.join(pending)}" if pending else "up to date")


def _index(folder: Path) -> Finding:
    indexed, held = Reader(folder).count(), count_papers()
    if not is_own(folder):
        return Finding("search index", False, "built from another catalogue; run `broadsheet index rebuild`")
    if indexed == held:
        return Finding("search index", True, f"{indexed:,} papers, up to date")
    return Finding(
        "search index", False, f"{indexed:,} of {held:,} papers; run `broadsheet index update` or the worker"
    )


def _meaning(environment: Environment) -> Finding:
    index = environment["data"] / "index"
    chosen = read_spaces(index).instant
    if chosen is None:
        return Finding("search by meaning", False, "no vectors yet; run `broadsheet index update` or the worker")
    Models(environment).open(chosen.choice, vectors_folder(index, chosen.space))
    held, papers = VectorReader(vectors_folder(index, chosen.space)).count(), count_papers()
    seen = f"{held:,} of {papers:,} papers have vectors of the instant model"
    return Finding("search by meaning", held == papers, seen)


def _quality(environment: Environment) -> Finding:
    models, index = Models(environment), environment["data"] / "index"
    if not models.quality_choice:
        return Finding("quality model", True, "none is chosen; the instant model serves alone")
    space = models.open(models.quality_choice, index).space
    folder = vectors_folder(index, space.id)
    held = VectorReader(folder).count() if folder.is_dir() else 0
    return Finding("quality model", True, f"{space.model}; {held:,} of {count_papers():,} papers so far")


def _map(data: Path) -> Finding:
    drawn = find_map(data / "map")
    seen = f"{len(drawn.papers):,} papers on it" if drawn else "none yet; `broadsheet map build` draws one"
    return Finding("map", True, seen)


def _sources() -> Finding:
    views = [view for view in overview(DatabaseClock()) if view.state.active]
    if not views:
        return Finding("sources", True, "none is on; `broadsheet sources on arxiv cs.CL` brings new papers")
    ailing = [f"{view.name}: {view.state.last_error}" for view in views if view.condition in ("resting", "failing")]
    return Finding("sources", not ailing, "; ".join(ailing) or f"{len(views)} are on, and well")


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(data).free / 2**30
    return Finding("disk", free >= LEAST_FREE_GIB, f"{free:.1f} GiB free at {data}")


def _debug(environment: Environment) -> Finding:
    if environment["debug"]:
        return Finding("debug", False, "BROADSHEET_DEBUG shows tracebacks to visitors; unset it")
    return Finding("debug", True, "off")
