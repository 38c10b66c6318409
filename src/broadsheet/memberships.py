"""Memberships: somebody joins an organisation by an address of its mail domain or a manager's word, and leaves it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from broadsheet.claim_rules import clean_domains, is_within
from broadsheet.cleaning import is_web_address
from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.people import Viewer, may_moderate
from broadsheet.store import memberships as store
from broadsheet.store.admission import unsay_organisation
from broadsheet.store.evidence import proof_of
from broadsheet.store.memberships import Member, Organisation, get_organisation
from broadsheet.store.notifications import notify
from broadsheet.store.submissions import get_submission
from broadsheet.store.transactions import together
from broadsheet.text import clean_block

ALLOWED: Final = Allowance(10, DAY)
ABOUT: Final = 2_000
ACTIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "approve": ("member", "member"),
        "manager": ("manager", "member"),
        "member": ("member", "member"),
        "remove": ("member", "removed"),
    }
)
"""What a manager can do about somebody, and the role and state it leads to."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do on the page of an organisation."""

    state: str = ""
    manages: bool = False
    moderates: bool = False


def rights_of(viewer: Viewer, organisation: Organisation, now: datetime) -> Rights:
    """What somebody is to an organisation."""
    member = store.find_member(organisation.id, viewer.id) if viewer else None
    moderates = bool(viewer) and may_moderate(viewer, now)
    manages = member is not None and member.state == "member" and member.role == "manager"
    return Rights(member.state if member else "", manages or moderates, moderates)


def known_domain(viewer: Viewer, organisation: Organisation) -> str:
    """The domain of the organisation that a verified address of somebody lies in; empty if there is none."""
    for address in proof_of(viewer.id).addresses:
        domain = address.rpartition("@")[2].lower()
        if any(is_within(domain, each) for each in organisation.domains):
            return domain
    return ""


def join(viewer: Viewer, slug: str, now: datetime) -> str:
    """Become a member, or ask to; gives the state. Raises BadInput, Forbidden, NotFound or TooMany."""
    with together():
        organisation = get_organisation(slug)
        spend(f"join:person:{viewer.id}", ALLOWED, now, what="requests to join")
        known = store.find_member(organisation.id, viewer.id)
        if known and known.state in ("asked", "member"):
            return known.state
        if known and known.state == "removed":
            raise Forbidden("A manager has taken you off the list of members. Only a manager can put you back.")
        state = "member" if known_domain(viewer, organisation) else "asked"
        store.set_member(organisation.id, viewer.id, "member", state, now)
        if state == "asked":
            for manager in store.members_of(organisation.id):
                if manager.role == "manager":
                    text = f"{viewer.shown} (@{viewer.handle}) asks to be a member of {organisation.name}."
                    notify(manager.person, "claim", text, now)
        return state


def leave(viewer: Viewer, slug: str, now: datetime) -> None:
    """Be a member no longer, or take a request back. Raises NotFound where one is none."""
    with together():
        organisation = get_organisation(slug)
        known = store.find_member(organisation.id, viewer.id)
        if known is None or known.state not in ("asked", "member"):
            raise NotFound(f"You are no member of {organisation.name}.")
        store.set_member(organisation.id, viewer.id, "member", "left", now)


def manage(viewer: Viewer, slug: str, handle: str, action: str, now: datetime) -> None:
    """Approve or remove somebody, or make them a manager, as a manager or a moderator. Raises Forbidden or BadInput."""
    if action not in ACTIONS:
        raise BadInput(f"{action[:40]!r}: a member is approved, removed, or made a manager.")
    with together():
        organisation = get_organisation(slug)
        if not rights_of(viewer, organisation, now).manages:
            raise Forbidden(f"Only managers of {organisation.name} decide who its members are.")
        member = _member(organisation, handle)
        if member.person == viewer.id:
            raise BadInput("You cannot decide about yourself: leave, or let another manager do it.")
        role, state = ACTIONS[action]
        store.set_member(organisation.id, member.person, role, state, now)
        words = {
            "approve": "are a member",
            "manager": "are a manager",
            "member": "are a member",
            "remove": "are no member",
        }
        notify(member.person, "claim", f"You {words[action]} of {organisation.name} now.", now)


def _member(organisation: Organisation, handle: str) -> Member:
    everybody = store.members_of(organisation.id, ("asked", "member", "removed"))
    found = next((each for each in everybody if each.handle == handle), None)
    if found is None:
        raise NotFound(f"{handle[:40]!r} is no member of {organisation.name}, and has not asked to be one.")
    return found


def edit(viewer: Viewer, slug: str, fields: Mapping[str, str], now: datetime) -> Organisation:
    """Change what an organisation says of itself; its mail domains are for moderators. Raises Forbidden or BadInput."""
    with together():
        organisation = get_organisation(slug)
        rights = rights_of(viewer, organisation, now)
        if not rights.manages:
            raise Forbidden(f"Only managers of {organisation.name} may edit this page.")
        url = fields.get("url", "").strip()
        if url and not is_web_address(url):
            raise BadInput("The address is none that a page may link to. Write it whole: https://example.org.")
        changed = replace(organisation, about=clean_block(fields.get("about", ""), ABOUT), url=url)
        if rights.moderates and "domains" in fields:
            good, bad = clean_domains(fields["domains"])
            if bad:
                raise BadInput(f"{bad[0][:60]!r} cannot count as a mail domain of an organisation.")
            changed = replace(changed, domains=good)
        store.set_profile(changed, viewer.id, now)
        return changed


def may_untag(viewer: Viewer, number: int, now: datetime) -> bool:
    """Whether somebody may take back the organisation that a submission named."""
    submission = get_submission(number)
    if submission.organisation is None or submission.paper is None or not viewer:
        return False
    organisation = get_organisation(submission.organisation_slug)
    return submission.person == viewer.id or rights_of(viewer, organisation, now).manages


def untag(viewer: Viewer, number: int, now: datetime) -> None:
    """Take back that a submitted paper is of an organisation. Raises Forbidden or NotFound."""
    with together():
        submission = get_submission(number)
        if not may_untag(viewer, number, now):
            raise NotFound("There is no organisation here that you could take back.")
        if submission.paper and submission.organisation:
            unsay_organisation(number, submission.paper, submission.organisation)


def own_organisation(viewer: Viewer, slug: str) -> int | None:
    """The number of an organisation that somebody may submit for; None for none. Raises Forbidden."""
    if not slug:
        return None
    for organisation in store.organisations_of(viewer.id):
        if organisation.slug == slug:
            return organisation.id
    raise Forbidden("You can submit in the name of organisations only that you are a member of.")
