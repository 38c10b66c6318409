"""Papers as DataCite's REST API sends them (JSON:API), and in its metadata schema as XML (`datacite_xml`).

Field notes: https://support.datacite.org/docs/api-get-doi and https://schema.datacite.org. Most of what DataCite knows
are datasets, software and pictures: each is set aside and says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import datacite_xml, dating, documents, fields, paging, venues, wording
from broadsheet.sources.documents import objects
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, UpstreamError, WrongContent

NAME = "datacite"
DOIS = re.compile(rb'"type"\s*:\s*"dois"')
ATTRIBUTES = re.compile(rb'"attributes"\s*:\s*\{')
OWN_FIELD = re.compile(rb'"(?:titles|creators|resourceTypeGeneral|relatedIdentifiers|schemaVersion)"\s*:')
BARE = re.compile(rb'"(?:resourceTypeGeneral|schemaVersion)"\s*:')
EMPTY_LIST = re.compile(rb'"meta"\s*:\s*\{[^{}]*"totalPages"')
PAPERS = frozenset(
    "text journalarticle conferencepaper preprint report dissertation bookchapter book datapaper".split()  # noqa: SIM905
)
PAPER = re.compile(
    r"(?:[a-z]+[ -]?)?(?:paper|article|preprint|thesis|dissertation|report|book ?chapter|habilitation|manuscript)",
    re.IGNORECASE,
)
NO_PAPER = re.compile(
    r".*(?:presentation|poster|slide|lecture|lesson|video|image|photo|data ?set|software|data ?package)s?\b.*",
    re.IGNORECASE,
)
UNKNOWN = re.compile(r"\(?:(?:unac|unal|unap|unas|unav|unkn|none|null|tba|etal)\)?", re.IGNORECASE)
"""Codes of the schema's appendix 3 for "there is no value"."""
SAME_WORK = frozenset(["isversionof", "isidenticalto", "ispreprintof", "haspreprint"])
VOLATILE = frozenset(
    """citationCount citations citationsOverTime contentUrl created downloadCount downloads downloadsOverTime isActive
    metadataVersion partCount partOfCount reason referenceCount registered source state updated url versionCount
    versionOfCount viewCount views viewsOverTime xml""".split()  # noqa: SIM905
)
"""Fields that change, or say nothing, without the paper having changed."""
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
ARXIV_SUBJECT = re.compile(r".*\(([a-z-]+(?:\.[A-Za-z-]{2,10})?)\)")
PAGE = 200


def recognises(head: bytes) -> bool:
    """Whether a file starts as DataCite's JSON or XML, or as one record of an answer that holds the XML."""
    start = head.lstrip()
    if start.startswith(b"<"):
        return datacite_xml.recognises(start)
    if not start.startswith((b"{", b"[")):
        return False
    bare = BARE.search(start) and b'"titles"' in start and b'"creators"' in start
    wrapped = ATTRIBUTES.search(start) and OWN_FIELD.search(start)
    return bool(bare or wrapped or DOIS.search(start) or EMPTY_LIST.search(start))


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each paper of a file, a problem for each other thing. Raises Refusal."""
    head = stream.peek(64) if hasattr(stream, "peek") else b""
    if head.lstrip().startswith(b"<"):
        found = datacite_xml.records(stream, name)
    else:
        found = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, found, draft, "doi")


def _records(value: Any, name: str) -> Iterable[Any]:
    """The attributes of the DOIs in a document. Raises Refusal."""
    if isinstance(value, dict) and "errors" in value and "data" not in value:
        raise _refusal(value["errors"], name)
    if isinstance(value, dict) and "data" in value:
        value = value["data"]
    return [_attributes(each, name) for each in (value if isinstance(value, list) else [value])]


def _attributes(value: Any, name: str) -> Any:
    """What is said of a DOI. Raises WrongContent for a client, a provider or an event."""
    if not isinstance(value, dict) or "attributes" not in value:
        return value
    if value.get("type") not in ("dois", None):
        raise WrongContent(f"{name} describes no works: it holds {str(value['type'])[:40]!r}.")
    attributes, own = value["attributes"], value.get("id")
    return {**attributes, "doi": attributes.get("doi") or own} if isinstance(attributes, dict) else attributes


def _refusal(errors: object, name: str) -> UpstreamError | NoSuchThing:
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = f"{name}: DataCite says: {str(first.get('title', errors))[:200]}"
    return NoSuchThing(said) if str(first.get("status")) == "404" else UpstreamError(said)


def draft(record: Mapping[str, Any]) -> Draft:
    """The attributes of one DOI as a draft. Raises BadInput, also for datasets and all else that is no paper."""
    doi = parse_identifier(_known(record, "doi"))
    if doi is None or doi.kind not in ("doi", "arxiv"):
        raise BadInput("it has no DOI")
    _check_kind(fields.mapping(record, "types"))
    return Draft(
        source=NAME,
        key=fields.key(_known(record, "doi").strip().lower().rpartition("doi.org/")[2]),
        payload_hash=fields.digest(documents.payload(record, VOLATILE)),
        title=_title(record),
        abstract=_abstract(record),
        identifiers=tuple(dict.fromkeys([doi, *_identifiers(record)])),
        authors=tuple(author for each in objects(record, "creators") if (author := _author(each))),
        published=_published(record),
        updated=max((day.day for day in _dates(record, "updated")), default=None),
        language=_known(record, "language")[:20],
        licence=_licence(record),
        categories=tuple(_categories(record)),
        tags=tuple(_tags(record)),
        venue=_venue(record),
    )


def _known(record: Mapping[str, Any], name: str) -> str:
    """A text; empty where it is one of the codes for an unknown value."""
    text = fields.text(record, name).strip()
    return "" if UNKNOWN.fullmatch(text) else text


def _check_kind(types: Mapping[str, Any]) -> None:
    """Raises BadInput for what is no paper. The general type is often wrong where the free one is plain."""
    general, special = fields.text(types, "resourceTypeGeneral"), fields.text(types, "resourceType")[:200].strip()
    if PAPER.fullmatch(special):
        return
    if general.lower() not in PAPERS or NO_PAPER.fullmatch(special):
        kind = special if general.lower() in PAPERS else general or special
        raise BadInput(f"it describes {_a(kind[:60])}, not a paper" if kind else "it does not say that it is a paper")


def _a(kind: str) -> str:
    """PhysicalObject: a physical object."""
    words = CAPITAL.sub(" ", kind).lower()
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def _title(record: Mapping[str, Any]) -> str:
    titles = [each for each in objects(record, "titles") if _known(each, "title")]
    main = next((each for each in titles if not each.get("titleType")), titles[0] if titles else {})
    subtitle = next((each for each in titles if each.get("titleType") == "Subtitle" and each is not main), {})
    return wording.with_subtitle(wording.plain(_known(main, "title")), wording.plain(_known(subtitle, "title")))


def _abstract(record: Mapping[str, Any]) -> str:
    found = (each for each in objects(record, "descriptions") if each.get("descriptionType") == "Abstract")
    return next((text for each in found if (text := wording.abstract(_known(each, "description")))), "")


def _identifiers(record: Mapping[str, Any]) -> Iterator[Identifier]:
    """Its id on arXiv or in PubMed, and the names of the work that it is a version of."""
    alternate = ((each, "identifier", "identifierType") for each in objects(record, "identifiers"))
    related = (
        (each, "relatedIdentifier", "relatedIdentifierType")
        for each in objects(record, "relatedIdentifiers")
        if fields.text(each, "relationType").lower() in SAME_WORK
    )
    for each, name, kind in [*alternate, *related]:
        scheme = fields.text(each, kind).lower()
        if scheme in ("arxiv", "doi", "pmid"):
            value = _known(each, name)
            found = parse_identifier(f"pmid:{value}" if scheme == "pmid" else value)
            if found and found.kind != "url":
                yield found


def _author(creator: Mapping[str, Any]) -> PrintedAuthor | None:
    names = (_known(creator, part) for part in ("givenName", "familyName"))
    name = " ".join(part for part in names if part) if _known(creator, "familyName") else _known(creator, "name")
    if creator.get("nameType") != "Organizational":
        name = wording.reading_order(name)
    ids = (fields.text(each, "nameIdentifier") for each in objects(creator, "nameIdentifiers") if _is_orcid(each))
    return PrintedAuthor(wording.plain(name), next(ids, "").rstrip("/")[-19:], _affiliation(creator)) if name else None


def _is_orcid(identifier: Mapping[str, Any]) -> bool:
    return fields.text(identifier, "nameIdentifierScheme").upper() == "ORCID"


def _affiliation(creator: Mapping[str, Any]) -> str:
    """Places of work, as texts or, since schema 4.3, as objects."""
    given = creator.get("affiliation")
    places = [given] if isinstance(given, (str, dict)) else fields.items(creator, "affiliation")
    named = [{"name": each} if isinstance(each, str) else each for each in places]
    names = (fields.text(each, "name").strip() for each in objects({"affiliation": named}, "affiliation"))
    return "; ".join(name for name in names if name)


def _dates(record: Mapping[str, Any], *kinds: str) -> list[PartialDate]:
    dates = (each for each in objects(record, "dates") if fields.text(each, "dateType").lower() in kinds)
    return [found for each in dates if (found := fields.partial_date(_known(each, "date")))]


def _published(record: Mapping[str, Any]) -> PartialDate | None:
    """When it was issued or made available; the day it was submitted only where that is more precise, as on arXiv."""
    best = dating.earliest([dating.partial(record.get("publicationYear")), *_dates(record, "issued", "available")])
    submitted = _dates(record, "submitted")
    return dating.earliest([best, *(each for each in submitted if best is None or dating.within(each.day, best))])


def _licence(record: Mapping[str, Any]) -> str:
    for rights in objects(record, "rightsList"):
        for name in ("rightsUri", "rightsIdentifier", "rights"):
            if found := _known(rights, name):
                return found
    return ""


def _categories(record: Mapping[str, Any]) -> Iterator[str]:
    """The codes of arXiv in "Computation and Language (cs.CL)"."""
    for each in objects(record, "subjects"):
        found = ARXIV_SUBJECT.fullmatch(_known(each, "subject")[:200])
        if found and fields.text(each, "subjectScheme").lower() == "arxiv":
            yield found[1]


def _tags(record: Mapping[str, Any]) -> Iterator[str]:
    """Other subjects; bare numbers of a classification tell readers nothing."""
    for each in objects(record, "subjects"):
        if fields.text(each, "subjectScheme").lower() != "arxiv":
            tag = wording.plain(_known(each, "subject")).removeprefix("FOS: ")
            yield "" if tag.isdecimal() else tag


def _venue(record: Mapping[str, Any]) -> str:
    """The journal or book that the paper is said to have appeared in."""
    container = fields.mapping(record, "container")
    names = [_known(container, "title")]
    for item in objects(record, "relatedItems"):
        if item.get("relationType") == "IsPublishedIn":
            names += [_known(title, "title") for title in objects(item, "titles")[:1]]
    return next((name for each in names if (name := venues.printed(wording.plain(each)))), "")


def first_url(root: str, stream: str, window: Window) -> str:
    """The address of the first page of DOIs whose record changed in the window."""
    days = f"updated:[{window.since or '*'} TO {window.until or '*'}]"
    query = {
        "query": f"({stream.strip()}) AND {days}" if window != Window() else stream.strip(),
        "page[size]": str(PAGE),
        "page[cursor]": "1",
    }
    return paging.address(root, "/dois", query)


def read_page(answer: Answer, _window: Window) -> Page:
    """One page of DOIs. Raises Refusal."""
    name = "DataCite's answer"
    value = documents.parsed(answer.body, name)
    if not isinstance(value, dict) or not {"data", "errors"} & value.keys():
        raise Malformed(f"{name} holds no DOIs.")
    records = list(_records(value, name))
    meta, links = (value.get(key) if isinstance(value.get(key), dict) else {} for key in ("meta", "links"))
    total, following = (meta or {}).get("total"), (links or {}).get("next")
    # Only the place in the list is taken from the answer, not the host to ask.
    cursor = paging.parameter(following, "page[cursor]") if isinstance(following, str) else ""
    return Page(
        tuple(documents.drafts(NAME, name, records, draft, "doi")),
        paging.with_query(answer.url, {"page[cursor]": cursor}) if cursor and records else "",
        total=total if isinstance(total, int) else None,
    )


LIVE = Live(
    group="datacite",
    root="https://api.datacite.org",
    pace_s=1.0,
    rhythm="daily",
    stream="a query of DataCite: types.resourceTypeGeneral:Preprint AND titles.title:scanpath",
    first_url=first_url,
    read_page=read_page,
    check_stream=paging.needs_a_choice,
    default_streams=(),
)
