"""Questions drawn from papers, and the arithmetic of a step."""

import itertools

import numpy as np
import pytest

from broadsheet.embedding.static import Vocabulary
from broadsheet.training.corpus import read_corpus, rows_of
from broadsheet.training.distilling import distil
from broadsheet.training.gradients import Descent, bag, compact, contrast
from broadsheet.training.papers import TrainingPaper
from broadsheet.training.questions import KINDS, Drawing, Questions, Source

WORDS = [f"w{number}" for number in range(200)]
VOCABULARY = Vocabulary(WORDS)


def papers(count=300):
    random = np.random.default_rng(1)
    for number in range(count):
        title, abstract = random.choice(WORDS, 6), random.choice(WORDS, 60)
        yield TrainingPaper(str(number), " ".join(title), " ".join(abstract), f"c{number % 3}")


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(papers(), VOCABULARY, lambda done: None)


def drawn(corpus, seed=4, batches=8, **drawing):
    random = np.random.default_rng(seed)
    questions = Questions(corpus, VOCABULARY, Drawing(**{"batch": 32, **drawing}), random)
    return list(itertools.islice(questions.batches(), batches))


def test_papers_without_words_are_left_out():
    found = read_corpus([TrainingPaper("1", "w1", ""), TrainingPaper("2", "w1 w2", "w3 w3")], VOCABULARY, print)
    assert len(found) == 1
    assert found.frequencies[[1, 2, 3]].tolist() == [1, 1, 1]


def test_the_same_seed_draws_the_same(corpus):
    a, b = drawn(corpus), drawn(corpus)
    assert all((x[0] == y[0]).all() and (x[1] == y[1]).all() for x, y in zip(a[0], b[0], strict=True))
    assert len(a[0]) == 32


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_asks_with_words_of_the_paper(corpus, kind):
    source = Source(corpus.titles[0], corpus.abstracts[0], corpus.rarity, np.random.default_rng(0))
    question, answer = KINDS[kind](source)
    of_paper = {*corpus.titles[0].tolist(), *corpus.abstracts[0].tolist()}
    assert question.size
    assert answer.size
    assert {*question.tolist(), *answer.tolist()} <= of_paper


def test_hidden_words_are_gone_from_half_of_the_answers(corpus):
    pairs = [pair for batch in drawn(corpus, formed=0, hidden=1.0) for pair in batch]
    apart = sum(not np.isin(answer, question).any() for question, answer in pairs)
    assert 0.4 * len(pairs) < apart < 0.8 * len(pairs)


def test_questions_and_answers_are_never_empty(corpus):
    assert all(len(q) and len(a) for batch in drawn(corpus, batches=30, hidden=1.0) for q, a in batch)


def test_the_gradient_is_that_of_the_loss():
    random = np.random.default_rng(2)
    a, b = random.standard_normal((2, 7, 5))
    _, by_a, by_b = contrast(a, b, 2.0)
    for side, slope in ((0, by_a), (1, by_b)):
        for place in ((0, 0), (3, 2), (6, 4)):
            nudged = [np.array([a, b]) for _ in range(2)]
            for pair, sign in zip(nudged, (1e-5, -1e-5), strict=True):
                pair[side][place] += sign
            up, down = (contrast(*pair, 2.0)[0] for pair in nudged)
            assert (up - down) / 2e-5 == pytest.approx(slope[place], abs=1e-3)


def test_a_compact_bag_means_the_same():
    counts = bag([np.array([3, 3, 9], dtype=np.int32), np.array([], dtype=np.int32)], 12)
    rows, (small,) = compact([counts])
    assert rows.tolist() == [3, 9]
    table = np.arange(24.0).reshape(12, 2)
    assert (small @ table[rows] == counts @ table).all()


def test_a_step_moves_only_the_rows_it_touches():
    table = np.ones((4, 3), dtype=np.float32)
    Descent.over(table).step(table, np.array([1, 3], dtype=np.int32), np.ones((2, 3), dtype=np.float32), 0.1)
    assert (table[[0, 2]] == 1).all()
    assert (table[[1, 3]] < 1).all()


def test_distilling_brings_means_near_to_what_is_taught():
    random = np.random.default_rng(3)
    truth, texts = random.standard_normal((30, 8)), [random.integers(0, 30, 5).astype(np.int32) for _ in range(400)]
    taught = np.array([truth[text].mean(axis=0) for text in texts], dtype=np.float32)
    start = (truth + random.standard_normal(truth.shape)).astype(np.float32)
    moved = distil(start, np.ones(30, dtype=np.float32), texts, taught)

    def off(table):
        means = np.array([table[text].mean(axis=0) for text in texts])
        return ((means - means.mean(axis=0) - taught + taught.mean(axis=0)) ** 2).sum()

    assert off(moved) < 0.2 * off(start)


def test_rows_of_a_text():
    assert rows_of(["w3", "unknown", "w1"], VOCABULARY).tolist() == [3, 1]
    assert rows_of([], VOCABULARY).dtype == np.int32
