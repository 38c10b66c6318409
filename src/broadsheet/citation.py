"""One paper as BibTeX, RIS and CSL-JSON, the three forms that reference managers read."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from broadsheet.identity import split_name
from broadsheet.terms import search_text
from broadsheet.tex import math_segments, plain_text
from broadsheet.text import clean_line

MAX_FIELD: Final = 20000

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    }
)  # fmt: skip
_WORD: Final = re.compile(r"\w+")
_GROUP: Final = re.compile(
    r"\b(?:collaborations?|consortium|team|group|committee|foundation|institute|university|laborator(?:y|ies)"
    r"|society|network|project|initiative|inc|ltd|gmbh)\b\.?$",
    re.IGNORECASE,
)
_PROCEEDINGS: Final = re.compile(
    r"proceedings|\bproc\b|conference|workshop|symposium|meeting|findings of|advances in neural information|congress"
    r"|colloquium|\b(?:neurips|nips|icml|iclr|cvpr|iccv|eccv|wacv|bmvc|3dv|acl|emnlp|naacl|eacl|aacl|coling|conll|lrec"
    r"|aaai|ijcai|ecai|kdd|www|sigir|cikm|wsdm|recsys|siggraph(?:asia)?|sigmod|sigcomm|icra|iros|rss|corl|aistats|uai"
    r"|colt|alt|acml|interspeech|icassp|ismir|acm mm|mm|chi|icse|stoc|focs|soda|podc|crypto|eurocrypt|usenix|osdi|sosp"
    r"|icdm|miccai|automl)(?:\W|\d|w?$)",
    re.IGNORECASE,
)
# Journals that call themselves proceedings.
_JOURNAL: Final = re.compile(
    r"proc(?:eedings|\.)? (?:of )?(?:the )?(?:national academy|royal|ieee$|vldb endow|acm on |american math|"
    r"london math|edinburgh|cambridge phil|institution of|physical society|japan acad|indian acad|nat\w*\.? acad)",
    re.IGNORECASE,
)
_SMALL_WORDS: Final = frozenset(
    ("a", "an", "the", "on", "of", "in", "for", "to", "and", "with", "from", "by", "at", "is", "are", "do", "does",
     "can", "how", "what", "why", "when", "towards")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citable:
    """What a citation says. `key` is the paper's public key, `url` its page; None and empty text are left out."""

    key: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    month: int | None = None
    day: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv_id: str = ""
    primary_category: str = ""
    url: str = ""
    abstract: str = ""


def bibtex(c: Citable) -> str:
    """A BibTeX entry in UTF-8: math kept, other special characters escaped, names and acronyms braced."""
    kind = entry_type(c)
    fields = {
        "title": _bibtex_title(c.title),
        "author": " and ".join(_bibtex_name(name) for name in c.authors),
        "booktitle": _bibtex_text(c.venue) if kind == "inproceedings" else "",
        "journal": _bibtex_text(c.venue) if kind == "article" else "",
        "year": str(c.year) if c.year else "",
        "eprint": _bibtex_verbatim(c.arxiv_id),
        "archivePrefix": "arXiv" if c.arxiv_id else "",
        "primaryClass": _bibtex_verbatim(c.primary_category) if c.arxiv_id else "",
        "doi": _bibtex_verbatim(c.doi),
        "url": _bibtex_verbatim(c.url),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    if c.year and c.month:
        lines.append(f"  month = {_MONTHS[c.month - 1]}")
    return f"@{kind}{{{cite_key(c)},\n" + ",\n".join(lines) + "\n}\n"


def cite_key(c: Citable) -> str:
    """Family name, year and first title word in ASCII (ansari2024chronos); the public key fills in where one lacks."""
    family = _ascii_word(split_name(c.authors[0])[0]) if c.authors else ""
    words = (_ascii_word(word) for word in search_text(c.title).replace("-", " ").split())
    word = next((word for word in words if word and word not in _SMALL_WORDS), "")
    key = f"{family}{c.year or ''}{word}"
    return key if family and word and c.year else f"{key or 'paper'}-{re.sub(r'[^A-Za-z0-9.-]', '-', c.key)}"


def _ascii_word(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", search_text(text))[:40]


def entry_type(c: Citable) -> str:
    """The BibTeX entry type: a proceedings paper, a journal article, or a preprint."""
    if not c.venue.strip() or c.venue.strip().casefold() in ("arxiv", "arxiv.org", "corr"):
        return "misc"
    is_proceedings = _PROCEEDINGS.search(c.venue) and not _JOURNAL.search(c.venue)
    return "inproceedings" if is_proceedings else "article"


def _bibtex_text(text: str) -> str:
    return "".join(_bibtex_segments(_one_line(text)))


def _bibtex_segments(text: str) -> Iterator[str]:
    for segment in math_segments(text):
        yield segment.body.translate(_ESCAPES) if segment.kind == "text" else _bibtex_math(segment.body)


def _bibtex_math(body: str) -> str:
    return f"{{${body.strip()}$}}" if _is_balanced(body) else body.translate(_ESCAPES)


def _is_balanced(body: str) -> bool:
    """Whether braces pair as BibTeX counts them, escapes or not, and nothing else ends the formula early."""
    depth = 0
    for char in body:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0 and "$" not in body and not re.search(r"(?<!\\)%|\\$", body)


def _bibtex_title(title: str) -> str:
    """The title with braces around what a style must not set in lower case: acronyms, and names in sentence case."""
    text = _one_line(title)
    words = re.findall(r"[^\W\d_]{4,}", text)
    sentence_case = sum(word[0].isupper() for word in words) * 2 <= len(words)
    parts: list[str] = []
    for segment in math_segments(text):
        if segment.kind == "text":
            parts.append(_protected(segment.body, names=sentence_case, at_start=not parts))
        else:
            parts.append(_bibtex_math(segment.body))
    return "".join(parts)


def _protected(text: str, *, names: bool, at_start: bool) -> str:
    def brace(found: re.Match[str]) -> str:
        word = found[0]
        first = at_start and not text[: found.start()].strip()
        must = any(char.isupper() for char in word[1:]) or (names and word[0].isupper() and not first)
        escaped = word.translate(_ESCAPES)
        return f"{{{escaped}}}" if must else escaped

    parts = []
    at = 0
    for found in _WORD.finditer(text):
        parts += [text[at : found.start()].translate(_ESCAPES), brace(found)]
        at = found.end()
    return "".join([*parts, text[at:].translate(_ESCAPES)])


def _bibtex_name(name: str) -> str:
    family, given = _person(name)
    text = _bibtex_text(f"{family}, {given}" if given else family)
    return text if given and " and " not in text.lower() else f"{{{text}}}"


def _person(name: str) -> tuple[str, str]:
    """(family, given); a group of people is all family."""
    name = _one_line(name)
    return (name, "") if _GROUP.search(name) else split_name(name)


def _bibtex_verbatim(text: str) -> str:
    """Identifiers and URLs are not TeX, but must not end the field."""
    encoded = {"{": "%7B", "}": "%7D", "\\": "%5C"}
    return "".join(encoded.get(char, char) for char in "".join(clean_line(text, 2000).split()))


def ris(c: Citable) -> str:
    """A RIS record with CRLF line ends; each value is one line, so nothing in it can begin a tag."""
    kind = entry_type(c)
    tags: list[tuple[str, str]] = [
        ("TY", {"article": "JOUR", "inproceedings": "CPAPER"}.get(kind, "UNPB")),
        ("ID", c.key),
        ("TI", _plain_line(c.title)),
    ]
    tags += [("AU", _ris_name(name)) for name in c.authors]
    tags += [
        ("PY", str(c.year) if c.year else ""),
        ("DA", _ris_date(c)),
        ("JO" if kind == "article" else "T2", _plain_line(c.venue) if kind != "misc" else ""),
        ("PB", "arXiv" if kind == "misc" and c.arxiv_id else ""),
        ("M1", f"arXiv:{c.arxiv_id}" if c.arxiv_id else ""),
        ("DO", c.doi),
        ("UR", c.url),
        ("AB", _plain_line(c.abstract)),
    ]
    lines = [f"{tag}  - {clean_line(value, MAX_FIELD)}" for tag, value in tags if value]
    return "\r\n".join([*lines, "ER  - "]) + "\r\n"


def _ris_name(name: str) -> str:
    family, given = _person(name)
    return f"{family}, {given}" if given else family


def _ris_date(c: Citable) -> str:
    return "/".join(f"{part:02}" for part in _date_parts(c))


def _date_parts(c: Citable) -> list[int]:
    """Year, month, day as far as they are known."""
    if not c.year:
        return []
    return [c.year, *([c.month, *([c.day] if c.day else [])] if c.month else [])]


def csl_json(c: Citable) -> str:
    """A CSL-JSON array of one item (citationstyles.org, schema 1.0.2)."""
    kind = entry_type(c)
    item: dict[str, Any] = {
        "id": c.key,
        "type": {"article": "article-journal", "inproceedings": "paper-conference"}.get(kind, "article"),
        "title": _plain_line(c.title),
        "author": [_csl_name(name) for name in c.authors],
        "issued": {"date-parts": [_date_parts(c)]} if c.year else None,
        "container-title": _plain_line(c.venue) if kind != "misc" else "",
        "publisher": "arXiv" if kind == "misc" and c.arxiv_id else "",
        "number": f"arXiv:{c.arxiv_id}" if c.arxiv_id else "",
        "DOI": clean_line(c.doi),
        "URL": clean_line(c.url, 2000),
        "abstract": _plain_line(c.abstract),
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


def _csl_name(name: str) -> dict[str, str]:
    family, given = _person(name)
    return {"family": family, "given": given} if given else {"literal": family}


def _one_line(text: str) -> str:
    return clean_line(text, MAX_FIELD)


def _plain_line(text: str) -> str:
    return clean_line(plain_text(_one_line(text)), MAX_FIELD)
