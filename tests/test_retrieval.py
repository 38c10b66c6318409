"""Retrieval: a judged collection through the product's own search."""

import json

import pytest
from tests.fakes.models import WordModel

from broadsheet.errors import BadInput
from broadsheet.retrieval import evaluate_retrieval, read_collection

PAPERS = {
    "p1": ("Repairing a car", "We mend the engine."),
    "p2": ("Painting an automobile", "A new coat of red."),
    "p3": ("Tides of the sea", "Water rises and falls."),
    "p4": ("Doctor", "A doctor."),
}
QUERIES = {"q1": "car", "q2": "physician", "q3": "nobody judged this"}
JUDGED = "query-id\tcorpus-id\tscore\nq1\tp1\t2\nq1\tp2\t1\nq2\tp4\t1\n"


def lines(*objects):
    return "\n".join(json.dumps(each) for each in objects)


@pytest.fixture
def folder(tmp_path):
    """Four papers and two judged queries."""
    place = tmp_path / "garage"
    (place / "qrels").mkdir(parents=True)
    papers = [{"_id": key, "title": title, "text": text} for key, (title, text) in PAPERS.items()]
    (place / "corpus.jsonl").write_text(lines(*papers))
    (place / "queries.jsonl").write_text(lines(*({"_id": key, "text": text} for key, text in QUERIES.items())))
    (place / "qrels" / "test.tsv").write_text(JUDGED)
    return place


def test_each_way_of_searching_is_measured(folder):
    report = evaluate_retrieval(read_collection(folder), WordModel(), WordModel("better", "builtin"))
    assert (report.name, report.papers, report.queries) == ("garage", 4, 2)
    words, meaning, search = (report.ways[way] for way in ("words (BM25)", "meaning (words)", "search"))
    assert words.ndcg_10 < meaning.ndcg_10  # no paper holds the word "physician"
    assert meaning.recall_100 == 1
    assert search.ndcg_10 == pytest.approx(1)
    assert search.mrr == 1


def test_without_a_quality_model_the_others_are_measured(folder):
    assert list(evaluate_retrieval(read_collection(folder), WordModel(), None).ways) == [
        "words (BM25)",
        "meaning (words)",
        "search",
    ]


def test_vectors_that_were_kept_are_not_made_again(folder, tmp_path):
    model, kept = WordModel(), tmp_path / "kept"
    first = evaluate_retrieval(read_collection(folder), model, None, kept)
    made = len(model.embedded)
    assert evaluate_retrieval(read_collection(folder), model, None, kept) == first
    assert len(model.embedded) == made


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("corpus.jsonl", None, "holds no corpus"),
        ("queries.jsonl", None, "missing"),
        ("qrels/test.tsv", None, "judgements"),
        ("qrels/test.tsv", "a\tb\tc\nq1\tp1\tmuch\n", "judgements"),
        ("corpus.jsonl", '{"title": "no id"}', "no object with an _id"),
        ("corpus.jsonl", "not json", "no object with an _id"),
        ("qrels/test.tsv", "a\tb\tc\nq9\tp1\t1\n", "q9"),
    ],
)
def test_a_collection_that_cannot_be_read_is_refused_by_name(folder, name, content, cause):
    path = folder / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(BadInput, match=cause):
        read_collection(folder)
