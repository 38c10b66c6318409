"""Evaluating: labelled pairs are judged as ingest would, and a bad line is named."""

import gzip
import json

import pytest
import zstandard

from broadsheet.errors import BadInput
from broadsheet.evaluating import Report, evaluate_identity


def record(key, title="Calibrated Language Models Must Hallucinate", **more):
    return {"id": key, "title": title, "authors": ["Adam Kalai", "Santosh Vempala"], "date": "2023-11-24", **more}


PAIRS = [
    {"label": "same", "a": record("arxiv:2311.14648"), "b": record("pl:stoc2024:1", date="2024", venue="STOC")},
    {"label": "same", "a": record("arxiv:2311.14648"), "b": record("pl:x:1", title="Why Language Models Hallucinate")},
    {"label": "different", "a": record("arxiv:2311.14648"), "b": record("pl:x:2", authors=["Jane Doe"])},
    {"label": "different", "a": record("arxiv:2311.14648"), "b": record("pl:x:3")},
]


def write(path, lines):
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()
    packed = {".gz": gzip.compress, ".zst": zstandard.compress}.get(path.suffix, bytes)(text)
    path.write_bytes(packed)
    return path


@pytest.mark.parametrize("name", ["pairs.jsonl", "pairs.jsonl.gz", "pairs.jsonl.zst"])
def test_pairs_are_judged(tmp_path, name):
    report = evaluate_identity(write(tmp_path / name, PAIRS))
    counts = report.true_same, report.false_same, report.missed_same, report.true_different
    assert (report.pairs, counts, report.doubtful) == (4, (1, 1, 1, 1), 0)
    assert (report.precision, report.recall) == (0.5, 0.5)
    assert [(wrong.place, wrong.label) for wrong in report.wrong] == [
        (f"{name}, line 2", "same"),
        (f"{name}, line 4", "different"),
    ]
    assert report.wrong[1].found.evidence == "the same title, authors kalai, vempala, 2023"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: a JSON object was expected"),
        ({"label": "similar", "a": {}, "b": {}}, 'line 2: "label" has to be'),
        ({"label": "same", "a": record("arxiv:2311.14648")}, 'line 2: "b" has to be a record'),
        ({"label": "same", "a": record("arxiv:2311.14648"), "b": record("")}, 'line 2, record "b": '),
        ({"label": "same", "a": record("arxiv:2311.14648", title=""), "b": record("x")}, 'record "a": it has no title'),
        ({"label": "same", "a": record("x", authors="Doe"), "b": record("x")}, 'line 2, record "a": '),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(BadInput, match=message):
        evaluate_identity(write(tmp_path / "pairs.jsonl", [PAIRS[0], line]))


def test_a_file_without_pairs_says_so(tmp_path):
    with pytest.raises(BadInput, match="holds no pairs"):
        evaluate_identity(write(tmp_path / "pairs.jsonl", []))
    with pytest.raises(BadInput, match="Cannot read"):
        evaluate_identity(tmp_path / "missing.jsonl")


def test_nothing_to_find_is_found_whole():
    assert (Report(0, 0, 0, 0, 0, (), 0.0).precision, Report(0, 0, 0, 0, 0, (), 0.0).recall) == (1.0, 1.0)


def test_the_shared_pairs_reach_what_is_asked(shared):
    report = evaluate_identity(shared / "identity" / "pairs.jsonl.zst")
    assert report.precision >= 0.999
    assert report.recall >= 0.99
    assert report.doubtful >= report.missed_same * 0.9
