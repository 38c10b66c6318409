"""Bibliographies: many papers in one file for a reference manager, with the notes and tags of whoever keeps them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from broadsheet import citation
from broadsheet.citation import Citable
from broadsheet.errors import NotFound
from broadsheet.tex import plain_text

FORMS: Final[Mapping[str, str]] = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl.json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}
"""What a bibliography is written in, by the ending of its file, with its media type."""

_SPECIAL: Final = str.maketrans(
    {char: f"\\{char}" for char in "&%$#_"} | {"\\": "/", "{": "(", "}": ")", "^": "", "~": " "}
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper to cite, with a note and tags of whoever keeps it."""

    paper: Citable
    note: str = ""
    tags: tuple[str, ...] = ()


def bibliography(form: str, references: Iterable[Reference]) -> str:
    """All of these in one file. Raises NotFound for a form there is not."""
    writers = {"bib": _bibtex, "ris": _ris, "csl.json": _csl_json}
    if form not in writers:
        raise NotFound(f"There is no form {form[:20]!r} of a bibliography. There are {', '.join(FORMS)}.")
    return writers[form](references)


def _bibtex(references: Iterable[Reference]) -> str:
    return "\n".join(_entries(references))


def _entries(references: Iterable[Reference]) -> Iterator[str]:
    """BibTeX entries, each under a key of its own: of two that would share one, the second gets a number."""
    taken: set[str] = set()
    for reference in references:
        key = citation.cite_key(reference.paper)
        own = next(name for name in _numbered(key) if name not in taken)
        taken.add(own)
        entry = citation.bibtex(reference.paper).replace(f"{{{key},", f"{{{own},", 1)
        fields = {"keywords": ", ".join(reference.tags), "annote": reference.note}
        extra = "".join(f",\n  {name} = {{{_bibtex_text(text)}}}" for name, text in fields.items() if text)
        yield entry.removesuffix("\n}\n") + extra + "\n}\n"


def _numbered(key: str) -> Iterator[str]:
    yield key
    number = 2
    while True:
        yield f"{key}-{number}"
        number += 1


def _bibtex_text(text: str) -> str:
    return _one_line(text).translate(_SPECIAL)


def _ris(references: Iterable[Reference]) -> str:
    return "".join(_ris_record(reference) for reference in references)


def _ris_record(reference: Reference) -> str:
    record = citation.ris(reference.paper)
    lines = [f"KW  - {tag}" for tag in reference.tags]
    lines += [f"N1  - {_one_line(reference.note)}"] if reference.note else []
    return record.removesuffix("ER  - \r\n") + "".join(f"{line}\r\n" for line in lines) + "ER  - \r\n"


def _csl_json(references: Iterable[Reference]) -> str:
    return json.dumps([_csl_item(reference) for reference in references], ensure_ascii=False, indent=1) + "\n"


def _csl_item(reference: Reference) -> dict[str, Any]:
    item: dict[str, Any] = json.loads(citation.csl_json(reference.paper))[0]
    extra = {"note": _one_line(reference.note), "keyword": ", ".join(reference.tags)}
    return {**item, **{name: text for name, text in extra.items() if text}}


def _one_line(text: str) -> str:
    return " ".join(plain_text(text).split())
