"""The command line, as a user calls it: one data folder with its own private database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet import __version__

COMMAND = Path(sys.executable).with_name("broadsheet")
PAPERS = [
    {"id": f"arxiv:2601.{n:05}", "title": f"Scanpaths of Readers, Part {n}", "authors": ["Ada Lovelace"]}
    for n in range(1, 31)
]


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """Calls `broadsheet` with arguments on the module's instance, which holds 30 papers of one edition."""
    folder = tmp_path_factory.mktemp("cli")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DJANGO_"))}
    variables = kept | {"BROADSHEET_DATA": str(folder / "data"), "BROADSHEET_SAMPLE": "no"}

    def run(*arguments, **more):
        command = [str(COMMAND), *map(str, arguments)]
        return subprocess.run(
            command, env=variables | more, cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )

    lines = [*map(json.dumps, PAPERS), '{"id": "arxiv:2601.09999", "title": 5}']
    (folder / "papers.jsonl").write_text("\n".join(lines))
    first = run("ingest", "papers.jsonl", "--edition", "2026-01-06", "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told | {"files": None} == {
        "read": 31, "new": 30, "changed": 0, "merged": 0, "known": 0, "set_aside": 1, "indexed": 30, "files": None
    }  # fmt: skip
    assert [(each["file"], each["format"]) for each in told["files"]] == [("papers.jsonl", "jsonl")]
    return run


def test_ingest_again_changes_nothing_and_problems_are_told(call):
    again = call("ingest", "papers.jsonl", "--edition", "2026-01-06", "--problems")
    assert (
        "papers.jsonl (jsonl): 31 records read: 0 new papers, 0 changed, 0 merged, 30 known before, 1 set aside"
        in again.stdout
    )
    assert "arxiv:2601.09999 (jsonl): title: text was expected, not int" in again.stdout


def test_search(call):
    found = json.loads(call("search", "scanpaths", "--json").stdout)
    assert (found["total"], len(found["papers"])) == (30, 20)
    assert found["papers"][0]["authors"] == ["Ada Lovelace"]
    printed = call("search", "scanpaths", "--page", "2").stdout
    assert " 21. Scanpaths of Readers" in printed
    assert "Nothing matches." in call("search", "zeppelins").stdout


def test_edition(call):
    assert "30 papers" in call("edition").stdout
    found = json.loads(call("edition", "2026-W02", "--limit", "5", "--json").stdout)
    assert (found["period"], found["total"], len(found["papers"])) == ("2026-W02", 30, 5)
    assert json.loads(call("edition", "2020-01-01", "--json").stdout)["total"] == 0


def test_the_index_is_built_anew_and_kept_up(call):
    assert call("index", "rebuild").stdout == "30 papers indexed.\n"
    assert call("index", "update").stdout == "0 papers indexed, 0 vectors made.\n"


def test_the_doctor_finds_all_well(call):
    told = call("doctor", "--json", BROADSHEET_SECRET_KEY="hidden-value")
    assert told.returncode == 0, told.stdout
    assert all(check["well"] for check in json.loads(told.stdout)["checks"])
    assert "hidden-value" not in told.stdout
    assert "FAIL" not in call("doctor").stdout


def test_version_needs_no_instance(call):
    assert call("version", BROADSHEET_DATA="/proc/none").stdout == f"broadsheet {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "message"),
    [
        (["ingest", "missing.jsonl"], {}, 2, "missing.jsonl"),
        (["ingest", "."], {}, 2, "is no file"),
        (["ingest"], {}, 2, "Name a file"),
        (["ingest", "papers.jsonl", "--source", "nature"], {}, 2, "no source 'nature'"),
        (["edition", "2026-13-01"], {}, 2, "2026-13-01"),
        (["search", "x", "--from", "yesterday"], {}, 2, "yesterday"),
        (["search", "x", "--page", "0"], {}, 2, "page"),
        (["doctor"], {"BROADSHEET_PROT": "1"}, 2, "Did you mean BROADSHEET_PORT"),
        (["doctor"], {"BROADSHEET_PORT": "eighty"}, 2, "port number"),
        (["edition"], {"BROADSHEET_DATA": "/proc/none"}, 1, "no instance in"),
        (["edition"], {"BROADSHEET_DATABASE_URL": "postgresql://localhost:1/x"}, 1, "database"),
    ],
)
def test_errors_go_to_standard_error_with_their_code(call, arguments, variables, code, message):
    ended = call(*arguments, **variables)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_that_goes_away_causes_no_traceback(call):
    told = call("edition")  # the same through a pipe whose end closes at once
    assert told.returncode == 0
    read, write = os.pipe()
    os.close(read)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    ended = subprocess.run(
        [str(COMMAND), "version"], env=environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_a_full_disk_causes_no_traceback(call):
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([str(COMMAND), "version"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
