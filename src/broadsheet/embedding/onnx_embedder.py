"""Embedding with an ONNX graph: texts one by one, without padding.

A batch would be no faster on a processor (measured, 8 texts of 32 tokens: 200 a second against 197), and with 8-bit
activations, whose scale is that of the whole batch, a text's vector would depend on its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from broadsheet.embedding.pooling import normalised, pooled
from broadsheet.embedding.sessions import Array, Session
from broadsheet.embedding.spaces import PaperText, Space, Vectors
from broadsheet.embedding.texts import paper_texts, query_text
from broadsheet.errors import Unavailable

FILLED = {"attention_mask": 1, "token_type_ids": 0}
"""Inputs beside the ids, and the value that they hold everywhere."""
READY = ("sentence_embedding", "text_embeds", "embeddings")
"""Outputs that hold whole texts already."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A graph with its tokeniser; `output` is the one read, `pooling` what makes a text of tokens ("" for nothing)."""

    session: Session
    tokenizer: Tokenizer
    output: str
    pooling: str
    label: str

    def encode(self, text: str) -> Vectors:
        """The vector (dimensions,) of one text, of length 1. Raises Unavailable."""
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        (found,) = self.session.run([self.output], self._feeds(ids))
        whole = found[0] if not self.pooling else pooled(found[0], self.pooling)
        return normalised(whole, self.label)

    def _feeds(self, ids: Array) -> dict[str, Array]:
        feeds = {name: np.full_like(ids, FILLED[name]) for name in self.session.inputs if name in FILLED}
        if "position_ids" in self.session.inputs:
            feeds["position_ids"] = np.arange(ids.shape[1], dtype=np.int64)[None]
        return {"input_ids": ids, **feeds}


def make_encoder(session: Session, tokenizer: Tokenizer, pooling: str, label: str) -> Encoder:
    """An encoder for a graph, if we know how to feed it. Raises Unavailable where we do not."""
    unknown = [name for name in session.inputs if name not in (*FILLED, "input_ids", "position_ids")]
    if unknown or "input_ids" not in session.inputs:
        raise Unavailable(f"{label}: the graph wants the inputs {', '.join(session.inputs)}. Export an encoder alone.")
    output, rank = next(iter((name, rank) for name, rank in session.outputs.items() if name in READY), ("", 2))
    if not output:
        output, rank = next(iter(session.outputs.items()))
    return Encoder(session, tokenizer, output, "" if rank == 2 else pooling, label)


@dataclass(frozen=True, slots=True)
class OnnxEmbedder:
    """An Embedder of one encoder. Safe to use from several threads."""

    space: Space
    encoder: Encoder

    def embed_papers(self, papers: Sequence[PaperText]) -> Vectors:
        """See Embedder."""
        vectors = np.zeros((len(papers), self.space.dimensions), dtype=np.float32)
        for row, text in enumerate(paper_texts(papers, self.space.document_prefix)):
            if text:
                vectors[row] = self.encoder.encode(text)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """See Embedder."""
        whole = query_text(text, self.space.query_prefix)
        return self.encoder.encode(whole) if whole else np.zeros(self.space.dimensions, dtype=np.float32)
