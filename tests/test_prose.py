"""Prose: Markdown with the real typesetter, and with people and papers that are here."""

import pytest

from broadsheet import prose
from broadsheet.ingest import ingest
from broadsheet.prose import to_html, written

pytestmark = pytest.mark.django_db


def test_formulas_are_typeset_and_names_looked_up(draft, person):
    ingest([draft("2601.00001")])
    person("mira")
    made = written("For $x^2$ see @mira, @nobody and arXiv:2601.00001.")
    assert made.handles == ["mira"]
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in made.html
    assert "annotation" not in made.html
    assert 'href="/people/mira"' in made.html
    assert 'href="/papers/2601.00001"' in made.html
    assert "@nobody" in made.html


@pytest.mark.parametrize(
    "tex", [r"\href{javascript:alert(1)}{x}", r"\frac{", "x" * 1_001, r"\def\a{\a\a}\a", r"\char60 script\char62"]
)
def test_a_formula_that_cannot_or_may_not_be_typeset_is_shown_as_it_was_written(tex):
    html = to_html(f"A ${tex}$ b")
    assert "javascript" not in html or "<code" in html
    assert "<script" not in html
    assert "href" not in html.replace("\\href", "")


def test_formulas_that_take_too_long_together_are_shown_as_they_were_written(monkeypatch):
    monkeypatch.setattr(prose, "MAX_SECONDS", 0.0)
    assert '<code class="tex">x^9_7</code>' in written("$x^9_7$").html


def test_a_typesetter_that_fails_leaves_the_text(monkeypatch):
    def broken():
        raise RuntimeError("no engine")

    monkeypatch.setattr(prose, "typesetter", broken)
    assert '<code class="tex">x^8_6</code>' in written("*Yes* $x^8_6$").html
