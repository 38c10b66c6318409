"""The files of the private PostgreSQL: where they lie, how they are first made, and whether a process serves them."""

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.store.binaries import (
    Account,
    Programs,
    can_reach,
    choose_account,
    choose_programs,
    process_options,
    programs_within_reach,
)

PORT = 5432
"""Only a part of the socket's name: the server listens on no network address."""

ROOT_FOLDER = Path("/var/lib/broadsheet")
LONGEST_SOCKET = 100
LONGEST_LOG = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    # Nothing acknowledged is lost when the power goes.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    # Compiling a query costs more than our short queries take.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_checkpoints": "off",
    "cluster_name": "broadsheet",
}
"""Given on the command line at each start: they win over every file in the cluster."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster ready to be served: its true folder, its socket folder, its log, the programs and who runs them."""

    folder: Path
    socket_dir: Path
    log: Path
    programs: Programs
    account: Account | None

    def command(self) -> list[str]:
        """The command line of the server."""
        folders = '"' + str(self.socket_dir).replace('"', '""') + '"'
        settings = SETTINGS | {"unix_socket_directories": folders, "shared_buffers": f"{_shared_buffers_mb()}MB"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs.folder / "postgres"), "-D", str(self.folder), *options]

    def open_log(self) -> BufferedWriter:
        """The log, open for appending. Opened by us and handed down: the account need not reach the folder."""
        self.log.parent.mkdir(exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        log = os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "ab")
        if self.account:
            os.fchown(log.fileno(), self.account.uid, self.account.gid)
        log.seek(0, os.SEEK_END)
        return log


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a living server wrote into its postmaster.pid."""

    pid: int
    port: int
    socket_dir: Path
    ready: bool


def prepare(data: Path) -> Cluster:
    """Everything a start needs, made where missing. To be called under the start lock, with no server running."""
    link = data / "pg"
    account = choose_account(link.stat().st_uid if link.exists() else None)
    if account and not link.exists() and not link.is_symlink() and not can_reach(account, data):
        _make_link(link, data)
    folder = link.resolve()
    home = folder.parent
    if not home.is_dir():
        raise Unavailable(
            f"The records of {data} were kept in {home}, which is gone. "
            f"Put it back; or, to begin empty or from a backup, remove {link}."
        )
    for left in home.glob("pg.new-*"):
        shutil.rmtree(left, ignore_errors=True)  # initdb outlives a killed start for a moment; the next start clears up
    programs = programs_within_reach(choose_programs(_major(folder)), account, home / "pg.binaries")
    if not folder.exists():
        _create(folder, programs, account)
    elif not can_reach(account, folder):
        raise Unavailable(
            f"The account {account.name if account else 'we run as'} cannot reach {folder} any more. "
            "Let it pass through the folders above, as at the first start."
        )
    socket_dir = _socket_folder(home, account)
    for lock in (folder / "postmaster.pid", socket_dir / f".s.PGSQL.{PORT}.lock"):
        _remove_stale(lock, folder)
    return Cluster(folder, socket_dir, data / "log" / "postgresql.log", programs, account)


def find_postmaster(pg: Path) -> Postmaster | None:
    """The living server of the cluster, answering or not. A stale file, or one half written, counts as none."""
    try:
        lines = (pg / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        pid, port, socket_dir = int(lines[0]), int(lines[3]), Path(lines[4])
    except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
        return None
    if not _serves(pid, pg):
        return None
    return Postmaster(pid, port, socket_dir, ready=len(lines) > 7 and lines[7].strip() == "ready")


def is_gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has collected yet (a zombie) has."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] in "ZX"
    except ProcessLookupError:
        return True
    except (FileNotFoundError, PermissionError):
        return Path("/proc/self/stat").exists()


def remove_outer_socket_folder(pg: Path, socket_dir: Path) -> None:
    """Leave nothing in the temporary folder once the server is gone."""
    if socket_dir.parent != pg.resolve().parent:
        with contextlib.suppress(OSError):
            socket_dir.rmdir()


def _serves(pid: int, pg: Path) -> bool:
    """A number alone proves nothing: after a restart of the machine or container it may be another program's."""
    if not Path("/proc/self/cwd").exists():
        return not is_gone(pid)
    try:
        return Path(f"/proc/{pid}/cwd").samefile(pg)  # a server works inside its cluster; a zombie nowhere
    except OSError:
        return False


def _is_taken(pid: int) -> bool:
    """Whether any process has the number, a zombie included: the test that PostgreSQL itself makes."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _make_link(link: Path, data: Path) -> None:
    """Root only: the data folder lies in a private place such as /root, so the cluster goes where its account can be.

    The link comes first: a cluster without a link is left from a data folder that was removed, and is set aside.
    """
    home = ROOT_FOLDER / hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    if find_postmaster(home / "pg"):
        raise Unavailable(f"A server of a removed data folder still runs in {home}/pg. End it, then start again.")
    if home.exists():
        home.rename(home.with_name(f"{home.name}.left-{time.time_ns()}"))
    for folder in (ROOT_FOLDER, home):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    link.symlink_to(home / "pg")


def _major(folder: Path) -> int | None:
    if not folder.exists():
        return None
    try:
        return int((folder / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError) as error:
        raise Unavailable(
            f"{folder} is there but is no PostgreSQL cluster (no readable PG_VERSION). "
            "Move it away to begin empty, or restore a backup."
        ) from error


def _create(folder: Path, programs: Programs, account: Account | None) -> None:
    """Make a cluster beside its place and move it there whole: a first start that is killed leaves no half cluster."""
    new = folder.with_name(f"pg.new-{secrets.token_hex(4)}")
    _own_folder(new, account)
    words = ["--auth-local=trust", "--auth-host=reject", "--username=postgres", "--no-instructions"]
    words += ["--data-checksums", "--encoding=UTF8", "--locale=C"]
    if programs.major >= 17:
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [str(programs.folder / "initdb"), "-D", str(new), *words]
    made = subprocess.run(command, capture_output=True, text=True, **process_options(account))  # noqa: S603
    if made.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise OSError("\n".join(["initdb failed", *made.stderr.strip().splitlines()[-8:]]))
    new.rename(folder)
    _sync(folder.parent)


def _socket_folder(home: Path, account: Account | None) -> Path:
    """In the data folder; in the temporary folder where the socket's path would be too long for the system."""
    inside = home / "pg.run"
    if _fits(inside):
        _own_folder(inside, account)
        return inside
    name = f"broadsheet-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    for temporary in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
        if _fits(temporary / name) and can_reach(account, temporary):
            _own_folder(temporary / name, account)
            return temporary / name
    raise Unavailable("No temporary folder is short enough for PostgreSQL's socket. Set TMPDIR to /tmp.")


def _fits(folder: Path) -> bool:
    # A comma would separate hosts in libpq's eyes.
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET and "," not in str(folder)


def _own_folder(path: Path, account: Account | None) -> None:
    """A folder that only the account may enter. Refuses one that a stranger has put there first."""
    path.mkdir(mode=0o700, exist_ok=True)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(folder).st_uid not in {os.geteuid(), account.uid if account else os.geteuid()}:
            raise Unavailable(f"{path} belongs to somebody else. Remove it, or set TMPDIR to another folder.")
        os.fchmod(folder, 0o700)
        if account:
            os.fchown(folder, account.uid, account.gid)
    finally:
        os.close(folder)


def _remove_stale(lock: Path, folder: Path) -> None:
    """Remove a lock file whose number now belongs to another program: PostgreSQL would take that for a server.

    Where the number is free the file stays: PostgreSQL replaces it, and learns from it which shared memory to check.
    """
    with contextlib.suppress(FileNotFoundError):
        number = _number_in(lock)
        if not number:
            time.sleep(0.1)  # a server may be about to write it; if not, the machine stopped at that moment
            number = _number_in(lock)
        if not number or (_is_taken(number) and not _serves(number, folder)):
            lock.unlink()


def _number_in(lock: Path) -> int:
    word = lock.read_text(errors="replace").partition("\n")[0].strip()
    return int(word) if word.isdecimal() else 0


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _shared_buffers_mb() -> int:
    """A sixteenth of the memory, between 128 and 256 MB."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(128, min(256, memory // 16 // 1_000_000))
