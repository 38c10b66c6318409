"""The map that this instance has."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from broadsheet.mapping.files import LiteratureMap, current_version, pointer_mark, read_map


def map_folder() -> Path:
    """Where the map of this instance lies."""
    return Path(settings.ENVIRONMENT["data"]) / "map"


def instance_map() -> LiteratureMap | None:
    """The map of this instance, None where there is none yet. Raises Unavailable where it is damaged."""
    version = current_version(map_folder())
    return None if version is None else _read(map_folder(), version, pointer_mark(map_folder()))


@lru_cache(maxsize=2)
def _read(folder: Path, version: str, _mark: tuple[int, int]) -> LiteratureMap:
    return read_map(folder, version)
