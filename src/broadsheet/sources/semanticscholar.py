"""Papers as Semantic Scholar's graph API sends them: one, lists, batches, searches, recommendations, citations.

Field notes: https://api.semanticscholar.org/api-docs/graph. A batch holds null for a paper that it does not know; a
citation or reference holds the other paper.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, documents, fields, paging, venues, wording
from broadsheet.sources.documents import objects
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, UpstreamError, WrongContent

NAME = "semanticscholar"
OWN_ID = re.compile(rb'"(?:paperId|authorId)"\s*:')
EMPTY_LIST = re.compile(rb'\{\s*"total"\s*:\s*\d+\s*,\s*"(?:offset|token|next|data)"\s*:')
LISTS = ("data", "recommendedPapers")
INNER = ("citingPaper", "citedPaper")
EXTERNAL = {"ArXiv": "arxiv:{}", "DOI": "doi:{}", "ACL": "acl:{}", "PubMed": "pmid:{}"}
OTHER = {"DBLP": "dblp:{}", "MAG": "mag:{}", "CorpusId": "corpusid:{}"}
MAX_ID = 200
VOLATILE = frozenset(
    """citationCount citationStyles citations contexts embedding influentialCitationCount isInfluential matchScore
    referenceCount references url""".split()  # noqa: SIM905
)
"""Fields that change, or say nothing, without the paper having changed."""
FIELDS = "title,abstract,authors,venue,journal,year,publicationDate,externalIds,s2FieldsOfStudy,openAccessPdf"


def recognises(head: bytes) -> bool:
    """Whether a file starts with papers or authors that have an id of Semantic Scholar's."""
    start = head.lstrip()
    return start.startswith((b"{", b"[")) and bool(OWN_ID.search(start) or EMPTY_LIST.match(start))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each paper of a file. Raises Refusal for a document that is none, or not of papers."""
    records = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, records, draft, "paperId")


def _records(value: Any, name: str) -> Iterable[Any]:
    """The papers of a document. Raises Refusal for errors and authors."""
    if isinstance(value, dict):
        value = _listed(value, name)
    if not isinstance(value, list):
        return [value]
    return [_paper(each, name) for each in value if each is not None]


def _listed(value: Mapping[str, Any], name: str) -> Any:
    found = next((value[key] for key in LISTS if key in value), None)
    if found is not None and not isinstance(found, list):
        raise Malformed(f"{name}: its papers are no list.")
    if found is None and not {"paperId", "corpusId", "authorId", "total", *INNER} & value.keys():
        _refuse(value, name)
        return [value]
    if found is None and "paperId" not in value and "total" in value:
        return []
    return found if found is not None else [value]


def _refuse(value: Mapping[str, Any], name: str) -> None:
    """Why Semantic Scholar refuses, by its own words, if it does."""
    said = value.get("error") or value.get("message")
    if said and "title" not in value:
        kind = NoSuchThing if "not found" in str(said).lower() else UpstreamError
        raise kind(f"{name}: Semantic Scholar says: {str(said)[:200]}")


def _paper(value: Any, name: str) -> Any:
    """A paper, or the other paper of a citation. Raises WrongContent for an author."""
    if not isinstance(value, dict):
        return value
    if "authorId" in value and "paperId" not in value:
        raise WrongContent(f"{name} describes no papers: it holds an author.")
    return next((value[key] for key in INNER if key in value), value)


def draft(paper: Mapping[str, Any]) -> Draft:
    """One paper as a draft. Raises BadInput."""
    own, corpus = fields.text(paper, "paperId"), _number(paper, "corpusId")
    tldr = fields.mapping(paper, "tldr")
    summary = fields.text(tldr, "text")
    return Draft(
        source=NAME,
        key=fields.key(own or (f"CorpusId:{corpus}" if corpus else "")),
        payload_hash=fields.digest(documents.payload(paper, VOLATILE)),
        title=wording.plain(fields.text(paper, "title")),
        abstract=wording.abstract(fields.text(paper, "abstract")),
        identifiers=_identifiers(paper, own, corpus),
        authors=tuple(map(_author, objects(paper, "authors"))),
        published=_published(paper),
        licence=fields.text(fields.mapping(paper, "openAccessPdf"), "license"),
        tags=_tags(paper),
        venue=_venue(paper),
        summary=summary,
        summary_by=(fields.text(tldr, "model") or "a language model of Semantic Scholar") if summary else "",
    )


def _number(record: Mapping[str, Any], name: str) -> str:
    """An id that is a number, and may be written as text; empty for anything else."""
    value = str(record.get(name) or "")[:20]
    return value if value.isdecimal() and value.isascii() else ""


def _identifiers(paper: Mapping[str, Any], own: str, corpus: str) -> tuple[Identifier, ...]:
    external = {"ArXiv": paper.get("arxivId"), "DOI": paper.get("doi"), **fields.mapping(paper, "externalIds")}
    external.setdefault("CorpusId", corpus)
    texts = {name: str(value) for name, value in external.items() if isinstance(value, (str, int)) and value}
    known = [parse_identifier(form.format(texts[name])) for name, form in EXTERNAL.items() if name in texts]
    others = [form.format(texts[name]) for name, form in OTHER.items() if name in texts]
    others = [f"s2:{own}" if own else "", *others]
    named = [Identifier("other", each) for each in others if each and len(each) <= MAX_ID]
    return tuple(dict.fromkeys([*(each for each in known if each), *named]))


def _author(author: Mapping[str, Any]) -> PrintedAuthor:
    orcid = fields.text(_external_ids(author), "ORCID")
    affiliation = "; ".join(fields.texts(author, "affiliations"))
    return PrintedAuthor(wording.plain(fields.text(author, "name")), orcid, affiliation)


def _external_ids(author: Mapping[str, Any]) -> Mapping[str, Any]:
    given = author.get("externalIds")
    return given if isinstance(given, dict) and isinstance(given.get("ORCID"), str) else {}


def _published(paper: Mapping[str, Any]) -> PartialDate | None:
    """The day; the first of January stands for a year of which no more is known."""
    day = fields.partial_date(fields.text(paper, "publicationDate"))
    if day and (day.day.month, day.day.day) != (1, 1):
        return day
    return dating.partial(day.day.year if day else paper.get("year"))


def _tags(paper: Mapping[str, Any]) -> tuple[str, ...]:
    named = (fields.text(each, "category") for each in objects(paper, "s2FieldsOfStudy"))
    return tuple(dict.fromkeys([*fields.texts(paper, "fieldsOfStudy"), *(each for each in named if each)]))


def _venue(paper: Mapping[str, Any]) -> str:
    """The journal or proceedings as printed, else as Semantic Scholar calls it."""
    names = (
        fields.text(fields.mapping(paper, "journal"), "name"),
        fields.text(paper, "venue"),
        fields.text(fields.mapping(paper, "publicationVenue"), "name"),
    )
    return next((name for each in names if (name := venues.printed(wording.plain(each)))), "")


def first_url(root: str, stream: str, window: Window) -> str:
    """The address of the first papers that answer a query and appeared in the window."""
    days = f"{window.since or ''}:{window.until or ''}"
    query = {"query": stream.strip(), "publicationDateOrYear": days if days != ":" else "", "fields": FIELDS}
    return paging.address(root, "/graph/v1/paper/search/bulk", query)


def read_page(answer: Answer, _window: Window) -> Page:
    """One page of a search; the next one has a token. Raises Refusal."""
    name = "Semantic Scholar's answer"
    value = documents.parsed(answer.body, name)
    records = list(_records(value, name))
    answered = value if isinstance(value, dict) else {}
    if not answered.keys() & {*LISTS, "total", "paperId"} and not isinstance(value, list):
        raise Malformed(f"{name} holds no papers.")
    total, token = answered.get("total"), answered.get("token")
    following = paging.with_query(answer.url, {"token": token}) if records and isinstance(token, str) and token else ""
    items = tuple(documents.drafts(NAME, name, records, draft, "paperId"))
    return Page(items, following, total=total if isinstance(total, int) else None)


def check_stream(stream: str) -> None:
    """Refuses the empty query. Raises BadInput."""
    paging.needs_a_choice(stream)
    if len(stream) > MAX_ID:
        raise BadInput(f"A query of Semantic Scholar has at most {MAX_ID} characters.")


LIVE = Live(
    group="semanticscholar",
    root="https://api.semanticscholar.org",
    pace_s=3.0,
    rhythm="daily",
    stream="words to search for; + and | and - and quotes as Semantic Scholar reads them",
    first_url=first_url,
    read_page=read_page,
    check_stream=check_stream,
    default_streams=(),
    overlap_days=14,
)
