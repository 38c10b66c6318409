"""Prose: what people write, as HTML, with its formulas typeset and the people and papers it names looked up."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from broadsheet import markdown
from broadsheet.markdown import RENDERER as RENDERER
from broadsheet.store.threads import keys_of, known_handles
from broadsheet.typeset import typesetter

log = logging.getLogger("broadsheet.prose")

KEPT = 2_000
"""Texts whose HTML a process keeps where what is stored of them was made by another renderer."""


MAX_SECONDS = 2.0
"""Time for the formulas of a text; those left over are shown as their TeX. Real ones take a millisecond each."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text as HTML that may stand in a page, and the handles it names that somebody bears."""

    html: str
    handles: Sequence[str]


def written(source: str) -> Written:
    """Markdown as HTML. Raises BadInput where it is too long. The HTML is safe in any page (markdown.py)."""
    prose = markdown.read(source)
    people = known_handles(prose.handles)
    _prepare(prose.formulas)
    end = time.monotonic() + MAX_SECONDS

    def formula(tex: str, display: bool) -> str | None:  # noqa: FBT001 - the form that markdown.py asks for
        return _formula(tex, display=display) if time.monotonic() < end else None

    html = markdown.show(prose, people, keys_of(prose.papers), formula)
    return Written(html, [handle for handle in prose.handles if handle in people])


@lru_cache(maxsize=KEPT)
def to_html(source: str) -> str:
    """The HTML of a text alone; kept, because what is asked for here is asked for again."""
    return written(source).html


def _prepare(formulas: Sequence[tuple[str, bool]]) -> None:
    try:
        typesetter().prepare(formulas)
    except Exception:
        log.exception("%s formulas cannot be typeset together", len(formulas))


def _formula(tex: str, *, display: bool) -> str | None:
    try:
        return typesetter().formula(tex, display=display)
    except Exception:
        log.exception("a formula cannot be typeset: %.200r", tex)
        return None
