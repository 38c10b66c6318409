"""Accounts: handles, what may be mailed to whom, roles and suspensions, what somebody has, and leaving."""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from broadsheet import groups
from broadsheet.errors import BadInput, NotFound
from broadsheet.limits import DAY, Allowance
from broadsheet.people import ROLES, Role
from broadsheet.store import accounts, belongings, votes
from broadsheet.store.limits import count_up
from broadsheet.store.profiles import Profile, find_profile
from broadsheet.store.transactions import together

ADDRESS_LENGTH: Final = 254
ADDRESS: Final = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
HANDLE_RULE: Final = "2 to 32 lower case letters, digits and hyphens. It is your address here, and does not change."
HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){1,31}")
RESERVED_WORDS: Final = (
    "about account accounts admin administrator all anonymous api author authors avatar bot broadsheet "
    "comment comments deleted dev edit editor export feed guest help here info login logout mail me "
    "member moderation moderator moderators new nobody notifications null official operator owner papers "
    "password people person postmaster root search security settings signup staff submit support system "
    "team test trusted user users verify webmaster www you "
)
RESERVED: Final = frozenset(RESERVED_WORDS.split())
FOREVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a suspension that has none."""
UNCONFIRMED_FOR: Final = timedelta(days=3)
"""How long somebody has to confirm an address before the account lapses."""
STRANGER_EACH_DAY, STRANGER_EVER = 1, 3
"""Letters of a kind in a day, and in all, to an address that nobody has confirmed."""
MEMBER_EACH_DAY, MEMBER_DAY = 10, 30
"""Letters of a kind in a day, and of all kinds, to a confirmed address."""


def check_handle(handle: str) -> None:
    """Raises BadInput for a handle that nobody may take."""
    if not HANDLE.fullmatch(handle) or len(handle) > 32:
        raise BadInput(f"{handle[:40]}: a handle has {HANDLE_RULE[0].lower()}{HANDLE_RULE[1:].partition('.')[0]}.")
    if handle in RESERVED or handle.startswith("deleted-"):
        raise BadInput(f"{handle}: this handle is kept for the site itself. Try another one.")


def fingerprint(key: str, text: str) -> str:
    """A keyed digest of an address or a name, the same however it is written; nothing can be read out of it."""
    return hmac.new(key.encode(), f"fingerprint {text.strip().casefold()}".encode(), sha256).hexdigest()[:32]


def may_write_to(address: str, mark: str, kind: str, now: datetime) -> bool:
    """Whether a letter of a kind may go to an address, and count it. `mark` is the address's fingerprint.

    An address that nobody confirmed may be a stranger's: however many people, from wherever, cause letters to it, it
    gets one of a kind in a day and three in all.
    """
    today = Allowance(1, DAY).window(now)
    if accounts.is_confirmed(address):
        return count_up(f"mail:{mark}:{kind}", today, MEMBER_EACH_DAY) and count_up(f"mail:{mark}", today, MEMBER_DAY)
    each = count_up(f"mail:{mark}:{kind}", today, STRANGER_EACH_DAY)
    return each and count_up(f"mail:{mark}:ever", FOREVER, STRANGER_EVER)


def use_code_once(person: int, code: str, now: datetime) -> bool:
    """Whether a code of an authenticator app was not used in the last five minutes; it is from now on."""
    key = f"totp:{person}:{sha256(code.strip().encode()).hexdigest()[:16]}"
    half = timedelta(minutes=5)
    windows = [("a", Allowance(1, 600).window(now)), ("b", Allowance(1, 600).window(now + half))]
    return all(count_up(f"{key}:{name}", window, 1) for name, window in windows)


def get_profile(handle: str) -> Profile:
    """Somebody's public page. Raises NotFound."""
    found = find_profile(handle.lower())
    if found is None:
        raise NotFound(f"{handle[:40]}: nobody here has this handle.")
    return found


def add_account(handle: str, address: str, now: datetime) -> int:
    """Make an account with a confirmed address and no password, as an operator may. Raises BadInput."""
    check_handle(handle)
    if not ADDRESS.fullmatch(address) or len(address) > ADDRESS_LENGTH:
        raise BadInput(f"{address[:80]}: write a mail address, such as mira@example.org.")
    if accounts.is_confirmed(address):
        raise BadInput(f"{address}: somebody has an account with this address.")
    try:
        return accounts.add_person(handle, address.lower(), "", now)
    except ValueError:
        raise BadInput(f"{handle}: somebody has this handle.") from None


def set_role(handle: str, role: Role) -> None:
    """Give somebody a role; their sessions and tokens end with it. Raises BadInput or NotFound."""
    if role not in ROLES:
        raise BadInput(f"{role}: there is no such role. Roles are {', '.join(ROLES)}.")
    person = _number_of(handle)
    with together():
        accounts.set_role(person, role)
        accounts.end_everything(person)


def suspend(handle: str, until: datetime | None) -> None:
    """Let somebody read but not act until a moment, or, without one, no longer; sessions and tokens end with it."""
    person = _number_of(handle)
    with together():
        accounts.set_suspended(person, until)
        accounts.end_everything(person)


def end_sessions(handle: str) -> int:
    """End all sessions and tokens of somebody, and give their number. Raises NotFound."""
    person = _number_of(handle)
    accounts.end_everything(person)
    return person


def _number_of(handle: str) -> int:
    person = accounts.find_number(handle.lower())
    if person is None:
        raise NotFound(f"{handle[:40]}: nobody here has this handle. `broadsheet person list` shows who is here.")
    return person


def export_everything(person: int) -> Mapping[str, Any]:
    """All that the database holds about somebody, table by table, without secrets."""
    return belongings.rows_about(person)


def delete_account(person: int, now: datetime) -> None:
    """Remove somebody. What they wrote to others stays, under a deleted account; all else goes, and is counted anew.

    Every name, address and handle goes in one transaction. Votes go too: the papers' standings are counted again.
    """
    with together():
        for paper in belongings.papers_voted_for(person):
            votes.withdraw(paper, person)
        groups.forget_person(person)
        belongings.remove(person)
        accounts.make_nameless(person, now)


def forget_unconfirmed(now: datetime) -> int:
    """Drop accounts whose address nobody confirmed in time; tells how many."""
    return accounts.forget_unconfirmed(now - UNCONFIRMED_FOR)
