"""The supervisor: the processes of an instance, started together, watched, and stopped together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

log = logging.getLogger("broadsheet.supervisor")

GRACE_S = 8.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running, by the name the log calls it."""

    name: str
    command: Sequence[str]


def web_program(host: str, port: int, workers: int) -> Program:
    """The web server."""
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    options += ["--blocking-threads", "4", "--no-ws", "--log-level", "warning", "--respawn-failed-workers"]
    options += ["--workers-kill-timeout", "5s"]
    return Program("web", [sys.executable, "-m", "granian", *options, "broadsheet.web.wsgi:application"])


def worker_program() -> Program:
    """The worker."""
    return Program("worker", [sys.executable, "-m", "broadsheet", "work"])


def embed_program() -> Program:
    """The filler of vectors; it gives way to everything else."""
    return Program("embed", ["nice", "-n", "15", sys.executable, "-m", "broadsheet", "embed"])


def supervise(programs: Sequence[Program], ready: Callable[[threading.Event], None]) -> None:
    """Run the programs until SIGINT or SIGTERM; one that ends by itself is started again.

    `ready` is called once they have been started, with the event that tells to stop.
    """
    stop = stop_on_signals()
    running = {program.name: _start(program) for program in programs}
    try:
        ready(stop)
        while not stop.wait(0.5):
            for program in programs:
                if running[program.name].poll() is not None:
                    log.error("%s ended with %s; starting it again", program.name, running[program.name].returncode)
                    if not stop.wait(1.0):
                        running[program.name] = _start(program)
    finally:
        _end(running)


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stop


def _start(program: Program) -> subprocess.Popen[bytes]:
    # A session of its own keeps the terminal's Ctrl-C for the supervisor; the death signal ends it if we are killed.
    # Requests and batches run side by side already; more threads inside each would only get in each other's way.
    variables = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **os.environ}
    command = program.command
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent, env=variables)  # noqa: S603


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_S
    for name, process in running.items():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s does not end; killing it", name)
            process.kill()
            process.wait()
