"""What makes one paper rank above another by its words: BM25 over several fields, weighted."""

import math
from collections import defaultdict
from collections.abc import Mapping

from tantivy import Occur, Query, Searcher

from broadsheet.index import schema as fields
from broadsheet.index.matching import Matcher

# Chosen on the five development sets together and on known papers among 200,000; on each half of the queries alone the
# choice would be the same within 0.3. The body holds the title too, so this is what a word in the title counts more.
TITLE = 0.35
EXACT = 0.2
AUTHORS = 1.0
PLACES = 0.15
"""A venue's or an organisation's name is made of words that papers use: "learning representations"."""

MOST_SCORED = 40
"""Different stems of a query that are scored, the most telling ones; more cost time and change little."""


def scores(
    matcher: Matcher, searcher: Searcher, counts: Mapping[str, float], meant: Mapping[str, str]
) -> list[tuple[Occur, Query]]:
    """One optional clause for each word and field; a word that is asked for twice counts twice.

    Words that no paper holds are looked for as what is `meant` by them.
    """
    kept = _most_telling(searcher, {meant.get(word, word): count for word, count in counts.items()})
    stems: defaultdict[str, float] = defaultdict(float)
    for word, count in kept.items():
        stems[fields.stem(word)] += count
    stems.pop("", None)
    weighted = [
        *((fields.BODY, stem, count) for stem, count in stems.items()),
        *((fields.TITLE, stem, TITLE * count) for stem, count in stems.items()),
        *((fields.EXACT, word, EXACT * count) for word, count in kept.items()),
        *((fields.AUTHORS, word, AUTHORS * count) for word, count in kept.items()),
        *(
            (field, word, PLACES * count)
            for field in (fields.VENUE, fields.ORGANISATIONS)
            for word, count in kept.items()
        ),
    ]
    return [(Occur.Should, Query.boost_query(matcher.term(field, term), weight)) for field, term, weight in weighted]


def _most_telling(searcher: Searcher, counts: Mapping[str, float]) -> Mapping[str, float]:
    if len(counts) <= MOST_SCORED:
        return counts
    papers = max(searcher.num_docs, 1)

    def telling(word: str) -> float:
        return counts[word] * math.log(1 + papers / (1 + searcher.doc_freq(fields.BODY, fields.stem(word))))

    return {word: counts[word] for word in sorted(counts, key=telling, reverse=True)[:MOST_SCORED]}
