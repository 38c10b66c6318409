"""People as the rules see them: who somebody is, what they may do, and what their vote weighs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

Role = str
ROLES: Final = ("member", "trusted", "moderator", "admin")
"""What an account may be, from the least to the most."""

NEWCOMER_AGE: Final = timedelta(days=7)
"""How long an account is a newcomer's."""
FULL_WEIGHT_AGE: Final = timedelta(days=30)
"""The age from which the vote of a member weighs as much as anybody's."""
NEWCOMER_WEIGHT: Final = 0.25
"""What a vote weighs in the ranking on an account's first day; it grows evenly to 1."""


class Trust(Enum):
    """How well an instance knows somebody: limits depend on it."""

    NEWCOMER = "newcomer"
    MEMBER = "member"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks for a page. Nobody in particular is false."""

    id: int
    handle: str
    name: str
    role: Role
    joined_at: datetime | None
    verified: bool
    suspended_until: datetime | None = None
    unread: int = 0
    fake: bool = False
    scopes: frozenset[str] | None = None
    """What a token allows; None for somebody who signed in."""

    def __bool__(self) -> bool:
        return self.id > 0

    @property
    def shown(self) -> str:
        """The name to print."""
        return self.name or self.handle


NOBODY: Final = Viewer(0, "", "", "", None, verified=False)


def is_suspended(viewer: Viewer, now: datetime) -> bool:
    """Whether somebody may read but not act."""
    return viewer.suspended_until is not None and viewer.suspended_until > now


def may_act(viewer: Viewer, now: datetime) -> bool:
    """Whether somebody may vote, write and keep things: signed in, with a verified address, not suspended."""
    return bool(viewer) and viewer.verified and not is_suspended(viewer, now)


def has_role(viewer: Viewer, least: Role) -> bool:
    """Whether somebody's role is at least this one."""
    return bool(viewer) and ROLES.index(viewer.role) >= ROLES.index(least)


def may_moderate(viewer: Viewer, now: datetime) -> bool:
    """Whether somebody is a moderator, or more, and may act."""
    return has_role(viewer, "moderator") and may_act(viewer, now)


def may_administer(viewer: Viewer, now: datetime) -> bool:
    """Whether somebody may change roles and what the instance does."""
    return has_role(viewer, "admin") and may_act(viewer, now)


def trust_of(viewer: Viewer, now: datetime) -> Trust:
    """How well somebody is known: by role, else by the age of the account."""
    if has_role(viewer, "trusted"):
        return Trust.TRUSTED
    return Trust.NEWCOMER if _age(viewer, now) < NEWCOMER_AGE else Trust.MEMBER


def vote_weight(viewer: Viewer, now: datetime) -> float:
    """What somebody's vote weighs in the ranking, 0.25 to 1; every vote counts as one in what is shown."""
    if has_role(viewer, "trusted"):
        return 1.0
    share = min(1.0, max(0.0, _age(viewer, now) / FULL_WEIGHT_AGE))
    return NEWCOMER_WEIGHT + (1 - NEWCOMER_WEIGHT) * share


def _age(viewer: Viewer, now: datetime) -> timedelta:
    return now - viewer.joined_at if viewer.joined_at else timedelta(0)
