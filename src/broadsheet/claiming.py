"""Claiming: a printed name is somebody's, by evidence, by a co-author's word or by a moderator's; and undone again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from broadsheet.claim_rules import Printed, Verdict, weigh
from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.limits import DAY, Allowance, spend
from broadsheet.people import Viewer, may_moderate
from broadsheet.store import claims
from broadsheet.store.claims import Claim
from broadsheet.store.evidence import houses_of, printed_authors, proof_of
from broadsheet.store.matching import papers_of, stands_for
from broadsheet.store.notifications import notify
from broadsheet.store.transactions import together

ALLOWED: Final = Allowance(30, DAY)
"""Claims that somebody may make in a day."""
WHY: Final = 300
ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {"confirm": "confirmed", "refuse": "refused", "undo": "undone", "withdraw": "withdrawn"}
)
"""What can be done with a claim, and the state it leads to."""
FROM: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"confirm": ("pending",), "refuse": ("pending",), "undo": ("confirmed",), "withdraw": ("pending", "confirmed")}
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody may do with a claim."""

    confirm: bool = False
    refuse: bool = False
    undo: bool = False
    withdraw: bool = False


def printed(paper: int, position: int) -> Printed:
    """The name at a place of a paper. Raises NotFound."""
    if paper in stands_for([paper]):
        raise NotFound("This paper was joined with another one. Open it anew and claim the name there.")
    for author in printed_authors(paper):
        if author.position == position:
            return author
    raise NotFound("There is no such name on this paper.")


def look(viewer: Viewer, paper: int, position: int) -> tuple[Printed, Verdict]:
    """A printed name, and what speaks for it that it is the viewer's. Raises NotFound."""
    author = printed(paper, position)
    return author, weigh(author, houses_of(paper), proof_of(viewer.id))


def claim(viewer: Viewer, paper: int, position: int, now: datetime, words: str = "") -> Claim:
    """Claim a printed name: confirmed at once where the evidence is enough. Raises BadInput, NotFound or TooMany."""
    with together():
        claims.hold(paper)
        spend(f"claim:person:{viewer.id}", ALLOWED, now, what="claims")
        author, verdict = look(viewer, paper, position)
        _check_free(viewer, paper, position)
        taken = claims.confirmed_authors(paper).get(position)
        sure = verdict.sure and taken is None
        text = verdict.text if taken is None else f"{verdict.text} @{taken.handle} is confirmed for this name.".strip()
        said = " ".join(words.split())[:WHY]
        told = f"{text} They write: {said}".strip() if said else text
        claims.make(paper, position, viewer.id, author.name, (verdict.evidence, told), now)
        if sure:
            key = (paper, position, viewer.id)
            confirmed = {**claims.read_state(*key), "state": "confirmed", "decided_at": now.isoformat()}
            claims.write_state(confirmed, now, *key, text)
        else:
            _ask_coauthors(viewer, paper, author.name, now)
        return claims.get_claim(paper, position, viewer.id)


def _check_free(viewer: Viewer, paper: int, position: int) -> None:
    """Raises BadInput where somebody claims twice, or two names of one paper."""
    for other in claims.claims_on(papers_of(paper)):
        if other.person == viewer.id and other.state in ("pending", "confirmed"):
            same = other.position == position
            raise BadInput(
                f"Your claim to {other.name} on this paper is {other.state}."
                + ("" if same else " One person bears one name on a paper: take that claim back first.")
            )


def _ask_coauthors(viewer: Viewer, paper: int, name: str, now: datetime) -> None:
    for author in claims.confirmed_authors(paper).values():
        if author.person != viewer.id:
            text = f"{viewer.shown} (@{viewer.handle}) says to be {name}, your co-author. Is that so?"
            notify(author.person, "claim", text, now, paper=paper)


def choices(viewer: Viewer, of: Claim, now: datetime) -> Choices:
    """What somebody may do with a claim: nobody confirms their own, whatever they are."""
    if not viewer:
        return Choices()
    own, moderator = of.person == viewer.id, may_moderate(viewer, now)
    coauthor = not own and claims.is_author(viewer.id, [of.paper])
    return Choices(
        confirm=of.state == "pending" and not own and (moderator or coauthor),
        refuse=of.state == "pending" and not own and moderator,
        undo=of.state == "confirmed" and not own and moderator,
        withdraw=of.state in FROM["withdraw"] and own,
    )


def concerns(viewer: Viewer, paper: int, now: datetime) -> bool:
    """Whether the claims on a paper concern somebody: moderators, and who claims a name of it."""
    if not viewer:
        return False
    return may_moderate(viewer, now) or any(each.person == viewer.id for each in claims.claims_on(papers_of(paper)))


def get_seen(viewer: Viewer, paper: int, position: int, now: datetime) -> list[Claim]:
    """The claims to a name, for those they concern. Raises NotFound."""
    if not (0 < paper < 2**63 and 0 < position < 2**31 and concerns(viewer, paper, now)):
        raise NotFound("There is no such claim.")
    here = [each for each in claims.claims_on(papers_of(paper)) if each.position == position]
    if not here:
        raise NotFound("There is no such claim.")
    return here


def decided(viewer: Viewer, key: tuple[int, int, int], action: str, why: str, now: datetime) -> dict[str, Any]:
    """What changes of a claim's state by what somebody does about it. Raises BadInput, Forbidden or NotFound.

    `key` is the paper, the place and the claimant. Call inside the transaction that writes the change.
    """
    if action not in ENDS:
        raise BadInput(f"{action[:40]!r}: a claim is confirmed, refused, undone or withdrawn.")
    claims.hold(key[0])
    before = claims.get_claim(*key)
    if not concerns(viewer, key[0], now):
        raise NotFound("There is no such claim.")
    if before.state not in FROM[action]:
        raise BadInput(f"This claim is {before.state} already.")
    if not getattr(choices(viewer, before, now), action):
        raise Forbidden("You cannot decide about this claim: a confirmed co-author or a moderator can.")
    return change(action, viewer, why, now)


def act(viewer: Viewer, key: tuple[int, int, int], action: str, why: str, now: datetime) -> None:
    """Confirm, refuse, undo or withdraw a claim, if one may; its claimant is told."""
    reason = " ".join(why.split())[:WHY]
    with together():
        after = decided(viewer, key, action, reason, now)
        claims.write_state({**claims.read_state(*key), **after}, now, *key, reason)
        tell(key, viewer, reason, now)


def moderates(viewer: Viewer, key: tuple[int, int, int], action: str, now: datetime) -> bool:
    """Whether somebody does this as a moderator, and not as the claimant or as a co-author."""
    own = viewer.id == key[2]
    return may_moderate(viewer, now) and not own and action in ("confirm", "refuse", "undo")


def change(action: str, actor: Viewer, why: str, now: datetime) -> dict[str, Any]:
    """What an action changes of a claim's state. Raises BadInput where a refusal has no reason."""
    if action in ("refuse", "undo") and not why:
        raise BadInput("Say why: the claimant reads it, and it stays in the history.")
    changed: dict[str, Any] = {"state": ENDS[action], "decided_by": actor.id, "decided_at": now.isoformat()}
    if action == "confirm":
        kind = "moderator" if may_moderate(actor, now) else "coauthor"
        changed |= {"evidence": kind, "evidence_text": f"Confirmed by @{actor.handle}. {why}".strip()}
    return changed


def tell(key: tuple[int, int, int], actor: Viewer, why: str, now: datetime) -> None:
    """Let a claimant know what somebody else did about a claim."""
    done = claims.get_claim(*key)
    if actor.id != done.person:
        text = f"Your claim to {done.name} on “{done.title[:100]}” is {done.state}. {why}".strip()
        notify(done.person, "claim", text, now, paper=done.paper)
