"""ONNX folders, with a model of a few kilobytes."""

import json
import threading

import numpy as np
import onnx
import pytest
from tests.embedding.tiny_model import MEAN_POOLING, WIDTH, WORDS, write_graph, write_model

from broadsheet.embedding import PaperText
from broadsheet.embedding.choosing import open_embedder, parse_choice
from broadsheet.embedding.folder_settings import FolderSettings
from broadsheet.embedding.onnx_folder import open_onnx_folder
from broadsheet.errors import Unavailable


def expected(table, words, pooling="mean"):
    rows = table[[WORDS.index(word) for word in ["[CLS]", *words, "[SEP]"]]]
    whole = {"mean": rows.mean(0), "cls": rows[0], "last": rows[-1]}[pooling]
    return whole / np.linalg.norm(whole)


def test_papers_and_queries(tmp_path):
    table = write_model(tmp_path)
    embedder = open_embedder(parse_choice(f"onnx:{tmp_path}"), tmp_path / "models", None)
    papers = [PaperText("Graph", "Neural network"), PaperText("The graph"), PaperText(" ", "\n")]
    vectors = embedder.embed_papers(papers)
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, WIDTH)
    assert np.allclose(vectors[0], expected(table, ["graph", ".", "neural", "network"]), atol=1e-6)
    assert np.allclose(vectors[1], expected(table, ["the", "graph"]), atol=1e-6)
    assert not vectors[2].any()
    assert np.allclose(embedder.embed_query(" graph "), expected(table, ["graph"]), atol=1e-6)
    assert not embedder.embed_query("  ").any()
    assert embedder.embed_papers([]).shape == (0, WIDTH)


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        (MEAN_POOLING, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_lasttoken": True}, "last"),
        ({"pooling_mode": "cls"}, "cls"),
    ],
)
def test_the_folder_says_how_it_pools(tmp_path, config, pooling):
    table = write_model(tmp_path, pooling=config)
    vector = open_onnx_folder(tmp_path).embed_query("neural graph")
    assert np.allclose(vector, expected(table, ["neural", "graph"], pooling), atol=1e-6)


@pytest.mark.parametrize("config", [{"pooling_mode_max_tokens": True}, {"pooling_mode": "weightedmean"}])
def test_a_pooling_we_cannot_do_is_refused(tmp_path, config):
    write_model(tmp_path, pooling=config)
    with pytest.raises(Unavailable, match="pools by"):
        open_onnx_folder(tmp_path)


def test_a_folder_that_does_not_say_how_it_pools_must_be_told(tmp_path):
    table = write_model(tmp_path, pooling=None)
    with pytest.raises(Unavailable, match=r"\?pooling=mean"):
        open_onnx_folder(tmp_path)
    embedder = open_embedder(parse_choice(f"onnx:{tmp_path}?pooling=cls"), tmp_path, None)
    assert np.allclose(embedder.embed_query("graph"), expected(table, ["graph"], "cls"), atol=1e-6)


def test_an_output_of_whole_texts_needs_no_pooling(tmp_path):
    table = write_model(tmp_path, pooling=None)
    write_graph(tmp_path / "model.onnx", table, pooled=True, more_inputs=("token_type_ids", "position_ids"))
    assert np.allclose(open_onnx_folder(tmp_path).embed_query("graph"), expected(table, ["graph"], "cls"), atol=1e-6)


def test_prefixes_come_from_the_folder_or_the_setting(tmp_path):
    table = write_model(tmp_path)
    prompts = {"query": "query: ", "document": "passage: "}
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    embedder = open_onnx_folder(tmp_path)
    assert np.allclose(embedder.embed_query("graph"), expected(table, ["query", ":", "graph"]), atol=1e-6)
    paper = embedder.embed_papers([PaperText("graph")])[0]
    assert np.allclose(paper, expected(table, ["passage", ":", "graph"]), atol=1e-6)
    told = open_embedder(parse_choice(f"onnx:{tmp_path}", query_prefix="the "), tmp_path, None)
    assert np.allclose(told.embed_query("graph"), expected(table, ["the", "graph"]), atol=1e-6)
    assert told.space.id != embedder.space.id


def test_long_texts_are_cut_at_the_smallest_limit_named(tmp_path):
    table = write_model(tmp_path)
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 4}')
    (tmp_path / "tokenizer_config.json").write_text('{"model_max_length": 1000000000000000019884624838656}')
    embedder = open_onnx_folder(tmp_path)
    assert embedder.space.max_tokens == 4
    assert np.allclose(embedder.embed_query("graph of " * 50_000), expected(table, ["graph", "of"]), atol=1e-6)


def test_text_that_is_no_unicode_is_embedded_all_the_same(tmp_path):
    write_model(tmp_path)
    embedder = open_onnx_folder(tmp_path)
    for text in ("graph \ud800", "\0", "\u202e" * 9, "🦆" * 300):
        assert np.isclose(np.linalg.norm(embedder.embed_query(text)), 1)


def test_the_space_tells_models_apart(tmp_path):
    write_model(tmp_path / "one", graph="onnx/model.onnx")
    table = write_model(tmp_path / "two", graph="onnx/model.onnx")
    one, same = open_onnx_folder(tmp_path / "one").space, open_onnx_folder(tmp_path / "two").space
    assert one.revision == same.revision
    assert (one.provider, one.model, one.dimensions, one.quantisation) == ("onnx", "one", WIDTH, "float")
    write_graph(tmp_path / "two" / "onnx" / "model.onnx", table + 1)
    assert open_onnx_folder(tmp_path / "two").space.revision != one.revision


@pytest.mark.parametrize("name", ["onnx/model_qint8_avx512.onnx", "onnx/model_quantized.onnx", "model_qint8.onnx"])
def test_an_8_bit_form_is_taken_if_it_agrees_with_the_whole_one(tmp_path, name):
    table = write_model(tmp_path)
    write_graph(tmp_path / name, table + 0.001)
    assert open_onnx_folder(tmp_path).space.quantisation == name.partition("model_")[2].removesuffix(".onnx")
    write_graph(tmp_path / name, table[:, ::-1])
    assert open_onnx_folder(tmp_path).space.quantisation == "float"


def test_two_forms_are_compared_once(tmp_path):
    table, memory = write_model(tmp_path / "model"), tmp_path / "models"
    write_graph(tmp_path / "model" / "model_qint8.onnx", table + 0.001)
    assert open_onnx_folder(tmp_path / "model", memory=memory).space.quantisation == "qint8"
    (kept,) = memory.iterdir()
    kept.write_bytes(b"false")
    assert open_onnx_folder(tmp_path / "model", memory=memory).space.quantisation == "float"
    write_graph(tmp_path / "model" / "model_qint8.onnx", table + 0.002)
    assert open_onnx_folder(tmp_path / "model", memory=memory).space.quantisation == "qint8"


def test_an_8_bit_form_alone_is_taken(tmp_path):
    write_model(tmp_path, graph="onnx/model_quantized.onnx")
    assert open_onnx_folder(tmp_path).space.quantisation == "quantized"


def test_threads_may_share_an_embedder(tmp_path):
    write_model(tmp_path)
    embedder = open_onnx_folder(tmp_path)
    papers = [PaperText("graph " * (row % 7 + 1), "neural network") for row in range(50)]
    wanted, found = embedder.embed_papers(papers), []
    threads = [threading.Thread(target=lambda: found.append(embedder.embed_papers(papers))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(one, wanted) for one in found)


DAMAGE = {
    "no graph": lambda folder: (folder / "model.onnx").unlink(),
    "half a graph": lambda folder: (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:90]),
    "an empty graph": lambda folder: (folder / "model.onnx").write_bytes(b""),
    "no tokeniser": lambda folder: (folder / "tokenizer.json").unlink(),
    "half a tokeniser": lambda folder: (folder / "tokenizer.json").write_text('{"version": "1.0"'),
    "another's tokeniser": lambda folder: (folder / "tokenizer.json").write_text("{}"),
    "half a pooling": lambda folder: (folder / "1_Pooling" / "config.json").write_text("{"),
    "a further layer": lambda folder: (folder / "modules.json").write_text('[{"type": "sentence_transformers.Dense"}]'),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_folder_is_explained(tmp_path, name):
    write_model(tmp_path)
    DAMAGE[name](tmp_path)
    with pytest.raises(Unavailable, match=str(tmp_path)):
        open_onnx_folder(tmp_path)


@pytest.mark.parametrize("junk", ["[]", "7", '"text"', "null", '{"prompts": 3}', '{"max_seq_length": "many"}'])
def test_settings_of_the_wrong_form_are_passed_over(tmp_path, junk):
    write_model(tmp_path)
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "config.json"):
        (tmp_path / name).write_text(junk)
    assert open_onnx_folder(tmp_path).space.max_tokens == 512


def test_a_graph_that_wants_more_than_text_is_refused(tmp_path):
    table = write_model(tmp_path)
    write_graph(tmp_path / "model.onnx", table, more_inputs=("past_key_values",))
    with pytest.raises(Unavailable, match="past_key_values"):
        open_onnx_folder(tmp_path)


def test_a_tokeniser_of_another_model_fails_with_words(tmp_path):
    """Its ids lie outside the table of the graph."""
    table = write_model(tmp_path)
    write_graph(tmp_path / "model.onnx", table[:3])
    with pytest.raises(Unavailable, match="the model failed"):
        open_onnx_folder(tmp_path)


def test_a_model_that_gives_no_numbers_is_refused(tmp_path):
    write_model(tmp_path)
    write_graph(tmp_path / "model.onnx", np.full((len(WORDS), WIDTH), np.nan, np.float32))
    with pytest.raises(Unavailable, match="not finite"):
        open_onnx_folder(tmp_path)


def test_weights_beside_the_graph_count_for_its_revision(tmp_path):
    table = write_model(tmp_path)
    model = onnx.load(tmp_path / "model.onnx")
    onnx.save(model, tmp_path / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=0)
    one = open_onnx_folder(tmp_path, told=FolderSettings("", 0, "", ""))
    assert np.allclose(one.embed_query("graph"), expected(table, ["graph"]), atol=1e-6)
    data = tmp_path / "model.onnx_data"
    content = bytearray(data.read_bytes())
    content[5] ^= 1
    data.write_bytes(content)
    assert open_onnx_folder(tmp_path).space.revision != one.space.revision
