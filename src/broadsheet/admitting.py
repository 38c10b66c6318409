"""Admitting: a submission's paper enters the catalogue and the open edition, or not, and its submitter hears of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from broadsheet.closing import closing_hour
from broadsheet.draftcode import decode
from broadsheet.drafts import Draft, Identifier, Organisation
from broadsheet.errors import BadInput, Forbidden
from broadsheet.ingest import ingest
from broadsheet.people import Viewer, may_moderate
from broadsheet.store import admission, submissions
from broadsheet.store.catalogue import get_paper
from broadsheet.store.intake import find_marks
from broadsheet.store.matching import papers_of
from broadsheet.store.notifications import notify
from broadsheet.store.submissions import SOURCE, Submission
from broadsheet.store.transactions import together

RECENT: Final = timedelta(days=14)
"""A paper that stood in an edition so lately is not put forward again."""


def said_before(rival: Submission) -> str:
    """Who put a paper forward before, in words."""
    when = f"{rival.created_at.day} {rival.created_at:%B %Y}"
    if rival.state == "accepted":
        return f"It was put forward on {when} by {rival.name}. Each paper is put forward once."
    return f"{rival.name} has put it forward on {when}; it waits."


def admit(number: int, decider: int | None, now: datetime, note: str = "") -> None:
    """Let a submission in: its paper enters the catalogue if it is new, and the open edition.

    Call inside a transaction. `decider` is the moderator, None where the rules let it in. Raises BadInput where the
    paper was put forward by others meanwhile.
    """
    change = admission_of(number, decider, now, note)
    admission.write_state({**admission.read_state(number), **change}, now, number)


def admission_of(number: int, decider: int | None, now: datetime, note: str = "") -> dict[str, Any]:
    """What changes of a submission's state when it is let in, once its paper is in the catalogue. Raises BadInput."""
    paper = _taken_in(submissions.get_submission(number))
    rival = submissions.rival_of(papers_of(paper), but=number)
    if rival:
        raise BadInput(said_before(rival))
    submissions.set_found(number, paper, get_paper(paper).card.title)
    day = _edition_for(paper, now).isoformat()
    return {"paper": paper, "edition_day": day, **decision("accepted", decider, now, note)}


def decision(state: str, decider: int | None, now: datetime, note: str) -> dict[str, Any]:
    """What every decision changes of a submission's state."""
    return {"state": state, "note": note, "decided_by": decider, "decided_at": now.isoformat()}


def _edition_for(paper: int, now: datetime) -> date:
    """The edition of a paper that is let in: the one it came into meanwhile by itself, else the open one."""
    last = submissions.last_edition(papers_of(paper))
    return last if last and last >= now.date() - RECENT else open_edition(now)


def refuse(number: int, decider: int | None, now: datetime, note: str, *, state: str = "refused") -> None:
    """Do not let a submission in. Call inside a transaction."""
    change = {"edition_day": None, **decision(state, decider, now, note)}
    admission.write_state({**admission.read_state(number), **change}, now, number)


def decided(moderator: Viewer, number: int, *, accept: bool, note: str, now: datetime) -> dict[str, Any]:
    """What changes of a submission's state by a moderator's decision. Raises Forbidden, NotFound or BadInput.

    Call inside the transaction that writes the change.
    """
    if not may_moderate(moderator, now):
        raise Forbidden("Only moderators decide about submissions.")
    submissions.take_turn()
    submission = submissions.get_submission(number)
    if submission.state != "waiting":
        raise BadInput(f"This submission is {submission.state} already.")
    if submission.person == moderator.id:
        raise Forbidden("Nobody decides about their own submission: another moderator does.")
    if accept:
        return admission_of(number, moderator.id, now, note)
    if not note.strip():
        raise BadInput("Say why it is refused: the submitter reads it.")
    return {"edition_day": None, **decision("refused", moderator.id, now, note)}


def decide(moderator: Viewer, number: int, *, accept: bool, note: str, now: datetime) -> None:
    """A moderator lets a submission in or does not; its submitter is told."""
    with together():
        change = decided(moderator, number, accept=accept, note=note, now=now)
        admission.write_state({**admission.read_state(number), **change}, now, number)
        tell(number, now)


def tell(number: int, now: datetime) -> None:
    """Let the submitter know what became of a submission."""
    submission = submissions.get_submission(number)
    what = f"“{submission.title[:120]}”" if submission.title else submission.identifier
    words = {
        "accepted": f"Your submission {what} is in the edition.",
        "refused": f"Your submission {what} was not taken: {submission.note[:300]}",
        "failed": f"Your submission {what} could not be found: {submission.note[:300]}",
        "waiting": f"Your submission {what} was found and waits for a moderator.",
    }
    notify(submission.person, "submission", words[submission.state], now, paper=submission.paper)


def open_edition(now: datetime) -> date:
    """The edition that papers enter now: today's, or the next one that is not closed."""
    day = now.astimezone(ZoneInfo(closing_hour().zone)).date()
    while submissions.is_closed(day):
        day += timedelta(days=1)
    return day


def _taken_in(submission: Submission) -> int:
    """The paper of a submission, with its record in the catalogue. Raises BadInput where the record is refused."""
    draft = _record(submission)
    outcome = ingest([draft])
    mark = find_marks([(SOURCE, submission.record)]).get((SOURCE, submission.record))
    if outcome.set_aside or mark is None:
        raise BadInput("The catalogue does not take this record as it is. Fill in the form instead.")
    return mark.paper_id


def _record(submission: Submission) -> Draft:
    """What the submission says of its paper, as a record of the source `member`."""
    if submission.paper is not None:
        draft = _of_paper(submission.paper)
    else:
        draft = decode(SOURCE, submission.record, "", json.loads(submission.draft))
    said = Organisation(submission.organisation_slug, submission.organisation_name) if submission.organisation else None
    digest = hashlib.sha256(f"{submission.record}\n{submission.draft}".encode()).hexdigest()
    return replace(
        draft,
        source=SOURCE,
        key=submission.record,
        payload_hash=digest[:16],
        organisation=said,
        edition=None,
        counts=None,
        summary="",
        summary_by="",
    )


def _of_paper(paper: int) -> Draft:
    """The least that names a paper: its title and its identifiers."""
    detail = get_paper(paper)
    names: Sequence[tuple[str, str]] = detail.identifiers
    return Draft(
        source=SOURCE,
        key="",
        payload_hash="",
        title=detail.card.title,
        identifiers=tuple(Identifier(kind, value) for kind, value in names),  # type: ignore[arg-type]
    )
