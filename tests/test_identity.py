"""Identifiers, keys and the rules for one work; `test_evaluating` measures them on the labelled pairs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.drafts import Identifier
from broadsheet.errors import BadInput
from broadsheet.identity import (
    Work,
    arxiv_version,
    author_key,
    family_key,
    match,
    may_join,
    parse_identifier,
    public_key,
    same_work,
    title_key,
)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2401.12345", "arxiv", "2401.12345"),
        ("2401.12345v3", "arxiv", "2401.12345"),
        ("arXiv: 0704.0001", "arxiv", "0704.0001"),
        ("cs/9809006", "arxiv", "cs/9809006"),
        ("arxiv:math.GT/0309136v2", "arxiv", "math/0309136"),
        ("https://arxiv.org/abs/2401.12345v3", "arxiv", "2401.12345"),
        ("http://www.arxiv.org/pdf/hep-th/9901001.pdf", "arxiv", "hep-th/9901001"),
        ("https://export.arxiv.org/html/2401.12345?utm_source=x#S1", "arxiv", "2401.12345"),
        ("arxiv.org/abs/2401.12345", "arxiv", "2401.12345"),
        ("https://www.alphaxiv.org/abs/2401.12345", "arxiv", "2401.12345"),
        ("https://huggingface.co/papers/2401.12345", "arxiv", "2401.12345"),
        ("https://doi.org/10.48550/arXiv.2401.12345", "arxiv", "2401.12345"),
        ("10.1109/ICRA.2017.7989028", "doi", "10.1109/icra.2017.7989028"),
        ("doi: 10.1016/S0021-8693(02)00557-4.", "doi", "10.1016/s0021-8693(02)00557-4"),
        ("https://dx.doi.org/10.1002/a%3Cb%3E", "doi", "10.1002/a<b>"),
        ("10.1103/PhysRevD.1.2, 10.1103/PhysRevD.3.4", "doi", "10.1103/physrevd.1.2"),
        ("https://openreview.net/forum?id=zZn2Kk5CLt&noteId=a", "openreview", "zZn2Kk5CLt"),
        ("https://openreview.net/pdf?id=zZn2Kk5CLt", "openreview", "zZn2Kk5CLt"),
        ("https://aclanthology.org/2020.acl-main.1/", "acl", "2020.acl-main.1"),
        ("https://www.aclweb.org/anthology/P18-1001.pdf", "acl", "P18-1001"),
        ("acl:S18-1048", "acl", "S18-1048"),
        ("PMID: 012345", "pubmed", "12345"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345/", "pubmed", "12345"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/12345", "pubmed", "12345"),
        ("mla:carroll2025iclrw-ctrlrec", "other", "mla:carroll2025iclrw-ctrlrec"),
        ("pl:icra2017:7989028", "other", "pl:icra2017:7989028"),
        ("HTTPS://Example.ORG:443/A/?utm_source=x&b=1#c", "url", "https://example.org/A?b=1"),
        ("https://arxiv.org/list/cs.CL/new", "url", "https://arxiv.org/list/cs.CL/new"),
    ],
)
def test_identifiers_are_recognised(text: str, kind: str, value: str) -> None:
    found = parse_identifier(text)
    assert found is not None
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "2413.12345", "2401.1234", "1206.525", "foo/9809006", "javascript:alert(1)", "https://", "https://[x/",
     "http://a b", "https://x:99999/", "10.1/x", "pmid:x", "x" * 1_000_000, "\ud800", "ftp://x.org/y"],
)  # fmt: skip
def test_everything_else_is_none(text: str) -> None:
    assert parse_identifier(text) is None


@given(
    st.text(st.characters(exclude_categories=()))
    | st.text(st.sampled_from(list("arxiv:/.0159htpsdoi[]@?=&#%-(")), max_size=60)
)
def test_what_is_recognised_is_stable(text: str) -> None:
    found = parse_identifier(text)
    if found:
        assert parse_identifier(found.value) in (found, None)


def test_hostile_identifiers_and_names_are_survived() -> None:
    assert parse_identifier("10.1234/x " + "10.;" * 400 + " y") is None
    for hostile in ("(" * 500_000, " " * 500_000 + "(x", "a, " * 300_000, "\ud800", "\x00", ""):
        family_key(hostile)
        author_key(hostile)
        title_key(hostile)


def test_versions() -> None:
    assert arxiv_version("https://arxiv.org/abs/2401.12345v12") == 12
    assert arxiv_version("cs/9809006v1") == 1
    assert arxiv_version("2401.12345") is None
    assert arxiv_version("10.1/v2") is None


def test_the_public_key_depends_on_the_best_identifier_alone() -> None:
    arxiv, doi, url = Identifier("arxiv", "cs/9809006"), Identifier("doi", "10.1/x"), Identifier("url", "https://x.org")
    assert public_key([url, doi, arxiv]) == "cs/9809006"
    assert public_key([url, doi]) == public_key([doi]) == "bs-4cgemsrlr5ww"
    with pytest.raises(BadInput):
        public_key([])


def test_title_keys_ignore_case_accents_tex_and_punctuation() -> None:
    assert title_key(r"$\alpha$-Stable: the Andr\'e case") == title_key("α-stable — The André Case!")
    assert title_key("漢字 Ελλάδα") == "漢字ελλαδα"


@pytest.mark.parametrize(
    ("name", "family", "author"),
    [
        ("Jane Q. Doe", "doe", "jane-q-doe"),
        ("Doe, Jane Q.", "doe", "jane-q-doe"),
        ("Jane van der Berg", "berg", "jane-van-der-berg"),
        ("van der Berg, Jane", "berg", "jane-van-der-berg"),
        ("Martin King Jr.", "king", "martin-jr-king"),
        ("King, Jr.", "king", "jr-king"),
        ("Rajalakshmi S", "rajalakshmi", "s-rajalakshmi"),
        ("Marta Garcia-Huidobro (LJLL, Paris)", "garciahuidobro", "marta-garcia-huidobro"),
        ("Łukasz Kaiser", "kaiser", "lukasz-kaiser"),
        ("李明", "李明", "李明"),
        ("Plato", "plato", "plato"),
    ],
)
def test_names(name: str, family: str, author: str) -> None:
    assert family_key(name) == family
    assert author_key(name) == author


V = "10.1000/volume"
TITLE = "Calibrated Language Models Must Hallucinate"


def work(title: str, authors: list[str], year: int | None, *identifiers: str) -> Work:
    families = [family_key(name) for name in authors]
    parsed = frozenset(each for text in identifiers if (each := parse_identifier(text)))
    return Work(title_key(title), frozenset(families), families[0] if families else "", year, parsed)


def test_a_shared_identifier_is_enough_but_a_shared_page_is_not() -> None:
    a = work("Why Language Models Hallucinate", ["Adam Kalai"], 1990, "10.1000/x")
    assert same_work(a, work("Calibrated Models Must Hallucinate", ["Kalai, A."], 2020, "doi:10.1000/X"))
    assert not same_work(
        work("A", ["Jane Doe"], 2008, "https://auai.org"), work("B", ["Jane Doe"], 2008, "https://auai.org/")
    )


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        # The DOI of a neighbour, of the volume, of a part, of the work replied to.
        (("On Fish", ["Jane Doe"], 2020, V), ("Proofs of Tides", ["Ann Roe"], 2020, V), "other authors"),
        (("On Fish", ["Ann Roe"], 2020, V, "2001.00001"), ("Tides", ["Ann Roe"], 2020, V, "2002.00001"),
         "two different arXiv ids"),
        (("Knots: Part I", ["Ann Roe"], 2020, V), ("Knots: Part II", ["Ann Roe"], 2020, V), "two parts"),
        (("Knots 1", ["Ann Roe"], 2020, V), ("Knots 2", ["Ann Roe"], 2020, V), "two parts"),
        (("Reply to Stable Knots", ["Ann Roe"], 2020, V), ("Stable Knots", ["Ann Roe"], 2020, V), "note"),
        (("On Fish", ["Jane Doe"], 2020, "2001.00001"), ("Proofs of Tides", ["Ann Roe"], 2020, "2001.00001"), "other"),
        # One title, and something that speaks against one work.
        ((TITLE, ["Adam Kalai"], 2010), (TITLE, ["Adam Kalai"], 2020), "10 years apart"),
        ((TITLE, ["Adam Kalai", "Ann Roe"], 2000), (TITLE, ["Adam Kalai", "Ann Roe"], 2020), "20 years apart"),
        ((TITLE, ["Adam Kalai"], 2020, "10.1000/a"), (TITLE, ["Adam Kalai"], 2020, "10.2000/b"), "two different DOIs"),
        ((TITLE, ["Adam Kalai", "Ann Roe"], 2020), (TITLE, ["Jane Doe", "Ann Roe"], 2020), "other authors"),
        ((TITLE + " at Times", [], 2020), (TITLE + " at Times!", [], 2020), "no authors"),
    ],
)  # fmt: skip
def test_near_matches_are_doubtful(a: tuple[Any, ...], b: tuple[Any, ...], why: str) -> None:
    for one, other in ((a, b), (b, a)):
        found = match(work(*one), work(*other))
        assert found is not None
        assert not found.sure
        assert why in found.evidence


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # Titles that are near, but not the same: the rest does not matter.
        ("Stable Knots in Rivers: Part I", "Stable Knots in Rivers: Part II"),
        ("Stable Knots in Rivers", "Stable Knots in Rivers, v2"),
        ("Stable Knots in Rivers", "Reply to Stable Knots in Rivers"),
        ("Stable Knots in Rivers", "Unstable Knots in Rivers"),
        ("Stable Knots in Rivers 2019", "Stable Knots in Rivers 2020"),
        ("Overview of the Task on Knots at WMT 2019", "Overview of the Task on Knots at WMT 2020"),
        ("Learning $L_1$ Norms of Knots", "Learning $L_2$ Norms of Knots"),
        # Titles that many works bear.
        ("Guest Editorial", "Guest Editorial"),
        ("Book Review: Knots", "Book Review: Knots"),
        ("Letters to the Editor", "Letters to the Editor"),
        ("Supplementary Material", "Supplementary Material"),
        ("Correction to: Stable Knots in Rivers", "Correction to: Stable Knots in Rivers"),
        ("In Memoriam", "In Memoriam"),
    ],
)
def test_works_of_the_same_people_that_look_alike_have_nothing_to_do_with_each_other(a: str, b: str) -> None:
    people = ["Jane Doe", "Ann Roe"]
    assert match(work(a, people, 2020), work(b, people, 2020)) is None


def test_short_titles_of_others_are_no_doubt() -> None:
    assert match(work("Deep Learning", ["Ann Roe"], 2015), work("Deep Learning", ["Jane Doe"], 2016)) is None
    short = match(work("Deep Learning", ["Ann Roe"], 2015), work("Deep Learning", ["Ann Roe"], 2016))
    assert short is None


def test_a_match_says_what_it_rests_on() -> None:
    a, b = work(TITLE, ["Adam Kalai"], 2023, "2311.14648"), work(TITLE, ["Kalai, A."], 2024)
    found = match(a, b)
    assert found is not None
    assert (found.rule, found.evidence) == ("title and authors", "the same title, authors kalai, 2023 and 2024")
    found = match(a, work("Other", [], None, "https://arxiv.org/abs/2311.14648v2"))
    assert found is not None
    assert (found.rule, found.evidence, found.sure) == ("arXiv id", "arXiv id 2311.14648", True)


@pytest.mark.parametrize("doi", ["10.1101/2020.01.02.123456", "10.2139/ssrn.3456789", "10.26434/chemrxiv-2024-x1"])
def test_the_doi_of_a_preprint_does_not_speak_against_that_of_the_published_version(doi: str) -> None:
    assert same_work(work(TITLE, ["Adam Kalai"], 2020, doi), work(TITLE, ["Adam Kalai"], 2021, "10.1038/s41586-1"))
    assert not same_work(
        work(TITLE, ["Adam Kalai"], 2020, "10.1101/gr.1.2"), work(TITLE, ["Adam Kalai"], 2020, "10.2000/b")
    )


def test_only_papers_that_match_each_other_may_be_joined_by_a_third_record() -> None:
    preprint = work("Scanpaths over Paintings", ["Mira Okafor"], 2020, "2001.00001")
    assert may_join(preprint, work("Scanpaths over Old Paintings", ["Okafor, M."], 2021, "10.1000/a"))
    assert may_join(preprint, work("Scanpaths over Paintings", [], None, "10.1000/a"))
    assert not may_join(preprint, work("Tides", ["Mira Okafor"], 2021, "10.1000/a"))
    assert not may_join(preprint, work("Scanpaths over Old Paintings", ["Jane Doe"], 2021, "10.1000/a"))
    assert not may_join(preprint, work("Scanpaths over Old Paintings", ["Mira Okafor"], 2021, "2002.00002"))


def test_the_same_title_by_the_same_people_is_one_work() -> None:
    preprint = work(TITLE, ["Adam Kalai", "Santosh Vempala"], 2023, "2311.14648")
    assert same_work(preprint, work(TITLE.upper(), ["Kalai, A.", "Vempala, S."], 2024, "10.1145/3618260.3649777"))
    assert same_work(preprint, work(TITLE, ["Santosh Vempala"], 2024))
    assert not same_work(preprint, work(TITLE, ["Jane Doe"], 2023))
    assert not same_work(preprint, work(TITLE, ["Santosh Vempala"], 2030))
    assert not same_work(preprint, work(TITLE, ["Adam Kalai", "Santosh Vempala"], 2023, "2401.00001"))


@pytest.mark.parametrize(
    "title",
    ["Editorial", "Introduction to the Special Issue on Parsing", "Reply to Comment on Stable Knots", "Preface"],
)
def test_titles_that_many_works_bear_prove_nothing(title: str) -> None:
    people = ["Jane Doe", "Ann Roe"]
    assert not same_work(work(title, people, 2020), work(title, people, 2020))


def test_a_doi_given_to_two_preprints_does_not_make_them_one():
    doi = Identifier("doi", "10.1000/volume")
    works = [
        Work(title, frozenset({"okafor"}), "okafor", 2022, frozenset({doi, Identifier("arxiv", arxiv_id)}))
        for title, arxiv_id in (("scanpathsoverpaintings", "2201.00001"), ("tidesoverfields", "2202.00002"))
    ]
    assert not same_work(*works)
