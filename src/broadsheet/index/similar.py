"""Which words of a paper tell most about it, so that papers alike are found with few of them."""

import math
from collections import Counter

from tantivy import Searcher

from broadsheet.index.parsing import STOP_WORDS
from broadsheet.index.schema import BODY, stem
from broadsheet.text import search_terms

_MOST_STEMS = 24
_CANDIDATES = 120
_TITLE_WEIGHT = 2
_LONGEST_TEXT = 8_000
_TOO_COMMON = 0.1
"""A stem in more than this share of all papers tells little and costs most."""


def telling_stems(searcher: Searcher, title: str, abstract: str) -> list[tuple[str, float]]:
    """The stems with the highest tf-idf and their weights (1 for the heaviest), best first.

    Words of the title count twice. A stem that only one paper holds finds nothing but that paper.
    """
    counts = _counts(title, abstract)
    papers = max(searcher.num_docs, 1)
    scored = []
    for word, count in counts.most_common(_CANDIDATES):
        frequency = searcher.doc_freq(BODY, word)
        if 2 <= frequency <= max(papers * _TOO_COMMON, 10):
            scored.append((math.sqrt(count) * math.log(1 + papers / frequency), word))
    scored.sort(reverse=True)
    best = scored[:_MOST_STEMS]
    # The engine multiplies each weight with the rarity of the stem again, so only the count goes in.
    return [(word, math.sqrt(counts[word])) for _, word in best]


def _counts(title: str, abstract: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, weight in ((title, _TITLE_WEIGHT), (abstract[:_LONGEST_TEXT], 1)):
        for word in search_terms(text):
            if word not in STOP_WORDS and len(word) > 1:
                counts[stem(word)] += weight
    counts.pop("", None)
    return counts
