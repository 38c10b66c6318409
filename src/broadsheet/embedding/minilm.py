"""The built-in model: all-MiniLM-L6-v2, built once into the folder of models from packaged weights, without torch."""

import fcntl
import hashlib
import json
import os
from pathlib import Path

import numpy as np

from broadsheet.embedding.onnx_embedder import Encoder, OnnxEmbedder, make_encoder
from broadsheet.embedding.packaged import DIGESTS, packaged_file
from broadsheet.embedding.sessions import Array, Session
from broadsheet.embedding.spaces import Space
from broadsheet.embedding.tokens import open_tokenizer
from broadsheet.errors import Unavailable

NAME = "all-MiniLM-L6-v2"
MAX_TOKENS = 256
"""What the model was published with; 33 % of abstracts are longer and lose their end."""
RECIPE = 1
"""Raise it with every change of the graph that changes vectors."""
MANIFEST = "manifest.json"
WORDS = "embeddings.word_embeddings.weight"
SPACE = Space(
    provider="builtin",
    model=NAME,
    revision=f"{DIGESTS['model.safetensors'][:16]}/{RECIPE}",
    quantisation="7-bit weights per channel, 8-bit activations",
    dimensions=384,
    max_tokens=MAX_TOKENS,
)
CALIBRATION = (
    "We prove that every finite group of odd order is solvable, and give bounds on the length of its derived series.",
    "Deep residual learning for image recognition. Deeper neural networks are more difficult to train. We present a "
    "framework to ease the training of networks that are substantially deeper than those used previously.",
    "in-context learning as Bayesian inference",
    "Measurement of the cosmic microwave background's polarization at 150 GHz, with $\\ell < 2500$; we find r = 0.06.",
    "A randomized, double-blind trial of 1,204 patients (aged 40-75) compared the drug with placebo over 12 months.",
    "How do honey bees find their way home? Experiments with displaced foragers suggest a map-like spatial memory.",
    "Query optimization in distributed databases; join ordering; cardinality estimation",
    "BERT: pre-training of deep bidirectional transformers for language understanding. 2018. arXiv:1810.04805.",
)
"""Texts by which the build learns which channels are loud."""


def open_minilm(folder: Path, space: Space = SPACE) -> OnnxEmbedder:
    """The embedder, of the files in `folder`, which are built where they are missing or damaged (about 3 s, 24 MB).

    Raises Unavailable where the weights are not installed or the folder cannot be written.
    """
    if not _whole(folder):
        _build_once(folder)
    tokenizer = open_tokenizer(folder / "tokenizer.json", MAX_TOKENS)
    encoder = make_encoder(Session(folder / "model.onnx"), tokenizer, "mean", "the built-in model")
    return OnnxEmbedder(space, encoder)


def reference_encoder() -> Encoder:
    """The same network in float32, to measure the built one by. Raises Unavailable."""
    tokenizer = open_tokenizer(packaged_file("tokenizer.json"), MAX_TOKENS)
    return make_encoder(_reference_session(_tensors()), tokenizer, "mean", f"{NAME} in float32")


def _whole(folder: Path) -> bool:
    """Whether all files are there, undamaged and of this recipe."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        files = manifest["files"]
        return bool(manifest["revision"] == SPACE.revision) and all(
            _digest((folder / name).read_bytes()) == files[name] for name in ("model.onnx", "tokenizer.json")
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _build_once(folder: Path) -> None:
    """Whoever comes second, from another process, waits and finds all there. A killed process leaves no lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _whole(folder):
                _build(folder)
    except OSError as error:
        raise Unavailable(f"{folder}: the built-in model cannot be written there ({error.strerror}).") from error


def _build(folder: Path) -> None:
    """The manifest comes last: without it, or with another's files beside it, the folder counts as missing."""
    files = {"model.onnx": _quantised(), "tokenizer.json": packaged_file("tokenizer.json").read_bytes()}
    manifest = {"revision": SPACE.revision, "files": {name: _digest(content) for name, content in files.items()}}
    for name, content in files.items():
        _replace(folder / name, content)
    _replace(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def _quantised() -> bytes:
    # onnx takes 0.3 s and 30 MB to import, and is needed once in the life of an instance
    from broadsheet.embedding import minilm_graph

    tensors = _tensors()
    return minilm_graph.build(tensors, _loudness(tensors, minilm_graph.watched()))


def _loudness(tensors: dict[str, Array], names: list[str]) -> dict[str, Array]:
    """Each activation's largest absolute value by channel, over the calibration.

    Only the words that occur there are put into the graph, which saves 200 MB of memory for a moment.
    """
    tokenizer = open_tokenizer(packaged_file("tokenizer.json"), MAX_TOKENS)
    texts = [np.array([tokenizer.encode(text).ids], dtype=np.int64) for text in CALIBRATION]
    words = np.unique(np.concatenate(texts, axis=1))
    session = _reference_session({**tensors, WORDS: tensors[WORDS][words]})
    found = [session.run(names, {"input_ids": np.searchsorted(words, ids)}) for ids in texts]
    largest = [[np.abs(values).max(axis=(0, 1)) for values in activations] for activations in found]
    return {name: np.max(of_texts, axis=0) for name, of_texts in zip(names, zip(*largest, strict=True), strict=True)}


def _reference_session(tensors: dict[str, Array]) -> Session:
    from broadsheet.embedding import minilm_graph

    return Session(minilm_graph.build(tensors), f"{NAME} in float32")


def _tensors() -> dict[str, Array]:
    from safetensors.numpy import load_file

    return load_file(packaged_file("model.safetensors"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that whoever looks sees the old or the new one, whole."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
