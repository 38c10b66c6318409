"""Looking up: papers that were submitted by a bare name are fetched from the live sources, within their pace.

The worker does this, never a request of the web: one name at a time, through the client that every harvest uses.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from broadsheet.admitting import admit, refuse, tell
from broadsheet.drafts import Draft, Identifier
from broadsheet.errors import BadInput, BroadsheetError, Unavailable
from broadsheet.harvest.client import Client, Declined
from broadsheet.harvest.engine import is_final, live_source
from broadsheet.identity import parse_identifier
from broadsheet.ingest import ingest
from broadsheet.people import Trust, may_act
from broadsheet.sources.http import Fetched
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Refusal
from broadsheet.store import submissions
from broadsheet.store.catalogue import find_paper, get_paper
from broadsheet.store.evidence import find_viewer
from broadsheet.store.harvest import get_source
from broadsheet.store.pace import TooSoon
from broadsheet.store.submissions import Submission
from broadsheet.store.transactions import together
from broadsheet.submitting import standing_of

log = logging.getLogger("broadsheet.lookup")

ATTEMPTS: Final = 5
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
INSTEAD: Final = "Check it, or fill in the form instead."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind of name is looked up: the source, and the address to ask, below the source's root."""

    source: str
    address: Callable[[Live, str, str], str]


def _arxiv(live: Live, root: str, value: str) -> str:
    return live.first_url(root, live.by_ids([value]) if live.by_ids else f"id:{value}", Window())


def _work(_live: Live, root: str, value: str) -> str:
    return f"{root}/works/{quote(value, safe='')}"


def _doi(_live: Live, root: str, value: str) -> str:
    return f"{root}/dois/{quote(value, safe='')}"


PLACES: Final = {
    "arxiv": (Place("arxiv-api", _arxiv),),
    "doi": (Place("crossref", _work), Place("datacite", _doi)),
}
"""For each kind of identifier the sources that may know it, in order."""


class Unknown(BadInput):
    """No source knows the name."""


def look_up_next(client: Client, now: datetime) -> Submission | None:
    """Look up the paper that has waited longest; gives its submission as it then is, None where none is due."""
    submission = submissions.take_due(now)
    if submission is None:
        return None
    try:
        _look_up(client, submission, now)
    except TooSoon as error:
        submissions.put_off(submission.id, error.at, "", counts=False)
    except Unknown as error:
        _give_up(submission, now, str(error))
    except BroadsheetError as error:
        _stumble(submission, now, error)
    except Exception as error:  # whatever an answer provokes, it is not asked for again at once
        log.exception("submission %s met what nobody expected", submission.id)
        _stumble(submission, now, Unavailable(f"The answer could not be used ({type(error).__name__})."))
    return submissions.get_submission(submission.id)


def _look_up(client: Client, submission: Submission, now: datetime) -> None:
    found = find_paper(submission.identifier)
    if found is None:
        name = parse_identifier(submission.identifier)
        if name is None or name.kind not in PLACES:
            raise Unknown(f"{submission.identifier[:120]} cannot be looked up. {INSTEAD}")
        ingest(_fetched(client, name))
        found = find_paper(submission.identifier)
    if found is None:
        raise Unknown(f"What was found under {submission.identifier[:120]} is no usable record. {INSTEAD}")
    _go_on(submission, found[0], now)


def _fetched(client: Client, name: Identifier) -> list[Draft]:
    """The records of a name, from the first source that knows it. Raises Unknown, Unavailable or Refusal."""
    asked: list[str] = []
    for place in PLACES[name.kind]:
        live, state = live_source(place.source), get_source(place.source)
        if live is None:
            continue
        if state.paused:
            raise Unavailable(f"{place.source} is paused by the operator.")
        url = place.address(live, state.root or live.root, name.value)
        asked.append(place.source)
        page = _page(client, live, url)
        drafts = [item for item in page.items if isinstance(item, Draft) and name in item.identifiers]
        if drafts:
            return drafts
    raise Unknown(f"{' and '.join(asked) or 'No source'} knows no {name.kind} {name.value[:120]}. {INSTEAD}")


def _page(client: Client, live: Live, url: str) -> Page:
    """What a source says; an empty page where it says that there is no such thing."""
    try:
        fetched = client.get(url, live.group, live.pace_s)
        return live.read_page(_answer(fetched, client), Window()) if fetched else Page(())
    except (Declined, Refusal) as error:
        if is_final(error) and not (isinstance(error, Declined) and error.status in (401, 403)):
            return Page(())
        raise


def _answer(fetched: Fetched, client: Client) -> Answer:
    return Answer(fetched.url, fetched.body, client.clock.now(), fetched.headers.get("content-type", ""))


def _go_on(submission: Submission, paper: int, now: datetime) -> None:
    """The paper is here: a member's goes on at once, a newcomer's waits for a moderator."""
    viewer = find_viewer(submission.person)
    with together():
        submissions.take_turn()
        if submissions.get_submission(submission.id).state != "looking":
            return  # taken back meanwhile
        submissions.set_found(submission.id, paper, get_paper(paper).card.title)
        if viewer and may_act(viewer, now) and standing_of(viewer, now) is not Trust.NEWCOMER:
            admit(submission.id, None, now)
        else:
            submissions.let_wait(submission.id)
        tell(submission.id, now)


def _stumble(submission: Submission, now: datetime, error: Exception) -> None:
    """After a failure that may pass: once more later, up to ATTEMPTS times."""
    log.warning("submission %s: %s", submission.id, error)
    if submission.attempts >= ATTEMPTS:
        _give_up(submission, now, f"{error} After {ATTEMPTS} attempts we stop asking. {INSTEAD}")
    else:
        submissions.put_off(submission.id, now + WAITS[min(submission.attempts, len(WAITS)) - 1], str(error))


def _give_up(submission: Submission, now: datetime, reason: str) -> None:
    with together():
        if submissions.get_submission(submission.id).state == "looking":
            refuse(submission.id, None, now, reason, state="failed")
            tell(submission.id, now)
