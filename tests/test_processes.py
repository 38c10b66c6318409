"""`broadsheet up` from nothing: it answers, ends without a trace, and recovers from the death of its supervisor."""

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
