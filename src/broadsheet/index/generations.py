"""The folders of the index: complete generations, the pointer to the current one, and what each was built up to."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.index.schema import SCHEMA_VERSION

_POINTER = "current"
_STATE = "state.json"
_REBUILD_LOCK = "rebuild.lock"
_TANTIVY_LOCK = ".tantivy-writer.lock"
_PREFIX = "g"

BUSY = "The search index cannot be written: another process is indexing. Wait until it has finished, or stop it."


class Busy(Unavailable):
    """Another process is writing the index."""


@dataclass(frozen=True, slots=True)
class State:
    """What a generation says of itself: the schema it was built with and the caller's mark of how far it got."""

    schema: int = SCHEMA_VERSION
    watermark: str = ""


def current_generation(folder: Path) -> str | None:
    """Name of the generation in use, None when there is no index yet, or none that the pointer names."""
    try:
        name = (folder / _POINTER).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return name if name.startswith(_PREFIX) and name[len(_PREFIX) :].isdigit() else None


def pointer_mark(folder: Path) -> tuple[int, int]:
    """Cheap token that changes whenever another generation becomes current. Raises FileNotFoundError."""
    return file_mark(folder / _POINTER)


def file_mark(path: Path) -> tuple[int, int]:
    """Inode and time of change of a file that is only ever replaced whole. Raises FileNotFoundError."""
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns


def new_generation(folder: Path) -> Path:
    """Make the folder of a generation that nothing points to yet."""
    folder.mkdir(parents=True, exist_ok=True)
    highest = max((int(path.name[len(_PREFIX) :]) for path in _generations(folder)), default=0)
    path = folder / f"{_PREFIX}{highest + 1:06d}"
    path.mkdir()
    return path


def switch_to(generation: Path) -> None:
    """Make a complete generation the current one; readers see the old one or the new one, never neither."""
    sync_folder(generation)
    replace_file(generation.parent / _POINTER, generation.name)


def read_state(generation: Path) -> State:
    """Read what a generation says of itself; one that was never committed is empty and has an empty watermark.

    Raises Unavailable when this version of Broadsheet cannot read the generation.
    """
    try:
        state = State(**json.loads((generation / _STATE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return State()
    except (ValueError, TypeError) as error:
        raise Unavailable(
            f"The search index is damaged ({_STATE}: {error}). Run `broadsheet index rebuild`."
        ) from error
    if state.schema != SCHEMA_VERSION:
        raise Unavailable(
            f"The search index has form {state.schema}, this version needs {SCHEMA_VERSION}. "
            "Run `broadsheet index rebuild`."
        )
    return state


def write_state(generation: Path, state: State) -> None:
    """Record how far a generation got. Call it after the commit: a crash in between only repeats work."""
    replace_file(generation / _STATE, json.dumps(asdict(state)))


@contextlib.contextmanager
def rebuild_lock(folder: Path) -> Iterator[None]:
    """Hold the right to build generations. Raises Unavailable when another process holds it; a kill frees it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _REBUILD_LOCK).open("w") as lock:
        if not _lock(lock.fileno()):
            raise Busy(BUSY)
        yield


def sweep(folder: Path) -> None:
    """Remove generations that are not current and that nobody writes. The caller holds the rebuild lock."""
    current = current_generation(folder)
    for path in _generations(folder):
        if path.name != current and not _is_written(path):
            shutil.rmtree(path, ignore_errors=True)


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_PREFIX}*") if path.name[len(_PREFIX) :].isdigit()]


def _is_written(generation: Path) -> bool:
    try:
        with (generation / _TANTIVY_LOCK).open() as lock:
            return not _lock(lock.fileno())
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def replace_file(path: Path, text: str) -> None:
    """Write a small file so that after a crash it holds the old text or the new one. A lock keeps others away."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have what a folder lists on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
