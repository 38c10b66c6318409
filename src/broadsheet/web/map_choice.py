"""What of the map is asked for: fields, years, and words that mark papers."""

import re
from dataclasses import dataclass

import numpy as np
from django.http import HttpRequest

from broadsheet.errors import BadInput, Unavailable
from broadsheet.finding import Question
from broadsheet.mapping import reading
from broadsheet.mapping.files import LiteratureMap
from broadsheet.mapping.reading import Mask
from broadsheet.web.instance import finder

MARKED = 500
"""Papers that a search marks."""
YEAR = re.compile(r"\d{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the map is asked for, understood: the papers meant, and the form as it was filled in."""

    mask: Mask
    fields: tuple[str, ...]
    form: dict[str, str]
    note: str = ""

    @property
    def values(self) -> list[tuple[str, str]]:
        """The choice as the parameters of an address."""
        return [*(("field", code) for code in self.fields), *((name, text) for name, text in self.form.items() if text)]


def read_choice(request: HttpRequest, drawn: LiteratureMap) -> Choice:
    """Understand `field` (any number of them), `from`, `to` and `q`. Raises BadInput naming the field."""
    fields = tuple(dict.fromkeys(request.GET.getlist("field")))
    known = {code for code, _ in reading.field_counts(drawn)} | set(drawn.field_codes)
    for code in fields:
        if code not in known:
            raise BadInput(
                f"field={code[:40]}: the map knows no such field. Its fields are {', '.join(sorted(known))}."
            )
    form = {name: request.GET.get(name, "").strip() for name in ("from", "to", "q")}
    first, last = _year("from", form["from"]), _year("to", form["to"])
    if first and last and first > last:
        raise BadInput(f"from={first} is later than to={last}: no paper lies between.")
    mask, note = reading.passing(drawn, fields, first, last), ""
    if form["q"]:
        found, note = _found(drawn, form["q"])
        mask &= np.isin(np.arange(len(mask)), found)
    return Choice(mask, fields, form, note)


def _year(name: str, text: str) -> int | None:
    if text and not YEAR.fullmatch(text):
        raise BadInput(f"{name}={text[:40]}: write a year as 2026.")
    return int(text) if text else None


def _found(drawn: LiteratureMap, words: str) -> tuple[reading.Rows, str]:
    """Rows of the papers that a search finds first, and what to say where it found nothing or could not look."""
    try:
        answer = finder().find(Question(words=words, limit=MARKED))
    except Unavailable as error:
        return np.empty(0, np.int64), str(error)
    rows = reading.rows_among(drawn, (row.paper_id for row in answer.rows))
    return rows, "" if len(rows) else "No paper on the map matches these words."
