"""Comparing a catalogue with the fake world: what it holds, and what it should."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.fakes.world import World

from broadsheet.store.query import rows
from broadsheet.text import clean_block, clean_line


@dataclass(frozen=True)
class Held:
    """What matters of a paper: newest version, words, whether it was taken back, and the day it was announced."""

    version: int | None
    title: str
    abstract: str
    withdrawn: bool
    day: date | None


def held() -> dict[str, Held]:
    """What the catalogue holds."""
    found = rows(
        """SELECT p.key, p.version, p.title, p.abstract, p.withdrawn,
                  (SELECT edition_day FROM edition_entry e WHERE e.paper_id = p.id AND basis <> 'list')
           FROM paper p WHERE merged_into IS NULL"""
    )
    return {key: Held(*values) for key, *values in found}


def wanted(world: World, now: datetime, categories: Sequence[str], since: date) -> dict[str, Held]:
    """What should be held: the truth about papers of the categories that are on, as far as it changed since."""
    return {
        key: Held(
            truth.version,
            clean_line(truth.title, 1_000),
            clean_block(truth.abstract, 20_000),
            truth.withdrawn or truth.deleted,
            truth.announced,
        )
        for key, truth in world.truth(now, categories, since).items()
    }


def differences(here: dict[str, Held], there: dict[str, Held], days_from: date) -> list[str]:
    """What is missing, too much, or otherwise, in words; days are compared for papers announced from a day on."""
    found = [f"{key} is missing" for key in sorted(there.keys() - here.keys())]
    found += [f"{key} is held and should not be" for key in sorted(here.keys() - there.keys())]
    for key in sorted(here.keys() & there.keys()):
        for name in ("version", "title", "abstract", "withdrawn", "day"):
            ours, theirs = getattr(here[key], name), getattr(there[key], name)
            if ours != theirs and (name != "day" or theirs >= days_from):
                found.append(f"{key}: {name} is {ours!r}, should be {theirs!r}")
    return found
