"""The hostile corpus against every reader: refused or read in bounded time and memory, and nothing else happens."""

import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.sources.hostile import documents

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.reading import prepare
from broadsheet.sources import SOURCES
from broadsheet.sources.files import HEAD_BYTES

MAX_S = 2.0
MAX_MIB = 100
FOLDER = Path(__file__).parents[2]


def read(source, body):
    """What one reader makes of a document: how many items, or its refusal."""
    try:
        found = list(prepare(source.read(io.BufferedReader(io.BytesIO(body)), "document", None)))
    except BadInput as refusal:
        return f"refused: {refusal}"
    assert all(isinstance(item, Draft | Problem) for item in found)
    return f"{len(found)} items"


def measured():
    """Every document by every reader that recognises it, and by one that does not: seconds, growth in MiB, results."""
    worst = []
    for name, body in documents():
        head = body[:HEAD_BYTES]
        readers = [source for source in SOURCES.values() if source.recognises(head)] or list(SOURCES.values())
        for source in readers:
            before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
            result = read(source, body)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            worst.append((time.process_time() - begun, grown, name, source.name, result[:100]))
    return worst


def test_there_are_hundreds_of_documents():
    names = [name for name, _ in documents()]
    assert len(names) == len(set(names)) >= 200


@pytest.mark.slow
def test_no_document_takes_long_or_much_or_opens_anything():
    """In a process of its own, whose memory is its own, and with a guard on sockets and files."""
    command = [sys.executable, "-m", "tests.sources.test_hostile"]
    ended = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 0, ended.stderr[-3_000:]
    assert json.loads(ended.stdout) == {"slow": [], "large": [], "opened": []}


@pytest.mark.parametrize("name", SOURCES)
def test_a_reader_recognises_nothing_in_noise(name):
    for document in (b"", b"\0" * 100, b"<html><body>", b"hello, world\n", b"{}", b"[]", b"[1, 2]", b"null"):
        assert not SOURCES[name].recognises(document)


def main():
    """Print what was slow, what was large, and what was opened."""
    opened = []
    list(prepare([]))  # loads the taxonomy, from a file

    def watch(event, arguments):
        if event in ("open", "socket.connect", "socket.getaddrinfo") and not str(arguments[0]).endswith(
            (".py", ".so", ".pyc")
        ):
            opened.append(str(arguments[0]))

    for source in SOURCES.values():  # what readers import at their first use is not the document's doing
        read(source, b"")
    sys.addaudithook(watch)
    found = measured()
    slow = [entry for entry in found if entry[0] > MAX_S]
    large = [entry for entry in found if entry[1] > MAX_MIB]
    print(json.dumps({"slow": slow, "large": large, "opened": sorted(set(opened))}))


if __name__ == "__main__":
    main()
