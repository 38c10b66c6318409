"""Folders for sentence-transformers: the library itself is played by a few lines, as it is no dependency."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save_file

from broadsheet.embedding import PaperText
from broadsheet.embedding.choosing import open_embedder, parse_choice
from broadsheet.errors import Unavailable


class SentenceTransformer:
    """Gives a text's length and its first sign. Notes how it was called."""

    called: dict

    def __init__(self, folder, **options):
        type(self).called = {"folder": folder, **options}
        self.max_seq_length = 0

    def get_sentence_embedding_dimension(self):
        return 2

    def encode(self, texts, **_):
        if any("fail" in text for text in texts):
            raise RuntimeError("CUDA out of memory")
        return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with weights, and the library to read it."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=SentenceTransformer))
    save_file({"weights": np.zeros(3, np.float32)}, tmp_path / "model.safetensors")
    return tmp_path


def opened(folder):
    return open_embedder(parse_choice(f"sentence-transformers:{folder}?max_tokens=128"), folder, None)


def test_papers_and_queries(folder):
    embedder = opened(folder)
    vectors = embedder.embed_papers([PaperText("Title", "Abstract"), PaperText("")])
    assert vectors.shape == (2, 2)
    assert np.isclose(np.linalg.norm(vectors[0]), 1)
    assert not vectors[1].any()
    assert embedder.embed_query("words").shape == (2,)
    assert not embedder.embed_query("").any()
    assert (embedder.space.provider, embedder.space.max_tokens) == ("sentence-transformers", 128)


def test_no_code_of_the_folder_is_run_and_nothing_is_fetched(folder):
    opened(folder)
    assert SentenceTransformer.called == {
        "folder": str(folder),
        "trust_remote_code": False,
        "local_files_only": True,
        "model_kwargs": {"use_safetensors": True},
    }


def test_a_failure_is_explained(folder):
    with pytest.raises(Unavailable, match="CUDA out of memory"):
        opened(folder).embed_query("fail")


def test_weights_must_be_safetensors(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(Unavailable, match="safetensors"):
        opened(folder)


def test_the_missing_library_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(Unavailable, match="pip install sentence-transformers"):
        opened(folder)
