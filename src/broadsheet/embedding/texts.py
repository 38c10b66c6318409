"""Texts: what a model reads of a paper or a query."""

from collections.abc import Sequence

from broadsheet.embedding.spaces import PaperText

MAX_CHARACTERS = 20_000
"""Of one text; whatever comes later lies behind the last token that any of our models reads."""


def paper_text(paper: PaperText, prefix: str = "") -> str:
    """One text of title and abstract, by the template `title-abstract/1`; empty where both are blank."""
    return _prefixed(prefix, ". ".join(part for part in (paper.title.strip(), paper.abstract.strip()) if part))


def paper_texts(papers: Sequence[PaperText], prefix: str = "") -> list[str]:
    """The texts of papers, in their order."""
    return [paper_text(paper, prefix) for paper in papers]


def query_text(query: str, prefix: str = "") -> str:
    """The text of a query; empty where it is blank."""
    return _prefixed(prefix, query.strip())


def _prefixed(prefix: str, text: str) -> str:
    """Half of a surrogate pair, which no tokeniser takes, becomes a question mark."""
    text = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return prefix + text if text else ""
