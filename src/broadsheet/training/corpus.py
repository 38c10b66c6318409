"""Papers as rows of the table: what the steps of training draw from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding.static import Vocabulary, words
from broadsheet.training.gradients import Floats, Rows
from broadsheet.training.papers import TrainingPaper

MAX_WORDS = 250
"""Words of an abstract that are trained on."""
PROGRESS_EVERY = 2000


@dataclass(frozen=True, slots=True)
class Corpus:
    """Titles and abstracts as rows, the number of each paper's category, and in how many papers each term occurs."""

    titles: tuple[Rows, ...]
    abstracts: tuple[Rows, ...]
    categories: NDArray[np.int64]
    frequencies: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.titles)

    @property
    def rarity(self) -> Floats:
        """The logarithm of how rare each term is (IDF): float32, shape (terms,)."""
        return np.log(max(len(self), 1) / (self.frequencies + 1.0)).clip(0).astype(np.float32)


def read_corpus(papers: Iterable[TrainingPaper], vocabulary: Vocabulary, progress: Callable[[int], object]) -> Corpus:
    """Papers as rows of a vocabulary; those without a title or an abstract teach nothing and are left out."""
    titles, abstracts, categories = [], [], []
    frequencies = np.zeros(len(vocabulary), dtype=np.int64)
    for number, paper in enumerate(papers, start=1):
        title, abstract = (
            rows_of(words(paper.title), vocabulary),
            rows_of(words(paper.abstract)[:MAX_WORDS], vocabulary),
        )
        if len(title) and len(abstract):
            titles.append(title)
            abstracts.append(abstract)
            categories.append(paper.category)
            frequencies[np.unique(np.concatenate([title, abstract]))] += 1
        if number % PROGRESS_EVERY == 0:
            progress(number)
    numbers = np.unique(np.array(categories, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
    return Corpus(tuple(titles), tuple(abstracts), numbers, frequencies)


def rows_of(text: Sequence[str], vocabulary: Vocabulary) -> Rows:
    """The rows of words in their order."""
    return np.fromiter((row for word in text for row in vocabulary.rows_of(word)), dtype=np.int32)
