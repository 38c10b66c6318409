"""Forms about sources: what an operator typed, read into what `control` does with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from broadsheet.clock import Clock
from broadsheet.errors import BadInput
from broadsheet.harvest import control
from broadsheet.schedule import parse_day
from broadsheet.sources.live import Live
from broadsheet.store import harvest as memory
from broadsheet.taxonomy import load as load_taxonomy

LONGEST_STREAM, LONGEST_ADDRESS = 1_000, 500
MOST_RUNS = 2_000
"""Runs that one form may ask for."""
ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f]+")
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent in: for which source, to do what, with which values, and what is wrong with them."""

    name: str = ""
    action: str = ""
    fields: Fields = field(default_factory=dict)
    error: str = ""


def is_known(name: str) -> bool:
    """Whether a form may name this source or bundle."""
    return name in control.BUNDLES or name in control.live_sources()


def read_streams(text: str, live: Live) -> tuple[str, ...]:
    """One stream a line; of arXiv's categories also several a line, with commas or spaces between. Raises BadInput."""
    lines = [UNPRINTABLE.sub(" ", line).strip() for line in text.replace("\r", "\n").split("\n")]
    found = [piece for line in lines if line for piece in (_categories(line) if live.group == "arxiv" else [line])]
    for stream in found:
        if len(stream) > LONGEST_STREAM:
            raise BadInput(f"{stream[:60]!r} goes on for {len(stream)} characters, {LONGEST_STREAM} at most.")
    return tuple(dict.fromkeys(found))


def _categories(line: str) -> list[str]:
    """The categories of a line that holds nothing else; any other line is one query."""
    pieces = [piece for piece in re.split(r"[,;\s]+", line) if piece]
    taxonomy = load_taxonomy()
    return pieces if "," in line or all(taxonomy.get(piece) for piece in pieces) else [line]


def set_up(name: str, fields: Fields, clock: Clock) -> None:
    """Switch on, or set anew what is on: streams, root and beginning. One that was paused stays so. Raises BadInput."""
    members = control.named(name)
    live = control.live_sources()[members[0]]
    streams = read_streams(fields.get("streams", ""), live)
    root, begin = _address(fields.get("root", "")), _day(fields.get("begin", ""), "The beginning")
    before = {each: memory.get_source(each) for each in members}
    if not streams and not name_streams(name):
        raise BadInput(f"Say what to harvest: {live.stream}.")
    if name not in control.BUNDLES and before[name].root:
        root = root or live.root  # an emptied field means the source's own address
    if not streams:
        for each in members:  # an emptied field means what the source is asked for by itself
            memory.set_source(replace(memory.get_source(each), streams=()))
    control.switch_on(name, streams, clock, root=root, begin=begin)
    for each, state in before.items():
        if state.active and state.paused:
            control.set_paused(each, paused=True)


def name_streams(name: str) -> bool:
    """Whether all that a name means can be asked without being told for what."""
    return all(control.live_sources()[each].default_streams for each in control.named(name))


def back_fill(name: str, fields: Fields, clock: Clock) -> None:
    """Ask for a range of the past. Raises BadInput."""
    since, today = _day(fields.get("since", ""), "The first day"), clock.now().date()
    until = _day(fields.get("until", ""), "The last day") or today
    if since is None:
        raise BadInput("Say from which day on.")
    if until > today:
        raise BadInput(f"The range ends on {until}, which is yet to come. Leave the last day empty for today.")
    source = control.BACKFILLS.get(name, name)
    live, state = control.live_sources()[source], memory.get_source(source)
    streams = read_streams(fields.get("streams", ""), live)
    runs = len(control.stretches(since, until)) * len(streams or state.streams or live.default_streams)
    if runs > MOST_RUNS:
        raise BadInput(f"That makes {runs:,} runs, {MOST_RUNS:,} at most. Ask for fewer days or streams at a time.")
    control.backfill(name, since, until, clock, streams)


def _address(text: str) -> str:
    text = text.strip()
    if text and (len(text) > LONGEST_ADDRESS or not ADDRESS.fullmatch(text)):
        raise BadInput("That is no address of a source. Write it whole, such as https://example.org/oai.")
    return text


def _day(text: str, what: str) -> date | None:
    try:
        return parse_day(text.strip()).first if text.strip() else None
    except BadInput as error:
        raise BadInput(f"{what}: {error}") from error


ACTIONS: dict[str, Callable[[str, Fields, Clock], None]] = {
    "on": set_up,
    "off": lambda name, _fields, clock: control.switch_off(name, clock),
    "pause": lambda name, _fields, _clock: control.set_paused(name, paused=True),
    "resume": lambda name, _fields, _clock: control.set_paused(name, paused=False),
    "run": lambda name, _fields, clock: control.run_now(name, clock),
    "backfill": back_fill,
}
"""What can be done with a source or a bundle, by the last part of the address."""
DONE = {
    "on": "is on. The worker asks it next.",
    "off": "is off. What it brought stays.",
    "pause": "is paused.",
    "resume": "goes on where it stood.",
    "run": "is due now. The worker asks it next.",
    "backfill": "will be asked for that range, the newest days first.",
    "stop": "has one run less under way. What it brought stays.",
}
