"""Fields: reading values of the right kind out of what a source sent."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from broadsheet.drafts import Organisation, PartialDate, Problem
from broadsheet.errors import BadInput

MAX_KEY = 300
EARLIEST_MOMENT, LATEST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def text(record: Mapping[str, Any], name: str) -> str:
    """A text, empty where the field is absent or null. Raises BadInput for anything else."""
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"{name}: text was expected, not {type(value).__name__}")
    return value


def texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty entries are left out. Raises BadInput for anything else."""
    return tuple(value for value in items(record, name) if _is_text(value, name))


def _is_text(value: object, name: str) -> bool:
    if value is not None and not isinstance(value, str):
        raise BadInput(f"{name}: a list of texts was expected, it holds {type(value).__name__}")
    return bool(value)


def items(record: Mapping[str, Any], name: str) -> list[Any]:
    """A list, empty where the field is absent or null. Raises BadInput for anything else."""
    value = record.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInput(f"{name}: a list was expected, not {type(value).__name__}")
    return value


def mapping(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object, empty where the field is absent or null. Raises BadInput for anything else."""
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInput(f"{name}: an object was expected, not {type(value).__name__}")
    return value


def organisation(record: Mapping[str, Any], name: str) -> Organisation | None:
    """An organisation given by its name, or as an object with a handle (`name`) and a `fullname`; None where absent."""
    value = record.get(name)
    if isinstance(value, str):
        return Organisation("", value) if value else None
    given = mapping(record, name)
    handle = text(given, "name")
    full_name = text(given, "fullname") or handle
    return Organisation(handle, full_name) if full_name else None


def number(record: Mapping[str, Any], name: str) -> int | None:
    """A whole number of at least 0 that fits a database integer; None where absent."""
    value: object = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise BadInput(f"{name}: a whole number of at least 0 was expected, not {str(value)[:40]!r}")
    return value


def key(value: str) -> str:
    """The record's own id, as a key. Raises BadInput where it cannot serve as one."""
    if not value or len(value) > MAX_KEY or not value.isprintable():
        raise BadInput("its id is missing or not a short printable text")
    return value


def day(value: str) -> date | None:
    """The date of a timestamp or ISO date; None where it is neither."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def partial_date(value: str) -> PartialDate | None:
    """A date given as YYYY, YYYY-MM, YYYY-MM-DD or a timestamp; None where it is none of these."""
    try:
        if len(value) == 4:
            return PartialDate(date(int(value), 1, 1), "year")
        if len(value) == 7:
            return PartialDate(date(int(value[:4]), int(value[5:]), 1), "month")
        return PartialDate(date.fromisoformat(value[:10]))
    except ValueError:
        return None


def moment(value: str) -> datetime | None:
    """An ISO 8601 timestamp in UTC, also where it names no zone; None where it is none or of another age."""
    try:
        found = datetime.fromisoformat(value)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found if EARLIEST_MOMENT <= found < LATEST_MOMENT else None


def excerpt(payload: bytes) -> str:
    """The beginning of a record as text that can be stored and shown."""
    return payload[:200].decode("utf-8", "replace").replace("\0", "\ufffd").strip()


def problem(source: str, name: object, place: str, error: BadInput, payload: bytes) -> Problem:
    """A record set aside: under its own id where that can serve as a key, else under its place in the file."""
    usable = isinstance(name, str) and 0 < len(name) <= MAX_KEY and name.isprintable()
    return Problem(source, str(name) if usable else place, str(error), excerpt(payload))


def digest(payload: bytes) -> str:
    """The digest that tells one payload from another: 96 bits of BLAKE2b, as hexadecimal."""
    return hashlib.blake2b(payload.strip(), digest_size=12).hexdigest()
