"""The commands about identity, over an instance of their own."""

import json
import os
from contextlib import contextmanager

import pytest
from tests.test_evaluating import PAIRS, write
from typer.testing import CliRunner

from broadsheet import evaluate_commands, identity_commands
from broadsheet.drafts import Identifier
from broadsheet.errors import BadInput
from broadsheet.ingest import ingest
from broadsheet.store.catalogue import count_papers, find_paper

DOI = Identifier("doi", "10.1000/volume")
TITLE = "On the Motion of Eyes over Paintings and over Walls"


def run(app, *words):
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


@pytest.fixture
def opened(monkeypatch, db):
    """The commands meet the test database in place of an instance of their own."""

    @contextmanager
    def instance():
        yield {}

    monkeypatch.setattr(identity_commands, "instance", instance)


@pytest.fixture
def two(opened, draft):
    ingest([draft(title=TITLE), draft("2602.00002", title=TITLE)])


def test_the_evaluation_needs_no_instance(tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "BROADSHEET_DATA", str(tmp_path / "nowhere"))
    path = str(write(tmp_path / "pairs.jsonl", PAIRS))
    told = run(evaluate_commands.app, "identity", path, "--errors", "1").output
    assert "precision 0.5000\nrecall    0.5000" in told
    assert "pairs.jsonl, line 2, labelled same" in told
    assert "line 4" not in told
    report = json.loads(run(evaluate_commands.app, "identity", path, "--json", "--errors", "9").output)
    assert {name: report[name] for name in ("pairs", "true_positives", "false_positives")} == {
        "pairs": 4, "true_positives": 1, "false_positives": 1,
    }  # fmt: skip
    assert [error["b"]["key"] for error in report["errors"]] == ["pl:x:1", "pl:x:3"]
    assert not (tmp_path / "nowhere").exists()


def test_a_bad_line_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="line 1"):
        run(evaluate_commands.app, "identity", str(write(tmp_path / "pairs.jsonl", ["{"])))


def test_review_join_and_split(two):
    pairs = json.loads(run(identity_commands.app, "review", "--json").output)
    assert [[paper["key"] for paper in pair["papers"]] for pair in pairs] == [["2601.00001", "2602.00002"]]
    assert "two different arXiv ids" in run(identity_commands.app, "review").output
    joined = run(identity_commands.app, "join", "2602.00002", "2601.00001", "--json").output
    assert (json.loads(joined), count_papers()) == ({"key": "2601.00001"}, 1)
    parted = run(identity_commands.app, "split", "2601.00001", "jsonl:arxiv:2602.00002", "--json").output
    assert (json.loads(parted), count_papers()) == ({"keys": ["2601.00001", "2602.00002"]}, 2)
    assert find_paper("2602.00002")[1] == "2602.00002"
    assert "[]" in run(identity_commands.app, "review", "--json").output


def test_apart_takes_a_pair_off_the_list(two):
    assert "stay two papers" in run(identity_commands.app, "apart", "2601.00001", "2602.00002").output
    assert json.loads(run(identity_commands.app, "review", "--json").output) == []


@pytest.mark.parametrize("record", ["jsonl", ":x", "jsonl:"])
def test_a_record_is_named_by_source_and_key(opened, record):
    with pytest.raises(BadInput, match="names no record"):
        run(identity_commands.app, "split", "2601.00001", record)
