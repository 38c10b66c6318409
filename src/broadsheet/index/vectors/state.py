"""The state of a folder of vectors: one small file, replaced whole, that says which bytes of which files count."""

import json
import os
import secrets
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

from broadsheet.errors import Unavailable

FORM = 1
"""Form of the files; another one is not read but made anew."""
NAME = "state.json"
MISSING = "There are no vectors yet: search by meaning answers once they have been made in the background."

Precision = Literal["int8", "float16"]


@dataclass(frozen=True, slots=True)
class State:
    """One commit: the folder of its files, how much of them counts, and the caller's mark of how far it got.

    `coded` tells whether rows are stored in `precision` and scanned by codes; else they are float32 and scanned whole.
    `centred_on` is the number of rows the centre was made from, `width` the bytes of category bits in a row, `checks`
    the CRC-32 of each block of each file. `born` tells a generation from another one of the same name.
    """

    generation: str
    dimensions: int
    precision: Precision
    block: int
    width: int
    coded: bool = False
    centred_on: int = 0
    rows: int = 0
    dead: int = 0
    categories: tuple[str, ...] = ()
    checks: dict[str, list[int]] = field(default_factory=dict)
    watermark: str = ""
    commit: int = 0
    born: str = field(default_factory=lambda: secrets.token_hex(8))
    form: int = FORM

    @property
    def blocks(self) -> int:
        """Blocks of rows that the files have room for; never none, so that every file can be mapped."""
        return max(1, -(-self.rows // self.block))

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read what `to_bytes` wrote. Raises Unavailable when it is damaged or of another form."""
        try:
            held = json.loads(raw)
            body = held["state"]
            if held["check"] != _check(body):
                raise ValueError("its checksum is wrong")
            if body["form"] != FORM:
                raise ValueError(f"it has form {body['form']}, this version needs {FORM}")
            return cls(**{**body, "categories": tuple(body["categories"])})
        except (ValueError, TypeError, KeyError) as error:
            raise damaged(f"{NAME}: {error}") from error

    def to_bytes(self) -> bytes:
        """The content of the state file."""
        body = asdict(self)
        return json.dumps({"check": _check(body), "state": body}).encode()


def damaged(what: str) -> Unavailable:
    """What is raised when a file is not what the state says of it."""
    return Unavailable(f"The vectors are damaged ({what}). They are made anew in the background.")


def mark(folder: Path) -> tuple[int, int, int]:
    """What tells this state file from the next, which is another file: two microseconds. Raises Unavailable."""
    try:
        found = (folder / NAME).stat()
    except FileNotFoundError as error:
        raise Unavailable(MISSING) from error
    except OSError as error:
        raise Unavailable(f"The vectors cannot be read: {error}.") from error
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_raw(folder: Path) -> bytes:
    """The state file as it is now; a dozen microseconds. Raises Unavailable where there is none."""
    try:
        return (folder / NAME).read_bytes()
    except FileNotFoundError as error:
        raise Unavailable(MISSING) from error
    except OSError as error:
        raise Unavailable(f"The vectors cannot be read: {error}.") from error


def commit(folder: Path, state: State) -> None:
    """Make a state the current one: after a crash the folder has the old state or the new one. Raises OSError."""
    temporary = folder / f"{NAME}.new"
    with temporary.open("wb") as file:
        file.write(state.to_bytes())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / NAME)
    sync_folder(folder)


def sync_folder(path: Path) -> None:
    """Make sure that the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(body: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(body, sort_keys=True).encode())
