"""Submissions as OpenReview's API sends them (v2, and v1 with bare values), and its reviewers' papers (expertise).

Field notes: https://docs.openreview.net/reference/api-v2/entities/note. Only public notes that begin a forum are
papers: the others are reviews and comments. Profiles are never asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, DraftLink, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, documents, fields, paging, venues, wording
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, UpstreamError, WrongContent

NAME = "openreview"
NOTES = re.compile(rb'\{\s*"notes"\s*:\s*\[|"count"\s*:\s*\d+\s*,\s*"notes"\s*:|"notes"\s*:\s*\[\s*\{\s*"content"')
CONTENT = re.compile(rb'"content"\s*:\s*\{')
OWN_FIELD = re.compile(rb'"(?:forum|invitations?|venueid|ssId|tcdate|paperhash|cdate)"\s*:')
S2_ID = re.compile(r"[0-9a-f]{40}")
WRONG = ("profiles", "groups", "invitations", "edits", "messages")
WITHDRAWN = re.compile(r"withdrawn|desk[\s_-]*reject|removed", re.IGNORECASE)
NOT_YET = re.compile(r"\s*(?:submitted to|under review|.*submission\s*$|.*reject)", re.IGNORECASE)
URL = re.compile(r"https?://[^\s()\[\]<>\"']+")
ANONYMOUS = re.compile(r"\W*(?:anonymous|anon)(?:\s+(?:authors?|submission))?\W*\d*", re.IGNORECASE)
VOLATILE = frozenset(
    ["details", "tmdate", "mdate", "number", "odate", "readers", "writers", "nonreaders", "replyCount"]
)
"""Fields that change, or say nothing, without the paper having changed."""
VENUE_ID = re.compile(r"[\w./+-]{3,200}", re.ASCII)
PAGE = 1000
LATEST_MS = 4_102_444_800_000


def recognises(head: bytes) -> bool:
    """Whether a file holds notes, or papers under their ids."""
    start = head.lstrip()
    if not start.startswith((b"{", b"[")):
        return False
    return bool(NOTES.search(start) or (CONTENT.search(start) and OWN_FIELD.search(start)))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each submission of a file. Raises Refusal."""
    records = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, records, draft, "id")


def _records(value: Any, name: str) -> Iterable[Any]:
    """The notes of a document. Raises Refusal."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or "content" in value:
        return [value]
    if "notes" in value:
        if not isinstance(value["notes"], list):
            raise Malformed(f"{name}: its notes are no list.")
        return value["notes"]
    if any(isinstance(value.get(key), list) for key in WRONG):
        raise WrongContent(f"{name} holds no notes, but {next(key for key in WRONG if key in value)}.")
    if "message" in value and isinstance(value.get("message"), str):
        raise _refusal(value, name)
    return value.values()


def _refusal(value: Mapping[str, Any], name: str) -> UpstreamError | NoSuchThing:
    said = f"{name}: OpenReview says: {value['message'][:200]}"
    missing = value.get("status") == 404 or value.get("name") == "NotFoundError"
    return NoSuchThing(said) if missing else UpstreamError(said)


def draft(note: Mapping[str, Any]) -> Draft | None:
    """One note as a draft; None for reviews, comments and notes that are not for everyone. Raises BadInput."""
    key = fields.key(fields.text(note, "id"))
    content = _Content(fields.mapping(note, "content"))
    if not _begins_a_forum(note, key) or "everyone" not in _readers(note):
        return None
    summary = content.text("TL;DR") or content.text("TLDR")
    return Draft(
        source=NAME,
        key=key,
        payload_hash=fields.digest(documents.payload(note, VOLATILE)),
        title=wording.plain(content.text("title")),
        abstract=wording.abstract(content.text("abstract")),
        identifiers=_identifiers(note, content, key),
        authors=tuple(_authors(content)),
        published=_published(note, content),
        updated=_day(note.get("mdate")) or _day(note.get("tmdate")),
        licence=fields.text(note, "license"),
        withdrawn=bool(WITHDRAWN.search(f"{content.text('venue')} {content.text('venueid')} {_invitations(note)}")),
        tags=tuple(content.texts("keywords", "primary_area", "subject_areas")),
        venue=_venue(content),
        links=tuple(_links(content)),
        summary=summary,
        summary_by="the authors" if summary else "",
        gone=_day(note.get("ddate")) is not None,
    )


class _Content:
    """A note's content, whose values stand bare (v1) or under `value` (v2)."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def value(self, name: str) -> Any:
        value = self._given.get(name)
        return value.get("value") if isinstance(value, dict) else value

    def text(self, name: str) -> str:
        return fields.text({name: self.value(name)}, name)

    def texts(self, *names: str) -> Iterator[str]:
        """The texts of these fields, each a list or one text with commas."""
        for name in names:
            value = self.value(name)
            parts = value.split(",") if isinstance(value, str) else fields.texts({name: value}, name)
            yield from (part.strip() for part in parts if part.strip())


def _begins_a_forum(note: Mapping[str, Any], key: str) -> bool:
    return note.get("forum") in (None, key) and note.get("replyto") in (None, key)


def _readers(note: Mapping[str, Any]) -> list[Any]:
    return fields.items(note, "readers") if note.get("readers") is not None else ["everyone"]


def _invitations(note: Mapping[str, Any]) -> str:
    """What the note was once submitted, and later marked, as."""
    return " ".join(str(each)[:200] for each in [note.get("invitation"), *fields.items(note, "invitations")[:50]])


def _identifiers(note: Mapping[str, Any], content: _Content, key: str) -> tuple[Identifier, ...]:
    """Its id, and what it is called elsewhere. In expertise files the id may be Semantic Scholar's."""
    other = content.text("ssId") or (key if S2_ID.fullmatch(key) else "")
    external = [str(each) for each in fields.items(note, "externalIds") if isinstance(each, str)]
    named = [
        *(content.text(name) for name in ("arXivId", "arxiv", "doi", "html", "pdf", "link")),
        *(each for each in external if each.lower().startswith(("doi:", "arxiv:"))),
    ]
    found = [each for each in map(parse_identifier, named) if each and each.kind not in ("url", "openreview")]
    dblp = [Identifier("other", each) for each in external if each.startswith("dblp:") and len(each) <= fields.MAX_KEY]
    own = [] if other == key else [Identifier("openreview", key)]
    return tuple(dict.fromkeys([*own, *found, *dblp, *([Identifier("other", f"s2:{other}")] if other else [])]))


def _authors(content: _Content) -> Iterator[PrintedAuthor]:
    """The names; while a paper is under review there are none."""
    value = content.value("authors")
    for author in value.split(",") if isinstance(value, str) else fields.items({"authors": value}, "authors"):
        name = fields.text(author, "fullname") or fields.text(author, "name") if isinstance(author, dict) else author
        if not isinstance(name, (str, type(None))):
            raise BadInput(f"authors: names were expected, not {type(name).__name__}")
        if name and name.strip() and not ANONYMOUS.fullmatch(name):
            yield PrintedAuthor(name.strip())


def _day(value: object) -> date | None:
    """The day of a time in milliseconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < LATEST_MS:
        return None
    return datetime.fromtimestamp(value / 1000, UTC).date()


def _published(note: Mapping[str, Any], content: _Content) -> PartialDate | None:
    """When it was submitted, shown or published, whichever came first."""
    days = (_day(note.get(name)) for name in ("cdate", "odate", "pdate"))
    return dating.earliest(PartialDate(day) for day in days if day) or dating.partial(content.value("year"))


def _venue(content: _Content) -> str:
    """Where it was accepted; "Submitted to ICLR 2025" is no venue, nor is a rejection."""
    venue = wording.plain(content.text("venue"))
    return "" if NOT_YET.match(venue) or WITHDRAWN.search(venue) else venues.printed(venue)


def _links(content: _Content) -> Iterator[DraftLink]:
    """Code is an address, or a badge that links to one."""
    value = content.value("code")
    urls = URL.findall(value) if isinstance(value, str) else []
    if urls:
        yield DraftLink("code", urls[-1].rstrip(".,;"), NAME)


def check_stream(stream: str) -> None:
    """Raises BadInput for what cannot be the id of a venue."""
    if not VENUE_ID.fullmatch(stream):
        raise BadInput(f"{stream!r} is not the id of a venue, such as ICLR.cc/2025/Conference.")


def first_url(root: str, stream: str, _window: Window) -> str:
    """The address of the notes of a venue that changed last."""
    query = {"content.venueid": stream, "sort": "tmdate:desc", "limit": str(PAGE), "offset": "0"}
    return paging.address(root, "/notes", query)


def read_page(answer: Answer, window: Window) -> Page:
    """One page of notes, the ones changed last first: one of older notes only is the last. Raises Refusal."""
    name = "OpenReview's answer"
    value = documents.parsed(answer.body, name)
    if not isinstance(value, dict):
        raise Malformed(f"{name} holds no notes.")
    records = list(_records(value, name))
    if "notes" not in value:
        raise Malformed(f"{name} holds no notes.")
    total = value.get("count") if isinstance(value.get("count"), int) else None
    offset = paging.parameter(answer.url, "offset")
    place = (int(offset) if offset.isdecimal() and len(offset) < 10 else 0) + len(records)
    more = bool(records) and _some_are_new(records, window) and (place < total if total else len(records) >= PAGE)
    items = tuple(documents.drafts(NAME, name, records, draft, "id"))
    return Page(items, paging.with_query(answer.url, {"offset": str(place)}) if more else "", total=total)


def _some_are_new(records: list[Any], window: Window) -> bool:
    """Whether a note changed within the window; one that does not tell when may have."""
    days = [_day(each.get("tmdate")) if isinstance(each, dict) else None for each in records]
    return window.since is None or any(day is None or day >= window.since for day in days)


LIVE = Live(
    group="openreview",
    root="https://api2.openreview.net",
    pace_s=2.0,
    rhythm="daily",
    stream="the id of a venue: ICLR.cc/2025/Conference, TMLR",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
)
