"""The command that trains, over files of papers."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from broadsheet.embedding.static import FILE, StaticModel
from broadsheet.errors import BadInput, Unavailable
from broadsheet.train_command import app
from broadsheet.training.papers import read_pairs, read_papers
from broadsheet.training.writing import write_model


def run(*words):
    under = typer.Typer()
    under.add_typer(app, name="train")
    return CliRunner().invoke(under, ["train", "static", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def papers(tmp_path):
    random, path = np.random.default_rng(0), tmp_path / "papers.jsonl"
    stems = ["quark", "protein", "galaxy", "theorem", "parser", "neuron", "enzyme", "lattice"]
    lines = [
        {"id": str(n), "title": " ".join(random.choice(stems, 3)), "abstract": " ".join(random.choice(stems, 20))}
        for n in range(120)
    ]
    path.write_text("".join(json.dumps({**line, "categories": ["cs.CL"]}) + "\n" for line in lines))
    return path


def test_a_model_is_trained_on_files_and_written(papers, tmp_path):
    result = run("--from", papers, "--into", tmp_path / "model", "--rounds", 1, "--dimensions", 16, "--json")
    said = json.loads(result.stdout)
    model = StaticModel.load(tmp_path / "model")
    assert said["revision"] == model.revision
    assert said["papers"] == 108
    assert said["held_back"]["papers"] == 12
    assert model.dimensions == 16


def test_people_read_what_it_brought(papers, tmp_path):
    said = run("--from", papers, "--into", tmp_path / "model", "--rounds", 1).stdout
    assert "Learnt from 108 papers" in said
    assert "before" in said
    assert "after" in said


def test_lines_that_are_no_papers_are_named(tmp_path):
    path = tmp_path / "papers.jsonl"
    for line, cause in (("{", "line 1: not JSON"), ('{"title": 5}', 'line 1: a paper has a "title"')):
        path.write_text(line + "\n")
        with pytest.raises(BadInput, match=cause):
            list(read_papers(path))


def test_pairs_are_read_or_refused(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"a": "dog", "b": "a kind of animal"}\n')
    assert list(read_pairs(path)) == [("dog", "a kind of animal")]
    path.write_text('{"a": "dog"}\n')
    with pytest.raises(BadInput, match="line 1: a pair has two texts"):
        list(read_pairs(path))


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    model = StaticModel.load(write_model(_tiny(), tmp_path / "model").parent)
    with pytest.raises(Unavailable, match="cannot be written"):
        write_model(model, tmp_path / "file" / "model")
    assert [path.name for path in (tmp_path / "model").iterdir()] == [FILE]


def _tiny():
    from broadsheet.embedding.static import Vocabulary

    return StaticModel(Vocabulary(["a"]), np.ones((1, 2), dtype=np.int8), np.ones(1, dtype=np.float32))
