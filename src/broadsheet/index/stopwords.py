"""Words that a paper need not hold, because they say nothing of its subject."""

_TODAY = "a an and are as at be by for from has have in is it its not of on or that the their this to was we were with"
_QUESTIONS = (
    "what which whom whose how when where why do does did done can could may might shall should will would must there "
    "here these those such any some all about into than then so if but also only very more most other others etc i me "
    "my you your he she they them his her our am been being had having no nor"
)
STOP_WORDS = frozenset(f"{_TODAY} {_QUESTIONS}".split())
"""Articles, prepositions and the words that questions are made of."""

_REQUESTS = (
    "article articles paper papers interested exist exists existing deal deals dealing concerning concerned concern "
    "regarding"
)
REQUEST_WORDS = frozenset(_REQUESTS.split())
"""What people write around a subject when they ask in sentences: "I am interested in articles which deal with"."""

SENTENCE = 7
"""Words from which a query is taken for a sentence; in a shorter one "paper" may be the subject."""


def is_telling(word: str, *, in_sentence: bool) -> bool:
    """Whether a normalised word says something of a subject."""
    return word not in STOP_WORDS and not (in_sentence and word in REQUEST_WORDS)
