"""Rules that watch new texts: words and domains, and what happens to a text that holds one."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from broadsheet.errors import BadInput

ACTIONS: Final = ("flag", "hold", "refuse")
"""What a rule does, from the mildest: moderators are told; it waits hidden for them; it is not taken."""
KINDS: Final = ("keyword", "domain")
LONGEST: Final = 120

ADDRESS: Final = re.compile(r"(?:https?://|www\.)([^\s/?#<>()\[\]\"']{3,253})", re.IGNORECASE)
DOMAIN: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A word or a phrase, or a domain with all below it, and what to do about texts that hold it."""

    kind: str
    pattern: str
    action: str
    id: int = 0


def clean_rule(kind: str, pattern: str, action: str) -> Rule:
    """A rule as somebody wrote it, in the form it is kept in. Raises BadInput."""
    if kind not in KINDS or action not in ACTIONS:
        raise BadInput(f"A rule is about a {' or a '.join(KINDS)}, and does one of {', '.join(ACTIONS)}.")
    words = _domain(pattern) if kind == "domain" else " ".join(WORD.findall(folded(pattern)))
    if not 2 <= len(words) <= LONGEST:
        raise BadInput(f"{pattern[:60]!r}: a rule needs 2 to {LONGEST} characters that texts can be searched for.")
    return Rule(kind, words, action)


def _domain(text: str) -> str:
    host = text.strip().lower().removeprefix("http://").removeprefix("https://").partition("/")[0]
    if not DOMAIN.fullmatch(host):
        raise BadInput(f"{text[:60]!r} is no domain: write it as example.com.")
    return host


def folded(text: str) -> str:
    """Text without case, width and accents, so that a rule is not passed by writing it otherwise."""
    wide = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in wide if not unicodedata.combining(sign)).casefold()


def is_caught(rule: Rule, text: str) -> bool:
    """Whether a text holds what a rule is about: whole words in a row, or a web address in the domain."""
    if rule.kind == "domain":
        return any(host == rule.pattern or host.endswith(f".{rule.pattern}") for host in hosts(text))
    return f" {rule.pattern} " in f" {' '.join(WORD.findall(folded(text)))} "


def hosts(text: str) -> list[str]:
    """The hosts of the web addresses in a text, lower case, without user names and ports."""
    found = (name.rpartition("@")[2].partition(":")[0].lower().rstrip(".") for name in ADDRESS.findall(text))
    return [host for host in found if host]


def verdict(text: str, rules: Iterable[Rule]) -> Rule | None:
    """The strictest rule that catches a text; None for a text that is fine."""
    caught = [rule for rule in rules if is_caught(rule, text)]
    return max(caught, key=lambda rule: ACTIONS.index(rule.action), default=None)


def preview(rule: Rule, texts: Sequence[tuple[int, str]]) -> list[int]:
    """Which of these numbered texts a rule would have caught."""
    return [number for number, text in texts if is_caught(rule, text)]
