"""The hub's daily-papers records as its API sends them: in an array or one a line, bare or with the day they were seen.

Field notes in docs/sources.md. The handle of a user or an organisation stands in `name` or in `user`, texts may stand
in the outer record or in the inner one, and the outer `publishedAt` is not to be trusted: the inner one is read.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO
from urllib.parse import parse_qs

from broadsheet.drafts import Counts, Draft, DraftLink, EditionPlace, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import fields
from broadsheet.sources.files import read_array, read_objects
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, UpstreamError

NAME = "hub"
WRAPS = re.compile(rb'"(?:paper|record)"\s*:\s*\{')
PATH = "/api/daily_papers"
NO_SUCH_DAY = re.compile(r"\bdate\b", re.IGNORECASE)
FIRST_DAY = date(2023, 5, 4)
"""The hub's first edition."""


def recognises(head: bytes) -> bool:
    """Whether a file starts with a record that wraps a paper."""
    start = head.lstrip()
    return start.startswith((b"[", b"{")) and bool(WRAPS.search(start))


def read(
    stream: BinaryIO, name: str, edition: date | None = None, seen_at: datetime | None = None
) -> Iterator[Draft | Problem]:
    """A draft for each record. Records take their place in their day's edition in the order of the file.

    `seen_at` is when the hub was looked at, for records that do not tell.
    """
    head = stream.peek(64).lstrip()[:1]  # type: ignore[attr-defined]
    read_items = read_array if head == b"[" else read_objects
    positions: Counter[date] = Counter()
    for item in read_items(stream, name, NAME):
        if isinstance(item, Problem):
            yield item
            continue
        place, payload, record = item
        try:
            yield draft(record, payload, edition, positions, seen_at)
        except BadInput as error:
            yield fields.problem(NAME, _id(record), place, error, payload)


def _id(seen: Mapping[str, Any]) -> object:
    """The paper's id as far as it can be found in a record that is none."""
    value: object = seen
    for name in ("record", "paper", "id"):
        value = value.get(name, value if name != "id" else None) if isinstance(value, dict) else value
    return value


def draft(
    seen: Mapping[str, Any],
    payload: bytes,
    edition: date | None,
    positions: Counter[date],
    seen_at: datetime | None = None,
) -> Draft:
    """One record as a draft. Raises BadInput for a field of the wrong kind or a paper without id."""
    outer = fields.mapping(seen, "record") or seen
    paper = fields.mapping(outer, "paper") or outer
    key = fields.key(fields.text(paper, "id"))
    identifier = parse_identifier(key)
    day = _edition_day(seen, paper) or edition
    observed = fields.moment(fields.text(seen, "observed_at")) or seen_at
    summary = fields.text(paper, "ai_summary")
    return Draft(
        source=NAME,
        key=key,
        payload_hash=fields.digest(payload),
        title=fields.text(paper, "title") or fields.text(outer, "title"),
        abstract=fields.text(paper, "summary") or fields.text(outer, "summary"),
        identifiers=(identifier,) if identifier else (),
        authors=tuple(_authors(paper)),
        published=fields.partial_date(fields.text(paper, "publishedAt")),
        withdrawn=bool(fields.text(paper, "withdrawnAt")),
        tags=fields.texts(paper, "ai_keywords"),
        organisation=fields.organisation(paper, "organization") or fields.organisation(outer, "organization"),
        links=tuple(_links(paper, outer)),
        summary=summary,
        summary_by=(fields.text(paper, "ai_summary_model") or "a language model of the hub") if summary else "",
        counts=_counts(paper, outer, observed),
        edition=_place(day, positions),
        observed_at=observed,
    )


def first_url(root: str, _stream: str, window: Window) -> str:
    """The address of the first day's edition."""
    return _day_url(root, window.since or FIRST_DAY)


def _day_url(root: str, day: date) -> str:
    return f"{root}{PATH}?date={day.isoformat()}&limit=100"


def read_page(answer: Answer, window: Window) -> Page:
    """One day's edition; the next page is the next day's, up to today. Raises Malformed or UpstreamError."""
    root, _, query = answer.url.partition(PATH)
    day = fields.day(parse_qs(query.lstrip("?")).get("date", [""])[0])
    if day is None:
        raise Malformed(f"{answer.url[:200]} names no day.")
    if answer.body.lstrip().startswith(b"["):
        stream = io.BufferedReader(io.BytesIO(answer.body))
        items = tuple(read(stream, f"the hub's edition of {day.isoformat()}", day, answer.received))
    else:
        items = ()
        _check_error(answer)
    last = min(window.until or date.max, answer.received.date())
    tomorrow = day + timedelta(days=1)
    return Page(items, _day_url(root, tomorrow) if tomorrow <= last else "")


def _check_error(answer: Answer) -> None:
    """Days later than the newest list get an error that names the date; anything else in place of a list is refused."""
    try:
        error = str(json.loads(answer.body).get("error"))
    except (ValueError, AttributeError, RecursionError) as problem:
        raise Malformed(f"{answer.url[:200]} did not send a list of papers.") from problem
    if not NO_SUCH_DAY.search(error):
        raise UpstreamError(f"The hub says: {error[:200]}")


LIVE = Live(
    group="hub",
    root="https://huggingface.co",
    pace_s=1.0,
    rhythm="hourly",
    stream="nothing to choose: the daily papers are one list",
    first_url=first_url,
    read_page=read_page,
    overlap_days=3,
    reads_errors=True,
)


def _edition_day(seen: Mapping[str, Any], paper: Mapping[str, Any]) -> date | None:
    return fields.day(fields.text(seen, "first_daily_date")) or fields.day(fields.text(paper, "submittedOnDailyAt"))


def _place(day: date | None, positions: Counter[date]) -> EditionPlace | None:
    if day is None:
        return None
    positions[day] += 1
    return EditionPlace(day, positions[day])


def _authors(paper: Mapping[str, Any]) -> Iterator[PrintedAuthor]:
    for author in fields.items(paper, "authors"):
        if not isinstance(author, dict):
            raise BadInput(f"authors: objects were expected, not {type(author).__name__}")
        if not author.get("hidden"):
            yield PrintedAuthor(fields.text(author, "name"))


def _links(paper: Mapping[str, Any], outer: Mapping[str, Any]) -> Iterator[DraftLink]:
    repository = fields.text(paper, "githubRepo") or fields.text(outer, "githubRepo")
    if repository:
        yield DraftLink("code", repository, fields.text(paper, "githubRepoAddedBy") or NAME)
    project = fields.text(paper, "projectPage") or fields.text(outer, "projectPage")
    if project:
        yield DraftLink("project", project, NAME)
    for url in dict.fromkeys((*fields.texts(paper, "mediaUrls"), *fields.texts(outer, "mediaUrls"))):
        yield DraftLink("media", url, NAME)


def _counts(paper: Mapping[str, Any], outer: Mapping[str, Any], observed: Any) -> Counts | None:
    votes, comments = fields.number(paper, "upvotes"), fields.number(outer, "numComments")
    stars = fields.number(paper, "githubStars")
    moment = observed or fields.moment(fields.text(paper, "submittedOnDailyAt"))
    if moment is None or (votes is None and comments is None):
        return None
    return Counts(votes, comments, stars, moment)
