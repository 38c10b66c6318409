"""Which spaces of vectors are searched: one small file, replaced whole, that names them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.index.generations import file_mark, replace_file

_POINTER = "spaces.json"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A space in use: its folder under `vectors/`, and how its model was chosen, to open the same one for queries."""

    space: str
    choice: str


@dataclass(frozen=True, slots=True)
class Spaces:
    """The space that is scanned, and the one that re-scores what the scan finds; either may be missing."""

    instant: Chosen | None = None
    quality: Chosen | None = None


def vectors_folder(index: Path, space: str = "") -> Path:
    """Where the vectors of an index lie, or those of one space."""
    return index / "vectors" / space


def spaces_mark(index: Path) -> tuple[int, int] | None:
    """Cheap token that changes whenever other spaces come into use; None where none are."""
    try:
        return file_mark(vectors_folder(index) / _POINTER)
    except OSError:
        return None


def read_spaces(index: Path) -> Spaces:
    """The spaces in use. Raises Unavailable where the file is damaged."""
    try:
        found = json.loads((vectors_folder(index) / _POINTER).read_text(encoding="utf-8"))
        return Spaces(*(Chosen(**found[tier]) if found[tier] else None for tier in ("instant", "quality")))
    except FileNotFoundError:
        return Spaces()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Unavailable(
            f"Which vectors to search cannot be read ({_POINTER}: {error}). They are made anew in the background."
        ) from error


def write_spaces(index: Path, spaces: Spaces) -> None:
    """Put other spaces into use; readers see the old ones or the new ones."""
    folder = vectors_folder(index)
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / _POINTER, json.dumps(asdict(spaces)))
