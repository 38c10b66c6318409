"""What can be wrong with the files of an index, found before the engine stumbles over it."""

import json
import zlib
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from broadsheet.errors import Unavailable

META = "meta.json"

_MAGIC = (1337).to_bytes(4, "little")
_LONGEST_FOOTER = 50_000
_CHUNK = 1 << 20

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def explained(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Turn what the engine throws, its panics included, into Unavailable."""

    @wraps(function)
    def careful(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        try:
            return function(*args, **kwargs)
        except (OSError, ValueError, SystemError) as error:
            raise unreadable(error) from error
        except BaseException as error:
            # The engine's panics are no Exception, and their class cannot be imported.
            if type(error).__name__ == "PanicException":
                raise unreadable(error) from error
            raise

    return careful


def unreadable(error: BaseException | str) -> Unavailable:
    """The error that says that the index is of no use as it is."""
    return Unavailable(f"The search index cannot be read: {str(error)[:300]}. Run `broadsheet index rebuild`.")


def ailing_file(generation: Path, *, thorough: bool) -> str:
    """What is wrong with the files of a generation, "" for nothing.

    Looks at how each file ends, which tells that it is whole; when `thorough` also at the checksum of all its bytes
    (about a second a gigabyte).
    """
    try:
        for path in _files(generation):
            body = path.stat().st_size - len(_footer(path)) - 8
            if thorough and _checksum(path, body) != json.loads(_footer(path))["crc"]:
                return f"{path.name} is damaged"
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return str(error)
    return ""


def _files(generation: Path) -> Iterator[Path]:
    """The files that the last commit needs; a segment has no file for what it has nothing of."""
    meta = json.loads((generation / META).read_text(encoding="utf-8"))
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (generation / f"{name}.{kind}" for kind in ("idx", "term", "pos", "fast", "fieldnorm", "store"))
        if segment["deletes"]:
            yield generation / f"{name}.{segment['deletes']['opstamp']}.del"


def _footer(path: Path) -> bytes:
    """The JSON at the end of a file of the engine. Raises ValueError where it is not there: the file was cut."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8))
        end = file.read(8)
        length = int.from_bytes(end[:4], "little")
        if len(end) < 8 or end[4:] != _MAGIC or not 0 < length <= min(_LONGEST_FOOTER, size - 8):
            raise ValueError(f"{path.name} is cut short")
        file.seek(size - 8 - length)
        return file.read(length)


def _checksum(path: Path, body: int) -> int:
    checksum = 0
    with path.open("rb") as file:
        while body > 0 and (chunk := file.read(min(_CHUNK, body))):
            checksum = zlib.crc32(chunk, checksum)
            body -= len(chunk)
    return checksum
