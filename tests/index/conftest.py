"""A small catalogue in a real index."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broadsheet.index import IndexDocument, Reader, Writer, days_since_epoch


def paper(paper_id: int, title: str, abstract: str = "", **more: Any) -> IndexDocument:
    more.setdefault("key", f"2401.{paper_id:05d}")
    return IndexDocument(paper_id, title=title, abstract=abstract, **more)


def day(text: str) -> int:
    return days_since_epoch(date.fromisoformat(text))


CATALOGUE = (
    paper(
        1,
        "Attention Is All You Need",
        "The dominant sequence transduction models are recurrent networks. We propose the Transformer.",
        key="1706.03762",
        authors=("Ashish Vaswani", "Noam Shazeer"),
        identifiers=("1706.03762", "10.48550/arXiv.1706.03762"),
        categories=("cs.CL", "cs"),
        published=day("2017-06-12"),
    ),
    paper(
        2,
        "Chronos-2: From Univariate to Universal Forecasting",
        "A time series foundation model that forecasts without training.",
        key="2510.15821",
        authors=("Abdul Fatir Ansari",),
        categories=("cs.LG", "cs"),
        organisations=("Amazon Science",),
        published=day("2025-10-17"),
    ),
    paper(
        3,
        "Transmission of COVID-19 in schools",
        "We study the spread of the disease among pupils.",
        categories=("q-bio.PE", "q-bio"),
        published=day("2021-03-01"),
    ),
    paper(
        4,
        "The Schrödinger equation on graphs",
        "Eigenvalues of $-\\Delta + V$ after Erdős and Rényi.",
        authors=("Paul Erdős", "Agnès Müller"),
        categories=("math-ph", "math"),
        published=day("2015-02-02"),
    ),
    paper(5, "深度学习在医学图像中的应用", "本文研究卷积神经网络。", published=day("2020-01-01")),
    paper(
        6,
        "Attention in recurrent networks",
        "All that you see is attention; universities need it. A long-term memory model.",
        venue="Journal of Attention Research",
        published=day("2019-05-05"),
    ),
    paper(7, "A paper without a date", "Nothing is known of when a model was written."),
)


@pytest.fixture
def catalogue() -> tuple[IndexDocument, ...]:
    return CATALOGUE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def reader(folder: Path) -> Reader:
    with Writer.open(folder) as writer:
        writer.apply(CATALOGUE, (), "7")
    return Reader(folder)
