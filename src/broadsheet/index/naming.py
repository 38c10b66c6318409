"""Names as terms that can be found by how they begin, each leading to its key and to how it is printed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.identity import author_key, split_name
from broadsheet.terms import slug

_MARK = "\x1f"
_TURN = " "
"""Between family and given name in a term that begins with the family name; keys have no spaces."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody or something to go to: `key` is an author's key or a slug, `papers` how many papers bear the name."""

    key: str
    name: str
    papers: int


def name_term(name: str, key: str) -> str:
    """The term of a name that is found by its beginning: as it is typed, its key, and as it is printed."""
    return f"{slug(name)}{_MARK}{key}{_MARK}{name[:_LONGEST]}"


@lru_cache(maxsize=65_536)
def author_terms(name: str) -> tuple[str, ...]:
    """The terms of an author: the key with the printed name (where it is not just the key), and family name first."""
    key = author_key(name)
    printed = "" if _as_printed(key) == name else name[:_LONGEST]
    family, given = split_name(name)
    turned = f"{slug(family)}{_TURN}{slug(given)}" if given else ""
    # A key that was cut is not made of the two, so the turned term would lead nowhere.
    return (f"{key}{_MARK}{printed}", turned) if turned and _key_of(turned) == key else (f"{key}{_MARK}{printed}",)


def beginnings(text: str) -> tuple[str, ...]:
    """How the terms of an author may begin whose name somebody has begun to type, family name first or last."""
    words = slug(text[:_LONGEST]).split("-")
    turned = (f"{'-'.join(words[:at])}{_TURN}{'-'.join(words[at:])}" for at in range(1, min(len(words), 4)))
    whole = "-".join(words)
    return (whole, *turned) if len(words) > 1 else (whole,)


def author_of(term: str) -> str:
    """The key of the author that a term stands for."""
    key, mark, _ = term.partition(_MARK)
    return key if mark else _key_of(term)


def parse_author(key: str, printed: list[tuple[str, int]]) -> Name:
    """An author, from the terms that tell the printed names: the most usual one, without a comma where it can be."""
    names = [(papers, "," not in term, term.partition(_MARK)[2] or _as_printed(key)) for term, papers in printed]
    return Name(key, max(names)[2] if names else _as_printed(key), sum(papers for papers, _, _ in names))


def printed_beginning(key: str) -> str:
    """How the term of exactly this author begins that tells the printed name."""
    return f"{key}{_MARK}"


def parse_names(terms: list[tuple[str, int]]) -> Iterator[Name]:
    """The names that terms of `name_term` stand for."""
    for term, papers in terms:
        _, key, name = term.split(_MARK, 2)
        yield Name(key, name, papers)


def _key_of(turned: str) -> str:
    family, _, given = turned.partition(_TURN)
    return f"{given}-{family}"


def _as_printed(key: str) -> str:
    return key.replace("-", " ").title()
