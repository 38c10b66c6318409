"""ONNX folders: any encoder in the form that model hubs publish, as an embedder."""

import contextlib
import hashlib
import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from broadsheet.embedding.folder_settings import FolderSettings, digest_of, read_folder
from broadsheet.embedding.onnx_embedder import Encoder, OnnxEmbedder, make_encoder
from broadsheet.embedding.sessions import Session
from broadsheet.embedding.spaces import Space
from broadsheet.embedding.tokens import open_tokenizer
from broadsheet.errors import Unavailable

WHOLE = ("onnx/model.onnx", "model.onnx")
SMALL = ("onnx/model_qint8*.onnx", "model_qint8*.onnx", "onnx/model_int8.onnx", "onnx/model_quantized.onnx")
"""Where 8-bit forms lie, by the habits of the hubs; the first that there is counts."""
LEAST_COSINE = 0.99
PROBES = tuple(
    f"{opening} {subject}"
    for opening in ("A survey of", "We propose a new method for", "On the theory of", "Evidence against")
    for subject in (
        "convergence of stochastic gradient descent with heavy-tailed noise",
        "the mass of neutron stars in binary systems, from X-ray timing",
        "machine translation of low-resource languages; results on 12 pairs",
        "protein folding",
        "rational points on curves of genus $g \\geq 2$ over number fields",
        "vaccination against measles in sub-Saharan Africa (2001-2019)",
        "distributed consensus with Byzantine faults",
        "superconductivity at high pressure, and how to measure it with small samples",
    )
)
"""32 texts by which an 8-bit form is compared with the whole one."""


def open_onnx_folder(folder: Path, *, told: FolderSettings | None = None, memory: Path | None = None) -> OnnxEmbedder:
    """The embedder of a folder with a graph and a tokenizer.json. What is not empty or 0 in `told` goes first.

    Where the folder holds both forms, the 8-bit one is taken if its vectors of 32 texts have a mean cosine of 0.99 to
    the whole one's, which takes seconds; in the folder `memory` the outcome is kept. Raises Unavailable where a file is
    missing, damaged or not understood.
    """
    settings = _merged(read_folder(folder), told)
    whole = next((folder / name for name in WHOLE if (folder / name).is_file()), None)
    small = next(_small_forms(folder), None)
    chosen = whole or small
    if chosen is None:
        raise Unavailable(f"{folder}: holds no {' or '.join(WHOLE)}. Export the model to ONNX, or name another folder.")
    if whole and small and _agree(folder, small, whole, settings, memory):
        chosen = small
    encoder = _encoder(folder, chosen, settings)
    return OnnxEmbedder(_space(folder, chosen, encoder, settings), encoder)


def agree(one: Encoder, other: Encoder, texts: Sequence[str] = PROBES) -> bool:
    """Whether two forms of a model give the same vectors, as far as ranking is concerned."""
    return bool(np.mean([one.encode(text) @ other.encode(text) for text in texts]) >= LEAST_COSINE)


def _agree(folder: Path, small: Path, whole: Path, settings: FolderSettings, memory: Path | None) -> bool:
    """As `agree`, remembered for these files on this machine, on whose processor 8-bit results may depend."""
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in (small, whole)]
    asked = f"{platform.node()} {files} {settings}"
    kept = memory / f"compared-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.json" if memory else None
    if kept and kept.is_file():
        return kept.read_bytes() == b"true"
    outcome = agree(_encoder(folder, small, settings), _encoder(folder, whole, settings))
    if kept:
        with contextlib.suppress(OSError):  # then it is compared again next time
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(b"true" if outcome else b"false")
    return outcome


def _merged(found: FolderSettings, told: FolderSettings | None) -> FolderSettings:
    if told is None:
        return found
    return FolderSettings(
        told.pooling or found.pooling,
        told.max_tokens or found.max_tokens,
        told.query_prefix or found.query_prefix,
        told.paper_prefix or found.paper_prefix,
    )


def _small_forms(folder: Path) -> Iterator[Path]:
    for pattern in SMALL:
        yield from sorted(folder.glob(pattern))


def _encoder(folder: Path, graph: Path, settings: FolderSettings) -> Encoder:
    tokenizer = open_tokenizer(folder / "tokenizer.json", settings.max_tokens)
    encoder = make_encoder(Session(graph), tokenizer, settings.pooling or "mean", str(graph))
    if encoder.pooling and not settings.pooling:
        raise Unavailable(f"{folder}: does not say how it pools. Add ?pooling=mean (or cls, last) to BROADSHEET_MODEL.")
    return encoder


def _space(folder: Path, graph: Path, encoder: Encoder, settings: FolderSettings) -> Space:
    data = sorted(graph.parent.glob(f"{graph.name}_data*"))  # weights of models beyond 2 GB
    space = Space(
        provider="onnx",
        model=folder.name,
        revision=digest_of([graph, *data, folder / "tokenizer.json"]),
        quantisation="float" if graph.name == "model.onnx" else graph.stem.removeprefix("model_"),
        dimensions=len(encoder.encode("dimensions")),
        max_tokens=settings.max_tokens,
        query_prefix=settings.query_prefix,
        document_prefix=settings.paper_prefix,
    )
    # the way of pooling decides vectors too, and has no field of its own
    return replace(space, revision=f"{space.revision}/{encoder.pooling or 'pooled'}")
