"""Fields as people write them into reference managers: names, dates, identifiers, keywords."""

import re
from collections.abc import Iterable

from broadsheet.drafts import Identifier, PartialDate, PrintedAuthor
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating

MAX_NAME = 300
MAX_NAMES = 10_000
MAX_NAMED = 200
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>{}|\\^`]+")
_DOI_IN_URL = re.compile(
    r"https?://(?:doi\.[\w.-]+|[\w.-]+/(?:[\w-]+/)*doi(?:/[a-z]+)?)/(10\.\d{4,9}/[^\s?#]+)", re.ASCII
)
_ARXIV = re.compile(r"arxiv\s*[:.]\s*(?P<id>[\w.-]+(?:/\d{7})?(?:v\d+)?)", re.IGNORECASE)
_ARXIV_BARE = re.compile(r"(?:abs/)?(\d{4}\.\d{4,5}(?:v\d+)?)")
_NOTED = re.compile(
    r"^[ \t]*(?:(?P<name>arxiv(?:[ _-]?id)?|doi|pmid|pubmed id|openreview|acl(?: id)?)[ \t]*:[ \t]*)(?P<value>\S+)",
    re.IGNORECASE | re.MULTILINE,
)
_PREFIX = {"d": "doi", "p": "pmid", "o": "openreview"}
_OTHERS = re.compile(r"(?:and\s+)?(?:others|et\.?\s*al\.?|\.\.\.|…)", re.IGNORECASE)
_HOMONYM = re.compile(r"\s+\d{4}$")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|phd|md)\.?", re.IGNORECASE)
_ISO = re.compile(r"\b(1[4-9]\d\d|2[01]\d\d)(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ](1[4-9]\d\d|2[01]\d\d)(?!\d)")
_MONTH_YEAR = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])[-/. ](1[4-9]\d\d|2[01]\d\d)(?!\d)")
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+(\d{1,2})\b(?!\d|\s*[-–]))?", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    r"(?<![\d–-])(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)


def person(name: str) -> str:
    """A name in reading order, from "Family, Given", "Family, Given, Jr." or "Family, Jr., Given"; empty for none."""
    name = " ".join(name[:MAX_NAME].split())
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if not parts or _OTHERS.fullmatch(name):
        return ""
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        parts = [parts[0], parts[2], parts[1]]
    if len(parts) == 2 and not _SUFFIX.fullmatch(parts[1]):
        name = f"{parts[1]} {parts[0]}"
    elif len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
        name = f"{parts[1]} {parts[0]} {parts[2]}"
    return _HOMONYM.sub("", name)


def people(names: Iterable[str]) -> tuple[PrintedAuthor, ...]:
    """Authors out of names as they are written; "et al." is none."""
    found = (person(name) for name, _ in zip(names, range(MAX_NAMES), strict=False))
    return tuple(PrintedAuthor(name) for name in found if name)


def date_written(text: str) -> PartialDate | None:
    """The first day of a date as people write it: 2015/09/10, 2016/12//, May 3, 2019, 3 May 2019, 07 2006, c2004."""
    text = text[:80]
    if swapped := _DAY_FIRST.search(text):
        return dating.partial(swapped[3], swapped[2], swapped[1])
    found = _ISO.search(text.replace("c", " ") if text[:1] in "c©" else text)
    if found is None:
        return None
    if found[2]:
        return dating.partial(found[1], found[2], found[3])
    return _with_month(text, found[1])


def _with_month(text: str, year: str) -> PartialDate | None:
    number = _MONTH_YEAR.search(text)
    named = _MONTH.search(text)
    if named is None:
        return dating.partial(year, number[1] if number else None)
    before = _DAY_MONTH.search(text)
    return dating.partial(year, named[1], before[1] if before else named[2])


def identifiers(names: Iterable[str]) -> tuple[Identifier, ...]:
    """The identifiers among these texts, each once, web addresses last; addresses that name a DOI are that."""
    found = [each for name, _ in zip(names, range(MAX_NAMED), strict=False) if (each := _identifier(name.strip()))]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.kind == "url"))


def _identifier(name: str) -> Identifier | None:
    inner = _DOI_IN_URL.match(name) if name[:4].lower() == "http" else None
    return parse_identifier(f"doi:{inner[1]}" if inner else name) if name else None


def doi(text: str) -> str:
    """The DOI in a field for one, as `doi:...`, however it is written there; empty without."""
    found = _DOI.search(text[:1000])
    return f"doi:{found[0]}" if found else ""


def arxiv(text: str) -> str:
    """The arXiv id in a field such as a journal's name ("arXiv preprint arXiv:2401.00001"); empty without."""
    found = _ARXIV.search(text[:1000])
    return f"arXiv:{found['id'].rstrip('.,;')}" if found else ""


def preprint_number(text: str) -> str:
    """The arXiv id that stands bare where its archive is named in another field (dblp's volume "abs/1706.03762")."""
    found = _ARXIV_BARE.fullmatch(text.strip()[:60])
    return f"arXiv:{found[1]}" if found else ""


def noted(text: str) -> list[str]:
    """Identifiers in the lines of a free note: "arXiv: 2401.00001", "DOI: 10.1000/x", "PMID: 123"."""
    return [f"{_prefix(each['name'])}:{each['value']}" for each in _NOTED.finditer(text[:20_000])]


def _prefix(name: str) -> str:
    name = name.lower()
    return ("arXiv" if name.startswith("ar") else "acl") if name[0] == "a" else _PREFIX[name[0]]


def keywords(texts: Iterable[str]) -> tuple[str, ...]:
    """Keywords that stand one or several to a text, parted by semicolons, else by commas."""
    words = (
        word.strip(" .*") for text in texts for word in re.split(r"[;\n]" if ";" in text else r"[,\n]", text[:20_000])
    )
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_NAMED]
