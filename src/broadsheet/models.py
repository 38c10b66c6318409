"""Models: which ones this instance embeds with, and how each is opened."""

import shutil
from functools import partial
from pathlib import Path

from broadsheet.embedding import Embedder
from broadsheet.embedding.choosing import open_embedder, parse_choice
from broadsheet.embedding.endpoint import Post
from broadsheet.embedding.static import FILE, StaticModel, shipped
from broadsheet.environment import Environment
from broadsheet.errors import Unavailable
from broadsheet.finding import Finder
from broadsheet.index import Reader
from broadsheet.meaning import Meaning
from broadsheet.sources.http import FetchPolicy
from broadsheet.sources.posting import post_json

STATIC = "static"
"""The choice of the instant tier: the operator's own static model where there is one, else the shipped one."""
KEPT_MODEL = "model"
"""Folder beside the vectors of a static space that holds the model which made them: an upgrade must not orphan them."""
EMBED_S, QUERY_S = 60.0, 3.0
"""What an endpoint may take for a batch of papers, and for the query of somebody who waits."""


class Models:
    """Opens the models of an instance."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    @property
    def quality_choice(self) -> str:
        """The operator's choice of the quality tier; empty for none."""
        choice = str(self._environment["model"])
        return "" if choice == "none" else choice

    def newest_static(self) -> StaticModel:
        """The static model to embed papers with from now on. Raises Unavailable where its file is damaged."""
        own = self._environment["data"] / "models" / STATIC
        return StaticModel.load(own) if own.is_dir() else shipped()

    def open(self, choice: str, folder: Path) -> Embedder:
        """The model of a choice, to go with the vectors in a folder. Raises Unavailable, BadInput."""
        if choice == STATIC:
            kept = folder / KEPT_MODEL
            return StaticModel.load(kept) if kept.is_dir() else self.newest_static()
        chosen = parse_choice(
            choice,
            key=self._environment["model_key"],
            query_prefix=self._environment["model_query_prefix"],
            paper_prefix=self._environment["model_paper_prefix"],
        )
        folder = self._environment["data"] / "models"
        embedder = open_embedder(chosen, folder, self._poster(EMBED_S), self._poster(QUERY_S))
        if embedder is None:
            raise Unavailable("No quality model is chosen. Name one with BROADSHEET_MODEL.")
        return embedder

    def _poster(self, total_s: float) -> Post:
        """How an endpoint is asked, in at most so many seconds."""
        policy = FetchPolicy(total_s=total_s, inner=frozenset(self._environment["inner_hosts"]))
        return partial(post_json, policy=policy)


def keep_model(model: StaticModel, folder: Path) -> None:
    """Copy a static model beside its vectors; a copy that was cut short is made again."""
    kept, temporary = folder / KEPT_MODEL, folder / f"{KEPT_MODEL}.new"
    if kept.is_dir():
        return
    shutil.rmtree(temporary, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    temporary.mkdir()
    (temporary / FILE).write_bytes(model.to_bytes())
    temporary.replace(kept)


def instance_finder(environment: Environment) -> Finder:
    """Search over the index of an instance."""
    index = environment["data"] / "index"
    return Finder(Reader(index), Meaning(index, Models(environment).open))
