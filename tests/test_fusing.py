"""Fusing words and meaning into one score."""

import numpy as np
import pytest

from broadsheet.fusing import Fusion, fuse, fuse_foreign

NAN = float("nan")
FUSION = Fusion(text=0.3, instant=0.2, quality=0.5, slope=1.0, offset=0.0, text_without_quality=0.4)


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_words_count_by_their_share_of_the_best():
    found = fuse(FUSION, scores(20, 10, 0), scores(0, 0, 0), scores(0, 0, 0))
    assert found == pytest.approx([0.3, 0.15, 0])


def test_all_three_voices_are_heard():
    assert fuse(FUSION, scores(8), scores(0.5), scores(0.7)) == pytest.approx([0.3 + 0.1 + 0.35])


def test_where_the_quality_model_knows_nothing_yet_its_cosine_is_guessed_from_the_instant_one():
    known, guessed = fuse(FUSION, scores(1, 1), scores(0.6, 0.6), scores(0.6, NAN))
    assert known == pytest.approx(guessed)


@pytest.mark.parametrize("quality", [None, scores(NAN, NAN)])
def test_without_the_quality_model_the_instant_one_stands_in(quality):
    assert fuse(FUSION, scores(2, 0), scores(0.5, 1.0), quality) == pytest.approx([0.4 + 0.3, 0.6])


def test_no_words_and_no_vectors_are_no_error():
    assert fuse(FUSION, scores(0, 0), scores(NAN, 0.1), None) == pytest.approx([0, 0.06])
    assert fuse(FUSION, scores(), scores(), scores()).shape == (0,)


def test_the_scale_of_a_foreign_model_does_not_matter():
    words, near = scores(5, 1, 0), scores(0.80, 0.95, 0.70)
    stretched = fuse_foreign(words, scores(0, 0, 0), near)
    assert stretched == pytest.approx(fuse_foreign(words, scores(0, 0, 0), near * 100 - 3), abs=1e-5)


def test_a_foreign_model_half_filled_lends_the_instant_one_its_voice():
    found = fuse_foreign(scores(0, 0, 0), scores(0.9, 0.1, 0.5), scores(NAN, 0.2, 0.8))
    assert found[0] >= found[2] > found[1]
