"""The files of the map: whole versions in folders of their own, and a pointer to the one in use."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import Unavailable
from broadsheet.index.generations import replace_file, sync_folder

FORM = 1
"""Form of the files; another one is not read."""
POINTER = "current"
ABOUT = "map.json"
POINTS = "points.bin"
PAPERS = "papers.bin"
MEMBERS = "members.bin"
KEPT = 2
"""Versions that stay: pages that are open ask for the one before."""
STEPS = 65535
"""A coordinate is a whole number from 0 to this."""
YEAR_ZERO = 1800
"""A year is stored as years since this one, from 1 to 255; 0 is unknown."""
NO_FIELD = 255
WAY_OUT = "Run `broadsheet map build`."


@dataclass(frozen=True, slots=True)
class Region:
    """A named part of the map; `x` and `y` (0 to 1) are its middle, `reach` how far its papers lie from there.

    `parent` is the number of the region of the level above that holds most of it, -1 on the first level.
    """

    label: str
    x: float
    y: float
    size: int
    reach: float
    parent: int


@dataclass(frozen=True, slots=True, eq=False)
class LiteratureMap:
    """A map of n papers, in no particular order, so that the first thousand are a fair sample of all.

    `papers` (n,) are ids; `xy` (2, n) whole coordinates to `STEPS`, y downwards; `fields` (n,) places in `field_codes`
    or `NO_FIELD`; `years` (n,) as `YEAR_ZERO` says; `members` (levels, n) numbers of regions in `levels`.
    The first `projected` papers were laid out together, with a `spread` that a next layout starts from; the others were
    placed beside them later.
    """

    papers: NDArray[np.int64]
    xy: NDArray[np.uint16]
    fields: NDArray[np.uint8]
    years: NDArray[np.uint8]
    members: NDArray[np.uint16]
    levels: tuple[tuple[Region, ...], ...]
    field_codes: tuple[str, ...]
    projected: int
    spread: float
    made: str
    version: str = ""

    def points(self) -> bytes:
        """What browsers draw: all x, all y (little-endian uint16), all fields, all years (uint8)."""
        return self.xy.astype("<u2").tobytes() + self.fields.tobytes() + self.years.tobytes()


def write_map(folder: Path, drawn: LiteratureMap) -> str:
    """Write a version, make it the current one and remove those nobody needs; returns its name. Hold the lock."""
    folder.mkdir(parents=True, exist_ok=True)
    highest = max((int(path.name[1:]) for path in _versions(folder)), default=0)
    path = folder / f"m{highest + 1:06d}"
    path.mkdir()
    contents = {
        POINTS: drawn.points(),
        PAPERS: drawn.papers.astype("<i8").tobytes(),
        MEMBERS: drawn.members.astype("<u2").tobytes(),
    }
    about = {
        "form": FORM,
        "count": len(drawn.papers),
        "projected": drawn.projected,
        "spread": drawn.spread,
        "made": drawn.made,
        "fields": drawn.field_codes,
        "levels": [[asdict(region) for region in level] for level in drawn.levels],
        "digests": {name: _digest(content) for name, content in contents.items()},
    }
    for name, content in {**contents, ABOUT: json.dumps(about, ensure_ascii=False).encode()}.items():
        _write(path / name, content)
    sync_folder(path)
    replace_file(folder / POINTER, path.name)
    _sweep(folder, path.name)
    return path.name


def current_version(folder: Path) -> str | None:
    """Name of the version in use, None where there is no map yet."""
    try:
        return (folder / POINTER).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"The pointer to the map cannot be read ({error}). {WAY_OUT}") from error


def pointer_mark(folder: Path) -> tuple[int, int]:
    """Cheap token that changes whenever another version becomes current."""
    try:
        stat = (folder / POINTER).stat()
    except OSError:
        return 0, 0
    return stat.st_ino, stat.st_mtime_ns


def find_map(folder: Path) -> LiteratureMap | None:
    """The current map, None where there is none yet. Raises Unavailable where it is damaged or of another form."""
    version = current_version(folder)
    return None if version is None else read_map(folder, version)


def read_map(folder: Path, version: str) -> LiteratureMap:
    """One version of the map. Raises Unavailable where its files are damaged, missing or of another form."""
    if not _is_version(version):
        raise Unavailable(f"The pointer to the map names no version ({version[:20]!r}). {WAY_OUT}")
    path = folder / version
    try:
        about = json.loads((path / ABOUT).read_bytes())
        if about["form"] != FORM:
            raise Unavailable(f"The map has form {about['form']}, this version of Broadsheet needs {FORM}. {WAY_OUT}")
        return _assembled(path, about)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable(f"The map is damaged ({version}: {error}). {WAY_OUT}") from error


def _assembled(path: Path, about: dict[str, Any]) -> LiteratureMap:
    count = int(about["count"])
    levels = tuple(tuple(Region(**region) for region in level) for level in about["levels"])
    points = _read(path, POINTS, about, 6 * count)
    members = np.frombuffer(_read(path, MEMBERS, about, 2 * count * len(levels)), "<u2").reshape(len(levels), count)
    if any(len(numbers) and numbers.max() >= len(level) for numbers, level in zip(members, levels, strict=True)):
        raise ValueError("papers lie in regions that do not exist")
    return LiteratureMap(
        papers=np.frombuffer(_read(path, PAPERS, about, 8 * count), "<i8"),
        xy=np.frombuffer(points, "<u2", 2 * count).reshape(2, count),
        fields=np.frombuffer(points, np.uint8, count, 4 * count),
        years=np.frombuffer(points, np.uint8, count, 5 * count),
        members=members,
        levels=levels,
        field_codes=tuple(str(code) for code in about["fields"]),
        projected=int(about["projected"]),
        spread=float(about["spread"]),
        made=str(about["made"]),
        version=path.name,
    )


def _read(path: Path, name: str, about: dict[str, Any], length: int) -> bytes:
    content = (path / name).read_bytes()
    if len(content) != length or _digest(content) != about["digests"][name]:
        raise ValueError(f"{name} is not what was written")
    return content


@contextlib.contextmanager
def drawing(folder: Path) -> Iterator[None]:
    """Hold the right to write the map; a kill frees it. Raises Unavailable where another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "draw.lock").open("w") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable("Another process is drawing the map. Wait until it has finished, or stop it.") from error
        yield


def _versions(folder: Path) -> list[Path]:
    return [path for path in folder.glob("m*") if _is_version(path.name)]


def _is_version(name: str) -> bool:
    return name[:1] == "m" and name[1:].isascii() and name[1:].isdigit()


def _sweep(folder: Path, current: str) -> None:
    """Remove what no pointer leads to, but the version before the current one."""
    names = sorted((path.name for path in _versions(folder)), key=lambda name: int(name[1:]))
    for name in names[: names.index(current) + 1 - KEPT]:
        shutil.rmtree(folder / name, ignore_errors=True)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
