"""Markdown: what people write as HTML that cannot act, load or leave its place; read first, then shown.

Three walls stand between a writer and the page. The parser knows no HTML: what looks like a tag is text. What it made
goes through an allow-list of elements and attributes (nh3, which is ammonia on a real HTML parser). Formulas are put in
only after that, in places named by a random word, and only as MathML that the typesetter has checked.
"""

import functools
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from typing import Any, Final, TypeVar

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from broadsheet.drafts import Identifier
from broadsheet.errors import BadInput
from broadsheet.markdown_html import RENDERED
from broadsheet.markdown_rules import add_rules

T = TypeVar("T")

MAX_SOURCE: Final = 20_000
"""Characters of a text; a longer one is refused before anything reads it."""
MAX_DEPTH: Final = 12
"""Elements inside each other; a text that nests deeper is shown as it was written."""
MAX_GROWTH: Final = 4
"""How many times its own length a text may become before it is shown as it was written."""
MAX_FORMULAS: Final = 200
"""Formulas of a text; more must be an attack."""
MAX_NAMED: Final = 20
"""People and papers that a text may name; what comes after stays plain text, and nobody is told."""

RENDERER: Final = f"1 markdown-it {version('markdown-it-py')} nh3 {version('nh3')}"
"""Names what made a stored text, so that all are made anew when the rules or the libraries change."""

Formula = Callable[[str, bool], str | None]
"""MathML of TeX, or None where it cannot be typeset; the second argument asks for a line of its own."""

ELEMENT_NAMES: Final = "a blockquote br code del div em h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul"
ELEMENTS: Final = frozenset(ELEMENT_NAMES.split())
CLASSES: Final = {
    "a": re.compile(r"mention|paper"),
    "code": re.compile(r"language-[A-Za-z0-9+#._-]{1,30}"),
    "div": re.compile(r"scroll"),
    "p": re.compile(r"as-written"),
    "td": re.compile(r"center|right"),
    "th": re.compile(r"center|right"),
}
"""What a class may be, by element; every other one has none."""
ATTRIBUTES: Final = {name: {"class"} for name in CLASSES} | {"a": {"class", "href", "title"}, "ol": {"start"}}
FOCUSABLE: Final = {name: {"tabindex": {"0"}} for name in ("div", "pre")}
"""What scrolls by itself has to be reachable by keys."""
LINK: Final = re.compile(
    r"(?:https?://|mailto:)[^\s]+|/people/[a-z0-9-]+|/papers/[A-Za-z0-9._:/%()<>;-]+", re.IGNORECASE
)
START: Final = re.compile(r"[0-9]{1,9}")
NOT_SHOWN: Final = re.compile(r"<annotation[^>]*>[^<]*</annotation>|</?semantics>| xmlns=\"[^\"]*\"")
TAG: Final = re.compile(r"<[^>]*>|&\w+;")
WIDE: Final = 20
"""Characters of a formula above which it may be wider than a phone."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A text that was read: its parts, and whom and what it names (at most `MAX_NAMED` of each)."""

    source: str
    tokens: tuple[Token, ...]
    handles: tuple[str, ...] = ()
    papers: tuple[Identifier, ...] = ()
    formulas: tuple[tuple[str, bool], ...] = ()


def read(source: str) -> Prose:
    """Take a text apart. Raises BadInput where it is too long."""
    if len(source) > MAX_SOURCE:
        raise BadInput(
            f"The text has {len(source):,} characters; {MAX_SOURCE:,} are allowed. Shorten it, or link to it."
        )
    tokens = tuple(_parser().parse(source.replace("\0", "")))
    inner = [child for token in tokens for child in (token, *(token.children or ()))]
    formulas = tuple((each.content, each.markup == "$$") for each in inner if each.type == "formula")
    if len(formulas) > MAX_FORMULAS or _is_monstrous(tokens, inner, len(source)):
        return Prose(source, ())
    return Prose(
        source,
        tokens,
        handles=_first(each.meta["handle"] for each in inner if each.type == "mention"),
        papers=_first(each.meta["paper"] for each in inner if each.type == "paper"),
        formulas=formulas,
    )


def show(prose: Prose, people: Collection[str], papers: Mapping[Identifier, str], formula: Formula) -> str:
    """The text as HTML. `people` are the handles that somebody bears, `papers` the keys of papers that are here."""
    if not prose.tokens:
        return _clean(as_written(prose.source))
    mark = f"formula-{secrets.token_hex(16)}-"
    env: dict[str, Any] = {"people": people, "papers": papers, "mark": mark, "formulas": []}
    html = _clean(str(_parser().renderer.render(list(prose.tokens), _parser().options, env)))
    typeset = [_formula_html(tex, display, formula) for tex, display in env["formulas"]]
    return re.sub(mark + r"(\d+)\.", lambda found: typeset[int(found[1])], html)


def as_written(source: str) -> str:
    """A text as HTML without reading it, for those that cannot be read in bounds."""
    return f'<p class="as-written">{escape(source)}</p>'


@functools.cache
def _parser() -> MarkdownIt:
    made = MarkdownIt(
        "js-default", {"html": False, "linkify": False, "typographer": False, "maxNesting": MAX_DEPTH + 4}
    )
    made.validateLink = _may_be_linked  # type: ignore[method-assign]
    add_rules(made)
    made.renderer.rules |= RENDERED  # type: ignore[attr-defined]
    return made


def _may_be_linked(url: str) -> bool:
    """Only whole addresses of the web and of mail: a text stands on many pages, and in letters and feeds."""
    return len(url) <= 2_000 and url.lower().startswith(("http://", "https://", "mailto:"))


def _is_monstrous(tokens: Sequence[Token], inner: Sequence[Token], length: int) -> bool:
    """Whether the text would become far larger or deeper than anybody writes."""
    depth = max((token.level for token in inner), default=0)
    tags = sum(1 for token in tokens if token.nesting == 1)
    size = sum(len(token.content) + sum(len(str(value)) for value in token.attrs.values()) for token in inner)
    return depth > MAX_DEPTH or size > 2 * MAX_GROWTH * length + 4_000 or tags > length + 1_000


def _first(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))[:MAX_NAMED]


@functools.cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(ELEMENTS),
        attributes={name: set(allowed) for name, allowed in ATTRIBUTES.items()},
        tag_attribute_values=FOCUSABLE,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )


def _clean(html: str) -> str:
    return _cleaner().clean(html)


def _allowed(element: str, attribute: str, value: str) -> str | None:
    """The value of an attribute where it may stand, else nothing; `rel` is the cleaner's own."""
    rule = {"class": CLASSES.get(element), "href": LINK, "start": START}.get(attribute)
    return value if attribute in ("rel", "tabindex", "title") or (rule and rule.fullmatch(value)) else None


def _formula_html(tex: str, display: bool, formula: Formula) -> str:  # noqa: FBT001
    """MathML, scrolling by itself where it may be wider than a phone; the TeX itself where there is none."""
    mathml = formula(tex, display)
    if mathml is None:
        return f'<code class="tex">{escape(tex)}</code>'
    shown = NOT_SHOWN.sub("", mathml)
    wide = display or len(TAG.sub("", shown)) > WIDE
    return f'<span class="formula" tabindex="0">{shown}</span>' if wide else shown
