"""Articles in the XML of Copernicus Publications, which is called as JATS is and looks otherwise."""

from lxml import etree

from broadsheet.drafts import Draft, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.sources import fields, xml
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.reference_entries import identifiers
from broadsheet.sources.venues import printed
from broadsheet.sources.wording import abstract, plain
from broadsheet.sources.xml import Element


def is_own(article: Element) -> bool:
    """Whether an article is in this form."""
    return article.find("article_title") is not None


def draft(source: str, article: Element) -> Draft:
    """An article. Texts hold HTML. Raises BadInput for one without title."""
    title = " ".join(plain(xml.child(article, "article_title")).split())
    if not title:
        raise BadInput("the article has no title")
    doi = xml.child(article, "doi")
    own = identifiers([f"doi:{doi}" if doi else "", xml.child(article, "article_url")])
    places = {each.get("numeration", ""): _line(each) for each in article.iterfind("affiliations/affiliation")}
    authors = tuple(_author(each, places) for each in article.iterfind("authors/author"))
    published = fields.partial_date(xml.child(article, "publication_date"))
    return Draft(
        source=source,
        key=entry_key(own, title, authors, published, title),
        payload_hash=fields.digest(etree.tostring(article, with_tail=False)),
        title=title,
        abstract=abstract(xml.child(article, "abstract")),
        identifiers=own,
        authors=authors,
        published=published,
        language=article.get("language", ""),
        venue=printed(xml.child(article, "journal/journal_title")),
    )


def _author(author: Element, places: dict[str, str]) -> PrintedAuthor:
    first = author.get("affiliations", "").partition(",")[0].strip()
    return PrintedAuthor(_line(author.find("name")), xml.child(author, "contrib-id")[-19:], places.get(first, ""))


def _line(element: Element | None) -> str:
    return " ".join(plain(xml.content(element)).split())
