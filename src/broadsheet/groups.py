"""Groups: labs and reading groups that share collections. Only members know that a group exists."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.jotting import heading, passage
from broadsheet.limits import DAY, HOUR, Allowance, spend
from broadsheet.people import Viewer
from broadsheet.store import groups as store
from broadsheet.store.collections import hand_over, unshare
from broadsheet.store.groups import Group, Member
from broadsheet.store.transactions import together
from broadsheet.terms import slug

MAX_MEMBERS: Final = 300
MAX_GROUPS: Final = 50
"""Groups that one person belongs to."""
MAKING: Final = Allowance(10, DAY)
CHANGING: Final = Allowance(300, HOUR)
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def get_group(viewer: Viewer, name: str) -> Group:
    """A group of the viewer's. Raises NotFound, for a group they do not belong to as for one there is not."""
    found = store.find_group(viewer.id, name)
    if found is None or not found.role:
        raise NotFound(f"There is no group {name[:80]!r} that you belong to.")
    return found


def get_managed(viewer: Viewer, name: str) -> Group:
    """A group that the viewer looks after. Raises NotFound or Forbidden."""
    found = get_group(viewer, name)
    if found.role != "manager":
        raise Forbidden(f"Only who looks after {found.name} may do that.")
    return found


def list_groups(viewer: Viewer) -> Sequence[Group]:
    """The viewer's groups, by name."""
    return store.list_groups(viewer.id) if viewer else ()


def make(viewer: Viewer, name: str, about: str, now: datetime) -> Group:
    """Make a group that the viewer looks after. Raises BadInput or TooMany."""
    spend(f"group:person:{viewer.id}", MAKING, now, what="new groups")
    title, text = heading(name, "The name"), passage(about, "The text")
    _check_room(viewer)
    # Some letters by chance: that a name is taken would tell strangers that such a group exists.
    address = f"{slug(title)}-{''.join(secrets.choice(LETTERS) for _ in range(5))}"
    with together():
        number = store.add_group(address, title, text, now)
        store.add_member(number, viewer.id, "manager", now)
    return get_group(viewer, address)


def describe(viewer: Viewer, name: str, title: str, about: str, now: datetime) -> None:
    """Change the name and the text of a group. Raises BadInput, NotFound, Forbidden or TooMany."""
    _spend(viewer, now)
    group = get_managed(viewer, name)
    store.set_about(group.id, heading(title, "The name"), passage(about, "The text"))


def get_invited(viewer: Viewer, group: int, invitation_round: int) -> Group:
    """The group that an invitation leads to. Raises Forbidden for one that was withdrawn."""
    found = store.find_group_by_id(viewer.id, group)
    if found is None or found.invitation_round != invitation_round:
        raise Forbidden("This invitation was withdrawn. Ask whoever sent it for a new one.")
    return found


def join(viewer: Viewer, group: int, invitation_round: int, now: datetime) -> Group:
    """Accept an invitation. Raises BadInput, Forbidden or TooMany."""
    _spend(viewer, now)
    with together():
        store.lock_group(group)
        found = get_invited(viewer, group, invitation_round)
        if found.role:
            return found
        _check_room(viewer)
        if found.members >= MAX_MEMBERS:
            raise BadInput(f"{found.name} has {MAX_MEMBERS} members, which is the most.")
        store.add_member(group, viewer.id, "member", now)
    return found


def renew_invitations(viewer: Viewer, name: str, now: datetime) -> None:
    """Withdraw every invitation that is out. Raises NotFound, Forbidden or TooMany."""
    _spend(viewer, now)
    store.renew_invitations(get_managed(viewer, name).id)


def list_members(viewer: Viewer, name: str) -> Sequence[Member]:
    """Who belongs to a group of the viewer's. Raises NotFound."""
    return store.list_members(get_group(viewer, name).id)


def leave(viewer: Viewer, name: str) -> None:
    """Leave a group, taking along what one shared with it; with its last member it ends. Raises NotFound, Forbidden."""
    with together():
        _let_out(_locked(get_group(viewer, name), viewer), viewer.id)


def remove_member(viewer: Viewer, name: str, handle: str, now: datetime) -> None:
    """Let somebody else out, and withdraw the invitations by which they could come back at once.

    Raises NotFound, Forbidden or TooMany.
    """
    _spend(viewer, now)
    with together():
        group = _locked(get_managed(viewer, name), viewer)
        _let_out(group, _member(group, handle).id)
        store.renew_invitations(group.id)


def set_role(viewer: Viewer, name: str, handle: str, role: str, now: datetime) -> None:
    """Let somebody look after a group, or no longer. Raises BadInput, NotFound, Forbidden or TooMany."""
    _spend(viewer, now)
    if role not in ("member", "manager"):
        raise BadInput(f"role={role[:40]}: there are member and manager.")
    with together():
        group = _locked(get_managed(viewer, name), viewer)
        member = _member(group, handle)
        if role == "member":
            _check_another_manager(group, member.id)
        store.set_role(group.id, member.id, role)


def delete(viewer: Viewer, name: str, now: datetime) -> None:
    """End a group; what was shared with it is its owners' own again. Raises NotFound, Forbidden or TooMany."""
    _spend(viewer, now)
    with together():
        _end(_locked(get_managed(viewer, name), viewer))


def forget_person(person: int) -> None:
    """Take somebody out of all groups, whose account ends. What they shared stays with who looks after the group:
    if need be, with who is longest in it. With its last member a group ends.
    """
    with together():
        for group in store.list_groups(person):
            store.lock_group(group.id)
            others = [member for member in store.list_members(group.id) if member.id != person]
            if others:
                store.set_role(group.id, others[0].id, "manager")
                hand_over(group.id, person, others[0].id)
            _let_out(group, person)


def _let_out(group: Group, person: int) -> None:
    others = [member for member in store.list_members(group.id) if member.id != person]
    if not others:
        _end(group)
        return
    _check_another_manager(group, person)
    unshare(group.id, person)
    store.remove_member(group.id, person)


def _end(group: Group) -> None:
    unshare(group.id)
    store.remove_group(group.id)


def _check_another_manager(group: Group, person: int) -> None:
    if not any(each.role == "manager" and each.id != person for each in store.list_members(group.id)):
        raise Forbidden(f"Somebody has to look after {group.name}. Let another member do so first.")


def _locked(group: Group, viewer: Viewer) -> Group:
    """The group as it is once nobody else can change it."""
    store.lock_group(group.id)
    return get_group(viewer, group.slug)


def _member(group: Group, handle: str) -> Member:
    for member in store.list_members(group.id):
        if member.handle == handle.lower():
            return member
    raise NotFound(f"{handle[:40]!r} does not belong to {group.name}.")


def _check_room(viewer: Viewer) -> None:
    if store.count_groups(viewer.id) >= MAX_GROUPS:
        raise BadInput(f"You belong to {MAX_GROUPS} groups, which is the most. Leave one first.")


def _spend(viewer: Viewer, now: datetime) -> None:
    spend(f"group-change:person:{viewer.id}", CHANGING, now, what="changes to groups")
