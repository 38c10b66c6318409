"""TeX in titles and abstracts: where the math is, accents as Unicode, formulas as readable plain text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

MAX_FORMULA: Final = 1000

# One delimited formula or one escaped character. Every branch is exclusive by its first character, possessive, and ends
# at the next opener of its own kind, so the scan stays linear. A blank line ends any formula.
_MATH: Final = re.compile(
    r"""
      \$\$(?P<dollars>(?:[^$\\\n]|\\.|\n(?!\s*\n)){1,1000}+)\$\$
    | \$(?![\s$])(?P<dollar>(?:[^$\\\n]|\\.|\n(?!\s*\n)){1,1000}+)(?<!\s)\$
    | \\\((?P<round>(?:[^\\\n]|\\[^()]|\n(?!\s*\n)){1,1000}+)\\\)
    | \\\[(?P<square>(?:[^\\\n]|\\[^\[\]]|\n(?!\s*\n)){1,1000}+)\\\]
    | \\.
    """,
    re.VERBOSE | re.DOTALL,
)
_DISPLAY: Final = ("dollars", "square")

_ACCENTS: Final = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_LETTERS: Final = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "i": "ı",
    "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_SIGNS: Final = {
    "AA": "Å", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "textregistered": "®", "texttrademark": "™",
    "textdegree": "°", "textmu": "µ", "ldots": "…", "dots": "…", "textendash": "–", "textemdash": "—",
    "textquoteright": "’", "textquoteleft": "‘", "textasciitilde": "~", "TeX": "TeX", "LaTeX": "LaTeX",
}  # fmt: skip
_STYLES: Final = (
    "emph|textbf|textit|textsc|texttt|textrm|textsf|textsl|textup|textnormal|text|mbox|hbox|underline|uline|url|"
    "textsuperscript|textsubscript"
)
_SWITCHES: Final = "it|bf|em|rm|sc|sl|tt|sf|itshape|bfseries|scshape|ttfamily"

# Text mode, left to right; what no branch matches stays as it is.
_TEXT: Final = re.compile(
    rf"""
      (?P<braced>\{{\s?\\(?:[`'^"~=.]\s?(?:[^\W\d_]|\\[ij]|\{{[^\W\d_]\}}|\{{\\[ij]\}})
                        |[uvHcdbkr](?:\s[^\W\d_]|\{{[^\W\d_]\}}|\{{\\[ij]\}}))\}})
    | (?P<accent>\\[`'^"~=.]\s?(?:[^\W\d_]|\\[ij]\b|\{{[^\W\d_]\}}|\{{\\[ij]\}}))
    | (?P<letter_accent>\\[uvHcdbkr](?:\s[^\W\d_]|\{{[^\W\d_]\}}|\s?\\[ij]\b|\{{\\[ij]\}}))
    | (?P<wrapped>\{{\\(?P<wrapped_name>[A-Za-z]+)\}})
    | (?P<style>\\(?:{_STYLES})\s?\{{)
    | (?P<switch>\{{\s?\\(?:{_SWITCHES})(?![A-Za-z])\s?)
    | (?P<name>\\(?P<name_word>[A-Za-z]+)(?P<after>\{{\}}|\s*))
    | (?P<escaped>\\[%&\#_])
    | (?P<space>\\[ ,;:!/\-]|\\\\)
    | (?P<kept>\\.)
    | (?P<tie>(?<=[^\s/(\[~=<>])~(?=[^\s~]))
    | (?P<brace>[{{}}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ACCENT_PARTS: Final = re.compile(r"\\([`'^\"~=.uvHcdbkr])[\s{]*\\?([^\W\d_])")

_GREEK_NAMES: Final = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron pi varpi "
    "rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
    "Psi Omega "
)
_GREEK: Final = dict(zip(_GREEK_NAMES.split(), "αβγδεεζηθϑικλμνξοπϖρϱσςτυφφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
SYMBOLS: Final = _GREEK | {
    "infty": "∞", "times": "×", "cdot": "·", "cdots": "⋯", "ldots": "…", "dots": "…", "pm": "±", "mp": "∓", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftrightarrow": "⇔", "mapsto":
    "↦", "longrightarrow": "→", "leq": "≤", "le": "≤", "leqslant": "≤", "geq": "≥", "ge": "≥", "geqslant": "≥", "neq":
    "≠", "ne": "≠", "approx": "≈", "sim": "∼", "simeq": "≃", "cong": "≅", "equiv": "≡", "propto": "∝", "ll": "≪",
    "gg": "≫", "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "cup": "∪",
    "cap": "∩", "setminus": "∖", "emptyset": "∅", "forall": "∀", "exists": "∃", "partial": "∂", "nabla": "∇", "int":
    "∫", "sum": "∑", "prod": "∏", "sqrt": "√", "ell": "ℓ", "hbar": "ℏ", "circ": "∘", "degree": "°", "deg": "deg",
    "prime": "′", "ast": "∗", "star": "⋆", "bullet": "•", "oplus": "⊕", "otimes": "⊗", "odot": "⊙", "wedge": "∧",
    "vee": "∨", "neg": "¬", "perp": "⊥", "parallel": "∥", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉", "mid": "|", "vert": "|", "Vert": "‖", "aleph": "ℵ", "Re": "Re", "Im": "Im", "dagger":
    "†", "div": "÷", "lesssim": "≲", "gtrsim": "≳", "quad": " ", "qquad": "  ", "backslash": "\\",
}  # fmt: skip
# Commands that only say how something looks; plain text and the search index drop them.
_FORMATTING_NAMES: Final = (
    "mathcal mathbb mathbf mathrm mathit mathsf mathtt mathfrak mathscr mathop boldsymbol bm pmb Bbb frak cal rm bf "
    "it em sl tt sf sc text textbf textit textrm textsf texttt textsc textsl textup textnormal emph mbox hbox "
    "underline overline operatorname left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle "
    "scriptstyle limits nolimits hat widehat tilde widetilde bar vec dot ddot check breve mathring ensuremath "
    "textsuperscript textsubscript "
)
FORMATTING: Final = frozenset(_FORMATTING_NAMES.split())
_DOUBLE_STRUCK: Final = {"R": "ℝ", "C": "ℂ", "N": "ℕ", "Q": "ℚ", "Z": "ℤ", "P": "ℙ", "H": "ℍ"}
_SUPER: Final = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUB: Final = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_FRACTION: Final = re.compile(r"\\[dt]?frac\s?\{([^{}]{1,80})\}\s?\{([^{}]{1,80})\}")
_STRUCK: Final = re.compile(r"\\(?:mathbb|Bbb)\s?(?:\{([A-Z])\}|([A-Z])(?![A-Za-z]))")
_COMMAND: Final = re.compile(r"\\([A-Za-z]+)(\s*)|\\(.)", re.DOTALL)
_SCRIPT: Final = re.compile(r"\s?([\^_])\s?(?:\{([^{}]{1,80})\}|([^\s{}]))")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text, or the body of one formula without its delimiters."""

    kind: Literal["text", "inline", "display"]
    body: str


def math_spans(s: str) -> Iterator[tuple[int, int, bool, str]]:
    r"""Formulas as (start, end, is display, body), by $...$, $$...$$, \(...\) and \[...\].

    A `$` opens only before a non-space and closes only after one, so prices stay text ("$5 and $10", "$5/$10");
    a formula holds no blank line and at most 1,000 characters.
    """
    if "$" not in s and "\\" not in s:
        return
    for found in _MATH.finditer(s):
        name = found.lastgroup
        if name is None:
            continue
        body = found[name]
        if _is_formula(body, name, s[found.end() : found.end() + 1]):
            yield found.start(), found.end(), name in _DISPLAY, body


def _is_formula(body: str, delimiter: str, after: str) -> bool:
    if len(body) > MAX_FORMULA or not body.strip():
        return False
    # "$5/$10": a closing $ before a digit is the next price, if the formula so far begins as a price does.
    return not (delimiter == "dollar" and after.isdigit() and body[0].isdigit())


def math_segments(s: str) -> list[Segment]:
    r"""Text and formulas in order; `\$` in text becomes a plain dollar sign. Empty text gives an empty list."""
    segments = []
    at = 0
    for start, end, display, body in math_spans(s):
        if start > at:
            segments.append(Segment("text", s[at:start].replace("\\$", "$")))
        segments.append(Segment("display" if display else "inline", body))
        at = end
    if at < len(s):
        segments.append(Segment("text", s[at:].replace("\\$", "$")))
    return segments


def untex(s: str) -> str:
    r"""TeX accents, special letters, ties and text styles as Unicode, outside of math; formulas keep their TeX."""
    parts = []
    at = 0
    for start, end, _, _ in math_spans(s):
        parts += [_untex_text(s[at:start]), s[start:end]]
        at = end
    parts.append(_untex_text(s[at:]))
    return "".join(parts)


def _untex_text(s: str) -> str:
    """One pass; `open_braces` remembers for each open brace what its closing brace becomes."""
    if "\\" not in s and "~" not in s:
        return s
    open_braces: list[str] = []

    def replace(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        if kind in ("style", "switch"):
            open_braces.append("")
            return ""
        if kind == "brace":
            return _brace(found[0], open_braces)
        return _text_token(found, kind)

    return _TEXT.sub(replace, s)


def _brace(brace: str, open_braces: list[str]) -> str:
    if brace == "{":
        open_braces.append("}")
        return brace
    return open_braces.pop() if open_braces else brace


def _text_token(found: re.Match[str], kind: str) -> str:
    match kind:
        case "braced" | "accent" | "letter_accent":
            return _accented(found[0])
        case "wrapped":
            return _symbol(found["wrapped_name"]) or found[0]
        case "name":
            return _named(found["name_word"], found["after"]) or found[0]
        case "escaped":
            return found[0][1]
        case "space":
            return "" if found[0] in ("\\-", "\\/", "\\!") else " "
        case "tie":
            return _tie(found)
        case _:
            return found[0]


def _accented(token: str) -> str:
    parts = _ACCENT_PARTS.search(token)
    if parts is None:
        return token
    return unicodedata.normalize("NFC", parts[2] + _ACCENTS[parts[1]])


def _symbol(name: str) -> str:
    return _LETTERS.get(name) or _SIGNS.get(name) or _GREEK.get(name, "")


def _named(name: str, after: str) -> str:
    """A special letter swallows the space after it, as in TeX (`Br\\o ndum`); a sign keeps it (`3 \\AA wide`)."""
    if name in _LETTERS:
        return _LETTERS[name]
    return _SIGNS[name] + after.replace("{}", "") if name in _SIGNS else ""


def _tie(found: re.Match[str]) -> str:
    """A tie is a space ("Fig.~3"), but "10~20" is a range and a tilde before anything else means "about"."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    return "~" if before.isdigit() and after.isdigit() else " "


def plain_text(s: str) -> str:
    r"""Readable text without TeX, for terminals, meta tags and citations: `$\alpha^2$` becomes α²."""
    if "$" not in s and "\\" not in s:
        return s
    return "".join(
        _plain_commands(_untex_text(part.body)) if part.kind == "text" else _plain_formula(part.body)
        for part in math_segments(s)
    )


def _plain_formula(body: str) -> str:
    if body.isalnum():
        return body
    body = _FRACTION.sub(r"\1/\2", body)
    body = _STRUCK.sub(lambda found: _DOUBLE_STRUCK.get(found[1] or found[2], found[1] or found[2]), body)
    body = _SCRIPT.sub(_script, _plain_commands(body).replace("~", " "))
    return " ".join(body.replace("{", "").replace("}", "").split())


def _plain_commands(s: str) -> str:
    return _COMMAND.sub(_command, s) if "\\" in s else s


def _command(found: re.Match[str]) -> str:
    name, space, sign = found[1], found[2], found[3]
    if sign is not None:
        return {",": " ", ";": " ", ":": " ", "!": "", "\\": " ", "|": "‖", "-": "", "/": ""}.get(sign, sign)
    if name in FORMATTING:
        return ""
    symbol = SYMBOLS.get(name)
    if symbol is None:
        return name + space
    # Letters set beside a symbol need no gap; a relation or an arrow reads better with the gap its author typed.
    return symbol if symbol.isalpha() else symbol + space


def _script(found: re.Match[str]) -> str:
    body = (found[2] or found[3]).strip()
    small = body.translate(_SUPER if found[1] == "^" else _SUB)
    if all(before != after for before, after in zip(body, small, strict=True)):
        return small
    if body in ("′", "∘", "∗", "†"):
        return "°" if body == "∘" else body
    return found[1] + (body if len(body) == 1 else f"({body})")
