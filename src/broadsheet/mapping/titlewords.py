"""Words of titles: which words and phrases each title holds, and how they are best written."""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.tex import untex

Term = tuple[str, ...]
"""A word, or the words of a phrase, as stems."""

LONGEST = 3
"""Words of a phrase."""
RAREST = 3
"""Titles that a term stands in; what is rarer names no region."""

_FORMULA = re.compile(r"\$[^$]*\$")
_CAPITAL_INSIDE = re.compile(r"(?<=\w)[A-Z]")
_PIECE = re.compile(r"[^\W\d_](?:[\w+]|['’](?=\w)|-(?=\w))*|[^\w\s'’-]|\d[\w.]*")
# Words that name no subject: grammar, and what every other title says of itself.
_SILENT = frozenset(
    """
    a about above across after against al algorithm algorithms all along also among amongst an analysis and another
    any application applications applied applying approach approaches are as at aux avec away based be because been
    before behind being below beneath beside besides best better between beyond both but by can can't case
    case-study cases certain challenge challenges chez class classes comment comments comparative comparing
    comparison complete computing concept concerning considerations construct could dans data de deep der des
    develop developing development die different do does don't down du during each early effect effects efficient
    either en est estimate estimates et evaluating evaluation evidence example examples experimental explicit
    exploring extended fast few field fields finding first following for four framework free from full further
    general generalized global good has have her here high higher his how human i ii iii implementation
    implementations implications improve improved improves improving in into introduction investigating
    investigation investigations is issue issues it its la large large-scale le learn les less leveraging like local
    long low lower made main make making many may method methods model modeling modelling models more most much
    multi multiple near need new no non not note notes novel observation observations of off on one only onto or
    other our out over overview paper par part per performance perspective possible pour practical preliminary
    presence present problem problems proceedings process processes progress proof proofs properties property
    proposal real-time recent related remark remarks report research result results review revisited robust role
    same scale search self set sets several shared short should simple since single small so solution solutions some
    special specific state structure structures studies study studying such sur survey system systems task tasks
    technique techniques test tests than that the their them then theorem theorems theory there these they this
    those three through time to together too top toward towards track two type types un under understanding une
    unified until up upon us use used useful user uses using various versus very via vs was we well were what when
    where whether which while who whose why will with within without work works workshop would yet you your
    """.split()  # noqa: SIM905 - a list of quoted words cannot be read
)
"""They may stand inside a phrase ("theory" after "graph"), but not alone, and grammar not at its ends."""
_MAY_END = frozenset(
    """
    algorithm algorithms analysis class classes computing development effect effects estimates evaluation fast field
    fields free general global high human large learn local long low model modeling modelling models multi multiple
    problem problems process processes robust search self set sets single small solution solutions special state
    structure structures system systems task tasks test theorem theorems theory time
    """.split()  # noqa: SIM905 - a list of quoted words cannot be read
)


@dataclass(frozen=True, slots=True)
class Titles:
    """Terms of all titles: `holds` is (titles, terms), 1 where a title holds a term; `keys` are tuples of stems.

    `closing` is the share of a term's occurrences after which its run of words ends: low for "finite dimensional", of
    which something must follow, high for "vector spaces".
    """

    holds: csr_array
    keys: Sequence[tuple[str, ...]]
    written: Sequence[str]
    closing: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Forms:
    """How often each stem was written how: inside of a run of words, and at its end."""

    inner: dict[str, Counter[str]]
    last: dict[str, Counter[str]]

    def record(self, stem: str, form: str, *, ends: bool, counts: bool) -> None:
        """Count a form; one of a title in capitals is only kept in mind for want of better."""
        (self.last if ends else self.inner).setdefault(stem, Counter())[form] += 10 if counts else 1

    def written(self, key: Term, *, plural: bool) -> str:
        """A term in its usual form, in which its last word is singular or plural."""
        inner = [_usual(self.inner.get(stem) or self.last[stem]) for stem in key[:-1]]
        counted = self.last.get(key[-1]) or self.inner[key[-1]]
        wanted = Counter({form: count for form, count in counted.items() if (form.lower() != key[-1]) == plural})
        return " ".join((*inner, _usual(wanted or counted)))


def _usual(counted: Counter[str]) -> str:
    return max(counted, key=lambda form: (counted[form], form))


def read_titles(titles: Iterable[str]) -> Titles:
    """All words and phrases that at least `RAREST` titles hold."""
    numbers: dict[Term, int] = {}
    forms = _Forms({}, {})
    found, ends = array("i"), array("i", [0])
    closings: Counter[int] = Counter()
    plurals: Counter[int] = Counter()
    for title in titles:
        terms: dict[int, bool] = {}
        for run in _runs(title, forms):
            for term, closes in _terms([_stem(word.lower()) for word in run]):
                number = numbers.setdefault(term, len(numbers))
                terms[number] = closes
                if closes and run[-1].lower() != term[-1]:
                    plurals[number] += 1
        found.extend(terms)
        ends.append(len(found))
        closings.update(number for number, closes in terms.items() if closes)
    usage = _Usage(np.array(found, np.int32), np.array(ends, np.int32), closings, plurals)
    return _kept(list(numbers), forms, usage)


@dataclass(frozen=True, slots=True)
class _Usage:
    """Numbers of the terms of all titles, where each title's end, and how often a term closes a run, also as plural."""

    found: NDArray[np.int32]
    ends: NDArray[np.int32]
    closings: Counter[int]
    plurals: Counter[int]


def _kept(keys: list[Term], forms: _Forms, usage: _Usage) -> Titles:
    counts = np.bincount(usage.found, minlength=len(keys))
    ones = np.ones(len(usage.found), np.float32)
    holds = csr_array((ones, usage.found, usage.ends), shape=(len(usage.ends) - 1, len(keys)))
    kept = [int(number) for number in np.flatnonzero(counts >= RAREST)]
    written = [
        forms.written(keys[number], plural=usage.plurals[number] * 2 > usage.closings[number]) for number in kept
    ]
    closing = np.array([usage.closings[number] for number in kept], np.float64) / counts[kept]
    return Titles(csr_array(holds[:, kept]), [keys[number] for number in kept], written, closing)


def _runs(title: str, forms: _Forms) -> Iterator[list[str]]:
    """Each run of words that no grammar and no mark interrupts."""
    if "$" in title or "\\" in title:
        title = untex(_FORMULA.sub(" . ", title))
    words = _PIECE.findall(title)
    plain = _is_sentence(words)
    run: list[str] = []
    for at, word in enumerate([*words, "."]):
        low = word.lower()
        if len(word) > 1 and word[0].isalpha() and (low not in _SILENT or low in _MAY_END):
            capitals = bool(_CAPITAL_INSIDE.search(word))
            form = word if capitals or (plain and at > 0) else low
            forms.record(_stem(low), form, ends=_is_end(words, at), counts=plain or capitals)
            run.append(word)
        elif run:
            yield run
            run = []


def _is_end(words: Sequence[str], at: int) -> bool:
    return at + 1 >= len(words) or words[at + 1].lower() in _SILENT or not words[at + 1][0].isalpha()


def _terms(run: Sequence[str]) -> Iterator[tuple[Term, bool]]:
    """Each word and phrase of a run, and whether it stands at the end; words that name nothing do not stand alone."""
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - LONGEST), end):
            if end - start > 1 or run[start] not in _SILENT_STEMS:
                yield tuple(run[start:end]), end == len(run)


def _is_sentence(words: Sequence[str]) -> bool:
    """Whether a title is written like a sentence, so that its capitals mean something."""
    rest = [word for word in words[1:] if len(word) > 3 and word.isalpha()]
    return len(rest) > 1 and sum(word.islower() for word in rest) * 2 > len(rest)


def _stem(word: str) -> str:
    """One form for singular and plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


_SILENT_STEMS = frozenset(_stem(word) for word in _SILENT)
