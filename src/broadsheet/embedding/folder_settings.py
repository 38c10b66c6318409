"""Folder settings: what a folder in the form of sentence-transformers says of its model."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadsheet.embedding.pooling import POOLINGS
from broadsheet.errors import Unavailable

USUAL_TOKENS = 512
"""Where texts are cut if nobody asks for more: two in a hundred abstracts are longer than 384."""
MODULES = ("Transformer", "Pooling", "Normalize")
POOLING_FLAGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "last",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
}


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """How a model wants to be used; `pooling` is empty where the folder does not say."""

    pooling: str
    max_tokens: int
    query_prefix: str
    paper_prefix: str


def read_folder(folder: Path) -> FolderSettings:
    """The settings in the files of a folder. Raises Unavailable where it is none, or wants what we cannot do."""
    if not folder.is_dir():
        raise Unavailable(f"{folder}: no such folder. Name one that holds a model.")
    _check_modules(folder, _content(folder / "modules.json"))
    prompts = _mapping(_mapping(_content(folder / "config_sentence_transformers.json")).get("prompts"))
    return FolderSettings(
        _pooling(folder, _mapping(_content(folder / "1_Pooling" / "config.json"))),
        _max_tokens(folder),
        _first_text(prompts, ("query", "search_query", "retrieval.query")),
        _first_text(prompts, ("document", "passage", "search_document", "retrieval.passage")),
    )


def digest_of(paths: Iterable[Path]) -> str:
    """Sixteen hexadecimal digits that stand for the content of files. Raises Unavailable where one cannot be read."""
    whole = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise Unavailable(f"{path}: cannot be read ({error.strerror}).") from error
    return whole.hexdigest()[:16]


def _content(path: Path) -> Any:
    """What a JSON file holds; None where there is no such file."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise Unavailable(f"{path}: not JSON that can be read ({error}). Fetch the model anew.") from error


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _check_modules(folder: Path, modules: Any) -> None:
    """A model with a further layer behind its pooling would give other vectors without it."""
    for module in modules if isinstance(modules, list) else []:
        kind = str(_mapping(module).get("type", "")).rpartition(".")[2]
        if kind not in MODULES:
            raise Unavailable(f"{folder}: has a module {kind!r}, which is not supported beside {', '.join(MODULES)}.")


def _pooling(folder: Path, config: Mapping[str, Any]) -> str:
    named = [config["pooling_mode"]] if isinstance(config.get("pooling_mode"), str) else []
    chosen = named or [name for flag, name in POOLING_FLAGS.items() if config.get(flag) is True]
    if not chosen:
        return ""
    if len(chosen) > 1 or chosen[0] not in POOLINGS:
        raise Unavailable(f"{folder}: pools by {' and '.join(chosen)}; supported is one of {', '.join(POOLINGS)}.")
    return str(chosen[0])


def _max_tokens(folder: Path) -> int:
    """The smallest limit that any file names, at most USUAL_TOKENS."""
    limits = (
        _mapping(_content(folder / "sentence_bert_config.json")).get("max_seq_length"),
        _mapping(_content(folder / "tokenizer_config.json")).get("model_max_length"),
        _mapping(_content(folder / "config.json")).get("max_position_embeddings"),
    )
    return min([limit for limit in limits if isinstance(limit, int) and limit > 2] + [USUAL_TOKENS])


def _first_text(texts: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((texts[name] for name in names if isinstance(texts.get(name), str)), "")
