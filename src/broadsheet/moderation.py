"""Moderation: every act is one transaction that changes one subject and adds one event to the open log."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from broadsheet import admitting, claiming
from broadsheet.errors import BadInput, Forbidden
from broadsheet.people import ROLES, Viewer, has_role, may_administer, may_moderate
from broadsheet.store import audit, claims
from broadsheet.store.audit import Entry, Event, State
from broadsheet.store.flags import close_flags, reopen_flags
from broadsheet.store.moderated import Subject, parse_subject, read_state, write_state
from broadsheet.store.transactions import together

FOR_GOOD: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
LONGEST_REASON: Final = 500

LEADING: Final = ("moderator", "admin")

Change = Mapping[str, Any]

CHANGES: Final[Mapping[tuple[str, str], Change]] = {
    ("paper", "hide"): {"hidden": True},
    ("paper", "show"): {"hidden": False},
    ("paper", "lock"): {"locked": True},
    ("paper", "unlock"): {"locked": False},
    ("collection", "hide"): {"hidden": True},
    ("collection", "show"): {"hidden": False},
    ("comment", "hide"): {"hidden": True},
    ("comment", "show"): {"hidden": False, "reason": ""},
    ("comment", "lock"): {"locked": True},
    ("comment", "unlock"): {"locked": False},
    ("person", "restore"): {"suspended_until": None},
    ("votes", "release"): {"held": []},
    ("flag", "dismiss"): {"state": "dismissed"},
    ("flag", "uphold"): {"state": "upheld"},
    ("rule", "switch-off"): {"active": False},
    ("rule", "switch-on"): {"active": True},
}
"""What an act sets, by the kind of its subject; acts that take more are functions below."""
SETTLES: Final = frozenset({"hide", "lock", "suspend"})
"""Acts by which the flags of a subject are found right."""


def act(viewer: Viewer, action: str, subject: Subject, reason: str, now: datetime) -> int:
    """Hide, show, lock, unlock, restore, release, dismiss, uphold, switch off or on. Gives the number of the event."""
    change = CHANGES.get((subject.kind, action))
    if change is None:
        raise BadInput(f"{action[:40]!r} cannot be done to {subject}.")
    if (subject.kind, action) == ("comment", "hide"):
        change = {**change, "reason": reason.strip()}
    return _change(viewer, action, subject, change, reason, now)


def suspend(viewer: Viewer, person: int, days: int | None, reason: str, now: datetime) -> int:
    """Keep somebody from acting for some days, or for good."""
    if days is not None and not 1 <= days <= 3_650:
        raise BadInput(f"{days} days: suspend for 1 to 3,650 days, or for good.")
    until = FOR_GOOD if days is None else (now + timedelta(days=days)).replace(microsecond=0)
    return _change(viewer, "suspend", Subject("person", (person,)), {"suspended_until": until.isoformat()}, reason, now)


def set_role(viewer: Viewer, person: int, role: str, reason: str, now: datetime) -> int:
    """Make somebody a member, trusted, a moderator or an admin; admins do that."""
    if not may_administer(viewer, now):
        raise Forbidden("Only administrators give roles.")
    if role not in ROLES:
        raise BadInput(f"{role[:40]!r} is no role. There are {', '.join(ROLES)}.")
    return _change(viewer, "role", Subject("person", (person,)), {"role": role}, reason, now)


def hold_votes(viewer: Viewer, paper: int, people: list[int], reason: str, now: datetime) -> int:
    """Let these people's votes for a paper count no longer, without deleting them."""
    subject = Subject("votes", (paper,))
    with together():
        held = sorted({*read_state(subject)["held"], *people})
        return _change(viewer, "hold", subject, {"held": held}, reason, now)


def move_thread(viewer: Viewer, comment: int, paper: int, reason: str, now: datetime) -> int:
    """Move a comment with all below it to another paper's discussion."""
    return _change(viewer, "move", Subject("thread", (comment,)), {"paper": paper}, reason, now)


def decide_submission(viewer: Viewer, number: int, reason: str, now: datetime, *, accept: bool) -> int:
    """Let a submission that waits into the edition, or not; its submitter is told. Gives the number of the event."""
    subject = Subject("submission", (number,))
    with together():
        _check(viewer, subject, reason, now)
        change = admitting.decided(viewer, number, accept=accept, note=reason.strip(), now=now)
        event = _change(viewer, "accept" if accept else "refuse", subject, change, reason, now)
        admitting.tell(number, now)
        return event


def decide_claim(viewer: Viewer, key: tuple[int, int, int], action: str, reason: str, now: datetime) -> int:
    """Confirm, refuse or undo a claim (paper, place, claimant), who is told. Gives the number of the event."""
    subject = Subject("claim", key)
    with together():
        _check(viewer, subject, reason, now)
        change = claiming.decided(viewer, key, action, reason.strip(), now)
        before = read_state(subject)
        after = {**before, **change}
        claims.write_state(after, now, *key, reason.strip())
        event = _record(viewer, action, subject, reason, before, after, now)
        claiming.tell(key, viewer, reason.strip(), now)
        return event


def undo(viewer: Viewer, number: int, reason: str, now: datetime) -> int:
    """Take an event back: its subject becomes what it was. Refused where it was changed again since."""
    with together():
        event = audit.get_event(number)
        if event.undone_by is not None:
            raise BadInput(f"Entry {number} was taken back by entry {event.undone_by} already.")
        subject = parse_subject(event.subject)
        _check(viewer, subject, reason, now)
        current = read_state(subject)
        changed = {name for name in event.after if event.after[name] != event.before.get(name)}
        if any(current.get(name) != event.after[name] for name in changed):
            raise BadInput(f"{subject} was changed again since entry {number}: take the later entry back first.")
        restored = {**current, **{name: event.before[name] for name in changed}}
        write_state(subject, restored, now)
        if event.action in SETTLES:
            reopen_flags(subject, event.at)
        return _record(viewer, "undo", subject, reason, current, restored, now, undoes=number)


def _change(viewer: Viewer, action: str, subject: Subject, change: Change, reason: str, now: datetime) -> int:
    with together():
        _check(viewer, subject, reason, now)
        before = read_state(subject)
        after = {**before, **change}
        if after == before:
            raise BadInput(f"{subject} is so already: nothing was changed.")
        write_state(subject, after, now)
        if action in SETTLES:
            close_flags(subject, viewer.id, now)
        return _record(viewer, action, subject, reason, before, after, now)


def _check(viewer: Viewer, subject: Subject, reason: str, now: datetime) -> None:
    if not may_moderate(viewer, now):
        raise Forbidden("Only moderators may do that.")
    if not 3 <= len(reason.strip()) <= LONGEST_REASON:
        raise BadInput(f"Give a reason of 3 to {LONGEST_REASON} characters: it stands in the open log.")
    if subject.kind == "person":
        _check_rank(viewer, subject.numbers[0])


def _check_rank(viewer: Viewer, person: int) -> None:
    if person == viewer.id:
        raise Forbidden("Nobody decides about their own account.")
    if not has_role(viewer, "admin") and read_state(Subject("person", (person,)))["role"] in LEADING:
        raise Forbidden("Only administrators decide about moderators.")


def _record(
    viewer: Viewer,
    action: str,
    subject: Subject,
    reason: str,
    before: State,
    after: State,
    now: datetime,
    *,
    undoes: int | None = None,
) -> int:
    paper = subject.paper or (before.get("paper") if subject.kind == "thread" else None)
    entry = Entry(viewer.id, action, str(subject), paper, reason.strip(), before, after, undoes)
    return audit.record(entry, now)


def list_log(before: int | None, limit: int, *, subject: str = "") -> list[Event]:
    """The open log, the newest first."""
    return audit.list_events(before, limit, subject=subject)
