"""Folders of sentence-transformers, run by that library, where somebody has installed it: for graphics processors."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from broadsheet.embedding.folder_settings import FolderSettings, digest_of, read_folder
from broadsheet.embedding.pooling import normalised
from broadsheet.embedding.spaces import PaperText, Space, Vectors
from broadsheet.embedding.texts import paper_texts, query_text
from broadsheet.errors import Unavailable

BATCH = 32
LIBRARY = "sentence_transformers"


@dataclass(frozen=True, slots=True)
class TorchEmbedder:
    """An Embedder of a model that sentence-transformers has loaded."""

    space: Space
    model: Any = field(repr=False)

    def embed_papers(self, papers: Sequence[PaperText]) -> Vectors:
        """See Embedder."""
        texts = paper_texts(papers, self.space.document_prefix)
        rows = [row for row, text in enumerate(texts) if text]
        vectors = np.zeros((len(texts), self.space.dimensions), dtype=np.float32)
        if rows:
            vectors[rows] = self._encoded([texts[row] for row in rows])
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """See Embedder."""
        whole = query_text(text, self.space.query_prefix)
        return self._encoded([whole])[0] if whole else np.zeros(self.space.dimensions, dtype=np.float32)

    def _encoded(self, texts: list[str]) -> Vectors:
        label = self.space.model
        try:
            found = self.model.encode(texts, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        except Exception as error:  # torch's kinds share no parent below Exception
            raise Unavailable(f"{label}: sentence-transformers failed ({str(error)[:300]}).") from error
        if np.shape(found) != (len(texts), self.space.dimensions):
            raise Unavailable(f"{label}: gave vectors of the shape {np.shape(found)}.")
        return normalised(found, label)


def open_torch_folder(folder: Path, *, told: FolderSettings) -> TorchEmbedder:
    """The embedder of a folder with safetensors; nothing is fetched, and no code in the folder is run.

    Raises Unavailable where the library or the folder is missing, or does not load.
    """
    found = read_folder(folder)
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights:
        raise Unavailable(f"{folder}: holds no weights as safetensors. Save the model in that form.")
    model = _loaded(folder)
    max_tokens = told.max_tokens or found.max_tokens
    model.max_seq_length = max_tokens
    space = Space(
        provider="sentence-transformers",
        model=folder.name,
        revision=digest_of(weights),
        quantisation="float",
        dimensions=int(model.get_sentence_embedding_dimension()),
        max_tokens=max_tokens,
        query_prefix=told.query_prefix or found.query_prefix,
        document_prefix=told.paper_prefix or found.paper_prefix,
    )
    return TorchEmbedder(space, model)


def _loaded(folder: Path) -> Any:
    try:
        library = importlib.import_module(LIBRARY)
    except ImportError as error:
        raise Unavailable(
            f"{folder}: sentence-transformers is not installed. Run `pip install sentence-transformers` in the "
            "environment of Broadsheet, or set BROADSHEET_MODEL to onnx:FOLDER, which needs nothing more."
        ) from error
    try:
        return library.SentenceTransformer(
            str(folder), trust_remote_code=False, local_files_only=True, model_kwargs={"use_safetensors": True}
        )
    except Exception as error:
        raise Unavailable(f"{folder}: sentence-transformers cannot load it ({str(error)[:300]}).") from error
