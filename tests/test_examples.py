"""Examples: each form that a reader pastes is understood, what is not is told, and nothing breaks it."""

import random

import pytest

from broadsheet.embedding import PaperText
from broadsheet.errors import BadInput
from broadsheet.examples import MAX_CHARACTERS, MAX_EXAMPLES, Example, Known, read_example

GAZE = Known(1, "2601.00001")
BREAD = Known(2, "bs-abcdefghijkl")
CATALOGUE = {
    "2601.00001": GAZE,
    "arxiv:2601.00001": GAZE,
    "arXiv:2601.00001v2": GAZE,
    "https://arxiv.org/abs/2601.00001": GAZE,
    "10.1000/bread": BREAD,
    "https://doi.org/10.1000/bread": BREAD,
    "bs-abcdefghijkl": BREAD,
    "acl:2020.acl-main.1": BREAD,
}
ABSTRACT = (
    "People look at pictures, and where they look next tells what they think. Earlier models of this need large sets "
    "of recorded eye movements. We propose a model that needs none of them, and is better on four benchmarks."
)
WRAPPED = ABSTRACT.replace(" and ", "\nand ").replace(" of ", "\nof ")


def read(text: str) -> Example:
    def find(name):
        known = CATALOGUE.get(name)
        return (known.id, known.key) if known else None

    return read_example(text, find)


@pytest.mark.parametrize(
    "text",
    [
        "2601.00001",
        "  2601.00001\n",
        "arXiv:2601.00001v2",
        "https://arxiv.org/abs/2601.00001",
        "- 2601.00001",
        "[1] 2601.00001",
        "http://localhost:8000/papers/2601.00001",
        "http://localhost:8000/papers/similar/2601.00001",
        "M. Okafor: A Study of Scanpaths, arXiv:2601.00001v2, 2026.",
        "2601.00001\n2601.00001 arXiv:2601.00001v2",
    ],
)
def test_a_name_leads_to_its_paper(text):
    assert read(text) == Example(papers=(GAZE,))


def test_several_names_one_a_line_or_in_one():
    assert read("2601.00001\nhttps://doi.org/10.1000/bread\n").papers == (GAZE, BREAD)
    assert read("2601.00001, 10.1000/bread; bs-abcdefghijkl").papers == (GAZE, BREAD)
    assert read("2601.00001, 10.1000/bread").wanted == (1, 2)


def test_a_name_that_the_catalogue_lacks_is_told():
    found = read("2601.00001\n10.1234/xyz")
    assert found.papers == (GAZE,)
    assert found.notes == ("10.1234/xyz is not in the catalogue, so it is not searched with.",)
    assert read("10.1234/xyz").wanted == ()


def test_a_reference_whose_name_is_unknown_is_searched_by_its_words():
    line = "M. Okafor: A Study of Nothing, arXiv:2612.99999, 2026."
    assert read(line).texts == (PaperText("", line),)


@pytest.mark.parametrize("text", [ABSTRACT, WRAPPED, f"Abstract: {ABSTRACT}", f"ABSTRACT\n{ABSTRACT}"])
def test_an_abstract_is_one_text(text):
    assert read(text) == Example(texts=(PaperText("", ABSTRACT),))


@pytest.mark.parametrize(
    "text",
    [
        f"Where People Look Next\n\n{ABSTRACT}",
        f"Where People Look Next\n{ABSTRACT}",
        f"Title: Where People Look Next\nAuthors: M. Okafor, J. Lindqvist\n\nAbstract: {ABSTRACT}",
    ],
)
def test_a_title_stands_over_its_abstract(text):
    assert read(text) == Example(texts=(PaperText("Where People Look Next", ABSTRACT),))


def test_paragraphs_are_texts_of_their_own():
    assert read(f"{ABSTRACT}\n\nOf bread. {ABSTRACT}").texts == (
        PaperText("", ABSTRACT),
        PaperText("", f"Of bread. {ABSTRACT}"),
    )


def test_titles_one_a_line_are_texts_of_their_own():
    assert read("Where People Look\nThe Physics of Bread Crusts\n").texts == (
        PaperText("Where People Look"),
        PaperText("The Physics of Bread Crusts"),
    )


def test_a_thought_is_a_title():
    assert read("how to choose training data") == Example(texts=(PaperText("how to choose training data"),))


BIBTEX = """@article{okafor26,
  title = {Where {People} Look Next},
  author = {Okafor, Mira and Lindqvist, Jonas},
  abstract = {They look {again}.},
  year = 2026
}"""


def test_an_entry_of_bibtex_that_the_catalogue_lacks_is_searched_by_its_words():
    found = read(BIBTEX)
    assert found.texts == (PaperText("Where People Look Next", "They look again."),)
    assert found.notes == (
        "“Where People Look Next” is not in the catalogue; its title and abstract are searched with.",
    )


def test_entries_of_bibtex_among_other_lines():
    known = "@misc{bread, title={Bread}, doi={10.1000/Bread}}"
    found = read(f"2601.00001\n\n{known}\n{BIBTEX}\n\n{ABSTRACT}")
    assert found.papers == (BREAD, GAZE)
    assert found.texts == (PaperText("Where People Look Next", "They look again."), PaperText("", ABSTRACT))


def test_an_entry_of_an_anthology_is_found_by_its_address():
    assert read("@misc{x, title={X}, url={https://aclanthology.org/2020.acl-main.1}}").papers == (BREAD,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@article{okafor26, title = {Where", "cannot be read"),
        ("@article{okafor26, year = 2026}", "has no title"),
        ("@misc{}", ""),
    ],
)
def test_a_broken_entry_is_told(text, said):
    found = read(text)
    assert found.papers == ()
    assert said in " ".join(found.notes)


def test_other_libraries_are_read_too():
    ris = (
        "TY  - JOUR\nTI  - Of Bread\nDO  - 10.1000/bread\nER  - \nTY  - JOUR\nTI  - Of Gaze\nAB  - They look.\nER  - \n"
    )
    found = read(ris)
    assert (found.papers, found.texts) == ((BREAD,), (PaperText("Of Gaze", "They look."),))


def test_nothing_is_nothing():
    assert read("") == read(" \n\n\t ") == Example()


def test_too_much_is_refused_and_too_many_are_cut():
    with pytest.raises(BadInput, match="6,001 characters, the limit is 6,000"):
        read("x" * (MAX_CHARACTERS + 1))
    assert read("x\r\n" * (MAX_CHARACTERS // 2)).texts
    many = read(" ".join(f"10.1000/x{n}" for n in range(MAX_EXAMPLES + 1)))
    assert many.notes[-1] == f"Only the first {MAX_EXAMPLES} of what you pasted are searched with."
    assert len(many.notes) == MAX_EXAMPLES + 1


HOSTILE = (
    "\0",
    "@" * 5_000,
    "@a{" * 1_500,
    "@a{" + "{" * 5_000,
    "10.1000/" * 600,
    "\n" * 5_000,
    "{" * 5_000,
    "] " * 900,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_survived(text):
    assert isinstance(read(text), Example)


def test_random_texts_are_survived():
    dice = random.Random(5)
    parts = [
        "@article{",
        "}",
        "{",
        "title=",
        '"',
        "10.1000/x",
        "arXiv:",
        "2601.00001",
        "\n",
        "\n\n",
        " ",
        "TY  - JOUR\n",
    ]
    for _ in range(200):
        assert isinstance(read("".join(dice.choices(parts, k=dice.randrange(1, 80)))), Example)
