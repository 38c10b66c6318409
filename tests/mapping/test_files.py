"""The files: a version is whole or not there, a damaged one is told from a sound one, and one process writes."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from broadsheet.errors import Unavailable
from broadsheet.mapping.files import (
    LiteratureMap,
    Region,
    current_version,
    drawing,
    find_map,
    pointer_mark,
    read_map,
    write_map,
)


def some_map(count=20, made="2026-05-29T00:00:00+00:00"):
    chance = np.random.default_rng(count)
    return LiteratureMap(
        papers=np.arange(count, dtype=np.int64) * 3,
        xy=chance.integers(0, 65536, (2, count)).astype(np.uint16),
        fields=np.full(count, 255, np.uint8),
        years=np.full(count, 200, np.uint8),
        members=np.zeros((1, count), np.uint16),
        levels=((Region("Black holes", 0.5, 0.5, count, 0.1, -1),),),
        field_codes=("cs", "math"),
        projected=count,
        spread=12.5,
        made=made,
    )


def test_what_is_written_is_read(tmp_path):
    given = some_map()
    version = write_map(tmp_path, given)
    found = find_map(tmp_path)
    assert found is not None
    assert found.version == version == current_version(tmp_path)
    for name in ("papers", "xy", "fields", "years", "members"):
        np.testing.assert_array_equal(getattr(found, name), getattr(given, name))
    assert (found.levels, found.field_codes, found.made) == (given.levels, given.field_codes, given.made)
    assert len(found.points()) == 6 * 20


def test_before_the_first_there_is_none(tmp_path):
    assert find_map(tmp_path) is None
    assert pointer_mark(tmp_path) == (0, 0)


def test_a_new_version_takes_over_and_the_one_before_stays_for_open_pages(tmp_path):
    names = [write_map(tmp_path, some_map(10 + n)) for n in range(4)]
    assert current_version(tmp_path) == names[-1]
    assert len(read_map(tmp_path, names[-2]).papers) == 12
    assert sorted(path.name for path in tmp_path.glob("m*")) == names[-2:]


@pytest.mark.parametrize("name", ["points.bin", "papers.bin", "members.bin", "map.json"])
@pytest.mark.parametrize("harm", ["gone", "short", "changed", "empty"])
def test_a_damaged_map_says_so(tmp_path, name, harm):
    path = tmp_path / write_map(tmp_path, some_map()) / name
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes({"short": content[:-3], "changed": content[:9] + b"\x07" + content[10:], "empty": b""}[harm])
    with pytest.raises(Unavailable, match="broadsheet map build"):
        find_map(tmp_path)


@pytest.mark.parametrize("pointer", ["m999999", "../secrets", "x", "\udcff"])
def test_a_pointer_to_nothing_says_so(tmp_path, pointer):
    write_map(tmp_path, some_map())
    (tmp_path / "current").write_bytes(os.fsencode(pointer))
    with pytest.raises(Unavailable, match="broadsheet map build"):
        find_map(tmp_path)


def test_another_form_and_impossible_regions_are_refused(tmp_path):
    path = tmp_path / write_map(tmp_path, some_map()) / "map.json"
    about = json.loads(path.read_text())
    path.write_text(json.dumps({**about, "form": 99}))
    with pytest.raises(Unavailable, match="form 99"):
        find_map(tmp_path)
    write_map(tmp_path, replace(some_map(), members=np.full((1, 20), 7, np.uint16)))
    with pytest.raises(Unavailable, match="do not exist"):
        find_map(tmp_path)


def test_one_process_draws_at_a_time(tmp_path):
    with drawing(tmp_path), pytest.raises(Unavailable, match="Another process"), drawing(tmp_path):
        pass
    with drawing(tmp_path):
        pass


WRITER = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from test_files import some_map
    from broadsheet.mapping.files import drawing, write_map
    with drawing(Path(sys.argv[1])):
        print("started", flush=True)
        while True:
            write_map(Path(sys.argv[1]), some_map(5000))
"""


@pytest.mark.parametrize("wait", [0.02, 0.05, 0.11])
def test_a_writer_killed_at_any_point_leaves_a_whole_map(tmp_path, wait):
    write_map(tmp_path, some_map())
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path), str(Path(__file__).parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    found = find_map(tmp_path)
    assert found is not None
    assert len(found.papers) in (20, 5000)
    with drawing(tmp_path):
        write_map(tmp_path, some_map(30))
    assert len(list(tmp_path.glob("m*"))) == 2
