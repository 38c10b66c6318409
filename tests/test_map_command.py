"""The commands about the map, over the vectors of an instance."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from typer.testing import CliRunner

from broadsheet import map_command
from broadsheet.errors import Unavailable
from broadsheet.index.spaces import Chosen, Spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import Row, VectorWriter
from broadsheet.ingest import ingest
from broadsheet.mapping.files import NO_FIELD, YEAR_ZERO, find_map
from broadsheet.store.catalogue import find_paper


def run(*words):
    return CliRunner().invoke(map_command.app, list(words), catch_exceptions=False)


@pytest.fixture
def opened(monkeypatch, db, tmp_path):
    """The commands meet the test database and a folder of their own."""

    @contextmanager
    def instance():
        yield {"data": tmp_path}

    monkeypatch.setattr(map_command, "instance", instance)
    return tmp_path


@pytest.fixture
def papers(draft, opened):
    """Twenty-five papers, some without a category."""
    ingest([draft(f"2601.{n:05}", categories=("cs.CV", "math.CO") if n % 5 else ()) for n in range(25)])
    return [find_paper(f"2601.{n:05}")[0] for n in range(25)]


def embed(data, papers):
    """Give papers vectors of the instant space."""
    chance = np.random.default_rng(1).normal(size=(25, 8)).astype(np.float32)
    chance /= np.linalg.norm(chance, axis=1, keepdims=True)
    with VectorWriter.open(vectors_folder(data / "index", "space"), 8) as writer:
        writer.apply([Row(paper, vector, 1) for paper, vector in zip(papers, chance, strict=False)], (), "x")
    write_spaces(data / "index", Spaces(instant=Chosen("space", "static")))


def test_the_map_is_built_and_kept_up(opened, papers):
    embed(opened, papers[:20])
    assert "20 papers on the map, 20 of them new." in run("build", "--threads", "1").output
    embed(opened, papers)
    told = json.loads(run("update", "--json").output)
    assert told == {"papers": 25, "new": 5, "version": "m000002"}
    drawn = find_map(opened / "map")
    row = drawn.papers.tolist().index(papers[1])
    assert drawn.field_codes[drawn.fields[row]] == "cs"
    assert int(drawn.years[row]) + YEAR_ZERO == 2026
    assert drawn.fields[drawn.papers.tolist().index(papers[0])] == NO_FIELD


def test_without_vectors_the_way_out_is_told(opened):
    with pytest.raises(Unavailable, match="broadsheet index update"):
        run("build")
