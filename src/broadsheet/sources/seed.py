"""Records of a saved daily-papers page: position, arXiv id, title, abstract, organisation, date, comment count."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, BinaryIO

from broadsheet.drafts import Counts, Draft, EditionPlace, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import fields
from broadsheet.sources.files import read_array

NAME = "seed"


def recognises(head: bytes) -> bool:
    """Whether a file starts as a JSON array of such records."""
    start = head.lstrip()
    return start.startswith(b"[") and b'"arxiv_id"' in start and b'"position"' in start


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each record, placed in `edition` where one is named."""
    for item in read_array(stream, name, NAME):
        if isinstance(item, Problem):
            yield item
            continue
        place, payload, record = item
        try:
            yield draft(record, payload, edition)
        except BadInput as error:
            yield fields.problem(NAME, record.get("arxiv_id"), place, error, payload)


def draft(record: Mapping[str, Any], payload: bytes, edition: date | None) -> Draft:
    """One record as a draft. Raises BadInput for a field of the wrong kind or an id that is none."""
    key = fields.key(fields.text(record, "arxiv_id"))
    identifier = parse_identifier(key)
    if identifier is None:
        raise BadInput(f"{key!r} is not an arXiv id")
    position = fields.number(record, "position")
    return Draft(
        source=NAME,
        key=key,
        payload_hash=fields.digest(payload),
        title=fields.text(record, "title"),
        abstract=fields.text(record, "abstract"),
        identifiers=(identifier,),
        author_count=fields.number(record, "author_count"),
        published=fields.partial_date(fields.text(record, "date")),
        organisation=fields.organisation(record, "organization"),
        counts=_counts(fields.number(record, "comment_count"), edition),
        edition=EditionPlace(edition, position) if edition and position else None,
    )


def _counts(comments: int | None, edition: date | None) -> Counts | None:
    """The page tells comments only, as they stood on its day."""
    if comments is None or edition is None:
        return None
    return Counts(None, comments, None, datetime.combine(edition, time(), UTC))
