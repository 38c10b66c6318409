"""The registry: which sources there are, how much their word weighs, and which of them a file belongs to."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import (
    acl,
    arxiv_atom,
    arxiv_fields,
    arxiv_oai,
    arxiv_rss,
    bibtex,
    biorxiv,
    crossref,
    crossref_xml,
    csl,
    datacite,
    dblp,
    endnote,
    feeds,
    hub,
    isi,
    jats,
    jsonl,
    nbib,
    oai,
    openalex,
    openreview,
    pubmed,
    ris,
    seed,
    semanticscholar,
    zotero,
)
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Live
from broadsheet.sources.refusals import UnknownForm


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of record.

    `recognises` looks at the first bytes of a file; `read` yields its drafts and problems, given the file, a name for
    messages and the edition to place records in that name none. Fields in `hearsay` it only repeats from others, so
    that anybody's word for them outweighs its own. `live` tells how it is asked over the network, if it can be.
    """

    name: str
    authority: int
    meaning: str
    recognises: Callable[[bytes], bool]
    read: Callable[[BinaryIO, str, date | None], Iterator[Draft | Problem]]
    hearsay: frozenset[str] = frozenset()
    live: Live | None = None


HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
HEARSAY = 1
"""Authority of what a source only repeats."""

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            arxiv_oai.NAME_RAW, 96, "arXiv's OAI-PMH interface, with all versions (arXivRaw).",
            arxiv_oai.recognises_raw, arxiv_oai.read_raw, arxiv_fields.HEARSAY, arxiv_oai.LIVE_RAW,
        ),
        Source(
            arxiv_oai.NAME, 95, "arXiv's OAI-PMH interface, with structured authors (arXiv).",
            arxiv_oai.recognises, arxiv_oai.read, arxiv_fields.HEARSAY, arxiv_oai.LIVE,
        ),
        Source(
            arxiv_rss.NAME, 90, "arXiv's daily feeds of what was announced (RSS, Atom).",
            arxiv_rss.recognises, arxiv_rss.read, arxiv_fields.HEARSAY, arxiv_rss.LIVE,
        ),
        Source(
            arxiv_atom.NAME, 97, "arXiv's API (Atom).",
            arxiv_atom.recognises, arxiv_atom.read, arxiv_fields.HEARSAY, arxiv_atom.LIVE,
        ),
        Source(
            openreview.NAME, 80, "OpenReview notes and expertise files (JSON).",
            openreview.recognises, openreview.read, live=openreview.LIVE,
        ),
        Source(acl.NAME, 80, "ACL Anthology collections (XML).", acl.recognises, acl.read, live=acl.LIVE),
        Source(
            biorxiv.NAME, 80, "bioRxiv and medRxiv preprints (JSON).",
            biorxiv.recognises, biorxiv.read, live=biorxiv.LIVE,
        ),
        Source(
            crossref.NAME, 70, "Crossref's REST API: works (JSON).",
            crossref.recognises, crossref.read, live=crossref.LIVE,
        ),
        Source(
            "crossref-xml", 70, "Crossref's deposits and records (XML).", crossref_xml.recognises, crossref_xml.read
        ),
        Source(
            datacite.NAME, 60, "DataCite DOIs (JSON:API, XML).", datacite.recognises, datacite.read, live=datacite.LIVE
        ),
        Source(dblp.NAME, 50, "dblp's search (JSON) and records (XML).", dblp.recognises, dblp.read, live=dblp.LIVE),
        Source(
            openalex.NAME, 41, "OpenAlex works (JSON, JSON Lines).", openalex.recognises, openalex.read,
            frozenset({"venue", "abstract"}), openalex.LIVE,
        ),
        Source(
            semanticscholar.NAME, 40, "Semantic Scholar papers (JSON).",
            semanticscholar.recognises, semanticscholar.read, frozenset({"venue"}), semanticscholar.LIVE,
        ),
        Source(pubmed.NAME, 71, "PubMed's articles (XML).", pubmed.recognises, pubmed.read, live=pubmed.LIVE),
        Source(jats.NAME, 72, "Journals' articles (JATS and NLM XML).", jats.recognises, jats.read),
        Source(
            zotero.NAME, 25, "Zotero libraries (web API, RDF).", zotero.recognises, zotero.read, live=zotero.LIVE
        ),
        Source(csl.NAME, 24, "CSL-JSON.", csl.recognises, csl.read),
        Source(nbib.NAME, 26, "PubMed's text form (MEDLINE, .nbib).", nbib.recognises, nbib.read),
        Source(isi.NAME, 22, "Web of Science exports.", isi.recognises, isi.read),
        Source(endnote.NAME, 22, "EndNote exports (.enw).", endnote.recognises, endnote.read),
        Source(ris.NAME, 23, "RIS libraries.", ris.recognises, ris.read),
        Source(bibtex.NAME, 21, "BibTeX and BibLaTeX libraries.", bibtex.recognises, bibtex.read),
        Source("seed", 10, "Records of a saved daily-papers page (JSON array).", seed.recognises, seed.read),
        Source(
            "hub", 20, "The hub's daily-papers records (JSON array or JSON Lines).", hub.recognises, hub.read,
            live=hub.LIVE,
        ),
        Source("jsonl", 30, "Papers as JSON Lines, one object a line.", jsonl.recognises, jsonl.read),
        Source(oai.NAME, 40, "Any OAI-PMH repository (oai_dc).", oai.recognises, oai.read, live=oai.LIVE),
        Source(feeds.NAME, 30, "Any RSS, Atom or JSON feed.", feeds.recognises, feeds.read, live=feeds.LIVE),
    )
}  # fmt: skip


def authority(name: str, field: str) -> int:
    """The weight of a source's word for a field; hearsay weighs little, a source no longer registered nothing."""
    source = SOURCES.get(name)
    if source is None:
        return 0
    return HEARSAY if field in source.hearsay else source.authority


def read_file(path: Path, source: str | None = None, edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts and problems from a file (plain, .gz or .zst). Raises BadInput for a file that cannot be read."""
    with open_file(path) as (stream, head):
        yield from choose(head, path.name, source).read(stream, path.name, edition)


def recognise(path: Path, source: str | None = None) -> Source:
    """The source that a file is of, by its first bytes, or as named. Raises BadInput."""
    with open_file(path) as (_, head):
        return choose(head, path.name, source)


def named_source(name: str) -> Source:
    """A source by its name. Raises BadInput."""
    if name not in SOURCES:
        raise BadInput(f"There is no source {name!r}. Choose one of: {', '.join(SOURCES)}.")
    return SOURCES[name]


def choose(head: bytes, name: str, source: str | None = None) -> Source:
    """The source asked for by name, or the one that recognises the file's first bytes."""
    if source is not None:
        return named_source(source)
    for candidate in SOURCES.values():
        if candidate.recognises(head):
            return candidate
    if HTML.match(head):
        raise UnknownForm(f"{name} is a web page, not a list of papers. Save the data that it shows instead.")
    raise UnknownForm(f"{name} is in none of the known forms. Name one with --source: {', '.join(SOURCES)}.")
