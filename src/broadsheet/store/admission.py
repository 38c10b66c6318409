"""Admission: how a submission stands, and what follows from it: a place in an edition, files, an organisation.

What a member says of a paper is a record of the source "member", so that it outlives joins and splits like any other
source's word. The place in an edition is written into that record too, and taken out of it.
"""

import json
from datetime import date, datetime
from typing import Any, Final

from broadsheet.errors import BadInput, NotFound
from broadsheet.store import standings
from broadsheet.store.audit import State
from broadsheet.store.files import attach, detach
from broadsheet.store.intake import INTAKE_LOCK
from broadsheet.store.matching import papers_of
from broadsheet.store.query import execute, rows
from broadsheet.store.submissions import SOURCE, get_submission, record_key

BASIS: Final = "submission"
KEPT: Final = ("paper", "state", "note", "edition_day", "decided_by", "decided_at")


def read_state(number: int) -> State:
    """How a submission stands, by the names in KEPT, held until the transaction ends. Raises NotFound."""
    found = rows(
        """SELECT paper_id, state, note, edition_day, decided_by_id, decided_at FROM submission WHERE id = %s
           FOR UPDATE""",
        number,
    )
    if not found:
        raise NotFound(f"There is no submission {number}.")
    paper, state, note, day, by, at = found[0]
    told = (paper, state, note, day and day.isoformat(), by, at and at.isoformat())
    return dict(zip(KEPT, told, strict=True))


def write_state(state: State, at: datetime, number: int) -> None:
    """Let a submission stand like this: its paper enters the edition, or leaves it, and so do its files."""
    execute("SELECT pg_advisory_xact_lock(%s)", INTAKE_LOCK)
    before = read_state(number)
    paper, day = state["paper"], state["edition_day"]
    if state["state"] == "accepted" and not (paper and day):
        raise BadInput(f"Submission {number} has no paper and no edition yet.")
    execute(
        """UPDATE submission SET paper_id = %s, state = %s, note = %s, edition_day = %s, decided_by_id = %s,
                                 decided_at = %s::timestamptz WHERE id = %s""",
        *(paper, state["state"], state["note"], day, state["decided_by"], state["decided_at"], number),
    )
    if before["state"] == "accepted" and before["paper"]:
        _leave(number, int(before["paper"]))
    if state["state"] == "accepted":
        _enter(number, int(paper), date.fromisoformat(day), at)


def _enter(number: int, paper: int, day: date, at: datetime) -> None:
    """Give a paper a place in an edition, behind those that are there, and its files."""
    execute("INSERT INTO edition (day) VALUES (%s) ON CONFLICT DO NOTHING", day)
    found = rows(
        """INSERT INTO edition_entry (paper_id, edition_day, position, source, basis)
           SELECT %s, %s, coalesce(max(position), 0) + 1, %s, %s FROM edition_entry WHERE edition_day = %s
           ON CONFLICT (paper_id, edition_day) DO NOTHING RETURNING position""",
        *(paper, day, SOURCE, BASIS, day),
    )
    if found:
        _say(number, "edition", [day.isoformat(), found[0][0], BASIS])
    submission = get_submission(number)
    attach(paper, submission.files, submission.person, at)
    standings.refresh_listed([paper])


def _leave(number: int, paper: int) -> None:
    """Take a paper out of the edition that a submission brought it into, and the files that came with it."""
    submission = get_submission(number)
    family = papers_of(paper)
    execute(
        """DELETE FROM edition_entry WHERE paper_id = ANY(%s) AND source = %s AND basis = %s AND edition_day IN (
               SELECT (draft::jsonb -> 'edition' ->> 0)::date FROM source_draft WHERE source = %s AND key = %s)""",
        *(family, SOURCE, BASIS, SOURCE, record_key(number)),
    )
    _say(number, "edition", None)
    for note in submission.files:
        detach(family, note.digest)
    standings.refresh_listed([paper])


def unsay_organisation(number: int, paper: int, organisation: int) -> None:
    """Take back that a paper is of an organisation, where a submission said so."""
    execute(
        "DELETE FROM paper_organisation WHERE paper_id = ANY(%s) AND organisation_id = %s AND said_by = %s",
        *(papers_of(paper), organisation, SOURCE),
    )
    _say(number, "organisation", None)
    execute("UPDATE submission SET organisation_id = NULL WHERE id = %s", number)
    execute("INSERT INTO change (paper_id) VALUES (%s)", paper)


def _say(number: int, name: str, value: Any) -> None:
    """Write one field into the record of a submission, in all its drafts; None takes it out."""
    for draft, text in rows(
        "SELECT id, draft FROM source_draft WHERE source = %s AND key = %s", SOURCE, record_key(number)
    ):
        told = {key: kept for key, kept in json.loads(text).items() if key != name}
        if value is not None:
            told[name] = value
        written = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        execute("UPDATE source_draft SET draft = %s WHERE id = %s", written, draft)
