"""Choosing: from the setting BROADSHEET_MODEL to an embedder."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from broadsheet.embedding.endpoint import Endpoint, EndpointEmbedder, Post, endpoint_space, said_dimensions
from broadsheet.embedding.folder_settings import FolderSettings
from broadsheet.embedding.pooling import POOLINGS
from broadsheet.embedding.spaces import Embedder
from broadsheet.errors import BadInput, Unavailable

FORMS = "builtin, none, onnx:FOLDER, sentence-transformers:FOLDER or openai:https://HOST/v1#MODEL"
PROVIDERS = ("builtin", "none", "onnx", "sentence-transformers", "openai")
MAX_TOKENS = 32_768


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model serves search by meaning. `place` is a folder or an address; empty and 0 leave it to the model."""

    provider: str
    place: str = ""
    model: str = ""
    pooling: str = ""
    max_tokens: int = 0
    key: str = field(default="", repr=False)
    query_prefix: str = ""
    paper_prefix: str = ""

    @property
    def leaves_the_machine(self) -> bool:
        """Whether texts and queries are sent to an address."""
        return self.provider == "openai"

    def __str__(self) -> str:
        place = f":{self.place}" if self.place else ""
        return f"{self.provider}{place}{f'#{self.model}' if self.model else ''}"


def parse_choice(text: str, *, key: str = "", query_prefix: str = "", paper_prefix: str = "") -> Choice:
    """Read the setting. Raises BadInput that says how to write it; the key is never shown."""
    provider, colon, rest = text.strip().partition(":")
    if provider not in PROVIDERS or bool(colon) != (provider not in ("builtin", "none")):
        raise BadInput(f"BROADSHEET_MODEL is {text[:200]!r}. Write {FORMS}.")
    if not key.isascii() or any(sign.isspace() or not sign.isprintable() for sign in key):
        raise BadInput("BROADSHEET_MODEL_KEY holds blanks or unusual characters. Copy the key anew.")
    if provider == "openai":
        choice = _endpoint_choice(rest)
    elif colon:
        choice = _folder_choice(provider, rest)
    else:
        choice = Choice(provider)
    return replace(choice, key=key, query_prefix=query_prefix, paper_prefix=paper_prefix)


def _folder_choice(provider: str, rest: str) -> Choice:
    path, _, options = rest.partition("?")
    if not path.strip():
        raise BadInput(f"BROADSHEET_MODEL names no folder. Write {provider}:/path/to/folder.")
    given = dict(parse_qsl(options, keep_blank_values=True))
    pooling, tokens = given.pop("pooling", ""), given.pop("max_tokens", "0")
    if given or pooling not in ("", *POOLINGS) or not (tokens.isascii() and tokens.isdigit() and len(tokens) < 6):
        raise BadInput(
            f"BROADSHEET_MODEL has {options[:200]!r} behind its ?. Write pooling=mean, cls or last, and max_tokens=256."
        )
    max_tokens = int(tokens)
    if max_tokens and not 8 <= max_tokens <= MAX_TOKENS:
        raise BadInput(f"BROADSHEET_MODEL: max_tokens is {max_tokens}. Write a number from 8 to {MAX_TOKENS}.")
    return Choice(provider, str(Path(path.strip()).expanduser()), "", pooling, max_tokens)


def _endpoint_choice(rest: str) -> Choice:
    address, _, model = rest.partition("#")
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        valid = valid and not (parts.username or parts.password or parts.query)
    except ValueError:
        valid = False
    if not valid or not model.strip():
        raise BadInput(
            "BROADSHEET_MODEL names no endpoint. Write openai:https://HOST/v1#MODEL, without user or password."
        )
    return Choice("openai", address.rstrip("/"), model.strip())


def open_embedder(choice: Choice, models_folder: Path, post: Post, post_query: Post | None = None) -> Embedder | None:
    """The embedder of a choice, None for `none`. `models_folder` holds what is built or remembered.

    An endpoint is asked by `post`, for queries by `post_query`, which need not have the same patience.

    Raises Unavailable, saying what is missing and the way out; for an endpoint that cannot answer now, TryLater.
    """
    # imported where needed: ONNX Runtime costs a process 0.2 s and 40 MB
    told = FolderSettings(choice.pooling, choice.max_tokens, choice.query_prefix, choice.paper_prefix)
    if choice.provider == "none":
        return None
    if choice.provider == "onnx":
        from broadsheet.embedding.onnx_folder import open_onnx_folder

        return open_onnx_folder(Path(choice.place), told=told, memory=models_folder)
    if choice.provider == "sentence-transformers":
        from broadsheet.embedding.torch_folder import open_torch_folder

        return open_torch_folder(Path(choice.place), told=told)
    if choice.provider == "openai":
        return _open_endpoint(choice, models_folder, post, post_query or post)
    from broadsheet.embedding.minilm import open_minilm

    return open_minilm(models_folder / "minilm")


def _open_endpoint(choice: Choice, models_folder: Path, post: Post, post_query: Post) -> EndpointEmbedder:
    """Asks for the number of dimensions once and remembers it: an instance must start while the endpoint is away."""
    address = choice.place if choice.place.endswith("/embeddings") else f"{choice.place}/embeddings"
    endpoint = Endpoint(address, choice.model, post, choice.key)
    name = hashlib.sha256(f"{address}#{choice.model}".encode()).hexdigest()[:16]
    memory = models_folder / f"endpoint-{name}.json"
    dimensions = _remembered(memory)
    if not dimensions:
        dimensions = endpoint.vectors(["dimensions"]).shape[1]
        _remember(memory, endpoint, dimensions)
    space = endpoint_space(endpoint, dimensions, choice.query_prefix, choice.paper_prefix)
    return EndpointEmbedder(space, endpoint, post_query)


def _remembered(memory: Path) -> int:
    try:
        return said_dimensions(json.loads(memory.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return 0


def _remember(memory: Path, endpoint: Endpoint, dimensions: int) -> None:
    content = {"url": endpoint.url, "model": endpoint.model, "dimensions": dimensions}
    fresh = memory.with_suffix(".new")
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(content, indent=1), encoding="utf-8")
        fresh.replace(memory)
    except OSError as error:
        raise Unavailable(f"{memory}: cannot be written ({error.strerror}).") from error
