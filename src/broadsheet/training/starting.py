"""Where training starts from: a static model that exists, or a larger model's vectors of words and of texts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding import Embedder, PaperText
from broadsheet.embedding.static import PIECE, StaticModel, Vocabulary, words
from broadsheet.index.schema import stem
from broadsheet.text import sentences
from broadsheet.training.corpus import rows_of
from broadsheet.training.distilling import distil
from broadsheet.training.gradients import Floats
from broadsheet.training.papers import TrainingPaper

RARE = 8
"""A word of fewer papers gets no row of its own."""
MOST_NEW = 20_000
LONGEST_NUMBER = 4
HALF_AT = 0.02
"""A word that occurs in this share of the papers counts half of what a rare one does."""
LEXICAL = 1 / 2
"""Share of the dimensions that tell words apart and know nothing of their meaning: random directions."""
LEXICAL_LENGTH = 1.0
"""Length of that part, where that of meaning is 1."""
LENGTH = 0.3
CHUNK = 2000
SHORT, LONG = 40, 220
"""Characters of the sentences that a teacher is asked about."""
SENTENCES = 0.6
Told = Callable[[str, int, int], object]
"""Hears of progress: what is done, how much of it, and of how much."""


@dataclass(frozen=True, slots=True)
class Start:
    """The terms and their vectors, float32, shape (terms, dimensions), before any training."""

    vocabulary: Vocabulary
    table: Floats


def frequent_words(papers: Iterable[TrainingPaper], rare: int = RARE) -> Counter[str]:
    """In how many papers each word occurs, for words of at least `rare` papers that are no long numbers."""
    counts: Counter[str] = Counter()
    for paper in papers:
        counts.update(set(words(paper.title)) | set(words(paper.abstract)))
    kept = {word: count for word, count in counts.items() if count >= rare}
    return Counter({word: count for word, count in kept.items() if not word.isdecimal() or len(word) <= LONGEST_NUMBER})


def from_model(model: StaticModel, counts: Counter[str], dimensions: int) -> Start:
    """A model's own vectors, and the mean of their pieces for frequent words that it lacks, at most 20,000.

    With fewer dimensions than the model has, those along which its vectors differ most.
    """
    known = set(model.vocabulary.terms)
    new = [word for word, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])) if word not in known]
    new = new[:MOST_NEW]
    table = model.rows.astype(np.float32) * model.scales[:, None]
    pieces = [model.vocabulary.split(word) for word in new]
    made = [table[rows].mean(axis=0) if rows else np.zeros(model.dimensions, dtype=np.float32) for rows in pieces]
    whole = np.concatenate([table, np.stack(made)]) if made else table
    return Start(Vocabulary([*model.vocabulary.terms, *new]), _narrow(whole, dimensions))


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a teacher is asked about: terms, in how many of `papers` papers each occurs, and texts of a line or two."""

    terms: tuple[str, ...]
    counts: Mapping[str, int]
    papers: int
    texts: tuple[str, ...]


def from_teacher(teacher: Embedder, lesson: Lesson, dimensions: int, random: np.random.Generator, told: Told) -> Start:
    """Half of the dimensions as a teacher has them, the others random; common terms are short.

    The teacher gives the terms' own vectors, which are then moved so that their means come near to its vectors of whole
    texts. The random half makes a mean of words remember which words they were, by their stems (random indexing).
    """
    vocabulary = Vocabulary(lesson.terms)
    share = np.array([lesson.counts.get(term, 0) for term in lesson.terms], dtype=np.float32) / max(lesson.papers, 1)
    weights = np.asarray(HALF_AT / (HALF_AT + share), dtype=np.float32)
    alone = _taught(teacher, [term.removeprefix(PIECE) for term in lesson.terms], told)
    meant = alone - alone.mean(axis=0)
    if lesson.texts:
        texts = [rows_of(words(text), vocabulary) for text in lesson.texts]
        meant = distil(meant, weights, texts, _taught(teacher, lesson.texts, told))
    lexical = int(dimensions * LEXICAL)
    meant = _narrow(meant, dimensions - lexical)
    meant = meant / np.sqrt((meant**2).sum(axis=1).mean())
    told_apart = LEXICAL_LENGTH * _random_by_stem(lesson.terms, lexical, random)
    table = LENGTH * weights[:, None] * np.hstack([meant, told_apart])
    return Start(vocabulary, np.asarray(table, dtype=np.float32))


def _random_by_stem(terms: Sequence[str], dimensions: int, random: np.random.Generator) -> NDArray[np.float64]:
    """A random direction, about 1 long, for each stem: shape (terms, dimensions). A piece is its own stem."""
    stems = [term if term.startswith(PIECE) else stem(term) or term for term in terms]
    names, places = np.unique(np.array(stems, dtype=np.str_), return_inverse=True)
    directions = random.standard_normal((len(names), dimensions)) / np.sqrt(max(dimensions, 1))
    return np.asarray(directions[places])


def _taught(teacher: Embedder, texts: Sequence[str], told: Told) -> Floats:
    """The teacher's vectors, asked for in chunks."""
    parts = []
    for start in range(0, len(texts), CHUNK):
        chunk = [PaperText(text) for text in texts[start : start + CHUNK]]
        parts.append(teacher.embed_papers(chunk))
        told("asking the teacher", start + len(chunk), len(texts))
    return np.concatenate(parts)


def lines_of(papers: Sequence[TrainingPaper], most: int, random: np.random.Generator) -> Iterator[str]:
    """Titles and single sentences of abstracts, one of either from each of at most `most` papers."""
    for place in random.permutation(len(papers))[:most]:
        paper = papers[place]
        found = [text for text in sentences(paper.abstract) if SHORT <= len(text) <= LONG]
        yield found[int(random.integers(len(found)))] if found and random.random() < SENTENCES else paper.title


def _narrow(table: Floats, dimensions: int) -> Floats:
    """The table in the directions of its greatest spread, where it has more dimensions than asked for."""
    if table.shape[1] <= dimensions:
        return table
    _, directions = np.linalg.eigh(table.T @ table)
    return np.ascontiguousarray(table @ directions[:, ::-1][:, :dimensions], dtype=np.float32)
