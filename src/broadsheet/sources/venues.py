"""Venues: where a paper appeared, as printed. A preprint server is where a paper lies, not where it appeared."""

import re

_SERVERS = (
    r"arxiv(?:\.org)?(?:\s*\(.*\)|\s+(?:\d{4}|e-?prints?|preprints?).*)?",
    r"corr(?:\s+\d{4}|,?\s+abs/.*)?",
    r"computing research repository",
    r"(?:bio|med|chem|eco|psy|soc|eng|edu|earth|techr|ag|pal(?:eo)?|law|africa)a?r?xiv.*",
    r"ssrn(?: electronic journal)?",
    r"social science research network",
    r"research square.*",
    r"preprints(?:\.org)?",
    r"(?:peerj|osf) preprints",
    r"authorea.*",
    r"openreview(?:\.net)?",
    r"(?:zenodo|figshare|hal)(?: .*)?",
    r"(?:iacr )?cryptology eprint archive",
)
PREPRINT_SERVERS = re.compile("|".join(_SERVERS), re.IGNORECASE)


def printed(name: str) -> str:
    """The name of a journal or of proceedings; empty for a preprint server or a repository."""
    name = " ".join(name[:1000].split())
    return "" if PREPRINT_SERVERS.fullmatch(name) else name
