"""Works as Crossref takes them in and gives them out in XML: deposits, unixref, and answers to queries.

Schemas: https://data.crossref.org/reports/help/schema_doc/ (unixref 1.1, deposit 4 and 5, query output 2.0 and 3.0).
Records are Crossref's, under the same keys as in `crossref`.
"""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from lxml import etree

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import dating, fields, saved, wording, xml
from broadsheet.sources.crossref import NAME, RETRACTED, RETRACTIONS
from broadsheet.sources.refusals import NoSuchThing
from broadsheet.sources.xml import Element, child

ROOTS = frozenset(["crossref_result", "doi_records", "doi_batch", "doi_record", "crossref"])
PAPERS = {
    "journal": "{*}journal_article",
    "conference": "{*}conference_paper",
    "book": "{*}content_item",
    "report-paper": "{*}report-paper_metadata",
    "posted_content": "",
    "dissertation": "",
}
"""What holds papers, and what each of them is; empty where it is one itself."""
VENUES = {
    "journal": ("{*}journal_metadata/{*}full_title",),
    "conference": (
        "{*}proceedings_metadata/{*}proceedings_title",
        "{*}proceedings_series_metadata/{*}proceedings_title",
        "{*}event_metadata/{*}conference_name",
    ),
    "book": tuple(f"{{*}}{name}/{{*}}titles/{{*}}title" for name in ("book_metadata", "book_series_metadata")),
}
WHOLE_BOOKS = ("{*}book_metadata", "{*}book_series_metadata", "{*}book_set_metadata")
DATES = ("{*}publication_date", "{*}posted_date", "{*}approval_date")
SAME_WORK = frozenset(["isPreprintOf", "hasPreprint", "isVersionOf", "isIdenticalTo"])


def recognises(head: bytes) -> bool:
    """Whether a file is Crossref's XML, or one record of an answer that holds it."""
    namespace, root = xml.root_name(head)
    if root in ROOTS:
        return "crossref.org" in namespace or not namespace
    return root == "record" and b"crossref.org/xschema" in head


def read(stream: BinaryIO, name: str, edition: date | None = None) -> Iterator[Draft | Problem]:  # noqa: ARG001
    """A draft for each article, paper, chapter, preprint, thesis or report. Raises Refusal, also for unknown DOIs."""
    number, refused = 0, ""
    for element in saved.records(stream, name, *PAPERS, "query", "error"):
        kind = etree.QName(element).localname
        if kind not in PAPERS:
            refused = refused or _refused(element, kind)
            continue
        for paper in _papers(element, kind):
            number += 1
            yield _read_paper(paper, element, kind, f"{name}, record {number}")
    if refused and not number:
        raise NoSuchThing(f"{name}: Crossref says: {refused[:200]}")


def _refused(element: Element, kind: str) -> str:
    """Why a query found nothing; empty where it did."""
    if kind == "query" and element.get("status") in ("resolved", None):
        return ""
    return child(element, "{*}msg") or xml.content(element).strip() or "unresolved"


def _papers(element: Element, kind: str) -> list[Element]:
    """The papers that an element holds; a book without chapters is one itself."""
    found = element.findall(PAPERS[kind]) if PAPERS[kind] else [element]
    if kind == "book" and not found:
        found = [book for path in WHOLE_BOOKS if (book := element.find(path)) is not None]
    return found


def _read_paper(paper: Element, whole: Element, kind: str, place: str) -> Draft | Problem:
    try:
        return _draft(paper, whole, kind)
    except BadInput as error:
        payload = etree.tostring(paper, encoding="utf-8", with_tail=False)
        return fields.problem(NAME, child(paper, "{*}doi_data/{*}doi").lower(), place, error, payload)


def _draft(paper: Element, whole: Element, kind: str) -> Draft:
    doi = child(paper, "{*}doi_data/{*}doi").lower()
    title = _title(paper)
    if not title:
        raise BadInput("it has no title")
    return Draft(
        source=NAME,
        key=fields.key(doi),
        payload_hash=_digest(paper),
        title=title,
        abstract=wording.abstract(wording.marked(_abstract(paper))).removeprefix(f"{title}: "),
        identifiers=_identifiers(paper, doi),
        authors=tuple(_authors(paper)),
        published=_published(paper, whole),
        language=(paper.get("language") or "")[:20],
        licence=_licence(paper),
        withdrawn=bool(RETRACTED.match(title)) or _is_retracted(paper, doi),
        venue=_venue(paper, whole, kind),
    )


def _digest(paper: Element) -> str:
    """The digest of all but the time of the deposit."""
    for stamp in paper.findall("{*}doi_data/{*}timestamp"):
        stamp.text = None
    return fields.digest(etree.tostring(paper, encoding="utf-8", with_tail=False))


def _title(paper: Element) -> str:
    titles = paper.find("{*}titles")
    if titles is None:
        return ""
    title, subtitle = (wording.plain(wording.marked(titles.find(f"{{*}}{name}"))) for name in ("title", "subtitle"))
    return wording.with_subtitle(" ".join(title.split()), " ".join(subtitle.split())) if title.strip() else ""


def _abstract(paper: Element) -> Element | None:
    """The abstract itself: not the one for the press, nor the one made of pictures."""
    found = paper.findall("{*}abstract")
    plain = [each for each in found if each.get("abstract-type") in (None, "", "abstract")]
    return next(iter(plain or found), None)


def _identifiers(paper: Element, doi: str) -> tuple[Identifier, ...]:
    related = (
        each.text or ""
        for each in paper.iter("{*}intra_work_relation")
        if each.get("relationship-type") in SAME_WORK and each.get("identifier-type") in ("doi", "arxiv")
    )
    found = map(parse_identifier, [doi, *related])
    return tuple(dict.fromkeys(each for each in found if each and each.kind != "url"))


def _authors(paper: Element) -> Iterator[PrintedAuthor]:
    for person in paper.iterfind("{*}contributors/*"):
        if person.get("contributor_role") != "author":
            continue
        if etree.QName(person).localname == "organization":
            yield PrintedAuthor(xml.content(person).strip())
            continue
        names = (child(person, f"{{*}}{part}") for part in ("given_name", "surname", "suffix"))
        if name := " ".join(each for each in names if each):
            yield PrintedAuthor(name, child(person, "{*}ORCID").rstrip("/")[-19:], _affiliation(person))


def _affiliation(person: Element) -> str:
    """Where a person works: older deposits give one place line by line."""
    lines = [xml.content(each).strip() for each in person.findall("{*}affiliation")]
    places = [child(each, "{*}institution_name") for each in person.iterfind("{*}affiliations/{*}institution")]
    return ", ".join(line for line in lines if line) or "; ".join(place for place in places if place)


def _published(paper: Element, whole: Element) -> PartialDate | None:
    """When the paper appeared, else when its issue, book or proceedings did."""
    own = dating.earliest(_date(each) for path in DATES for each in paper.findall(path))
    return own or dating.earliest(_date(each) for each in whole.iterfind("*/{*}publication_date"))


def _date(element: Element) -> PartialDate | None:
    return dating.partial(*(child(element, f"{{*}}{part}") for part in ("year", "month", "day")))


def _licence(paper: Element) -> str:
    """The licence of the published version, a free one first; text mining licences are for machines."""
    licences = [each for each in paper.iter("{*}license_ref") if each.get("applies_to") != "tdm"]
    urls = [url for each in licences if (url := xml.content(each).strip())]
    return next((url for url in urls if "creativecommons" in url), urls[0] if urls else "")


def _is_retracted(paper: Element, doi: str) -> bool:
    """Whether the record takes itself back; in a notice, another DOI stands here."""
    updates = (each for each in paper.iter("{*}update") if each.get("type") in RETRACTIONS)
    return any((each.text or "").strip().lower() == doi for each in updates)


def _venue(paper: Element, whole: Element, kind: str) -> str:
    if etree.QName(paper).localname in ("book_metadata", "book_series_metadata", "book_set_metadata"):
        return ""
    names = (wording.plain(wording.marked(whole.find(path))).strip() for path in VENUES.get(kind, ()))
    return next((name for name in names if name), "")
