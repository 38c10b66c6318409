"""Cleaning, splitting and searching text: real quirks of sources, hostile input, and what must hold for any string."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.terms import split_terms
from broadsheet.text import (
    Segment,
    clean_block,
    clean_line,
    key_sentence,
    math_segments,
    opening,
    plain_text,
    search_terms,
    search_text,
    slug,
)

ANY = st.text(st.characters(exclude_categories=())) | st.text(
    st.sampled_from(list("ab E$\\{}~^_.-'\"()[]\n\u0301\u202e\ud800\x00é漢")), max_size=400
)
HOSTILE = {
    "dollars": "$" * 1_000_000,
    "openers": "\\(" * 500_000,
    "one formula": "$" + "\\alpha " * 140_000 + "$",
    "accents": "\\'" * 500_000,
    "styles": "{\\it " * 200_000,
    "marks": "Z" + "\u0301" * 1_000_000,
    "nul": "\x00" * 1_000_000,
    "surrogates": "\ud800" * 100_000,
    "one word": "x" * 1_000_000,
    "spaces": "a" + " " * 1_000_000 + "b",
    "lines": "\n" * 1_000_000 + "x",
    "scripts": "_{" * 500_000,
    "dots": "a. " * 300_000,
}


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (r"Paulo Andr\'e", "Paulo André"),
        (r"M{\"u}ller and M\"{u}ller and {\"o}", "Müller and Müller and ö"),
        (r"Milan \v{C}ech, \v Zi\v{z}ek", "Milan Čech, Žižek"),
        (r"Gau\ss ian, Br\o ndum, \O{}rsted, {\L}ukasz", "Gaußian, Brøndum, Ørsted, Łukasz"),
        (r"na\"{\i}ve Erd\H{o}s Fran\c{c}ois", "naïve Erdős François"),
        (r"Fig.~3 of Smith et~al.", "Fig. 3 of Smith et al."),
        ("about ~100, or 10~20, at http://x.org/~gray", "about ~100, or 10~20, at http://x.org/~gray"),
        (r"the $\"o \, ~ x$ stays", r"the $\"o \, ~ x$ stays"),
        (r"\(a~b\) and \[c~d\] and $$e~f$$ g~h", r"\(a~b\) and \[c~d\] and $$e~f$$ g h"),
        (r"a {\it very} \emph{deep \textbf{net}} {\mu}m", "a very deep net μm"),
        (r"50\% of A\&B, 3 \AA wide", "50% of A&B, 3 Å wide"),
        ("``quoted'' -- text", "``quoted'' -- text"),
        ("  two\n lines\u00a0here ", "two lines here"),
        ("a\x00b\u202ec\u2066d\u200be\ufefff\ud800g", "abcdefg"),
        ("it\x92s \x93so\x94", "it’s “so”"),
        ("e\u0301", "é"),
        ("👩\u200d🔬 क्\u200dष", "👩\u200d🔬 क्\u200dष"),
        (r"kept \unknown{x} and \cite{y}", r"kept \unknown{x} and \cite{y}"),
    ],
)
def test_a_line_is_cleaned(raw: str, clean: str) -> None:
    assert clean_line(raw) == clean


def test_a_line_is_cut_to_its_limit() -> None:
    assert clean_line("x" * 5000) == "x" * 1000
    assert clean_line(" ab cd ", 3) == "ab"


def test_a_flood_of_marks_is_capped() -> None:
    assert clean_line("Z" + "\u0335" * 500 + "y") == "Z" + "\u0335" * 8 + "y"


def test_arxiv_paragraphs_are_found_and_hard_line_breaks_joined() -> None:
    raw = "  First line\nsecond line.\n  A new paragraph\ngoes on.\n\nA third\r\none."
    assert clean_block(raw) == "First line second line.\n\nA new paragraph goes on.\n\nA third one."


def test_a_pretty_printed_abstract_is_one_paragraph() -> None:
    assert clean_block("One\n    two\n    three\n    four") == "One two three four"


def test_math_is_told_from_money() -> None:
    assert math_segments("costs $5 and $10, or $5/$10") == [Segment("text", "costs $5 and $10, or $5/$10")]
    assert math_segments(r"\$5 and \$6") == [Segment("text", "$5 and $6")]
    assert math_segments("$ x$ or $x $") == [Segment("text", "$ x$ or $x $")]
    assert math_segments(r"Si(111)-(7$\times$7)")[1] == Segment("inline", r"\times")


def test_all_four_delimiters_make_formulas() -> None:
    found = math_segments(r"a $x$ b $$y$$ c \(z\) d \[w\]")
    assert [each for each in found if each.kind != "text"] == [
        Segment("inline", "x"),
        Segment("display", "y"),
        Segment("inline", "z"),
        Segment("display", "w"),
    ]


def test_a_formula_has_no_blank_line_and_is_not_endless() -> None:
    assert [each.kind for each in math_segments("$x\n\ny$")] == ["text"]
    assert [each.kind for each in math_segments("$" + "x" * 1001 + "$")] == ["text"]
    assert [each.kind for each in math_segments("$" + "x" * 1000 + "$")] == ["inline"]


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"$\alpha$-stable", "α-stable"),
        (r"$O(n^2)$ and $\mathcal{O}(x_i)$", "O(n²) and O(xᵢ)"),
        (r"in $\mathbb{R}^n$ at $10^{-3}$", "in ℝⁿ at 10⁻³"),
        (r"$\frac{a}{b} \leq \sqrt{2}$", "a/b ≤ √2"),
        (r"$x^{\alpha+1}$", "x^(α+1)"),
        (r"\$5 \emph{now}", "$5 now"),
        ("plain", "plain"),
    ],
)
def test_formulas_become_readable(tex: str, plain: str) -> None:
    assert plain_text(tex) == plain


def test_the_key_sentence_has_a_cue_if_any_sentence_has() -> None:
    abstract = "Grids are hard, e.g. Large ones (Fig. 3). J. Doe et al. Tried 3.5 ways. We propose Chronos. It works."
    assert key_sentence(abstract) == "We propose Chronos."
    assert key_sentence("Waves break. They do so often.") == "Waves break."
    assert key_sentence("Let $f. A$ be flat. Then all is well.") == "Let $f. A$ be flat."
    assert key_sentence("Take a group G. We prove that it is finite.") == "We prove that it is finite."
    assert key_sentence("情感很难。本文提出方法。") == "情感很难。"
    assert key_sentence("") == ""


def test_long_sentences_are_cut_at_a_word_outside_of_math() -> None:
    sentence = "We show that " + "words and " * 20 + "the formula $" + "a + " * 20 + "b$ holds."
    cut = key_sentence(sentence)
    assert len(cut) <= 240
    assert cut.endswith("the formula…")
    assert opening("word " * 200).endswith("word…")
    assert opening("短" * 500) == "短" * 319 + "…"
    assert opening("short") == "short"


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("Łukasz Ørsted Straße naïve ﬁle", "lukasz orsted strasse naive file"),
        ("İstanbul Ångström", "istanbul angstrom"),
        (r"$\mathcal{O}(x_1)$ \textbf{Bold} Andr\'e", "o(x1) bold andre"),
        (r"$\alpha$ α alpha", "alpha alpha alpha"),
        ("Ελλάδα", "ελλαδα"),
        ("zero–shot it’s", "zero-shot it's"),
        ("arXiv:2401.12345", "arxiv:2401.12345"),
        ("が 한국어 हिन्दी", "が 한국어 हिन्दी"),
    ],
)
def test_search_text_folds(raw: str, normal: str) -> None:
    assert search_text(raw) == normal


@pytest.mark.parametrize(
    ("raw", "terms"),
    [
        ("COVID-19 and GPT-4o", ["covid", "19", "covid19", "and", "gpt", "4o", "gpt4o"]),
        ("resnet50 ResNet-50", ["resnet50", "resnet", "50", "resnet50"]),
        ("GPT-3.5 at 3.5", ["gpt", "3", "5", "gpt35", "at", "3", "5"]),
        ("see 2401.12345v2, hep-th/9901001.", ["see", "2401.12345v2", "hep-th/9901001"]),
        ("doi:10.1109/ICRA.2017.7989028.", ["doi", "10.1109/icra.2017.7989028"]),
        ("Hamilton’s d'Alembert", ["hamilton", "d", "alembert", "dalembert"]),
        ("基于BERT的情感 字", ["基于", "bert", "的情", "情感", "字"]),
        ("snake_case x_1", ["snake", "case", "x1"]),
        ("!!! ...", []),
    ],
)
def test_search_terms(raw: str, terms: list[str]) -> None:
    assert search_terms(raw) == terms


def test_slugs() -> None:
    assert slug("Jane Q. O'Doe") == "jane-q-odoe"
    assert slug("李明") == "李明"
    assert len(slug("x" * 500)) == 80
    assert slug("x" * 500) != slug("x" * 501)
    assert all(slug(nameless) for nameless in ("", "$$$", "\ud800"))


@given(ANY)
def test_cleaned_text_is_storable_and_bounded(s: str) -> None:
    for clean in (clean_line(s, 100), clean_block(s, 100)):
        assert len(clean) <= 100
        clean.encode("utf-8")
        assert not set(clean) & set("\x00\u202e\u2066\u200b\r")
        assert clean == clean.strip()


@given(ANY.filter(lambda s: "\\" not in s))
def test_cleaning_twice_changes_nothing(s: str) -> None:
    assert clean_line(clean_line(s)) == clean_line(s)
    assert unicodedata.is_normalized("NFC", clean_line(s))
    assert clean_block(clean_block(s)) == clean_block(s)


@given(ANY)
def test_segments_lose_no_text(s: str) -> None:
    bodies = "".join(segment.body for segment in math_segments(s))
    assert sum(map(str.isalnum, bodies)) == sum(map(str.isalnum, s))


@given(ANY)
def test_excerpts_are_bounded(s: str) -> None:
    assert len(key_sentence(s, 50)) <= 50
    assert len(opening(s, 50)) <= 50
    plain_text(s)


@given(ANY)
def test_terms_come_from_the_normal_form(s: str) -> None:
    normal = search_text(s)
    normal.encode("utf-8")
    assert search_text(normal) == normal
    assert search_terms(normal) == search_terms(s)
    assert all(0 < len(term) <= 100 for term in search_terms(s))
    assert 0 < len(slug(s)) <= 80


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_megabytes_are_survived(name: str) -> None:
    s = HOSTILE[name]
    assert len(clean_line(s)) <= 1000
    assert len(clean_block(s)) <= 20000
    assert len(key_sentence(clean_block(s))) <= 240
    assert len(opening(s)) <= 320
    for work in (math_segments, plain_text, search_terms, slug):
        work(s[:200_000])


@given(st.text(max_size=200))
def test_split_terms_parts_what_search_terms_interleaves(s: str) -> None:
    parts, joined = split_terms(s)
    assert sorted(parts + joined) == sorted(search_terms(s))
