"""Claim rules: what proves that a printed name is somebody's. Pure; when in doubt, people decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from broadsheet.identity import author_key, family_key, title_key

ORCID: Final = re.compile(r"(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dX])", re.IGNORECASE)
DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
PUBLIC_MAIL: Final = frozenset(
    (
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com",
        "yahoo.com", "icloud.com", "me.com", "proton.me", "protonmail.com",
        "gmx.de", "gmx.net", "web.de", "mail.ru", "yandex.ru",
        "qq.com", "163.com", "126.com", "foxmail.com", "aol.com",
        "zoho.com", "fastmail.com", "hotmail.fr", "yahoo.co.jp", "naver.com",
        "rediffmail.com", "mail.com", "posteo.de", "tutanota.com", "hey.com",
    )
)  # fmt: skip
"""Hosts where anybody gets an address: they prove no affiliation."""
SHORTEST_FAMILY: Final = 3
"""Letters of a family name that a mail address must bear."""
SELF_TOLD: Final = "member"
"""The source of what members say themselves, which proves nothing about them."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A name on a paper, and the source that the list of authors comes from."""

    position: int
    name: str
    orcid: str
    affiliation: str
    source: str


@dataclass(frozen=True, slots=True)
class House:
    """An organisation with the mail domains by which its people are known; `named` if a source puts it on the paper."""

    name: str
    domains: tuple[str, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of somebody for sure: the ORCID they sign in with, and addresses whose mail reaches them."""

    orcid: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind of evidence (orcid, mail or none), what it rests on in plain words, and whether it is enough."""

    evidence: str
    text: str
    sure: bool


def weigh(printed: Printed, houses: Sequence[House], proof: Proof) -> Verdict:
    """What speaks for it that a printed name is this person's."""
    if printed.source == SELF_TOLD:
        return Verdict(
            "none", "The list of authors comes from a member, so that it proves nothing by itself.", sure=False
        )
    if printed.orcid:
        if _bare(proof.orcid) == _bare(printed.orcid):
            return Verdict(
                "orcid", f"The ORCID printed on the paper, {printed.orcid}, is the one signed in with.", sure=True
            )
        if proof.orcid:
            return Verdict("none", f"The paper prints another ORCID, {printed.orcid}.", sure=False)
    return _by_mail(printed, houses, proof.addresses)


def _bare(orcid: str) -> str:
    found = ORCID.fullmatch(orcid.strip())
    return found[1].upper() if found else ""


def _by_mail(printed: Printed, houses: Sequence[House], addresses: Sequence[str]) -> Verdict:
    """A verified address at the affiliation whose name part bears the family name; without that, it only hints."""
    hint = ""
    for address in addresses:
        local, _, domain = address.lower().rpartition("@")
        where = affiliation_of(domain, printed.affiliation, houses)
        if not where:
            continue
        if bears_name(local, printed.name):
            return Verdict("mail", f"A verified address at {domain} bears the name; {where}.", sure=True)
        hint = f"A verified address at {domain}; {where}. It does not bear the name."
    return Verdict("mail" if hint else "none", hint, sure=False)


def affiliation_of(domain: str, affiliation: str, houses: Sequence[House]) -> str:
    """Why a mail domain belongs to a printed affiliation, in words; empty if nothing says so."""
    if not DOMAIN.fullmatch(domain) or any(is_within(domain, public) for public in PUBLIC_MAIL):
        return ""
    if any(is_within(domain, printed) for printed in DOMAIN.findall(affiliation.lower())):
        return "the affiliation prints that domain"
    folded = title_key(affiliation)
    for house in houses:
        printed_here = len(title_key(house.name)) >= 4 and title_key(house.name) in folded
        if (house.named or printed_here) and any(is_within(domain, each) for each in house.domains):
            return f"{house.name} has that domain and stands on the paper"
    return ""


def is_within(domain: str, of: str) -> bool:
    """Whether a domain is this one, or lies below it."""
    return domain == of or domain.endswith(f".{of}")


def bears_name(local: str, printed: str) -> bool:
    """Whether the part of an address before the @ bears a printed family name."""
    family = family_key(printed)
    return len(family) >= SHORTEST_FAMILY and family in title_key(local)


def place_now(position: int, name: str, names: Sequence[str]) -> int | None:
    """Where a name that stood at `position` (from 1) stands in a list of authors now; None where that is not clear."""
    keys = [author_key(each) for each in names]
    if position <= len(keys) and keys[position - 1] == author_key(name):
        return position
    places = [place for place, key in enumerate(keys, start=1) if key == author_key(name)]
    return places[0] if len(places) == 1 else None


def clean_domains(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The mail domains that a text lists, and what in it is none that may count."""
    words = tuple(dict.fromkeys(word.lower().lstrip("@").rstrip(".") for word in re.split(r"[\s,;]+", text) if word))
    good = tuple(word for word in words if DOMAIN.fullmatch(word) and word not in PUBLIC_MAIL)
    return good, tuple(word for word in words if word not in good)
