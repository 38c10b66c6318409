"""`broadsheet up` from nothing: it answers, ends without a trace, and recovers from the death of its supervisor."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("broadsheet")
PATIENCE_S = 60


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def start(data, port):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DJANGO_"))}
    variables = kept | {"BROADSHEET_DATA": str(data), "BROADSHEET_PORT": str(port)}
    return subprocess.Popen(
        [str(COMMAND), "up"], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def get(port, path):
    """The page, as soon as the server answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def processes_of(data):
    """Ids of the processes that name the data folder in their command or their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if str(data).encode() in text:
            found.append(int(folder.name))
    return found


def none_left(data):
    deadline = time.monotonic() + 20
    while (left := processes_of(data)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not left


def test_up_answers_and_recovers_and_leaves_nothing_running(tmp_path):
    data, port = tmp_path / "data", free_port()
    first = start(data, port)
    try:
        assert get(port, "/health")
        assert "<article" in get(port, "/") or "/papers/" in get(port, "/")
        first.kill()
        first.wait()
        second = start(data, port)
        try:
            assert get(port, "/health")
            taken = start(tmp_path / "other", port)
            assert "cannot be used" in taken.communicate(timeout=PATIENCE_S)[1]
            assert taken.returncode == 2
        finally:
            second.send_signal(signal.SIGINT)
            second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 0
        assert none_left(data)
    finally:
        first.kill()
        first.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_first_start_ended_early_leaves_nothing_running(tmp_path, number):
    data = tmp_path / "data"
    process = start(data, free_port())
    deadline = time.monotonic() + PATIENCE_S
    while not (data / "pg" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 128 + number
    assert "Traceback" not in said
    assert none_left(data)


def test_an_ingest_ended_by_ctrl_c_ends_quietly(tmp_path):
    """The terminal sends the signal to the process that reads the file, too."""
    record = {"title": "A Report of Many Words", "abstract": "word " * 60}
    lines = (json.dumps(record | {"id": f"report-{n}"}) for n in range(20_000))
    (tmp_path / "papers.jsonl").write_text("\n".join(lines))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DJANGO_"))}
    process = subprocess.Popen(
        [str(COMMAND), "ingest", "papers.jsonl"],
        env=kept | {"BROADSHEET_DATA": str(tmp_path / "data")},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while len(processes_of(tmp_path / "data")) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    assert "Traceback" not in process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode in (1, 130)
    assert none_left(tmp_path / "data")
