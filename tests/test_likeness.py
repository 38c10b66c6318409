"""Likeness: near to some papers and far from others, with a quality model that knows all, some or none of them."""

import numpy as np
import pytest
from tests.fakes.models import WordModel

from broadsheet.embedding import PaperText
from broadsheet.index.spaces import Chosen, Spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import Row, RowFilter, VectorWriter
from broadsheet.likeness import Examples, near
from broadsheet.meaning import Meaning

TITLES = [f"car car car number{n}" for n in range(12)] + [f"sea sea sea number{n}" for n in range(12)]


def put(folder, model, titles):
    with VectorWriter.open(vectors_folder(folder, model.space.id), model.space.dimensions) as writer:
        texts = [PaperText(title) for title in titles]
        vectors = model.embed_papers(texts)
        rows = [Row(n, v, t.digest) for n, (t, v) in enumerate(zip(texts, vectors, strict=True), start=1)]
        writer.apply(rows, (), "")


@pytest.fixture
def models():
    return {"instant": WordModel(), "quality": WordModel("better", "builtin")}


@pytest.fixture
def meaning(tmp_path, models):
    put(tmp_path, models["instant"], TITLES)
    write_spaces(tmp_path, Spaces(Chosen(models["instant"].space.id, "instant")))
    return Meaning(tmp_path, lambda choice, _: models[choice])


def use_quality(folder, models, titles):
    put(folder, models["quality"], titles)
    chosen = [Chosen(models[tier].space.id, tier) for tier in ("instant", "quality")]
    write_spaces(folder, Spaces(*chosen))


def test_papers_near_to_one_come_without_it(meaning):
    found = near(meaning, Examples((1,)), depth=11)
    assert set(found.papers.tolist()) == set(range(2, 13))
    assert (np.diff(found.cosines) <= 0).all()


def test_texts_and_papers_count_together(meaning):
    found = near(meaning, Examples((1,), (PaperText("sea"),)), depth=23)
    assert {paper <= 12 for paper in found.papers[:10].tolist()} == {True, False}


def test_what_is_disliked_goes_back(meaning):
    found = near(meaning, Examples((1, 13)), Examples((14,)), depth=8)
    assert all(paper <= 12 for paper in found.papers[:6].tolist())


def test_a_filter_confines(meaning):
    only = np.array([3, 20], dtype=np.int64)
    assert near(meaning, Examples((1,)), within=RowFilter(only=only)).papers.tolist() == [3, 20]


def test_nothing_to_go_by_finds_nothing(meaning):
    assert near(meaning, Examples()).papers.size == 0


@pytest.mark.parametrize("known", [0, 5, 15, 24])
def test_however_much_the_quality_model_knows_the_near_ones_come_first(tmp_path, models, meaning, known):
    use_quality(tmp_path, models, TITLES[:known])
    assert set(near(meaning, Examples((1,)), depth=23).papers[:11].tolist()) == set(range(2, 13))


def test_a_quality_model_that_is_down_leaves_the_instant_one(tmp_path, models, meaning):
    use_quality(tmp_path, models, TITLES)
    models["quality"].down = True
    assert near(meaning, Examples((), (PaperText("sea"),)), depth=5).papers.min() > 12
