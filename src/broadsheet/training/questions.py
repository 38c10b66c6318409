"""Questions: from papers to pairs of what someone might ask and the paper that answers it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.embedding.static import Vocabulary, words
from broadsheet.training.corpus import Corpus, rows_of
from broadsheet.training.gradients import Floats, Rows

LONGEST_ASKED = 40
HIDING = 0.5
FEWEST_HIDDEN_FROM = 8
FORMS = (
    "what is {}",
    "what are {}",
    "how does {} work",
    "how do {} behave",
    "i am looking for papers about {}",
    "papers on {}",
    "articles that discuss {}",
    "work on the problem of {}",
    "what methods exist for {}",
    "what is known about {}",
    "which approaches have been proposed for {}",
    "is there evidence for {}",
    "can one use {}",
    "what problems arise in {}",
    "research dealing with {}",
    "i would like to find information on {}",
    "describe {}",
    "studies of {}",
    "effects of {}",
    "the use of {}",
    "recent results concerning {}",
    "any paper about {} is of interest",
    "has anyone investigated {}",
    "what theoretical or experimental results are available for {}",
    "how can {} be used in practice",
    "what are the advantages and disadvantages of {}",
    "give an overview of {}",
    "i am interested in {}",
    "techniques for {}",
    "applications of {}",
    "how to choose {}",
    "why does {} happen",
    "to what extent does {} matter",
    "what has been done about {}",
    "find documents on {}",
    "comparison of {}",
    "does {} increase or decrease",
    "please list all publications which treat {}",
    "how important is {}",
)
"""How people put a question around its subject; the words around it have to count for little."""


SHARES: Mapping[str, float] = {"title": 1.0, "span": 1.5, "keywords": 1.5, "half": 0.5, "sentence": 0.5}
"""How often each kind of question is drawn, in proportion."""

Pair = tuple[Rows, Rows]


@dataclass(frozen=True, slots=True)
class Source:
    """What one question is drawn from: a paper's rows, how rare each term is, and chance."""

    title: Rows
    abstract: Rows
    rarity: Floats
    random: np.random.Generator


Draw = Callable[[Source], Pair]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How questions are drawn: how many a batch, and the shares of their kinds.

    Of the questions, the share `formed` is put into a form. Of the batches, the share `alike` is drawn from one
    category or a few neighbours, where papers are hard to tell apart. Every second answer loses each word that it has
    in common with its question with the chance `hidden`: what then still joins the two is meaning.
    """

    batch: int = 1024
    formed: float = 0.4
    alike: float = 0.5
    hidden: float = 0.5


class Questions:
    """Batches of pairs, drawn from a corpus without end; the same seed draws the same."""

    def __init__(self, corpus: Corpus, vocabulary: Vocabulary, drawing: Drawing, random: np.random.Generator) -> None:
        self._corpus, self._drawing, self._random = corpus, drawing, random
        self._rarity = corpus.rarity
        self._kinds = [KINDS[name] for name in SHARES]
        self._chances = np.array([*SHARES.values()]) / sum(SHARES.values())
        halves = [form.split("{}") for form in FORMS]
        self._forms = [(rows_of(words(a), vocabulary), rows_of(words(b), vocabulary)) for a, b in halves]

    def batches(self) -> Iterator[list[Pair]]:
        """Batches of (question, what answers it); each round gives every paper at most once."""
        while True:
            for papers in self._round():
                kinds = self._random.choice(len(self._kinds), size=len(papers), p=self._chances)
                yield [self._pair(paper, self._kinds[kind]) for paper, kind in zip(papers, kinds, strict=True)]

    def _round(self) -> list[NDArray[np.int64]]:
        """All papers in batches, those of one category together in a share of the batches."""
        order = self._random.permutation(len(self._corpus))
        together, apart = np.split(order, [int(len(order) * self._drawing.alike)])
        together = together[np.argsort(self._corpus.categories[together], kind="stable")]
        size = min(self._drawing.batch, max(2, len(order) // 2))
        batches = [
            part[start : start + size] for part in (together, apart) for start in range(0, len(part) - size + 1, size)
        ]
        return [batches[place] for place in self._random.permutation(len(batches))]

    def _pair(self, paper: int, draw: Draw) -> Pair:
        title, abstract = self._corpus.titles[paper], self._corpus.abstracts[paper]
        question, answer = draw(Source(title, abstract, self._rarity, self._random))
        if not len(question) or not len(answer):
            question, answer = title, abstract
        if self._random.random() < HIDING and len(answer) > FEWEST_HIDDEN_FROM:
            answer = self._hide(question, answer)
        if self._random.random() < self._drawing.formed:
            before, after = self._forms[self._random.integers(len(self._forms))]
            question = np.concatenate([before, question[:LONGEST_ASKED], after])
        return question, answer

    def _hide(self, question: Rows, answer: Rows) -> Rows:
        """The answer without some words of the question; whole where nothing would be left."""
        asked = np.unique(question)
        hidden = asked[self._random.random(len(asked)) < self._drawing.hidden]
        left = answer[~np.isin(answer, hidden)]
        return left if len(left) else answer


def title_asks(source: Source) -> Pair:
    """The title, for its abstract."""
    return source.title, source.abstract


def span_asks(source: Source) -> Pair:
    """6 to 32 words of the abstract, for the title and the rest of it."""
    abstract = source.abstract
    length = int(source.random.integers(6, 33))
    start = int(source.random.integers(0, max(1, len(abstract) - length)))
    rest = [source.title, abstract[:start], abstract[start + length :]]
    return abstract[start : start + length], np.concatenate(rest)


def keywords_ask(source: Source) -> Pair:
    """Two to five rare words, each alone or with the one after it, for the paper as a whole."""
    whole, random = np.concatenate([source.title, source.abstract]), source.random
    chosen = np.argsort(-source.rarity[whole] * np.sqrt(random.random(len(whole))))[: int(random.integers(2, 6))]
    return np.concatenate([whole[place : place + int(random.integers(1, 3))] for place in chosen]), whole


def half_asks(source: Source) -> Pair:
    """The first half of the abstract, for the title and the second half."""
    middle = len(source.abstract) // 2
    return source.abstract[:middle], np.concatenate([source.title, source.abstract[middle:]])


def sentence_asks(source: Source) -> Pair:
    """12 to 39 words of the abstract, for the title."""
    length = int(source.random.integers(12, 40))
    start = int(source.random.integers(0, max(1, len(source.abstract) - length)))
    return source.abstract[start : start + length], source.title


KINDS: Mapping[str, Draw] = {
    "title": title_asks,
    "span": span_asks,
    "keywords": keywords_ask,
    "half": half_asks,
    "sentence": sentence_asks,
}
