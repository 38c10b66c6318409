"""PubMed: articles as `efetch` gives them (XML), asked for by query and day of entry (NCBI, E-utilities)."""

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from lxml import etree

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import fields, xml
from broadsheet.sources.dating import earliest, partial
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.paging import address, needs_a_choice, parameter, with_query
from broadsheet.sources.refusals import Malformed, UpstreamError
from broadsheet.sources.wording import marked, plain, with_subtitle
from broadsheet.sources.xml import Element

NAME = "pubmed"
ROOTS = frozenset(("PubmedArticleSet", "PubmedArticle", "PubmedBookArticle", "MedlineCitationSet", "MedlineCitation"))
ARTICLES = ("PubmedArticle", "PubmedBookArticle")
PAGE_SIZE = 200
MAX_HEADINGS = 20
ORCID = re.compile(r"(?:\d{4}-){3}\d{3}[\dX]")
SEASONS = frozenset(("winter", "spring", "summer", "fall", "autumn"))


def recognises(head: bytes) -> bool:
    """Whether a file's outermost element is one of PubMed's."""
    return xml.root_name(head) in {("", name) for name in ROOTS}


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each article. Raises Malformed, UpstreamError."""
    elements = xml.records_apart(stream, name, ARTICLES, ("MedlineCitation", "ERROR"))
    for place, element in enumerate(elements, start=1):
        if element.tag == "ERROR":
            raise UpstreamError(f"PubMed says: {xml.content(element)[:200]}")
        try:
            yield draft(element)
        except BadInput as error:
            pmid = xml.child(element, ".//PMID")
            yield fields.problem(NAME, pmid, f"{name}, article {place}", error, etree.tostring(element)[:2_000])


def draft(article: Element) -> Draft:
    """An article or a chapter of PubMed's bookshelf. Raises BadInput for one without number or title."""
    body = article.find(".//Article")
    body = body if body is not None else article.find(".//BookDocument")
    pmid = xml.child(article, "MedlineCitation/PMID") or xml.child(article, "PMID") or xml.child(article, ".//PMID")
    if body is None or not pmid:
        raise BadInput("the article has no number or no content")
    title = plain(marked(body.find("ArticleTitle"))).strip() or plain(marked(body.find("VernacularTitle"))).strip()
    kinds = {xml.content(kind).strip() for kind in body.iterfind("PublicationTypeList/PublicationType")}
    content = etree.tostring(body, exclusive=True, with_tail=False)
    return Draft(
        source=NAME,
        key=fields.key(pmid),
        payload_hash=fields.digest(content),
        title=with_subtitle(_bare(title), ""),
        abstract=_abstract(body),
        identifiers=tuple(dict.fromkeys(_identifiers(article, body, pmid))),
        authors=tuple(_authors(body)),
        published=_published(article, body),
        language=xml.child(body, "Language"),
        withdrawn="Retracted Publication" in kinds,
        tags=tuple(_headings(article)),
        venue=xml.child(body, "Journal/Title") or xml.child(body, "Book/BookTitle"),
    )


def _bare(title: str) -> str:
    """Without the brackets of a translated title, and the full stop that PubMed ends each with."""
    title = " ".join(title.split())
    if title.startswith("[") and title.rstrip(".").endswith("]"):
        title = title.rstrip(".")[1:-1]
    return title.removesuffix(".") if not title.endswith("..") else title


def _abstract(body: Element) -> str:
    """Its paragraphs; a structured one keeps its labels."""
    parts = []
    for part in body.iterfind("Abstract/AbstractText"):
        label, text = part.get("Label", "").strip(), " ".join(plain(marked(part)).split())
        parts.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n\n".join(part for part in parts if part)


def _authors(body: Element) -> Iterator[PrintedAuthor]:
    lists = [each for each in body.iterfind(".//AuthorList") if each.get("Type", "authors") == "authors"]
    for author in lists[0].iterfind("Author") if lists else ():
        name = " ".join(filter(None, (xml.child(author, "ForeName"), xml.child(author, "LastName"))))
        name = f"{name} {xml.child(author, 'Suffix')}".strip() or xml.child(author, "CollectiveName")
        found = [ORCID.search(xml.content(each)) for each in author.iterfind("Identifier[@Source='ORCID']")]
        orcid = next((each[0] for each in found if each), "")
        if name:
            yield PrintedAuthor(name, orcid, xml.child(author, "AffiliationInfo/Affiliation"))


def _identifiers(article: Element, body: Element, pmid: str) -> Iterator[Identifier]:
    """The article's own; those of the works it cites stand in other lists."""
    texts = [f"pmid:{pmid}"]
    texts += [f"doi:{xml.content(e).strip()}" for e in body.iterfind("ELocationID[@EIdType='doi']")]
    for own in article.iterfind("PubmedData/ArticleIdList/ArticleId[@IdType='doi']"):
        texts.append(f"doi:{xml.content(own).strip()}")
    yield from filter(None, map(parse_identifier, texts))
    for own in article.iterfind("PubmedData/ArticleIdList/ArticleId[@IdType='pmc']"):
        yield Identifier("other", f"pmc:{xml.content(own).strip()}")


def _published(article: Element, body: Element) -> PartialDate | None:
    dates = [_date(each) for each in body.iterfind("ArticleDate")]
    dates += [_date(each) for each in body.iterfind("Journal/JournalIssue/PubDate")]
    dates += [_date(each) for each in body.iterfind("Book/PubDate")]
    found = earliest(dates)
    return found or earliest(_date(each) for each in article.iterfind(".//PubMedPubDate[@PubStatus='pubmed']"))


def _date(element: Element) -> PartialDate | None:
    year, month, day = (xml.child(element, part) for part in ("Year", "Month", "Day"))
    if not year:  # "2000 Spring-Summer", "1998 Dec-1999 Jan"
        words = xml.child(element, "MedlineDate").replace("-", " ").split()
        year, month = (words[0] if words else ""), (words[1] if len(words) > 1 else "")
    return partial(year[:4], month if month.lower() not in SEASONS else None, day)


def _headings(article: Element) -> Iterator[str]:
    for heading in list(article.iterfind(".//MeshHeading/DescriptorName"))[:MAX_HEADINGS]:
        yield xml.content(heading).strip()
    for keyword in list(article.iterfind(".//KeywordList/Keyword"))[:MAX_HEADINGS]:
        yield " ".join(plain(marked(keyword)).split())


def first_url(root: str, stream: str, window: Window) -> str:
    """The search for a query's articles, entered on these days; its answer names the list that pages are cut from."""
    query = {"db": "pubmed", "term": stream, "retmode": "json", "usehistory": "y", "retmax": "0"}
    if window.since or window.until:
        first, last = window.since or date(1900, 1, 1), window.until or date(3000, 1, 1)
        query |= {"datetype": "edat", "mindate": f"{first:%Y/%m/%d}", "maxdate": f"{last:%Y/%m/%d}"}
    return address(root, "/esearch.fcgi", query)


def read_page(answer: Answer, _window: Window) -> Page:
    """The search's answer leads to the first page of articles; a page of articles to the next."""
    if "/esearch.fcgi" in answer.url:
        return _found(answer)
    items = tuple(read(io.BytesIO(answer.body), answer.url[:200]))
    total = int(parameter(answer.url, "total") or 0)
    start = int(parameter(answer.url, "retstart") or 0) + PAGE_SIZE
    return Page(items, with_query(answer.url, {"retstart": str(start)}) if start < total else "", total=total)


def _found(answer: Answer) -> Page:
    try:
        told = json.loads(answer.body)["esearchresult"]
        total, key, environment = int(told["count"]), str(told["querykey"]), str(told["webenv"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if b'"ERROR"' in answer.body or b'"error"' in answer.body:
            raise UpstreamError(f"PubMed says: {answer.body[:200].decode('utf-8', 'replace')}") from error
        raise Malformed(f"{answer.url[:200]} is no answer of PubMed's search.") from error
    query = {"db": "pubmed", "query_key": key, "WebEnv": environment, "retmode": "xml", "retmax": str(PAGE_SIZE)}
    root = answer.url.partition("/esearch.fcgi")[0]
    following = address(root, "/efetch.fcgi", {**query, "retstart": "0", "total": str(total)})
    return Page((), following if total else "", total=total)


LIVE = Live(
    group="ncbi",
    root="https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
    pace_s=0.4,
    rhythm="daily",
    stream="a query of PubMed's search",
    first_url=first_url,
    read_page=read_page,
    check_stream=needs_a_choice,
    default_streams=(),
)
