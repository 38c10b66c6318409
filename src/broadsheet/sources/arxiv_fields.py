"""What all of arXiv's interfaces have in common: ids, sets, printed authors, withdrawals, and days of announcement."""

import re
from datetime import date, datetime

from broadsheet.drafts import EditionPlace, Identifier, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.identity import arxiv_version, parse_identifier
from broadsheet.taxonomy import load as load_taxonomy
from broadsheet.timetable import announced_on

GROUP = "arxiv"
PACE_S = 3.0
"""Seconds between requests, over all interfaces together (info.arxiv.org, "API Terms of Use")."""
HEARSAY = frozenset({"venue"})
"""arXiv repeats what authors say of where a paper appeared."""
PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()  # noqa: SIM905
)
_WORK = r"(?:paper|article|manuscript|submission|preprint|work|note|version)"
_WITHDRAWN = re.compile(
    rf"(?:^|[.;:]\s+)\W*(?:(?:this|the|our)\s+)?(?:arxiv\s+)?{_WORK}\s+(?:has\s+been|have\s+been|is|was|is\s+being)\s+"
    r"(?:temporarily\s+|hereby\s+)?withdrawn\b|"
    r"^\W*(?:temporarily\s+)?withdrawn\b(?=\s*(?:$|[.,;:!)(\[-]|(?:by|due|because|for|from|as|since|at|until|pending|on|"
    r"owing|and|version)\b))|"
    r"(?:^|[.;:]\s+)\W*(?:the\s+)?(?:authors?|we)\s+(?:has|have)?\s*(?:hereby\s+)?withdr(?:aw|awn|ew)\s+(?:this|the|our)\b",
    re.IGNORECASE,
)
_LOOKED_AT = 400
"""Characters at the beginning of a comment or an abstract."""
MAX_AUTHOR_TEXT = 200_000
_AND = re.compile(r",?\s+(?:and|&)\s+|\s*;\s*")
_AND_OTHERS = re.compile(r"\s+et\.? al\.?$", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")
_AFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.IGNORECASE)


def identifier(text: str) -> Identifier:
    """The arXiv identifier in a text. Raises BadInput where there is none."""
    found = parse_identifier(text.strip().removeprefix("oai:arXiv.org:").removeprefix("oai:arxiv.org:"))
    if found is None or found.kind != "arxiv":
        raise BadInput(f"{text[:80]!r} is not an arXiv id")
    return found


def version(text: str) -> int | None:
    """The version that an arXiv id, address or OAI name ends with."""
    return arxiv_version(text.strip().removeprefix("oai:arXiv.org:"))


def doi(text: str) -> list[Identifier]:
    """The DOI an author gave; none where it is no DOI."""
    found = parse_identifier(text) if text else None
    return [found] if found and found.kind == "doi" else []


def printed_authors(text: str) -> tuple[PrintedAuthor, ...]:
    """Names out of one line: "A. Lee, B. Yeung and C. Roe (MIT)"; notes in brackets and "et al." are left out."""
    text = text[:MAX_AUTHOR_TEXT]
    while (bare := _BRACKETS.sub(" ", text)) != text:
        text = bare
    names: list[str] = []
    for part in _AND.sub(",", text).split(","):
        name = part.strip()
        if name.lower().removeprefix("and ").strip(".: ") in ("", "et al", "others"):
            continue
        # "The X Collaboration: A. Roe" names both; "A. Roe et al." names one.
        name = _AND_OTHERS.sub("", name)
        if ":" in name:
            collaboration, _, name = (part.strip() for part in name.partition(":"))
            names += [collaboration] if collaboration else []
        if names and _AFFIX.fullmatch(name):
            names[-1] += f" {name}"
        else:
            names += [name.removeprefix("and ")] if name else []
    return tuple(map(PrintedAuthor, names))


def is_withdrawn(comment: str, abstract: str) -> bool:
    """Whether authors say, in their comment or in place of the abstract, that they take the paper back."""
    return any(_WITHDRAWN.search(text[:_LOOKED_AT]) for text in (comment, abstract[:100]))


def estimated_place(arxiv_id: str, submitted: datetime | date) -> EditionPlace:
    """The edition that a paper belongs to by the time of its submission; its number gives the place."""
    digits = re.sub(r"\D", "", arxiv_id)
    return EditionPlace(announced_on(submitted), max(1, int(digits[4:] or 1)), "estimate")


def set_spec(stream: str) -> str:
    """The OAI set of a category or archive: cs.CL is cs:cs:CL, hep-th is physics:hep-th; empty for all of arXiv."""
    archive, _, subject = stream.partition(".")
    if archive in PHYSICS:
        return ":".join(filter(None, ("physics", archive, subject)))
    return f"{archive}:{archive}:{subject}" if subject else archive


def check_category(stream: str) -> None:
    """Raises BadInput for what is no category or archive of arXiv."""
    if stream and load_taxonomy().canonical(stream) is None:
        raise BadInput(f"{stream[:60]!r} is no category of arXiv. Write one such as cs.CL, or an archive such as stat.")
