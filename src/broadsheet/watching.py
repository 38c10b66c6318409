"""Watching: flags, the rules for new texts, and votes that look arranged."""

from datetime import datetime, timedelta
from typing import Final

from broadsheet.errors import BadInput, Forbidden
from broadsheet.filtering import Rule, clean_rule, preview, verdict
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.people import Viewer, may_moderate
from broadsheet.store import audit, flags, rules, votes
from broadsheet.store.audit import Entry
from broadsheet.store.moderated import Subject, read_state
from broadsheet.store.transactions import together
from broadsheet.suspicion import Suspicion, suspicions

REASONS: Final = {
    "spam": "Advertising, or written by a machine",
    "off-topic": "Not about the paper",
    "abuse": "Against a person",
    "wrong": "The record is wrong",
    "copyright": "Should not be here by law",
    "other": "Something else",
}
FLAGS_A_DAY: Final = Allowance(30, DAY)
LONGEST_NOTE: Final = 1_000
PREVIEW_DAYS, PREVIEW_TEXTS = 30, 5_000
VOTES_LOOKED_AT, VOTES_SINCE = 20_000, timedelta(days=7)


def flag(viewer: Viewer, subject: Subject, reason: str, note: str, now: datetime) -> bool:
    """Ask the moderators to look at a paper or comment; False where this person has done so. Raises BadInput."""
    if reason not in REASONS:
        raise BadInput(f"{reason[:40]!r} is no reason. Choose one of {', '.join(REASONS)}.")
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"A note has {LONGEST_NOTE} characters at most; this one has {len(note)}.")
    spend(f"flag:person:{viewer.id}", FLAGS_A_DAY, now, what="flags")
    with together():
        read_state(subject)
        return flags.add_flag(subject, viewer.id, reason, note.strip(), now)


def screen(text: str) -> Rule | None:
    """The strictest rule of the instance that a new text breaks. Raises BadInput where that one refuses it."""
    found = verdict(text, [rule for rule, _, _ in rules.list_rules()])
    if found is not None and found.action == "refuse":
        raise BadInput(f"A rule of this instance refuses texts with {found.pattern!r}. Write it without, or ask why.")
    return found


def raise_flag(subject: Subject, rule: Rule, now: datetime) -> None:
    """Tell the moderators that a rule caught something."""
    flags.add_flag(subject, None, "other", f"Caught by the rule for {rule.pattern!r}.", now)


def add_rule(viewer: Viewer, rule: Rule, note: str, now: datetime) -> int:
    """Let a rule watch new texts from now on; it stands in the log. Gives its number."""
    if not may_moderate(viewer, now):
        raise Forbidden("Only moderators make rules.")
    with together():
        number = rules.add_rule(rule, note, viewer.id, now)
        after = {"kind": rule.kind, "pattern": rule.pattern, "action": rule.action, "active": True}
        before = {**after, "active": False}
        reason = note.strip() or f"{rule.action} texts with {rule.pattern}"
        audit.record(Entry(viewer.id, "add-rule", f"rule:{number}", None, reason, before, after), now)
        return number


def try_rule(kind: str, pattern: str, action: str, now: datetime) -> tuple[Rule, list[tuple[int, str, str]], int]:
    """A rule as it would be kept, the comments of the last 30 days it would have caught, and how many were tried."""
    rule = clean_rule(kind, pattern, action)
    texts = rules.recent_texts(now - timedelta(days=PREVIEW_DAYS), PREVIEW_TEXTS)
    return rule, rules.excerpts(preview(rule, texts)[:100]), len(texts)


def odd_votes(now: datetime) -> list[Suspicion]:
    """Groups of votes of the last week that look arranged and do not count as held yet."""
    lines = votes.recent_votes(now - VOTES_SINCE, VOTES_LOOKED_AT)
    held = {(line.paper, line.person) for line in lines if line.held}
    found = suspicions(lines)
    return [each for each in found if not all((each.paper, person) in held for person in each.people)]
