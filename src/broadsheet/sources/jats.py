"""JATS, the journals' own XML (NISO Z39.96), and the NLM forms before it: what stands in the front of an article."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import BinaryIO

from lxml import etree

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import copernicus, fields, xml
from broadsheet.sources.dating import earliest, partial
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.refusals import Malformed, TooLarge
from broadsheet.sources.venues import printed
from broadsheet.sources.wording import abstract as plain_abstract
from broadsheet.sources.wording import marked, plain, with_subtitle
from broadsheet.sources.xml import Element

NAME = "jats"
MAX_BYTES = 48 << 20
FRONTS = (b"article-meta", b"front-stub")
ID_PREFIXES = {"doi": "doi:", "pmid": "pmid:", "arxiv": "arxiv:"}
OTHER_ABSTRACTS = frozenset(
    ("graphical", "teaser", "toc", "short", "summary", "key-points", "executive-summary", "web")
)
ARTICLES = ("article", "{*}article")


def recognises(head: bytes) -> bool:
    """Whether a file holds an article with the front that JATS gives it."""
    name = xml.root_name(head)[1]
    if name == "article" and b"<article_title" in head:
        return True
    return name in ("article", "articles", "pmc-articleset", "nlm-articles") and any(each in head for each in FRONTS)


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each article. Raises Malformed or TooLarge.

    Publishers' files name entities that only their DTD declares (`&nbsp;`); these are passed over, the rest is read.
    """
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES or b"<!ENTITY" in body:
        raise TooLarge(f"{name} is too large for an article, or declares entities of its own.")
    parser = etree.XMLParser(recover=True, **xml.SAFE)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"{name} is not XML: {error}.") from error
    if root is None or _is_torn(parser):
        raise Malformed(f"{name} is not well-formed XML, or cut short.")
    articles = [root] if _name(root) == "article" else list(root.iter(*ARTICLES))
    for place, article in enumerate(articles, start=1):
        try:
            yield draft(article)
        except BadInput as error:
            yield fields.problem(NAME, None, f"{name}, article {place}", error, etree.tostring(article)[:2_000])


def _is_torn(parser: etree.XMLParser) -> bool:
    """Whether more was wrong than entities that nobody declared."""
    harmless = etree.ErrorTypes.WAR_UNDECLARED_ENTITY, etree.ErrorTypes.ERR_UNDECLARED_ENTITY
    return any(error.level >= etree.ErrorLevels.FATAL and error.type not in harmless for error in parser.error_log)


def _name(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def draft(article: Element) -> Draft:
    """An article. Raises BadInput for one without front or title."""
    if copernicus.is_own(article):
        return copernicus.draft(NAME, article)
    meta = next((each for each in article.iter("{*}article-meta", "{*}front-stub")), None)
    if meta is None:
        raise BadInput("the article has no front")
    group = meta.find("{*}title-group")
    title, subtitle = (_heading(group, part) for part in ("article-title", "subtitle"))
    whole = " ".join(with_subtitle(title, subtitle).split())
    if not whole:
        raise BadInput("the article has no title")
    identifiers, authors, published = tuple(_identifiers(meta)), tuple(_authors(meta)), _published(meta)
    return Draft(
        source=NAME,
        key=entry_key(identifiers, whole, authors, published, whole),
        payload_hash=fields.digest(etree.tostring(meta, exclusive=True, with_tail=False)),
        title=whole,
        abstract=_abstract(meta),
        identifiers=identifiers,
        authors=authors,
        published=published,
        language=(article.get("{http://www.w3.org/XML/1998/namespace}lang") or article.get("language") or "").lower(),
        licence=_licence(meta),
        withdrawn=article.get("article-type") == "retracted-article",
        tags=tuple(_tags(meta)),
        venue=_venue(article),
    )


def _heading(group: Element | None, part: str) -> str:
    """A title without the signs of its footnotes."""
    found = group.find(f"{{*}}{part}") if group is not None else None
    if found is None:
        return ""
    bare = deepcopy(found)
    etree.strip_elements(bare, "{*}fn", "{*}xref", "{*}related-object", with_tail=False)
    return plain(marked(bare)).strip()


def _identifiers(meta: Element) -> Iterator[Identifier]:
    for own in meta.iterfind("{*}article-id"):
        text, kind = xml.content(own).strip(), own.get("pub-id-type", "").lower()
        if kind in ID_PREFIXES and text:
            found = parse_identifier(text) or parse_identifier(ID_PREFIXES[kind] + text)
            yield from [found] if found else []
        elif kind in ("pmc", "pmcid") and text:
            yield Identifier("other", f"pmc:{text if text.upper().startswith('PMC') else f'PMC{text}'}")
    for related in meta.iterfind("{*}related-article"):
        found = parse_identifier(related.get("{http://www.w3.org/1999/xlink}href", ""))
        if related.get("related-article-type") == "preprint" and found and found.kind != "url":
            yield found


def _authors(meta: Element) -> Iterator[PrintedAuthor]:
    places = {each.get("id"): _affiliation(each) for each in meta.iter("{*}aff") if each.get("id")}
    for person in meta.iterfind("{*}contrib-group/{*}contrib"):
        if person.get("contrib-type", "author") != "author":
            continue
        name = _printed_name(person)
        references = (each.get("rid", "") for each in person.iter("{*}xref") if each.get("ref-type") == "aff")
        own = (_affiliation(each) for each in person.iterfind("{*}aff"))
        affiliation = next((p for p in (*own, *(places.get(r.split()[0], "") for r in references if r)) if p), "")
        if name:
            yield PrintedAuthor(name, _orcid(person), affiliation)


def _printed_name(person: Element) -> str:
    name = next((each for each in person.iter("{*}name", "{*}string-name")), None)
    if name is None:
        collaboration = next((each for each in person.iter("{*}collab")), None)
        return " ".join((collaboration.text or xml.content(collaboration)).split()) if collaboration is not None else ""
    parts = (xml.child(name, f"{{*}}{part}") for part in ("given-names", "surname", "suffix"))
    return " ".join(" ".join(filter(None, parts)).split()) or " ".join(xml.content(name).split())


def _affiliation(element: Element) -> str:
    """The place, without the sign that refers to it."""
    parts = [element.text or ""]
    for child in element:
        parts.append("" if _name(child) in ("label", "sup") else xml.content(child))
        parts.append(child.tail or "")
    return " ".join(" ".join(parts).split()).strip(" ,;")


def _orcid(person: Element) -> str:
    texts = (
        xml.content(each) for each in person.iter("{*}contrib-id", "{*}uri") if "orcid" in str(each.attrib).lower()
    )
    return next((text.strip().rstrip("/")[-19:] for text in texts), "")


def _published(meta: Element) -> PartialDate | None:
    return earliest(_date(each) for each in meta.iterfind("{*}pub-date"))


def _date(element: Element) -> PartialDate | None:
    stamp = element.get("iso-8601-date", "")
    parts = (xml.child(element, f"{{*}}{part}") for part in ("year", "month", "day"))
    return partial(*parts) or fields.partial_date(stamp)


def _abstract(meta: Element) -> str:
    for each in meta.iterfind("{*}abstract"):
        if each.get("abstract-type", "").lower() not in OTHER_ABSTRACTS:
            return plain_abstract(marked(each))
    return ""


def _licence(meta: Element) -> str:
    for each in meta.iter("{*}license"):
        address = each.get("{http://www.w3.org/1999/xlink}href", "")
        return address or xml.child(each, ".//{http://www.niso.org/schemas/ali/1.0/}license_ref")
    return ""


def _tags(meta: Element) -> Iterator[str]:
    for group in meta.iterfind("{*}kwd-group"):
        if group.get("kwd-group-type", "author") not in ("abbreviations", "abbr"):
            yield from (" ".join(plain(marked(word)).split()) for word in group.iter("{*}kwd"))


def _venue(article: Element) -> str:
    journal = next((each for each in article.iter("{*}journal-meta")), None)
    if journal is None:
        return ""
    title = xml.child(journal, ".//{*}journal-title") or xml.child(journal, "{*}abbrev-journal-title")
    return printed(" ".join(title.split()))
