"""What PubMed's two forms, XML and text, have in common."""

import re

MAX_TAGS = 20
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\.\.|\bal|\bInc|\bLtd|\bvs|\bspp?)\.$")
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])", re.ASCII)


def title(text: str) -> str:
    """A title without the full stop that PubMed sets, and without the brackets that mark one as translated."""
    text = text.strip()
    if text.startswith("[") and text.endswith(("].", "]")) and text.count("[") == 1:
        text = text.rstrip(".").removesuffix("]")[1:]
    return text.removesuffix(".") if not _ABBREVIATION.search(text) else text


def orcid(text: str) -> str:
    """An ORCID as 0000-0002-1825-0097, out of any way to write it; empty without one."""
    found = _ORCID.search(text[:200])
    return "-".join(found.groups()).upper() if found else ""
