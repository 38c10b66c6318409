"""A private PostgreSQL in the data folder: start it, join one that runs, stop it when the last process leaves."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from broadsheet.errors import Unavailable
from broadsheet.store import cluster
from broadsheet.store.binaries import process_options
from broadsheet.store.cluster import Cluster

DATABASE = ROLE = "broadsheet"
SUPERUSER = "postgres"
STOP_S = 120.0
PAUSE_S = 0.01
RETRY_S = 0.25
PASSING = ("still in use", "already exists")
"""Complaints of a server that finds the remains of a killed one still busy: they pass by themselves."""

REMEDIES = {
    "No space left on device": "Free some disk space and start again.",
    "Permission denied": "Start Broadsheet as the user who made the data folder, give its account access there, "
    "or choose another BROADSHEET_DATA.",
    "not compatible with": "Use the PostgreSQL version that wrote the records, or restore a backup.",
    "Cannot allocate memory": "Free some memory and start again.",
    "could not create shared memory": "Free some memory, or enlarge /dev/shm, and start again.",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running private server, reachable through the Unix socket in `socket_dir` without a password."""

    socket_dir: Path
    port: int
    user: str
    database: str
    pid: int
    version: str

    @property
    def url(self) -> str:
        """The address in libpq's form, which psycopg and DATABASE_URL understand."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{self.user}@/{self.database}?host={host}&port={self.port}"


class Attachment:
    """This process's share in the server. Closing the last one, counted over all processes, stops the server."""

    def __init__(self, data: Path, server: Server, share: int) -> None:
        self.server = server
        self._data = data
        self._share: int | None = share

    def close(self) -> None:
        """Give up the share; the last to leave stops the server and waits until it is gone. Harmless twice."""
        share, self._share = self._share, None
        if share is not None:
            _leave(self._data, share)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def attach(data: Path, *, wait_s: float = 120) -> Attachment:
    """Join the server of this data folder, starting it (and making cluster, role and database) where none runs.

    Waits up to `wait_s` seconds, crash recovery and other processes' starts included. Raises Unavailable.
    """
    deadline = time.monotonic() + wait_s
    with _explained(data):
        data.mkdir(parents=True, exist_ok=True)
        data = data.resolve()
        with _start_lock(data, deadline):
            share = _open_lock(data / "pg.users.lock")
            fcntl.flock(share, fcntl.LOCK_SH)  # never waits: the exclusive lock is only taken under the start lock
            try:
                server = _join_or_start(data, deadline)
                _ensure_database(server)
            except Unavailable:
                os.close(share)  # a server in long recovery goes on: the next attempt finds it further ahead
                raise
            except BaseException:
                _stop_if_last(data, share)
                raise
    return Attachment(data, server, share)


def find_running(data: Path) -> Server | None:
    """The server that runs on this data folder and answers, or None. Starts nothing, takes no lock."""
    try:
        return _answering(data / "pg")
    except (psycopg.OperationalError, PermissionError):
        return None


def _join_or_start(data: Path, deadline: float) -> Server:
    pg, launch = data / "pg", None
    while True:
        state = "it does not answer"
        try:
            if server := _answering(pg):
                return server
        except psycopg.OperationalError as error:
            state = str(error).strip()
        if not cluster.find_postmaster(pg) and (launch is None or launch.failed()):
            if launch:
                time.sleep(RETRY_S)
            launch = _Launch(cluster.prepare(data))
        if time.monotonic() > deadline:
            said = launch.last_lines() if launch else ""
            raise Unavailable(f"PostgreSQL in {data} is not ready yet ({state}). Wait and start again.{said}")
        time.sleep(PAUSE_S)


def _answering(pg: Path) -> Server | None:
    """The server on this cluster; None if there is none or it is not ready. Raises OperationalError if it refuses."""
    file = cluster.find_postmaster(pg)
    if file is None or not file.ready:
        return None
    with _connect(file.socket_dir, file.port) as connection:
        row = connection.execute("SELECT current_setting('server_version')").fetchone()
    version = str(row[0]).split()[0] if row else ""
    return Server(file.socket_dir, file.port, ROLE, DATABASE, file.pid, version)


def _connect(socket_dir: Path, port: int) -> psycopg.Connection:
    # The superuser has reserved places: we get in even when the instance has used up all its connections.
    return psycopg.connect(
        host=str(socket_dir), port=port, user=SUPERUSER, dbname="postgres", connect_timeout=10, autocommit=True
    )


def _ensure_database(server: Server) -> None:
    """Make role and database if they are missing: also after a first start that was killed between the two."""
    role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
    with _connect(server.socket_dir, server.port) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is not None:
            return
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


class _Launch:
    """One try to start a server: its process and what it says in the log."""

    def __init__(self, ready: Cluster) -> None:
        self._log = ready.log
        with ready.open_log() as log:
            self._said_from = log.tell()
            # Through a shell that ends at once, the server becomes nobody's child: whoever started it may go first,
            # and no zombie keeps its number. Its own session keeps the terminal's Ctrl-C away.
            shell = ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *ready.command()]
            options = process_options(ready.account)
            started = subprocess.run(shell, stdout=subprocess.PIPE, stderr=log, check=True, **options)  # noqa: S603
        self._pid = int(started.stdout)

    def failed(self) -> bool:
        """Whether the process is gone for a reason that passes. Raises Unavailable for any other reason."""
        if not cluster.is_gone(self._pid):
            return False
        said = self.last_lines()
        if not any(complaint in said for complaint in PASSING):
            raise Unavailable(f"PostgreSQL did not start.{_remedy(said)}{said}")
        return True

    def last_lines(self) -> str:
        """The end of what this try wrote to the log, introduced for an error message."""
        with self._log.open("rb") as log:
            log.seek(self._said_from)
            lines = log.read().decode(errors="replace").splitlines()[-8:]
        return "\n".join(["", f"Last lines of {self._log}:", *lines])


def _remedy(said: str) -> str:
    return next((f" {remedy}" for words, remedy in REMEDIES.items() if words in said), "")


def _leave(data: Path, share: int) -> None:
    with _explained(data), _start_lock(data, time.monotonic() + STOP_S):
        _stop_if_last(data, share)


def _stop_if_last(data: Path, share: int) -> None:
    """Under the start lock, so that nobody can join a server that is about to stop."""
    try:
        fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _stop(data / "pg")
    except BlockingIOError:
        pass  # somebody else is attached
    finally:
        os.close(share)


def _stop(pg: Path) -> None:
    """Fast shutdown: sessions are ended, a checkpoint is written. Raises Unavailable if that takes too long."""
    file = cluster.find_postmaster(pg)
    if file is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(file.pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_S
    while not cluster.is_gone(file.pid):
        if time.monotonic() > deadline:
            raise Unavailable(f"PostgreSQL (process {file.pid}) is still writing and will end by itself. Leave it.")
        time.sleep(PAUSE_S)
    cluster.remove_outer_socket_folder(pg, file.socket_dir)


@contextlib.contextmanager
def _start_lock(data: Path, deadline: float) -> Iterator[None]:
    lock = _open_lock(data / "pg.start.lock")
    try:
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise Unavailable(f"Another process is starting or stopping PostgreSQL in {data}. Wait and try again.")
            time.sleep(PAUSE_S)
        yield
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _open_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)  # root passing by must not lock a normal user out
    return lock


@contextlib.contextmanager
def _explained(data: Path) -> Iterator[None]:
    """What the operating system refuses becomes Unavailable."""
    try:
        yield
    except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
        remedy = _remedy(str(error)) or " Check the folder, or choose another with BROADSHEET_DATA."
        raise Unavailable(f"PostgreSQL in the data folder {data}: {error}.{remedy}") from error
