"""Our own rules of Markdown: formulas, bare addresses, people and papers that a text names, and quieter headings."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from broadsheet.identity import parse_identifier

MAX_TEX: Final = 1_000
"""Characters between dollar signs above which they are only dollar signs."""
MAX_CELLS: Final = 5_000
"""Cells of a table; missing ones are filled in, so a few lines could become a great many."""

# As in titles and abstracts (tex.py): `$` opens before a non-space and closes after one, so prices stay text. Bounded
# and possessive, and no branch passes a dollar sign, so that a text full of them is read in one go.
INLINE: Final = re.compile(
    r"""\$\$(?P<double>(?:[^$\\]|\\.){1,1000}+)\$\$
      | \$(?![\s$])(?P<single>(?:[^$\\]|\\.){1,1000}+)(?<!\s)\$(?!\d)""",
    re.VERBOSE | re.DOTALL,
)
NAMED: Final = re.compile(
    r"""(?P<url>(?<![\w.@/:])https?://[^\s<>"`\\^{|}]{3,1000})
      | (?P<mention>(?<![\w.@/-])@(?P<handle>[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9]))(?![\w@-]|\.\w))
      | (?P<paper>(?<![\w.@/:])(?:arxiv:\s?[\w.-]{1,20}(?:/\d{7}(?:v\d{1,3})?)?|doi:\s?10\.[^\s<>"]{1,200}))""",
    re.VERBOSE | re.IGNORECASE,
)
TRAILING: Final = re.compile(r"[.,;:!?'*_~]+$")
"""What ends the sentence and not the address."""
DELIMITERS: Final = frozenset("> |:-\t")
"""The line under a table's head."""
HEADING_ABOVE: Final = 3
"""The level of the heading that a text stands under; its own lie below, and none skips a level."""
ALIGNED: Final = {"text-align:center": "center", "text-align:right": "right"}


def add_rules(parser: MarkdownIt) -> None:
    """Teach a parser what ordinary Markdown lacks."""
    parser.inline.ruler.before("escape", "formula", _inline_formula)
    interrupting = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "formula", _block_formula, interrupting)  # type: ignore[arg-type]
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.push("named", _rewrite)


def _inline_formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own form
    found = INLINE.match(state.src, state.pos) if state.src[state.pos] == "$" else None
    tex = (found["double"] or found["single"]).strip() if found else ""
    if found is None or not tex:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = tex, "$$" if found["double"] else "$"
    state.pos = found.end()
    return True


def _block_formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """A formula that begins and ends a line with two dollar signs: what looks like a list in it is none."""
    if not state.src.startswith("$$", state.bMarks[start] + state.tShift[start]) or state.is_code_block(start):
        return False
    found = _closed(state, start, end)
    if found is None:
        return False
    last, tex = found
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup, token.block, token.map = tex, "$$", True, [start, last + 1]
        state.line = last + 1
    return True


def _closed(state: StateBlock, start: int, end: int) -> tuple[int, str] | None:
    """The line that closes a formula and what stands between; None where none does before a blank line or in bounds."""
    lines: list[str] = []
    for line in range(start, end):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
        if not text or (line > start and state.sCount[line] < state.blkIndent) or sum(map(len, lines)) > MAX_TEX:
            return None
        lines.append(text.removeprefix("$$") if line == start else text)
        if "$$" in lines[-1]:
            tex = "\n".join(lines).removesuffix("$$").strip()
            return (line, tex) if lines[-1].endswith("$$") and tex and "$$" not in tex else None
    return None


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """An ordinary table, unless it would have too many cells: then it stays text."""
    if start + 2 > end or not DELIMITERS.issuperset(_line(state, start + 1)):
        return False
    columns = max(_line(state, line).count("|") for line in (start, start + 1)) + 1
    rows = MAX_CELLS // columns
    if start + rows < end and _unbroken(state, start, start + rows):
        return False
    return table(state, start, end, silent)


def _unbroken(state: StateBlock, start: int, end: int) -> bool:
    """Whether no line is blank. How far that is known is kept: all lines of a text may ask, each for many of them."""
    since, until = state.env.get("unbroken", (0, 0))
    known = until if since <= start < until else start
    found = next((line for line in range(known, end) if not _line(state, line).strip()), end)
    state.env["unbroken"] = (start, max(found, known))
    return found >= end


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] : state.eMarks[line]]


def _rewrite(state: StateCore) -> None:
    """Go over all that was parsed once more."""
    above = HEADING_ABOVE
    for token in state.tokens:
        if token.type == "heading_open":
            above = min(above + 1, HEADING_ABOVE + int(token.tag[1]), 6)
            token.tag = f"h{above}"
        elif token.type == "heading_close":
            token.tag = f"h{above}"
        elif token.type in ("th_open", "td_open"):
            aligned = ALIGNED.get(str(token.attrs.pop("style", "")), "")
            token.attrs |= {"class": aligned} if aligned else {}
        elif token.type == "inline" and token.children:
            token.children = list(_named(token.children))


def _named(tokens: Sequence[Token]) -> Iterator[Token]:
    """Text with its names and addresses marked, and images as links to them; nothing inside of links changes."""
    within = 0
    for token in tokens:
        within += token.nesting if token.type.startswith("link_") else 0
        if token.type == "image":
            yield from _image_link(token, within=within > 0)
        elif token.type == "text" and not within and ("@" in token.content or ":" in token.content):
            yield from _parts(token)
        else:
            yield token


def _image_link(image: Token, *, within: bool) -> Iterator[Token]:
    """No page of ours loads anything from elsewhere: who wants to see a picture follows its link."""
    words = "".join(child.content for child in image.children or () if child.type in ("text", "code_inline"))
    address = str(image.attrs.get("src", ""))
    label = _text(words.strip() or address, image.level)
    yield from (label,) if within else _link(address, label)


def _parts(token: Token) -> Iterator[Token]:
    text, at = token.content, 0
    for found in NAMED.finditer(text):
        piece = TRAILING.sub("", found[0]) if found["url"] or found["paper"] else found[0]
        if piece.endswith(")") and piece.count("(") < piece.count(")"):
            piece = TRAILING.sub("", piece[:-1])
        made = _one(found, piece, token.level)
        if made:
            yield from (_text(text[at : found.start()], token.level), *made)
            at = found.start() + len(piece)
    yield _text(text[at:], token.level) if at else token


def _one(found: re.Match[str], piece: str, level: int) -> list[Token]:
    """What a match becomes; nothing where it names nothing after all."""
    if found["url"]:
        return _link(piece, _text(piece, level))
    if found["handle"]:
        return [Token("mention", "", 0, content=piece, meta={"handle": found["handle"].lower()}, level=level)]
    paper = parse_identifier(piece.replace(" ", ""))
    if paper is None or paper.kind not in ("arxiv", "doi"):
        return []
    return [Token("paper", "", 0, content=piece, meta={"paper": paper}, level=level)]


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _link(address: str, label: Token) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address}, level=label.level)
    return [opening, label, Token("link_close", "a", -1, level=label.level)]
