"""How Markdown is written as HTML where ours differs from the ordinary: names, formulas, code and tables."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

Rule = Callable[[Sequence[Token], int, OptionsDict, EnvType], str]


def _mention(tokens: Sequence[Token], at: int, _options: OptionsDict, env: EnvType) -> str:
    written, handle = escape(tokens[at].content), tokens[at].meta["handle"]
    return f'<a class="mention" href="/people/{handle}">{written}</a>' if handle in env["people"] else written


def _paper(tokens: Sequence[Token], at: int, _options: OptionsDict, env: EnvType) -> str:
    """A paper that is here leads to its page, another one to where its identifier resolves."""
    written, paper = escape(tokens[at].content), tokens[at].meta["paper"]
    key = env["papers"].get(paper)
    if key:
        return f'<a class="paper" href="/papers/{quote(key, safe="/:")}">{written}</a>'
    outside = f"https://arxiv.org/abs/{paper.value}" if paper.kind == "arxiv" else f"https://doi.org/{paper.value}"
    return f'<a href="{escape(outside)}">{written}</a>'


def _formula(tokens: Sequence[Token], at: int, _options: OptionsDict, env: EnvType) -> str:
    """A place for a formula; what stands there comes after cleaning."""
    token = tokens[at]
    env["formulas"].append((token.content, token.markup == "$$"))
    place = f"{env['mark']}{len(env['formulas']) - 1}."
    return f"<p>{place}</p>\n" if token.block else place


def _code(tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    """Code as it was written, with its language where one is named."""
    token = tokens[at]
    language = token.info.split()[0] if token.info.split() else ""
    opening = f'<code class="language-{escape(language)}">' if language else "<code>"
    return f'<pre tabindex="0">{opening}{escape(token.content)}</code></pre>\n'


def _table(tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    """A table may be wider than a phone."""
    return '<div class="scroll" tabindex="0"><table>\n' if tokens[at].nesting > 0 else "</table></div>\n"


RENDERED: Final[dict[str, Rule]] = {
    "mention": _mention,
    "paper": _paper,
    "formula": _formula,
    "fence": _code,
    "code_block": _code,
    "table_open": _table,
    "table_close": _table,
}
"""How a renderer writes what differs from ordinary Markdown."""
