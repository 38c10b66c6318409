"""The static model: its file, its vectors, and what a damaged file says."""

import json
import threading

import numpy as np
import pytest
from safetensors.numpy import load, save

from broadsheet.embedding import Embedder, PaperText
from broadsheet.embedding.static import FILE, StaticModel, Vocabulary, count_words, shipped, words
from broadsheet.errors import Unavailable

TERMS = ("graph", "neural", "network", "net", "protein", "##works", "##s")


@pytest.fixture
def model():
    table = np.arange(1, 1 + 4 * len(TERMS), dtype=np.int8).reshape(len(TERMS), 4)
    return StaticModel(Vocabulary(TERMS), table, np.full(len(TERMS), 0.5, dtype=np.float32), about={"seed": "1"})


def written(folder, content):
    (folder / FILE).write_bytes(content)
    return folder


def test_words_are_folded_and_parted_at_hyphens_and_underscores():
    assert words("Schrödinger's GPT-4o_x, H₂O\n") == ["schrodinger", "s", "gpt", "4o", "x", "h2o"]


def test_words_are_cut_where_they_never_end():
    assert words("a" * 100_000) == ["a" * 60]


def test_a_word_without_a_row_is_put_together_from_pieces():
    vocabulary = Vocabulary(TERMS)
    assert vocabulary.rows_of("network") == (2,)
    assert vocabulary.rows_of("networks") == [2, 6]
    assert vocabulary.rows_of("xnetworks") == [5]
    assert vocabulary.rows_of("") == []


def test_a_vector_is_the_weighted_mean_at_length_one(model):
    both = 0.5 * (2 * model.rows[0].astype(float) + model.rows[4])
    assert model.embed_query("Graph, protein: GRAPH") == pytest.approx(both / np.linalg.norm(both), abs=1e-6)


def test_a_text_without_known_words_has_no_direction(model):
    assert not model.embed_query("¿?").any()
    assert not model.embed_papers([PaperText("")]).any()


def test_a_title_counts_by_its_weight(model):
    heavy = StaticModel(model.vocabulary, model.rows, model.scales, title_weight=3.0)
    assert count_words("Graph", "graph protein", 3.0) == {"graph": 4.0, "protein": 1.0}
    assert heavy.embed_papers([PaperText("graph", "protein")])[0] == pytest.approx(
        model.embed_query("graph graph graph protein"), abs=1e-6
    )


def test_shapes(model):
    assert model.embed_papers([]).shape == (0, 4)
    assert model.embed_texts(["graph", "net"]).shape == (2, 4)
    assert model.embed_papers([PaperText("graph", "net")]).dtype == np.float32


def test_a_file_gives_the_same_model(model, tmp_path):
    again = StaticModel.load(written(tmp_path, model.to_bytes()))
    assert again.space == model.space
    assert again.to_bytes() == model.to_bytes()
    assert again.about == {"seed": "1"}
    assert (again.embed_query("graph networks") == model.embed_query("graph networks")).all()


def test_the_space_changes_with_whatever_changes_vectors(model):
    others = [
        StaticModel(model.vocabulary, model.rows + np.int8(1), model.scales),
        StaticModel(model.vocabulary, model.rows, model.scales * np.float32(2)),
        StaticModel(Vocabulary([*TERMS[:-1], "##t"]), model.rows, model.scales),
        StaticModel(model.vocabulary, model.rows, model.scales, title_weight=2.0),
    ]
    assert len({each.space.id for each in (model, *others)}) == 5


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(Unavailable, match=r"cannot be read.*broadsheet train static"):
        StaticModel.load(tmp_path)


def damaged(content):
    """Files that are no model, each wrong in its own way."""
    tensors, about = load(content), json.dumps({"format": "broadsheet-static/1", "title_weight": "1.0"})
    yield "empty", b""
    yield "noise", bytes(range(256)) * 20
    yield "endless header", b"\xff" * 64
    yield "another file", save({"rows": tensors["rows"]})
    yield "another format", save(tensors, {"about": json.dumps({"format": "other", "title_weight": "1"})})
    yield "about is no JSON", save(tensors, {"about": "{"})
    yield "no weight", save(tensors, {"about": json.dumps({"format": "broadsheet-static/1"})})
    yield "a wild weight", save(tensors, {"about": about.replace("1.0", "nan")})
    yield "a tensor too few", save({name: tensors[name] for name in ("rows", "scales")}, {"about": about})
    yield "rows of floats", save({**tensors, "rows": tensors["rows"].astype(np.float32)}, {"about": about})
    yield "a scale too few", save({**tensors, "scales": tensors["scales"][1:]}, {"about": about})
    yield "scales of no number", save({**tensors, "scales": tensors["scales"] * np.float32(np.nan)}, {"about": about})
    yield "words not in UTF-8", save({**tensors, "vocabulary": np.full(9, 255, dtype=np.uint8)}, {"about": about})
    for length in (1, 8, 9, 100, len(content) - 1):
        yield f"cut at {length}", content[:length]


def test_a_damaged_file_is_told_and_never_a_crash(model, tmp_path):
    for name, content in damaged(model.to_bytes()):
        with pytest.raises(Unavailable, match="is damaged"):
            pytest.fail(f"{name}: {StaticModel.load(written(tmp_path, content))}")


def test_threads_share_a_model(model):
    found = []
    threads = [threading.Thread(target=lambda: found.append(model.embed_query("graph networks"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all((each == found[0]).all() for each in found)


def test_the_shipped_model_knows_what_belongs_together():
    model: Embedder = shipped()
    query = model.embed_query("how to choose pre-training data by gradient influence")
    papers = model.embed_papers(
        [
            PaperText("Data selection for language models with influence functions", "We select pretraining examples."),
            PaperText("The rotation curves of dwarf galaxies", "We present observations of neutral hydrogen."),
            PaperText("A theorem on finite groups", "We classify simple groups of even order."),
        ]
    )
    assert np.argmax(papers @ query) == 0
    assert shipped() is model
    assert len(shipped().to_bytes()) <= 20_000_000
