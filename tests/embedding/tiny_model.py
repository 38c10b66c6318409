"""A model folder of a few kilobytes: random word vectors, passed on as the vectors of tokens."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "graph",
    "neural",
    "network",
    "of",
    "the",
    "a",
    "query",
    "passage",
    ":",
    ".",
)
WIDTH = 8
MEAN_POOLING = {"word_embedding_dimension": WIDTH, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}


def write_model(folder: Path, *, pooling: dict | None = MEAN_POOLING, graph: str = "model.onnx") -> np.ndarray:
    """Write graph, tokeniser and pooling; the table of word vectors (words, WIDTH)."""
    table = np.random.default_rng(7).standard_normal((len(WORDS), WIDTH)).astype(np.float32)
    write_graph(folder / graph, table)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()))
    if pooling is not None:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return table


def write_graph(path: Path, table: np.ndarray, *, more_inputs: tuple[str, ...] = (), pooled: bool = False) -> None:
    """A graph that looks words up; `pooled` adds an output of whole texts, by the first token."""
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    outputs = [("last_hidden_state", ["texts", "tokens", table.shape[1]])]
    constants = [numpy_helper.from_array(table, "table")]
    if pooled:
        nodes.append(helper.make_node("Gather", ["last_hidden_state", "first"], ["sentence_embedding"], axis=1))
        outputs.append(("sentence_embedding", ["texts", table.shape[1]]))
        constants.append(numpy_helper.from_array(np.array(0), "first"))
    inputs = ("input_ids", "attention_mask", *more_inputs)
    made = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        constants,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def tokenizer() -> dict:
    """A WordPiece tokeniser over WORDS, with [CLS] and [SEP] around a text."""
    special = {"[CLS]": 2, "[SEP]": 3}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": {
            "strategy": {"Fixed": 16},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [row], "tokens": [name]} for name, row in special.items()},
        },
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {word: row for row, word in enumerate(WORDS)},
        },
    }
