"""Training on a small made-up literature."""

import numpy as np
import pytest

from broadsheet.embedding import PaperText, Space
from broadsheet.embedding.static import StaticModel, Vocabulary
from broadsheet.errors import BadInput
from broadsheet.training.papers import TrainingPaper
from broadsheet.training.questions import Drawing
from broadsheet.training.recipe import Material, Plan, split, train

TOPICS = 40
PLAN = Plan(dimensions=24, rounds=30, seed=3, rate=0.02, keep=0.2, drawing=Drawing(batch=32))


def literature(count):
    """Papers of forty topics: titles use some of its words and abstracts others, so that only training joins them."""
    random = np.random.default_rng(5)
    for number in range(count):
        topic = int(random.integers(TOPICS))
        title = [f"head{topic}{letter}" for letter in random.choice(list("abcd"), 2)]
        abstract = [f"tail{topic}{letter}" for letter in random.choice(list("efghijkl"), 12)]
        yield TrainingPaper(
            str(number), f"On {' '.join(title)} {number}", f"We study {' '.join(abstract)}.", f"t{topic % 4}"
        )


def untold(what, done, whole):
    pass


class LetterTeacher:
    """A model that knows a text by its letters."""

    space = Space("fake", "letters", "1", "none", 26)

    def embed_papers(self, papers):
        return np.array(
            [[paper.title.count(chr(97 + n)) + 0.1 for n in range(26)] for paper in papers], dtype=np.float32
        )

    def embed_query(self, text):
        return self.embed_papers([PaperText(text)])[0]


@pytest.fixture(scope="module")
def papers():
    return list(literature(1500))


@pytest.fixture(scope="module")
def start():
    terms = [
        "on",
        "we",
        "study",
        *(f"##{n}" for n in range(10)),
        *"abcdefghijkl",
        *(f"##{letter}" for letter in "abcdefghijkl"),
    ]
    table = np.random.default_rng(0).integers(-99, 99, (len(terms), 24), dtype=np.int8)
    return StaticModel(Vocabulary(terms), table, np.full(len(terms), 0.01, dtype=np.float32))


@pytest.fixture(scope="module")
def trained(papers, start):
    return train(Material(papers, start), PLAN, untold)


def test_training_finds_more_abstracts_by_their_titles(trained):
    assert trained.before.papers == trained.after.papers == 150
    assert trained.after.mrr > trained.before.mrr + 0.1
    assert trained.after.recall > trained.before.recall + 0.3


def test_frequent_words_get_rows_of_their_own(trained, start):
    assert set(start.vocabulary.terms) < set(trained.model.vocabulary.terms)
    assert "head3a" in trained.model.vocabulary.terms


def test_the_same_seed_gives_the_same_file(trained, papers, start):
    assert train(Material(papers, start), PLAN, untold).model.to_bytes() == trained.model.to_bytes()


def test_a_teacher_gives_another_start(papers):
    plan = Plan(dimensions=24, rounds=2, drawing=Drawing(batch=32))
    trained = train(Material(papers, None, LetterTeacher(), ("on", "we", "##s")), plan, untold)
    assert trained.model.dimensions == 24
    assert {"on", "##s", "head3a"} <= set(trained.model.vocabulary.terms)
    assert trained.after.mrr > trained.before.mrr


def test_further_pairs_are_learnt_from(papers, start):
    pairs = tuple((f"head{topic}a", f"tail{topic}e") for topic in range(TOPICS))
    plain = train(Material(papers, start), Plan(dimensions=24, rounds=1, drawing=Drawing(batch=32)), untold)
    helped = train(
        Material(papers, start, pairs=pairs), Plan(dimensions=24, rounds=1, drawing=Drawing(batch=32)), untold
    )
    assert helped.steps > plain.steps
    near = [float(model.embed_query("head7a") @ model.embed_query("tail7e")) for model in (plain.model, helped.model)]
    assert near[1] > near[0]


def test_fewer_dimensions_than_the_start_has(papers, start):
    assert train(Material(papers, start), Plan(dimensions=8, rounds=1), untold).model.dimensions == 8


def test_time_that_runs_out_ends_it(papers, start):
    trained = train(
        Material(papers, start), Plan(dimensions=24, rounds=10_000, minutes=0.02, drawing=Drawing(batch=32)), untold
    )
    assert 0 < trained.steps < 10_000


def test_progress_is_told(papers, start):
    told = []
    train(
        Material(papers[:200], start),
        Plan(dimensions=24, rounds=1),
        lambda what, done, whole: told.append((what, done, whole)),
    )
    assert told[-1][0] == "training"
    assert told[-1][1] == told[-1][2]


def test_too_few_papers_are_refused(papers, start):
    with pytest.raises(BadInput, match="wants 50"):
        train(Material(papers[:40], start), Plan(), untold)
    with pytest.raises(BadInput, match="wants 50"):
        train(Material([TrainingPaper(str(n), "Title", "") for n in range(100)], start), Plan(), untold)


def test_what_is_held_back_is_never_learnt_from(papers):
    learnt, held = split(papers)
    assert len(held) == 150
    assert not {paper.key for paper in learnt} & {paper.key for paper in held}
    assert {paper.key for paper in split(list(reversed(papers)))[1]} == {paper.key for paper in held}
