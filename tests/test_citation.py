"""Exports as reference managers read them, with text that tries to break out of its field."""

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.citation import Citable, bibtex, cite_key, csl_json, ris

CHRONOS = Citable(
    key="2403.07815",
    title="Chronos: Learning the Language of Time Series",
    authors=("Abdul Fatir Ansari", "Ludwig van Beethoven", "The ATLAS Collaboration", "Plato"),
    year=2024,
    month=3,
    day=12,
    arxiv_id="2403.07815",
    primary_category="cs.LG",
    url="https://example.org/papers/2403.07815",
    abstract="We propose $O(n^2)$.\n\nTY  - FAKE",
)
HOSTILE = st.text(st.characters(exclude_categories=())) | st.text(
    st.sampled_from(list('{}\\$%&#_~^@,"\r\n aTY-')), max_size=50
)


def test_a_preprint_in_bibtex() -> None:
    assert bibtex(CHRONOS) == (
        "@misc{ansari2024chronos,\n"
        "  title = {Chronos: Learning the Language of Time Series},\n"
        "  author = {Ansari, Abdul Fatir and van Beethoven, Ludwig and {The ATLAS Collaboration} and {Plato}},\n"
        "  year = {2024},\n"
        "  eprint = {2403.07815},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.LG},\n"
        "  url = {https://example.org/papers/2403.07815},\n"
        "  month = mar\n"
        "}\n"
    )


def test_venues_choose_the_entry_type() -> None:
    def first(venue: str) -> str:
        return bibtex(replace(CHRONOS, venue=venue))

    for venue in (
        "NeurIPS",
        "Proceedings of the 42nd International Conference on Machine Learning",
        "ICLR 2025 Workshops: WRL",
    ):
        assert first(venue).startswith("@inproceedings{")
        assert f"booktitle = {{{venue}}}" in first(venue)
    for venue in ("Journal of Machine Learning Research", "Proceedings of the National Academy of Sciences", "Nature"):
        assert first(venue).startswith("@article{")
        assert f"journal = {{{venue}}}" in first(venue)
    assert first("arXiv").startswith("@misc{")


def test_bibtex_escapes_text_keeps_math_and_protects_capitals() -> None:
    title = r"On 100% of A&B_c #1 in {x}~y^z: the BERT model of Bayes with $O(N^2)$ in sentence case words here"
    line = bibtex(replace(CHRONOS, title=title)).splitlines()[1]
    assert r"100\% of {A}\&{B\_c} \#1 in \textbraceleft{}x\textbraceright{} y\textasciicircum{}z" in line
    assert "{BERT} model of {Bayes} with {$O(N^2)$}" in line


def test_cite_keys_are_ascii_and_never_empty() -> None:
    assert cite_key(replace(CHRONOS, authors=("Łukasz Ørsted",), title="The $\\alpha$ Effect")) == "orsted2024alpha"
    assert cite_key(replace(CHRONOS, authors=("李明",), title="漢字", year=None)) == "paper-2403.07815"
    assert cite_key(replace(CHRONOS, authors=(), key="cs/9809006")) == "2024chronos-cs-9809006"


def test_ris_has_one_tag_a_line() -> None:
    lines = ris(replace(CHRONOS, venue="NeurIPS", title="A\r\nER  - \r\nTY  - BOOK")).split("\r\n")
    assert lines[0] == "TY  - CPAPER"
    assert lines[-2:] == ["ER  - ", ""]
    assert "TI  - A ER - TY - BOOK" in lines
    assert "AU  - van Beethoven, Ludwig" in lines
    assert "DA  - 2024/03/12" in lines
    assert "AB  - We propose O(n²). TY - FAKE" in lines


def test_csl_json_is_structured() -> None:
    (item,) = json.loads(csl_json(CHRONOS))
    assert item["type"] == "article"
    assert item["issued"] == {"date-parts": [[2024, 3, 12]]}
    assert item["author"][0] == {"family": "Ansari", "given": "Abdul Fatir"}
    assert item["author"][2] == {"literal": "The ATLAS Collaboration"}
    (bare,) = json.loads(csl_json(Citable(key="k", title="T")))
    assert bare == {"id": "k", "type": "article", "title": "T"}


@given(HOSTILE)
def test_no_text_breaks_out_of_its_field(s: str) -> None:
    c = Citable(key="k", title=s, authors=(s, "Jane Doe"), year=2024, venue=s, doi=s, url=s, abstract=s, arxiv_id=s)
    entry = bibtex(c)
    entry.encode("utf-8")
    depths = [entry[: at + 1].count("{") - entry[: at + 1].count("}") for at, char in enumerate(entry) if char in "{}"]
    assert min(depths) == 0
    assert depths.index(0) == len(depths) - 1
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in ris(c).removesuffix("\r\n").split("\r\n"))
    assert ris(c).count("\nER  - ") == 1
    json.loads(csl_json(c))
