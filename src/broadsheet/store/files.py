"""Files of papers: reports and pictures in the media folder, named by what they hold, and which paper each is of.

A file has its name only once it is whole and on disk. What a process that was killed left half written has a name of
its own, and `sweep` removes it, and whatever no row speaks of any more.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings

from broadsheet.errors import Unavailable
from broadsheet.store.query import execute, rows

CHUNK: Final = 256 * 1024
SUFFIXES: Final[Mapping[str, str]] = {"pdf": ".pdf", "image": ".webp"}
TYPES: Final[Mapping[str, str]] = {"pdf": "application/pdf", "image": "image/webp"}
HALF: Final = ".half-"
NAME: Final = re.compile(r"([0-9a-f]{64})(-small)?(\.pdf|\.webp)")
SWEPT_AFTER: Final = timedelta(hours=24)
"""A file is older than that before it is taken for forgotten: the row that names it may still be on its way."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a kept file. `digest` is the SHA-256 of a report, of a picture that of its large form."""

    digest: str
    kind: str
    bytes: int
    name: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None

    @property
    def path(self) -> str:
        """Its address, below /files/."""
        return f"{self.digest}{SUFFIXES[self.kind]}"

    @property
    def small_path(self) -> str:
        """The address of a picture's small form."""
        return f"{self.digest}-small{SUFFIXES[self.kind]}"

    @property
    def size(self) -> str:
        """Its size as people say it."""
        return f"{self.bytes / 2**20:.1f} MB" if self.bytes >= 2**20 else f"{-(-self.bytes // 1024)} kB"

    def told(self) -> dict[str, Any]:
        """The note as JSON holds it."""
        return asdict(self)


def folder() -> Path:
    """Where files lie."""
    return Path(settings.ENVIRONMENT["data"]) / "media"


def place_of(name: str) -> Path | None:
    """Where the file of an address lies; None for a name that is none of ours."""
    return folder() / name[:2] / name if NAME.fullmatch(name) else None


def digest_of(name: str) -> str:
    """The digest in an address, empty for a name that is none of ours."""
    found = NAME.fullmatch(name)
    return found[1] if found else ""


def keep_stream(file: BinaryIO, suffix: str) -> tuple[str, int]:
    """Keep what a file holds; gives its digest and size. Raises Unavailable where the disk refuses."""
    file.seek(0)
    return _keep(iter(lambda: file.read(CHUNK), b""), "", suffix)


def keep_picture(large: bytes, small: bytes) -> tuple[str, int]:
    """Keep both forms of a picture under one digest; gives it, and the size of the large one."""
    digest, size = _keep(iter([large]), "", SUFFIXES["image"])
    _keep(iter([small]), f"{digest}-small", SUFFIXES["image"])
    return digest, size


def _keep(chunks: Iterator[bytes], stem: str, suffix: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        folder().mkdir(parents=True, exist_ok=True)
        descriptor, half = tempfile.mkstemp(prefix=HALF, dir=folder())
        try:
            with os.fdopen(descriptor, "wb") as written:
                for chunk in chunks:
                    digest.update(chunk)
                    size += written.write(chunk)
                written.flush()
                os.fsync(written.fileno())
            _name(Path(half), f"{stem or digest.hexdigest()}{suffix}")
        finally:
            Path(half).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The file cannot be kept: {error.strerror}. Tell the operator that the disk refuses."
        ) from error
    return digest.hexdigest(), size


def _name(half: Path, name: str) -> None:
    """Give a whole file its name; the same file may lie there already."""
    target = folder() / name[:2] / name
    target.parent.mkdir(exist_ok=True)
    half.chmod(0o644)
    with suppress(FileExistsError):
        target.hardlink_to(half)


def note_of(told: Mapping[str, Any]) -> Note:
    """The note that JSON held."""
    return Note(**{name: told[name] for name in Note.__dataclass_fields__ if name in told})


def attach(paper: int, notes: Sequence[Note], person: int, at: datetime) -> None:
    """Hang kept files on a paper; of pictures the last one counts."""
    for note in notes:
        execute(
            """INSERT INTO paper_file (paper_id, digest, kind, media_type, name, alt, bytes, width, height, person_id,
                                       added_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            *(paper, note.digest, note.kind, TYPES[note.kind], note.name, note.alt, note.bytes),
            *(note.width, note.height, person, at),
        )


def detach(papers: Sequence[int], digest: str) -> bool:
    """Take a file off a paper; False where it did not hang there."""
    return bool(execute("DELETE FROM paper_file WHERE paper_id = ANY(%s) AND digest = %s", list(papers), digest))


FILES = "SELECT digest, kind, bytes, name, alt, width, height FROM paper_file"


def files_of(papers: Sequence[int]) -> list[Note]:
    """The files of a paper, given with those merged into it, the newest first."""
    return [
        Note(*row) for row in rows(f"{FILES} WHERE paper_id = ANY(%s) ORDER BY added_at DESC, digest", list(papers))
    ]


def pictures_of(papers: Sequence[int]) -> dict[int, Note]:
    """The newest picture of each of these papers."""
    if not papers:
        return {}
    found = rows(
        """SELECT DISTINCT ON (paper_id) paper_id, digest, kind, bytes, name, alt, width, height FROM paper_file
            WHERE paper_id = ANY(%s) AND kind = 'image' ORDER BY paper_id, added_at DESC, digest""",
        list(papers),
    )
    return {row[0]: Note(*row[1:]) for row in found}


@dataclass(frozen=True, slots=True)
class Holder:
    """Where a kept file hangs: on a paper, which may be hidden, or with a submission that waits, and whose."""

    note: Note
    paper: int | None
    hidden: bool
    person: int | None


def holders(digest: str) -> list[Holder]:
    """All that a file hangs on."""
    found = rows(
        """SELECT f.digest, f.kind, f.bytes, f.name, f.alt, f.width, f.height, f.paper_id, coalesce(s.hidden, false),
                  f.person_id
           FROM paper_file f LEFT JOIN paper_state s ON s.paper_id = f.paper_id WHERE f.digest = %s""",
        digest,
    )
    waiting = rows(
        """SELECT person_id, held.told::text FROM submission, jsonb_array_elements(files) AS held(told)
           WHERE state IN ('waiting', 'looking') AND files <> '[]' AND held.told ->> 'digest' = %s""",
        digest,
    )
    return [
        *(Holder(Note(*row[:7]), row[7], row[8], row[9]) for row in found),
        *(Holder(note_of(json.loads(told)), None, True, who) for who, told in waiting),
    ]


def sweep(now: datetime) -> int:
    """Remove files that nothing speaks of any more, and halves that a killed process left; tells how many."""
    known = {row[0] for row in rows("SELECT digest FROM paper_file")}
    known |= {
        row[0]
        for row in rows(
            """SELECT held.told ->> 'digest' FROM submission, jsonb_array_elements(files) AS held(told)
               WHERE state IN ('waiting', 'looking', 'accepted') AND files <> '[]'"""
        )
    }
    removed = 0
    for path in sorted(folder().rglob("*")) if folder().is_dir() else ():
        forgotten = path.name.startswith(HALF) or digest_of(path.name) not in known
        if path.is_file() and forgotten and path.stat().st_mtime < (now - SWEPT_AFTER).timestamp():
            path.unlink(missing_ok=True)
            removed += 1
    return removed
