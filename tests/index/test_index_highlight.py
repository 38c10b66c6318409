"""Which stretches of a text are marked."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index import highlight
from broadsheet.index.parsing import parse


def marked(text: str, query: str) -> str:
    return "".join(f"[{piece}]" if mark else piece for piece, mark in highlight(text, parse(query).terms))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("networks", "A Network of networks.", "A [Network] of [networks]."),
        ("neural network", "neural-network nets", "[neural]-[network] nets"),
        ("learn", "Learning, learned; learner", "[Learning], [learned]; learner"),
        ("covid-19", "COVID-19, covid19 and covid 19", "[COVID-19], [covid19] and [covid] 19"),
        ("covid19", "COVID-19", "[COVID-19]"),
        ("schrodinger", "Schrödinger's cat, Schro\u0308dinger", "[Schrödinger's] cat, [Schro\u0308dinger]"),
        ("erdős", "Erdos–Rényi", "[Erdos]–Rényi"),
        ("学习", "深度学习方法", "深度[学习]方法"),
        ("深度学习", "深度学习方法，学习", "[深度学习]方法，[学习]"),
        ("alpha", "the $\\alpha$ and alpha", "the $\\alpha$ and [alpha]"),
        ("model", "a $model$ model \\(model\\)", "a $model$ [model] \\(model\\)"),
        ("the model", "the model", "the [model]"),
        ("-model paper", "model paper", "model [paper]"),
        ("", "anything", "anything"),
        ("x", "", ""),
    ],
)
def test_marks(query: str, text: str, expected: str) -> None:
    assert marked(text, query) == expected


@given(st.text(max_size=200), st.text(max_size=40))
def test_the_pieces_are_the_text(text: str, query: str) -> None:
    assert "".join(piece for piece, _ in highlight(text, parse(query).terms)) == text
    assert all(piece for piece, _ in highlight(text, parse(query).terms))


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a-" * 100_000, "a " * 100_000, "学" * 200_000, "-" * 200_000, "é'" * 100_000]
)
def test_time_is_in_proportion_to_the_text(text: str) -> None:
    start = time.process_time()
    highlight(text, ("a", "学学"))
    assert time.process_time() - start < 1.0
