"""Files of papers as they should not be: each bad record is set aside with its reason, and the others go in."""

import gzip
import json

import pytest
import zstandard

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.reading import prepare
from broadsheet.sources import read_file

TITLE = "A Paper"


def line(number, **changes):
    return json.dumps({"id": f"arxiv:2601.{number:05}", "title": f"{TITLE} {number}"} | changes).encode()


def drafts_and_problems(path, source=None):
    items = list(prepare(read_file(path, source)))
    return [i for i in items if isinstance(i, Draft)], [i for i in items if isinstance(i, Problem)]


SET_ASIDE = {
    "broken UTF-8": (b'{"id": "arxiv:2601.00500", "title": "\xff\xfe"}', "not JSON"),
    "no JSON": (b"title: A Paper", "not JSON"),
    "cut short": (b'{"id": "arxiv:2601.00500", "title": "A P', "not JSON"),
    "a list": (b"[1, 2]", "object was expected"),
    "deep": (b'{"id": "x", "title": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "not JSON"),
    "a huge integer": (b'{"id": "arxiv:2601.00500", "title": "T", "version": ' + b"9" * 5_000 + b"}", "not JSON"),
    "a large version": (line(500, version=2**31), "version"),
    "a negative version": (line(500, version=-1), "version"),
    "a true version": (line(500, version=True), "version"),
    "a number for a title": (line(500, title=5), "title"),
    "an object for an abstract": (line(500, abstract={}), "abstract"),
    "a text for authors": (line(500, authors="Ada"), "authors"),
    "a number among authors": (line(500, authors=[7]), "authors"),
    "a number among categories": (line(500, categories=[7]), "categories"),
    "no title": (line(500, title=""), "no title"),
    "a title of nothing seen": (line(500, title="\0\u200b\ud800 "), "no title"),
    "no id": (b'{"title": "A Paper"}', "id"),
    "an id of many characters": (line(500, id="x" * 301), "id"),
    "an id with a NUL": (line(500, id="x\0"), "id"),
    "an id with a lone surrogate": (line(500, id="x\ud800"), "id"),
    "a line of 5 MiB": (line(500, abstract="x" * (5 << 20)), "longer than 4 MiB"),
}


@pytest.mark.parametrize("name", SET_ASIDE)
def test_one_bad_line_of_a_thousand_is_set_aside(tmp_path, name):
    bad, reason = SET_ASIDE[name]
    path = tmp_path / "papers.jsonl"
    path.write_bytes(b"\n".join([*(line(n) for n in range(1, 500)), bad, *(line(n) for n in range(501, 1001))]))
    drafts, problems = drafts_and_problems(path)
    assert len(drafts) == 999
    assert [problem.source for problem in problems] == ["jsonl"]
    assert reason in problems[0].reason
    assert problems[0].key in ("arxiv:2601.00500", "papers.jsonl, line 500")


KEPT = {
    "a NUL and a surrogate in every text": {
        "title": "A\0 Paper \ud800", "abstract": "x\0\udfff",
        "authors": ["A\0da \ud800L", {"name": "B", "orcid": "\0"}],
        "venue": "N\0\ud800", "licence": "\0", "language": "e\0n\ud800", "comments": "\ud800", "tags": ["\0a\ud800b"],
        "categories": ["cs.CV\0", "\ud800x"], "code_url": "https://e.org/\0", "project_url": "https://e.org/\ud800",
        "doi": "10.1/\0\ud800", "url": "https://e.org/\ud800", "other_ids": ["\0", "pl:\ud800"],
        "organisation": "\0\ud800O",
    },
    "a title of 1 MB": {"title": "word " * 200_000},
    "1 MB of TeX": {"abstract": r"$\frac{a}{" * 100_000},
    "braces without end": {"title": "{" * 1_000_000},
    "many authors": {"authors": [f"Author {n}" for n in range(20_000)]},
    "the day 0000-00-00": {"date": "0000-00-00", "updated": "0000-00-00"},
    "the day 9999999-01": {"date": "9999999-01", "updated": "9999999-01"},
    "a superscript year": {"date": "²²²²"},
    "nulls": {"abstract": None, "authors": None, "date": None, "version": None, "tags": [None]},
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_odd_values_leave_a_record_that_can_be_stored(tmp_path, name):
    path = tmp_path / "papers.jsonl"
    path.write_bytes(line(1, **KEPT[name]))
    drafts, problems = drafts_and_problems(path)
    assert (len(drafts), problems) == (1, [])
    everything = repr(drafts[0])
    assert "\\x00" not in everything
    assert "\\ud" not in everything
    assert len(drafts[0].title) <= 1_000
    assert len(drafts[0].abstract) <= 20_000
    assert drafts[0].published is None


@pytest.mark.parametrize(
    "content",
    [
        b"\n\n".join([line(1), line(2)]),
        line(1) + b"\r\n" + line(2) + b"\r\n",
        b"\xef\xbb\xbf" + line(1) + b"\n" + line(2),
        b"  \n" + line(1) + b"\n" + line(2) + b"\n\n \n",
    ],
    ids=["empty lines", "CRLF", "a byte order mark", "blank ends"],
)
def test_the_ends_of_lines_do_not_matter(tmp_path, content):
    path = tmp_path / "papers.jsonl"
    path.write_bytes(content)
    assert len(drafts_and_problems(path)[0]) == 2


PACKERS = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("kind", PACKERS)
def test_a_compressed_file_cut_short_gives_what_came_before(tmp_path, kind):
    content = b"\n".join(line(n, abstract=f"{n * 7919 % 1000003}" * 50) for n in range(1, 3001))
    packed = PACKERS[kind](content)
    path = tmp_path / f"papers.jsonl.{kind}"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    found = []
    with pytest.raises(BadInput, match=r"papers\.jsonl"):  # noqa: PT012 - what came before the failure counts
        for item in read_file(path):
            found.append(item)
    assert 1_000 < len([item for item in found if isinstance(item, Draft)]) < 3_000


@pytest.mark.parametrize("kind", PACKERS)
def test_frames_one_after_another_are_one_file(tmp_path, kind):
    path = tmp_path / f"papers.jsonl.{kind}"
    path.write_bytes(PACKERS[kind](line(1) + b"\n") + PACKERS[kind](line(2)))
    assert len(drafts_and_problems(path)[0]) == 2


def test_what_is_no_file_of_papers_is_refused(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "noise").write_bytes(b"\x00\x01" * 5_000)
    (tmp_path / "bad.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"\xff" * 50)
    (tmp_path / "array.json").write_bytes(b'[{"paper": {')
    for name in ("empty", "noise", "bad.zst", "array.json", ".", "missing"):
        with pytest.raises(BadInput):
            list(read_file(tmp_path / name))
