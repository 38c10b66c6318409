"""Labels: each region named by the words that its titles hold and the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.mapping.regions import Level
from broadsheet.mapping.titlewords import Term, Titles

PHRASE = (0.0, 1.0, 2.0, 2.4)
"""What a term of so many words is worth: two words that belong together say more than either."""
CLOSING = 0.4
"""Share of closing occurrences from which a term counts in full."""
SWALLOWED = 0.5
"""Share of a term's titles that hold a longer one around it, from which only the longer one is looked at."""
WIDEST = 3
"""Terms in a label."""
LONGEST = 40
"""Characters of a label beyond which it gets no further term."""
LOOKED_AT = 60
TELLING = 0.4
"""Share of the best term's score below which a further one is left out."""

Scores = NDArray[np.float64]


def name_regions(
    titles: Titles, level: Level, above: NDArray[np.int64] | None, used: set[Term], *, fewest: int = 1
) -> list[str]:
    """A label for each region of a level, of words that no other region has; empty where the titles tell nothing.

    `above` gives for each paper the region of the coarser level it lies in: a label tells its region from its
    surroundings. Larger regions choose first. `used` holds the terms of all labels so far, and grows. A label has at
    least `fewest` terms where so many say anything.
    """
    counts = _counts(titles.holds, level.members, len(level.sizes))
    surroundings = np.zeros(len(level.members), np.int64) if above is None else above
    around = _counts(titles.holds, surroundings, int(surroundings.max(initial=0)) + 1)
    labels = []
    for region in range(len(level.sizes)):
        home = int(np.bincount(surroundings[level.members == region]).argmax())
        near = around[[home]].toarray().ravel(), float((surroundings == home).sum())
        chosen = _choose(titles, _candidates(titles, counts, region, near, level), used, fewest)
        used.update(titles.keys[term] for term in chosen)
        labels.append(_joined(titles, chosen))
    return labels


def _counts(holds: csr_array, groups: NDArray[np.integer], many: int) -> csr_array:
    """In how many titles of each group each term stands: shape (groups, terms)."""
    rows = np.arange(len(groups))
    belongs = csr_array((np.ones(len(groups), np.float32), (groups, rows)), shape=(many, len(groups)))
    return csr_array(belongs @ holds)


@dataclass(frozen=True, slots=True)
class _Candidate:
    term: int
    score: float
    titles: int


def _candidates(
    titles: Titles, counts: csr_array, region: int, near: tuple[Scores, float], level: Level
) -> list[_Candidate]:
    """The terms that tell most by class-based tf-idf, best first: the share of the region's titles that hold a term,
    times how much larger it is than among all and than in the surroundings."""
    start, end = counts.indptr[region], counts.indptr[region + 1]
    terms, inside = counts.indices[start:end], counts.data[start:end].astype(np.float64)
    wide = np.asarray(counts.sum(axis=0)).ravel()[terms]
    size, everything = float(level.sizes[region]), float(level.sizes.sum())
    share = inside / size
    gain = np.log(share / (wide / everything))
    # A region's own surroundings say what in it is special; a region of the first level has none but all the map.
    apart = near[1] < everything
    contrast = np.log1p(share / ((np.maximum(near[0][terms] - inside, 0) + 1) / near[1])) if apart else 1.0
    form = np.array([PHRASE[len(titles.keys[term])] for term in terms]) * np.minimum(1, titles.closing[terms] / CLOSING)
    score = np.where(inside >= max(2.0, 0.01 * size), share * gain.clip(0) * contrast * form, 0.0)
    best = np.argsort(-score, kind="stable")[:LOOKED_AT]
    return [_Candidate(int(terms[at]), float(score[at]), int(inside[at])) for at in best if score[at] > 0]


def _choose(titles: Titles, candidates: Sequence[_Candidate], used: set[Term], fewest: int) -> list[int]:
    chosen: list[int] = []
    best = 0.0
    for each in candidates:
        key = titles.keys[each.term]
        if _is_taken(key, used) or _is_swallowed(titles, each, candidates) or not _adds(titles, each.term, chosen):
            continue
        best = best or each.score
        if len(chosen) == WIDEST or (len(chosen) >= fewest and each.score < TELLING * best):
            break
        if not chosen or len(_joined(titles, [*chosen, each.term])) <= LONGEST:
            chosen.append(each.term)
    return chosen


def _is_taken(key: Term, used: set[Term]) -> bool:
    """Whether a label has the term, or a longer one that holds all its words."""
    return any(set(key) <= set(other) for other in used)


def _is_swallowed(titles: Titles, one: _Candidate, all_: Sequence[_Candidate]) -> bool:
    """Whether the term mostly stands inside of one longer term: "large language" in "large language model"."""
    key = titles.keys[one.term]
    longer = (each for each in all_ if each.titles >= SWALLOWED * one.titles and len(titles.keys[each.term]) > len(key))
    return any(_holds(titles.keys[each.term], key) for each in longer)


def _holds(longer: Term, key: Term) -> bool:
    return any(longer[at : at + len(key)] == key for at in range(len(longer) - len(key) + 1))


def _adds(titles: Titles, term: int, chosen: Sequence[int]) -> bool:
    """Whether a term has no word in common with those before it."""
    words = set(titles.keys[term])
    return not any(words & set(titles.keys[other]) for other in chosen)


def _joined(titles: Titles, terms: Sequence[int]) -> str:
    text = ", ".join(titles.written[term] for term in terms)
    return text[:1].upper() + text[1:]
