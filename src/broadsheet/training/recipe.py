"""The recipe: from papers to a static model, with what it found before and after on papers that were held back."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from broadsheet.embedding import Embedder
from broadsheet.embedding.static import StaticModel, Vocabulary, words
from broadsheet.errors import BadInput
from broadsheet.training.corpus import Corpus, read_corpus, rows_of
from broadsheet.training.gradients import Descent, Floats, bag, compact, contrast
from broadsheet.training.measuring import Measured, measure
from broadsheet.training.papers import TrainingPaper
from broadsheet.training.questions import Drawing, Pair, Questions
from broadsheet.training.starting import Lesson, Start, Told, frequent_words, from_model, from_teacher, lines_of

FEWEST = 50
"""With fewer papers there is nothing to learn from."""
HELD_BACK = 1000
MOST_HELD_SHARE = 0.1
WARM_UP = 20
TITLE_WEIGHT = 3.0
"""A word of a title counts as much as three of the abstract: measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `rounds` is how often each paper is asked for; `minutes` ends it before that.

    `keep` is the share of the start in the result, which holds on to what the papers do not speak of. `pairs` is the
    share of the steps that learn from further pairs of texts, if there are any. `scale` is the inverse temperature. A
    teacher is asked about `lines` titles and sentences, beside the pairs.
    """

    dimensions: int = 512
    rounds: float = 3.0
    minutes: float = 50.0
    seed: int = 0
    rate: float = 2e-3
    scale: float = 12.0
    keep: float = 0.5
    pairs: float = 0.1
    lines: int = 80_000
    drawing: Drawing = field(default_factory=Drawing)


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with its story: steps, seconds, and how well titles found abstracts before and after."""

    model: StaticModel
    before: Measured
    after: Measured
    papers: int
    steps: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Material:
    """What to learn from: papers, further pairs of texts, and the model or teacher to start from.

    With a teacher, `terms` are those that get a row whether or not the papers use them.
    """

    papers: Sequence[TrainingPaper]
    start: StaticModel | None
    teacher: Embedder | None = None
    terms: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


def train(material: Material, plan: Plan, told: Told) -> Trained:
    """Train a static model. The same material and plan give the same model, unless time runs out.

    Raises BadInput where there are fewer than 50 papers with an abstract.
    """
    begun = time.monotonic()
    learnt, held = split([paper for paper in material.papers if paper.title and paper.abstract])
    if len(learnt) < FEWEST:
        raise BadInput(f"There are {len(learnt)} papers with an abstract to learn from; training wants {FEWEST}.")
    random = np.random.default_rng(plan.seed)
    start = _start(material, learnt, plan, random, told)
    corpus = read_corpus(learnt, start.vocabulary, lambda done: told("reading", done, len(learnt)))
    end = begun + 60 * plan.minutes
    # A teacher has been asked about the pairs; contrast on them as well was measured, and did not help.
    pairs = material.pairs if material.teacher is None else ()
    table, steps = _descend(start, corpus, pairs, plan, end, told)
    mixed = plan.keep * start.table + (1 - plan.keep) * table
    model = quantised(start.vocabulary, mixed, {"papers": str(len(learnt)), "steps": str(steps)})
    before = measure(material.start or quantised(start.vocabulary, start.table, {}), held)
    return Trained(model, before, measure(model, held), len(learnt), steps, time.monotonic() - begun)


def split(papers: Sequence[TrainingPaper]) -> tuple[list[TrainingPaper], list[TrainingPaper]]:
    """Papers to learn from, and about a tenth of them, 1,000 at most, held back; a paper's title decides for good."""
    order = sorted(papers, key=lambda paper: hashlib.sha256(paper.title.encode("utf-8", "replace")).digest())
    count = min(HELD_BACK, int(len(order) * MOST_HELD_SHARE))
    held = {id(paper) for paper in order[:count]}
    return [paper for paper in papers if id(paper) not in held], order[:count]


def quantised(vocabulary: Vocabulary, table: Floats, about: dict[str, str]) -> StaticModel:
    """A table of floats as a model of int8, each row with its own scale."""
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-12).astype(np.float32)
    rows = np.rint(table / scales[:, None]).astype(np.int8)
    return StaticModel(vocabulary, rows, scales, TITLE_WEIGHT, about)


def _start(
    material: Material, learnt: Sequence[TrainingPaper], plan: Plan, random: np.random.Generator, told: Told
) -> Start:
    counts = frequent_words(learnt)
    if material.teacher is None:
        if material.start is None:
            raise BadInput("Training starts from a static model or from a teacher; neither was given.")
        return from_model(material.start, counts, plan.dimensions)
    terms = tuple(dict.fromkeys([*material.terms, *(word for word, _ in counts.most_common())]))
    lines = [*(f"{a}: {b}" for a, b in material.pairs), *lines_of(learnt, plan.lines, random)]
    return from_teacher(
        material.teacher, Lesson(terms, counts, len(learnt), tuple(lines)), plan.dimensions, random, told
    )


def _descend(
    start: Start, corpus: Corpus, pairs: Sequence[tuple[str, str]], plan: Plan, end: float, told: Told
) -> tuple[Floats, int]:
    """The table after training, and how many steps that took; the rate falls to nothing by the last step."""
    random = np.random.default_rng([plan.seed, 1])
    table, descent = start.table.copy(), Descent.over(start.table)
    batches = Questions(corpus, start.vocabulary, plan.drawing, random).batches()
    further = _further(pairs, start.vocabulary, plan.drawing.batch, random)
    share = plan.pairs if pairs else 0.0
    steps = max(1, round(plan.rounds * len(corpus) / plan.drawing.batch / (1 - share)))
    begun = time.monotonic()
    for step in range(steps):
        spent = (time.monotonic() - begun) / max(end - begun, 1e-9)
        # What is left of the steps or, where time is shorter, of the time; steps alone decide while time suffices.
        left = min(1 - step / steps, 1 - spent) if spent > (step + 1) / steps else 1 - step / steps
        if left <= 0:
            return table, step
        batch = next(further) if random.random() < share else next(batches)
        _learn(table, descent, batch, plan.rate * left * min(1.0, (step + 1) / WARM_UP), plan.scale)
        told("training", step + 1, steps)
    return table, steps


def _learn(table: Floats, descent: Descent, batch: Sequence[Pair], rate: float, scale: float) -> None:
    questions, answers = (bag([pair[side] for pair in batch], len(table)) for side in (0, 1))
    rows, (asked, answered) = compact([questions, answers])
    touched = table[rows]
    _loss, by_question, by_answer = contrast(asked @ touched, answered @ touched, scale)
    descent.step(table, rows, asked.T @ by_question + answered.T @ by_answer, rate)


def _further(
    pairs: Sequence[tuple[str, str]], vocabulary: Vocabulary, size: int, random: np.random.Generator
) -> Iterator[list[Pair]]:
    """Batches of the further pairs, without end."""
    known = list(_known(pairs, vocabulary))
    while known:
        yield [known[place] for place in random.integers(0, len(known), size)]


def _known(pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Iterator[Pair]:
    for a, b in pairs:
        rows = rows_of(words(a), vocabulary), rows_of(words(b), vocabulary)
        if len(rows[0]) and len(rows[1]):
            yield rows
