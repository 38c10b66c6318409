"""Endpoints: models behind an HTTP address that speaks OpenAI's `/embeddings`: vLLM, TEI, Ollama, llama.cpp, OpenAI.

Titles and abstracts, and what people search for, go to that address.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np

from broadsheet.embedding.pooling import normalised
from broadsheet.embedding.spaces import PaperText, Space, Vectors
from broadsheet.embedding.texts import paper_texts, query_text
from broadsheet.errors import BadInput, Unavailable

BATCH = 64
MAX_CHARACTERS = 8_000
"""Of one text that is sent: about 2,000 tokens, which is paid for."""
LEAST_CHARACTERS = 500
"""A text that is refused as too long is cut in half down to here."""
WAIT_S = 30.0
MAX_WAIT_S = 3_600.0
TOO_MUCH = frozenset({400, 413, 422})
"""Statuses by which servers refuse texts that are too long or too many."""

Post = Callable[[str, Mapping[str, object], Mapping[str, str]], tuple[int, Mapping[str, str], bytes]]
"""Sends an object as JSON, with headers, to a URL; gives status, headers in lower case, and body.

Raises Unavailable where the other side fails, BadInput where its address is one we do not go to.
"""


class TryLater(Unavailable):
    """The endpoint cannot answer now; `wait_s` is after how many seconds to ask again."""

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class _Refused(Unavailable):
    """The endpoint refused what was sent, and may take less."""


@dataclass(slots=True)
class Endpoint:
    """One address and model. Rests after a failure: until then every call fails at once, and search need not wait."""

    url: str
    model: str
    post: Post = field(repr=False)
    key: str = field(default="", repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    resting_until: float = 0.0
    reason: str = ""

    def vectors(self, texts: Sequence[str], post: Post | None = None) -> Vectors:
        """Vectors (texts, dimensions), each of length 1, of texts that are not empty; sent by another `post` if given.

        Raises TryLater where asking again may help, Unavailable where not.
        """
        send = post or self.post
        parts = [self._batch(texts[start : start + BATCH], send) for start in range(0, len(texts), BATCH)]
        if len({part.shape[1] for part in parts}) != 1:
            raise Unavailable(f"{self}: gives vectors of changing length. Ask whoever runs it.")
        return np.concatenate(parts)

    def __str__(self) -> str:
        return f"the endpoint {self.url} ({self.model})"

    def _batch(self, texts: Sequence[str], send: Post) -> Vectors:
        """Halves what is refused, first the batch and then the one text, so that a single bad one stops nobody."""
        try:
            return self._asked([text[:MAX_CHARACTERS] for text in texts], send)
        except _Refused:
            if len(texts) > 1:
                middle = len(texts) // 2
                return np.concatenate([self._batch(texts[:middle], send), self._batch(texts[middle:], send)])
            if len(texts[0]) // 2 < LEAST_CHARACTERS:
                raise
            return self._batch([texts[0][: min(len(texts[0]), MAX_CHARACTERS) // 2]], send)

    def _asked(self, texts: list[str], send: Post) -> Vectors:
        self._check_rest()
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            status, received, answer = send(self.url, body, headers)
        except BadInput as error:
            raise Unavailable(f"{error} If {self} is your own, name it in BROADSHEET_INNER_HOSTS.") from error
        except Unavailable as error:
            raise self._rest(str(error), WAIT_S) from error
        if status == 200:
            return self._read(answer, len(texts))
        raise self._failure(status, received, answer)

    def _check_rest(self) -> None:
        left = self.resting_until - self.clock()
        if left > 0:
            raise TryLater(f"{self.reason} Asked again in {left:.0f} s.", left)

    def _rest(self, reason: str, wait_s: float) -> TryLater:
        self.resting_until, self.reason = self.clock() + wait_s, reason
        return TryLater(f"{reason} Asked again in {wait_s:.0f} s.", wait_s)

    def _failure(self, status: int, headers: Mapping[str, str], answer: bytes) -> Unavailable:
        said = self._shown(answer)
        if status == 429 or status >= 500:
            return self._rest(f"{self}: answered {status}{said}.", _wait(headers.get("retry-after", "")))
        if status in TOO_MUCH:
            return _Refused(f"{self}: refused a text with {status}{said}. Check the model's name in BROADSHEET_MODEL.")
        if status in (401, 403):
            return self._rest(f"{self}: answered {status}{said}. Check BROADSHEET_MODEL_KEY.", WAIT_S)
        return self._rest(f"{self}: answered {status}{said}. Check the address in BROADSHEET_MODEL.", WAIT_S)

    def _shown(self, answer: bytes) -> str:
        """What the endpoint says of a failure, printable, short and without our key."""
        text = answer[:2_000].decode("utf-8", "replace")
        text = text.replace(self.key, "***") if self.key else text
        text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
        return f" ({text})" if text else ""

    def _read(self, answer: bytes, count: int) -> Vectors:
        try:
            items = json.loads(answer)["data"]
            rows = {int(item.get("index", place)): item["embedding"] for place, item in enumerate(items)}
            found = np.array([rows[place] for place in range(count)], dtype=np.float32)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise self._rest(f"{self}: answered with no vectors that can be read.", WAIT_S) from error
        if found.ndim != 2 or not found.shape[1] or len(items) != count:
            raise self._rest(f"{self}: answered with {len(items)} vectors for {count} texts, or empty ones.", WAIT_S)
        return normalised(found, str(self))


def _wait(retry_after: str) -> float:
    """Seconds to wait by a Retry-After header (RFC 9110 section 10.2.3), within bounds."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(max(float(text[:9]), 1.0), MAX_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return WAIT_S
    return min(max(seconds, 1.0), MAX_WAIT_S)


@dataclass(frozen=True, slots=True)
class EndpointEmbedder:
    """An Embedder of one endpoint, which for queries is asked by a `post` of their own."""

    space: Space
    endpoint: Endpoint
    post_query: Post = field(repr=False)

    def embed_papers(self, papers: Sequence[PaperText]) -> Vectors:
        """See Embedder. Raises TryLater where asking again may help."""
        texts = paper_texts(papers, self.space.document_prefix)
        rows = [row for row, text in enumerate(texts) if text]
        vectors = np.zeros((len(texts), self.space.dimensions), dtype=np.float32)
        if rows:
            vectors[rows] = self._checked(self.endpoint.vectors([texts[row] for row in rows]))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """See Embedder. Raises TryLater where asking again may help."""
        whole = query_text(text, self.space.query_prefix)
        if not whole:
            return np.zeros(self.space.dimensions, dtype=np.float32)
        return np.asarray(self._checked(self.endpoint.vectors([whole], self.post_query))[0])

    def _checked(self, vectors: Vectors) -> Vectors:
        if vectors.shape[1] == self.space.dimensions:
            return vectors
        raise Unavailable(
            f"{self.endpoint}: gives {vectors.shape[1]} dimensions, not {self.space.dimensions} as before. The model "
            "behind it has changed: give it its own name in BROADSHEET_MODEL."
        )


def endpoint_space(endpoint: Endpoint, dimensions: int, query_prefix: str, paper_prefix: str) -> Space:
    """The space of an endpoint's vectors, as far as one outside can tell."""
    return Space(
        provider="openai",
        model=endpoint.model,
        revision=endpoint.url,
        quantisation="unknown",
        dimensions=dimensions,
        query_prefix=query_prefix,
        document_prefix=paper_prefix,
    )


def said_dimensions(content: Any) -> int:
    """The number of dimensions in a remembered answer; 0 where it holds none."""
    value = content.get("dimensions") if isinstance(content, dict) else None
    return value if isinstance(value, int) and 0 < value < 100_000 else 0
