"""Works as OpenAlex sends them: one, a list, or one a line as in its snapshot.

Field notes: https://docs.openalex.org/api-entities/works/work-object. A change of a work can be asked for with a key
only, so that lists are asked for by the day of publication.
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

NAME = "openalex"
ID = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{1,18})")
OTHER_ID = re.compile(r"https?://openalex\.org/(?:[a-z-]+/)?[A-Z]?\w+")
OWN_ID = re.compile(rb'"(?:id|openalex)"\s*:\s*"https?:\\?/\\?/openalex\.org\\?/')
EMPTY_LIST = re.compile(rb'"meta"\s*:\s*\{[^{}]*"(?:groups_count|db_response_time_ms)"')
NO_PAPERS = frozenset(
    ["dataset", "database", "software", "grant", "peer-review", "paratext", "supplementary-materials"]
)
VENUES = frozenset(["journal", "conference", "book series"])
VOLATILE = frozenset(
    """apc_list apc_paid authorships_count biblio cited_by_api_url cited_by_count cited_by_percentile_year
    citation_normalized_percentile concepts content_urls corresponding_author_ids corresponding_institution_ids
    counts_by_year fwci has_content mesh related_works relevance_score referenced_works referenced_works_count
    summary_stats sustainable_development_goals updated updated_date""".split()  # noqa: SIM905
)
"""Fields that change, or say nothing, without the paper having changed."""
NUMBER_AFTER = re.compile(r"\s*\(\d{1,12}\)$")
"""Figshare prints the number of a person behind the name."""
MAX_POSITION = 20_000
MIN_SCORE = 0.3
"""How sure OpenAlex has to be of a topic."""
PAGE = 200


def recognises(head: bytes) -> bool:
    """Whether a file starts with a thing that has an OpenAlex id."""
    start = head.lstrip()
    return start.startswith((b"{", b"[")) and any(
        (OWN_ID.search(start), EMPTY_LIST.search(start), b'"abstract_inverted_index"' in start)
    )


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each work of a file. Raises Refusal for a document that is none, or not of works."""
    records = (record for value in documents.values(stream, name, NAME) for record in _records(value, name))
    yield from documents.drafts(NAME, name, records, draft, "id")


def _records(value: Any, name: str) -> Iterable[Any]:
    """The works of a document. Raises Refusal for errors, counts, and other things that OpenAlex knows."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return [value]
    if "error" in value and "id" not in value:
        raise _refusal(value, name)
    if "results" not in value:
        return [_work(value, name)]
    results = value["results"]
    if not isinstance(results, list):
        raise Malformed(f"{name}: its results are no list.")
    if not results and value.get("group_by"):
        raise WrongContent(f"{name} holds counts of works, not works.")
    return [_work(each, name) for each in results]


def _work(value: Any, name: str) -> Any:
    """A work. Raises WrongContent for an author, a source, an institution or another thing with an OpenAlex id."""
    own = value.get("id") if isinstance(value, dict) else None
    if isinstance(own, str) and OTHER_ID.fullmatch(own) and not ID.fullmatch(own):
        raise WrongContent(f"{name} describes no works: it holds {own[:80]!r}.")
    return value


def _refusal(value: Mapping[str, Any], name: str) -> UpstreamError | NoSuchThing:
    said = f"{name}: OpenAlex says: {str(value['error'])[:100]} {str(value.get('message', ''))[:200]}"
    return NoSuchThing(said) if value.get("status") == 404 or "not found" in said.lower() else UpstreamError(said)


def draft(work: Mapping[str, Any]) -> Draft | None:
    """One work as a draft; None for datasets, tables of contents and other things that are no papers."""
    own = ID.fullmatch(fields.text(work, "id"))
    if own is None:
        raise BadInput("it has no id of an OpenAlex work")
    raw_type = fields.text(fields.mapping(work, "primary_location"), "raw_type").lower()
    kinds = {fields.text(work, "type"), raw_type}
    if kinds & NO_PAPERS or work.get("is_paratext") is True:
        return None
    return Draft(
        source=NAME,
        key=own[1],
        payload_hash=fields.digest(documents.payload(work, VOLATILE)),
        title=wording.plain(fields.text(work, "title") or fields.text(work, "display_name")),
        abstract=_abstract(work),
        identifiers=_identifiers(work, own[1]),
        authors=tuple(_authors(work)),
        published=_published(work),
        language=fields.text(work, "language")[:20],
        licence=_licence(work),
        withdrawn=work.get("is_retracted") is True,
        tags=tuple(_tags(work)),
        venue=_venue(work),
    )


def _abstract(work: Mapping[str, Any]) -> str:
    """The abstract put together from the places at which each word stands."""
    places: dict[int, str] = {}
    for word, positions in fields.mapping(work, "abstract_inverted_index").items():
        if not isinstance(positions, list):
            raise BadInput(f"abstract_inverted_index: lists were expected, not {type(positions).__name__}")
        for position in positions[:MAX_POSITION]:
            if isinstance(position, int) and 0 <= position < MAX_POSITION:
                places[position] = word
    return wording.abstract(" ".join(places[position] for position in sorted(places)))


def _identifiers(work: Mapping[str, Any], own: str) -> tuple[Identifier, ...]:
    ids = fields.mapping(work, "ids")
    named = [fields.text(work, "doi"), fields.text(ids, "doi"), *_landing_pages(work)]
    found = [each for each in map(parse_identifier, named) if each and each.kind != "url"]
    # OpenAlex gives "https://pubmed.ncbi.nlm.nih.gov/123", and once gave the number alone.
    pmid = parse_identifier(f"pmid:{fields.text(ids, 'pmid').rstrip('/').rpartition('/')[2]}")
    mag = str(ids.get("mag") or "")
    others = [Identifier("other", f"mag:{mag}")] if mag.isdecimal() and len(mag) < 20 else []
    return tuple(dict.fromkeys([*found, *([pmid] if pmid else []), Identifier("other", f"openalex:{own}"), *others]))


def _landing_pages(work: Mapping[str, Any]) -> Iterator[str]:
    """Where the work lies on arXiv. Of other places only its DOI is to be trusted."""
    for location in [fields.mapping(work, "primary_location"), *objects(work, "locations")]:
        address = fields.text(location, "landing_page_url")
        if "arxiv" in address.lower():
            yield address


def _authors(work: Mapping[str, Any]) -> Iterator[PrintedAuthor]:
    for authorship in objects(work, "authorships"):
        author = fields.mapping(authorship, "author")
        name = fields.text(authorship, "raw_author_name") or fields.text(author, "display_name")
        orcid = (fields.text(author, "orcid") or fields.text(authorship, "raw_orcid")).rstrip("/")[-19:]
        yield PrintedAuthor(NUMBER_AFTER.sub("", wording.plain(name)).strip(" ,"), orcid, _affiliation(authorship))


def _affiliation(authorship: Mapping[str, Any]) -> str:
    printed = fields.texts(authorship, "raw_affiliation_strings") or tuple(
        fields.text(each, "display_name") for each in objects(authorship, "institutions")
    )
    return "; ".join(wording.plain(each) for each in printed if each)


def _published(work: Mapping[str, Any]) -> PartialDate | None:
    """The day of publication; the first of January stands for a year of which no more is known."""
    day = fields.partial_date(fields.text(work, "publication_date"))
    if day and (day.day.month, day.day.day) == (1, 1):
        return dating.partial(day.day.year)
    return day or dating.partial(work.get("publication_year"))


def _licence(work: Mapping[str, Any]) -> str:
    return fields.text(fields.mapping(work, "primary_location"), "license")


def _venue(work: Mapping[str, Any]) -> str:
    source = fields.mapping(fields.mapping(work, "primary_location"), "source")
    if fields.text(source, "type") not in VENUES:
        return ""
    return venues.printed(wording.plain(fields.text(source, "display_name")))


def _tags(work: Mapping[str, Any]) -> Iterator[str]:
    for each in [*objects(work, "topics"), *objects(work, "keywords")]:
        score = each.get("score")
        if not isinstance(score, (int, float)) or score >= MIN_SCORE:
            yield fields.text(each, "display_name")


def first_url(root: str, stream: str, window: Window) -> str:
    """The address of the first page of works published in the window."""
    parts = [
        f"from_publication_date:{window.since.isoformat()}" if window.since else "",
        f"to_publication_date:{window.until.isoformat()}" if window.until else "",
        stream.strip(),
    ]
    query = {"filter": ",".join(part for part in parts if part), "per-page": str(PAGE), "cursor": "*"}
    return paging.address(root, "/works", query)


def read_page(answer: Answer, _window: Window) -> Page:
    """One page of works. Raises Refusal."""
    name = "OpenAlex's answer"
    value = documents.parsed(answer.body, name)
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object.")
    records = list(_records(value, name))
    if "results" not in value and "title" not in value:
        raise Malformed(f"{name} holds no list of works.")
    meta = value.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    cursor, total = meta.get("next_cursor"), meta.get("count")
    following = paging.with_query(answer.url, {"cursor": cursor}) if records and isinstance(cursor, str) else ""
    items = tuple(documents.drafts(NAME, name, records, draft, "id"))
    return Page(items, following, total=total if isinstance(total, int) else None)


LIVE = Live(
    group="openalex",
    root="https://api.openalex.org",
    pace_s=1.0,
    rhythm="daily",
    stream="a filter of OpenAlex: concepts.id:C41008148, institutions.id:I136199984, default.search:scanpath",
    first_url=first_url,
    read_page=read_page,
    check_stream=paging.needs_a_choice,
    default_streams=(),
    overlap_days=14,
)
