"""An endpoint for embeddings, on the loopback interface, that fails in every way it can."""

import functools
import json

import numpy as np
import pytest
from tests.embedding.embeddings_server import embeddings_server

from broadsheet.embedding import PaperText
from broadsheet.embedding.choosing import open_embedder, parse_choice
from broadsheet.embedding.endpoint import TryLater
from broadsheet.errors import Unavailable
from broadsheet.sources.http import FetchPolicy
from broadsheet.sources.posting import post_json

KEY = "sk-very-secret"


@pytest.fixture
def server():
    with embeddings_server() as behaviour:
        yield behaviour


def post_to(server, total_s=5.0):
    policy = FetchPolicy(inner=frozenset({f"127.0.0.1:{server.port}"}), total_s=total_s)
    return functools.partial(post_json, policy=policy)


def opened(server, tmp_path, **more):
    choice = parse_choice(f"openai:{server.base}#small", key=KEY, **more)
    return open_embedder(choice, tmp_path, post_to(server))


def papers(count):
    return [PaperText(f"{row} ", "x" * row) for row in range(count)]


def test_papers_and_queries(server, tmp_path):
    embedder = opened(server, tmp_path, query_prefix="query: ", paper_prefix="passage: ")
    found = embedder.embed_papers([PaperText("A title", "Its abstract"), PaperText("", "")])
    assert server.asked[-1] == {
        "model": "small",
        "input": ["passage: A title. Its abstract"],
        "encoding_format": "float",
    }
    assert server.keys[-1] == f"Bearer {KEY}"
    assert found.shape == (2, 4)
    assert np.isclose(np.linalg.norm(found[0]), 1)
    assert not found[1].any()
    assert embedder.embed_query("words").shape == (4,)
    assert server.asked[-1]["input"] == ["query: words"]
    assert not embedder.embed_query(" ").any()
    assert (embedder.space.provider, embedder.space.model, embedder.space.dimensions) == ("openai", "small", 4)


def test_vectors_are_sorted_by_index_and_sent_in_batches(server, tmp_path):
    embedder = opened(server, tmp_path)
    straight = embedder.embed_papers(papers(150))
    server.shuffled = True
    assert np.array_equal(embedder.embed_papers(papers(150)), straight)
    assert [len(body["input"]) for body in server.asked[-3:]] == [64, 64, 22]


def test_the_number_of_dimensions_is_asked_once_and_remembered(server, tmp_path):
    opened(server, tmp_path)
    assert len(server.asked) == 1
    server.status = 503
    assert opened(server, tmp_path).space.dimensions == 4
    assert len(server.asked) == 1


def test_a_damaged_memory_is_asked_for_anew(server, tmp_path):
    opened(server, tmp_path)
    (memory,) = tmp_path.glob("endpoint-*.json")
    assert KEY not in memory.read_text()
    for junk in ("", "{", "[]", '{"dimensions": -3}', '{"dimensions": "4"}'):
        memory.write_text(junk)
        assert opened(server, tmp_path).space.dimensions == 4


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "17", 17),
        (429, "", 30),
        (503, "nonsense", 30),
        (500, "99999999999999", 3600),
        (502, "Wed, 21 Oct 2015 07:28:00 GMT", 1),
        (529, "0", 1),
    ],
)
def test_a_busy_endpoint_says_when_to_ask_again(server, tmp_path, status, header, wait):
    embedder = opened(server, tmp_path)
    server.status, server.headers = status, {"Retry-After": header} if header else {}
    with pytest.raises(TryLater, match=str(status)) as busy:
        embedder.embed_papers(papers(2))
    assert busy.value.wait_s == wait


def test_while_it_rests_nobody_waits_for_it(server, tmp_path):
    embedder = opened(server, tmp_path)
    now = [100.0]
    embedder.endpoint.clock = lambda: now[0]
    server.status = 503
    with pytest.raises(TryLater):
        embedder.embed_query("words")
    asked = len(server.asked)
    with pytest.raises(TryLater, match="Asked again in 30 s"):
        embedder.embed_query("words")
    assert len(server.asked) == asked
    server.status, now[0] = 200, 131.0
    assert embedder.embed_query("words").any()


def test_a_hanging_endpoint(server, tmp_path):
    opened(server, tmp_path)
    server.hangs = True
    choice = parse_choice(f"openai:{server.base}#small")
    embedder = open_embedder(choice, tmp_path, post_to(server), post_to(server, total_s=0.2))
    with pytest.raises(TryLater, match=r"no whole answer within 0\.2 s"):
        embedder.embed_query("words")


def test_an_endpoint_that_is_gone(server, tmp_path):
    embedder = opened(server, tmp_path)
    embedder.endpoint.url = "http://127.0.0.1:9/v1/embeddings"
    embedder.endpoint.post = functools.partial(post_json, policy=FetchPolicy(inner=frozenset({"127.0.0.1:9"})))
    with pytest.raises(TryLater):
        embedder.embed_papers(papers(1))


def test_an_inner_address_must_be_opened(server, tmp_path):
    choice = parse_choice(f"openai:{server.base}#small")
    with pytest.raises(Unavailable, match="BROADSHEET_INNER_HOSTS"):
        open_embedder(choice, tmp_path, functools.partial(post_json, policy=FetchPolicy()))


GARBAGE = [
    b"",
    b"<html>",
    b"[]",
    b"{}",
    b'{"data": 3}',
    b'{"data": [3]}',
    b'{"data": []}',
    b'{"data": [{"index": 0}]}',
    b'{"data": [{"index": 1, "embedding": [1, 2, 3, 4]}]}',
    b'{"data": [{"index": 0, "embedding": []}]}',
    b'{"data": [{"index": 0, "embedding": 7}]}',
    b'{"data": [{"index": 0, "embedding": [1, [2], 3]}]}',
    b'{"data": [{"index": 0, "embedding": "AACAPw=="}]}',
    b'{"data": [{"index": 0, "embedding": [NaN, 1, 1, 1]}]}',
    b'{"data": [{"index": 0, "embedding": [1e999, 1, 1, 1]}]}',
    b'{"data": [{"index": 0, "embedding": [1, 2, 3, 4]}, {"index": 1, "embedding": [1, 2, 3, 4]}]}',
    b'{"data": [{"index": 0, "embedding": [1, 2]}]}',
    b"[" * 100_000,
    b"\xff\xfe\x00",
]


@pytest.mark.parametrize("body", GARBAGE, ids=lambda body: repr(body[:40]))
def test_garbage_is_refused_with_words(server, tmp_path, body):
    embedder = opened(server, tmp_path)
    server.body = body
    with pytest.raises(Unavailable, match="the endpoint http://127"):
        embedder.embed_query("words")


def test_another_number_of_dimensions_is_another_model(server, tmp_path):
    embedder = opened(server, tmp_path)
    server.dimensions = 5
    with pytest.raises(Unavailable, match="5 dimensions, not 4"):
        embedder.embed_papers(papers(3))


def test_a_text_too_long_stops_nobody(server, tmp_path):
    embedder = opened(server, tmp_path)
    server.longest = 3_000
    some = [*papers(5), PaperText("long", "y" * 50_000), *papers(5)]
    found = embedder.embed_papers(some)
    assert found.any(axis=1).all()
    assert np.array_equal(found[6:], found[:5])
    assert max(len(text) for body in server.asked for text in body["input"]) == 8_000


def test_an_endpoint_that_refuses_everything_is_not_asked_for_ever(server, tmp_path):
    embedder = opened(server, tmp_path)
    asked = len(server.asked)
    server.status, server.body = 400, json.dumps({"error": f"no such model; key {KEY}"}).encode()
    with pytest.raises(Unavailable, match="no such model") as refused:
        embedder.embed_papers(papers(64))
    assert len(server.asked) - asked < 15
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(("status", "way_out"), [(401, "BROADSHEET_MODEL_KEY"), (404, "address in BROADSHEET_MODEL")])
def test_a_wrong_key_or_address_is_explained(server, tmp_path, status, way_out):
    server.status = status
    with pytest.raises(Unavailable, match=way_out) as refused:
        opened(server, tmp_path)
    assert KEY not in str(refused.value)


def test_the_key_is_not_in_what_is_printed(server, tmp_path):
    assert KEY not in repr(opened(server, tmp_path))
