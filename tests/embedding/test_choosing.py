"""The setting BROADSHEET_MODEL: what it may say, and what each word opens."""

import pytest

from broadsheet.embedding.choosing import Choice, open_embedder, parse_choice
from broadsheet.errors import BadInput, Unavailable


def never(*_):
    raise AssertionError("nothing is to be sent")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("builtin", Choice("builtin")),
        (" none ", Choice("none")),
        ("onnx:/models/e5", Choice("onnx", "/models/e5")),
        ("onnx:/models/e5?pooling=cls&max_tokens=384", Choice("onnx", "/models/e5", "", "cls", 384)),
        ("sentence-transformers:/models/e5", Choice("sentence-transformers", "/models/e5")),
        ("openai:https://api.example.org/v1#small", Choice("openai", "https://api.example.org/v1", "small")),
        ("openai:http://127.0.0.1:11434/v1/#a/b:c", Choice("openai", "http://127.0.0.1:11434/v1", "a/b:c")),
    ],
)
def test_a_choice(text, choice):
    assert parse_choice(text) == choice
    assert parse_choice(str(choice)) == Choice(choice.provider, choice.place, choice.model)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "minilm",
        "builtin:x",
        "none:",
        "onnx",
        "onnx:",
        "onnx:/m?pooling=max",
        "onnx:/m?max_tokens=-1",
        "onnx:/m?max_tokens=4",
        "onnx:/m?max_tokens=99999",
        "onnx:/m?other=1",
        "openai:",
        "openai:https://host/v1",
        "openai:#model",
        "openai:ftp://host/v1#model",
        "openai:https://user:secret@host/v1#model",
        "openai:https://host/v1?key=secret#model",
        "openai:https://host:99999/v1#model",
        "openai:https://[/v1#model",
    ],
)
def test_a_choice_that_means_nothing_says_what_to_write(text):
    with pytest.raises(BadInput, match=r"(?s)BROADSHEET_MODEL.*Write") as refused:
        parse_choice(text)
    assert "secret" not in str(refused.value)


def test_the_key_is_never_shown():
    choice = parse_choice("openai:https://api.example.org/v1#small", key="sk-secret")
    assert choice.key == "sk-secret"
    assert "secret" not in f"{choice} {choice!r}"
    with pytest.raises(BadInput, match="BROADSHEET_MODEL_KEY") as refused:
        parse_choice("openai:https://api.example.org/v1#small", key="sk-secret\r\nX: y")
    assert "secret" not in str(refused.value)


def test_only_an_endpoint_leaves_the_machine():
    assert [parse_choice(text).leaves_the_machine for text in ("builtin", "onnx:/m", "openai:https://h.org/v1#m")] == [
        False,
        False,
        True,
    ]


def test_none_opens_nothing(tmp_path):
    assert open_embedder(parse_choice("none"), tmp_path, never) is None


@pytest.mark.parametrize("provider", ["onnx", "sentence-transformers"])
def test_a_missing_folder_is_named(tmp_path, provider):
    with pytest.raises(Unavailable, match="no such folder"):
        open_embedder(parse_choice(f"{provider}:{tmp_path / 'gone'}"), tmp_path, never)
