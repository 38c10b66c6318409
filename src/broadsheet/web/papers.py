"""Papers: the page of one, its other forms, and the way from any identifier to it."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet import citation
from broadsheet.cards import Card, PaperDetail
from broadsheet.citation import Citable
from broadsheet.cleaning import is_web_address
from broadsheet.clock import now
from broadsheet.errors import NotFound, Unavailable
from broadsheet.people import may_moderate
from broadsheet.search import similar
from broadsheet.store.catalogue import find_paper, get_paper
from broadsheet.store.votes import voted_on
from broadsheet.web.access import Who, open_to
from broadsheet.web.feeds import known_date
from broadsheet.web.instance import finder
from broadsheet.web.keeping import keeping
from broadsheet.web.markup import prepare
from broadsheet.web.paper_people import additions
from broadsheet.web.rendering import paper_url, render, templates
from broadsheet.web.search_addresses import absolute
from broadsheet.web.shown import note_opened
from broadsheet.web.thread import thread_html
from broadsheet.web.viewing import viewer_of

FORMS = {
    ".md": "text/markdown; charset=utf-8",
    ".bib": "application/x-bibtex; charset=utf-8",
    ".ris": "application/x-research-info-systems; charset=utf-8",
    ".csl.json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}

ONE_SLASH = re.compile(r"^(https?):/+(?=[^/])", re.IGNORECASE)
NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@open_to(Who.ANYONE)
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """A paper's page under its key; under another of its identifiers, the way there."""
    found = _named(request, name)
    if found is None:
        return _form(request, name)
    number, key = found
    if name != key:
        return HttpResponseRedirect(paper_url(key))
    viewer = viewer_of(request)
    detail = get_paper(number, hidden=may_moderate(viewer, now()))
    note_opened(request, number)
    others = _similar(detail.card)
    prepare([detail.card.title, detail.card.abstract, detail.card.summary, *(other.title for other in others)])
    cite, url = citable(detail), absolute(request, paper_url(key))
    context = {
        "paper": detail,
        "card": detail.card,
        "cite": cite,
        "entry_type": citation.entry_type(cite),
        "bibtex": citation.bibtex(cite),
        "similar": others,
        "url": url,
        "json_ld": json_ld(detail, url),
        "pdf": pdf_url(detail),
        "voted": bool(voted_on(viewer.id, [number])),
        "added": additions(viewer, number),
        "keep": keeping(viewer, number),
        "discussion": thread_html(request, number, key),
    }
    return render(request, "paper.html", context)


def _named(request: HttpRequest, name: str) -> tuple[int, str] | None:
    """The paper that an address names. Addresses pasted behind /papers/ lose a slash to proxies, or their query."""
    name = ONE_SLASH.sub(r"\1://", name).rstrip("/")
    query = request.META.get("QUERY_STRING", "")
    found = find_paper(name)
    if found is None and query and name.startswith(("http://", "https://")):
        return find_paper(f"{name}?{query}")
    return found


def _form(request: HttpRequest, name: str) -> HttpResponse:
    """One of the paper's other forms, named by the ending."""
    for suffix, content_type in FORMS.items():
        base = name.removesuffix(suffix)
        found = find_paper(base) if base != name else None
        if found is None:
            continue
        number, key = found
        if base != key:
            return HttpResponseRedirect(paper_url(key, suffix))
        response = HttpResponse(_body(request, get_paper(number), suffix), content_type=content_type)
        if suffix != ".md":
            filename = NOT_IN_FILE_NAMES.sub("-", key)[:100] + suffix
            response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
        return response
    raise NotFound(f"No paper here has the name {name[:120]!r}. Search for its title, or check the identifier.")


def _body(request: HttpRequest, detail: PaperDetail, suffix: str) -> str:
    if suffix == ".md":
        url = absolute(request, paper_url(detail.card.key))
        return templates().get_template("paper.md").render(paper=detail, card=detail.card, url=url)
    writers = {".bib": citation.bibtex, ".ris": citation.ris, ".csl.json": citation.csl_json}
    return writers[suffix](citable(detail))


def _similar(card: Card) -> list[Card]:
    """Similar papers; a page stands without them while the index is being built."""
    try:
        return similar(finder(), card)
    except Unavailable:
        return []


def citable(detail: PaperDetail) -> Citable:
    """What a citation needs of a paper."""
    card, published = detail.card, detail.card.published
    precision = published.precision if published else ""
    arxiv_id = detail.identifier("arxiv")
    return Citable(
        key=card.key,
        title=card.title,
        authors=tuple(author.name for author in detail.authors),
        year=published.day.year if published else None,
        month=published.day.month if published and precision in ("month", "day") else None,
        day=published.day.day if published and precision == "day" else None,
        venue=detail.venue.name if detail.venue else "",
        doi=detail.identifier("doi"),
        arxiv_id=arxiv_id,
        primary_category=card.categories[0].slug if card.categories else "",
        url=detail_url(detail),
        abstract=card.abstract,
    )


def detail_url(detail: PaperDetail) -> str:
    """Where the paper itself lies: its arXiv page, its DOI, or the address a source gave."""
    arxiv_id, doi = detail.identifier("arxiv"), detail.identifier("doi")
    if arxiv_id:
        return f"https://arxiv.org/abs/{arxiv_id}"
    if doi:
        return f"https://doi.org/{doi}"
    url = detail.identifier("url")
    return url if is_web_address(url) else ""


def pdf_url(detail: PaperDetail) -> str:
    """The PDF's address, where it follows from the identifiers."""
    arxiv_id, acl = detail.identifier("arxiv"), detail.identifier("acl")
    if arxiv_id:
        return f"https://arxiv.org/pdf/{arxiv_id}"
    return f"https://aclanthology.org/{acl}.pdf" if acl else ""


def json_ld(detail: PaperDetail, url: str) -> dict[str, object]:
    """The paper in schema.org's words."""
    card = detail.card
    known = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": card.title,
        "name": card.title,
        "abstract": card.abstract,
        "author": [{"@type": "Person", "name": author.name} for author in detail.authors],
        "datePublished": known_date(card.published),
        "identifier": [value for _, value in detail.identifiers],
        "isPartOf": {"@type": "Periodical", "name": detail.venue.name} if detail.venue else "",
        "sameAs": detail_url(detail),
        "url": url,
    }
    return {name: value for name, value in known.items() if value}
