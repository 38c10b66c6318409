"""Running: what stands between a ready instance and its address on the screen."""

import errno
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus

from django.core.management import call_command

from broadsheet import indexing, sample
from broadsheet.environment import PREFIX, Environment
from broadsheet.errors import BadInput, Unavailable
from broadsheet.index.spaces import read_spaces
from broadsheet.models import Models
from broadsheet.printing import err, out, progress, safe
from broadsheet.store.catalogue import count_papers
from broadsheet.supervisor import Program, embed_program, supervise, web_program, worker_program
from broadsheet.vectoring import Instant

READY_S = 30.0
PORT_WAIT_S = 8.0
"""Longer than the web server may take to end after the death of its supervisor."""


def run_instance(environment: Environment) -> None:
    """Everything: sample if the catalogue is empty, index if there is none, then web server and worker."""
    check_port(environment)
    if environment["sample"] and count_papers() == 0:
        with progress("Loading the sample catalogue", sample.SIZE) as update:
            sample.load(lambda outcome: update(outcome.read))
    _ensure_index(environment)
    _ensure_vectors(environment)
    _run(environment, [_web(environment), worker_program(), embed_program()])


def run_web(environment: Environment) -> None:
    """The web server alone."""
    check_port(environment)
    _run(environment, [_web(environment)])


def _run(environment: Environment, programs: list[Program]) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    supervise(programs, _announcement(environment))


def _web(environment: Environment) -> Program:
    return web_program(environment["host"], environment["port"], environment["workers"])


def _ensure_index(environment: Environment) -> None:
    folder = environment["data"] / "index"
    if not indexing.is_own(folder):
        with progress("Building the search index", count_papers()) as update:
            indexing.rebuild(folder, update)


def _ensure_vectors(environment: Environment) -> None:
    """Vectors for a new instance; without a model that can be read the site starts all the same."""
    folder = environment["data"] / "index"
    try:
        if read_spaces(folder).instant is None:
            with progress("Learning what the papers mean", count_papers()) as update:
                Instant(folder, Models(environment)).catch_up(update)
    except Unavailable as error:
        err().print(safe(f"Search goes by words alone for now: {error}"))


def check_port(environment: Environment) -> None:
    """Raises BadInput where the port is taken; one that is just being given up is waited for."""
    host, port = environment["host"], environment["port"]
    deadline = time.monotonic() + PORT_WAIT_S
    while True:
        try:
            with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
                return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise BadInput(
                    f"Port {port} on {host} cannot be used ({error.strerror}). Stop what runs there, "
                    f"or choose another: {PREFIX}PORT=8001."
                ) from error
            time.sleep(0.25)


def _announcement(environment: Environment) -> Callable[[threading.Event], None]:
    host, port = environment["host"], environment["port"]
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    shown = environment["url"] or f"http://{'localhost' if near in ('127.0.0.1', '::1') else _in_url(near)}:{port}"

    def announce(stop: threading.Event) -> None:
        if not _answers(f"http://{_in_url(near)}:{port}/health", stop):
            return
        out().print(f"{safe(environment['site_name'])} is at [bold]{safe(shown)}[/bold] (Ctrl-C stops it)")

    return announce


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _answers(url: str, stop: threading.Event) -> bool:
    """Ask our own server until it answers, or we are told to stop. Raises Unavailable when it stays silent."""
    deadline = time.monotonic() + READY_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        try:
            with opener.open(url, timeout=2):
                return True
        except urllib.error.HTTPError as error:
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                return True  # it answers, if only that it does not know itself by this host name
        except (urllib.error.URLError, OSError):
            pass
        if stop.wait(0.1):
            return False
    raise Unavailable("The web server does not answer. What it says stands above.")
