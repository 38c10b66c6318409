"""Harvesting in the foreground: certain runs to their end, for somebody who waits and watches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from broadsheet.harvest.engine import Harvester
from broadsheet.runs import Run
from broadsheet.store import harvest as memory

Watch = Callable[[Run], None]
LONGEST_WAIT = timedelta(minutes=10)
"""A source that wants to be left alone for longer is left to the worker."""
NAP_S = 0.5


@dataclass(frozen=True, slots=True)
class Harvested:
    """Runs that ended, and runs that were left to the worker because their source wants to be left alone."""

    ended: tuple[Run, ...]
    left: tuple[Run, ...]


def work_through(harvester: Harvester, runs: Sequence[int], watch: Watch = lambda _: None) -> Harvested:
    """Bring these runs to their end, one after the other; other processes may work on them too."""
    done = [_finish(harvester, run, watch) for run in runs]
    return Harvested(
        ended=tuple(run for run in done if run and run.ended_at),
        left=tuple(run for run in done if run and not run.ended_at),
    )


def _finish(harvester: Harvester, number: int, watch: Watch) -> Run | None:
    clock = harvester.clock
    give_up_at = clock.now() + LONGEST_WAIT
    while (run := memory.find_run(number)) is not None and run.ended_at is None:
        now = clock.now()
        wait = (run.retry_at - now).total_seconds() if run.retry_at else 0.0
        if now > give_up_at or wait > LONGEST_WAIT.total_seconds():
            return run
        if wait > 0:
            clock.sleep(wait)
        if (step := harvester.advance(run)) is not None:
            watch(step)
            give_up_at = clock.now() + LONGEST_WAIT
        else:
            clock.sleep(NAP_S)
    return run
