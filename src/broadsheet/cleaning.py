"""Cleaning: a draft as a source sent it becomes one that can be compared, merged and shown."""

from dataclasses import replace
from urllib.parse import urlsplit

from broadsheet.drafts import Draft, DraftLink, Identifier, Organisation, PartialDate, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.taxonomy import Taxonomy
from broadsheet.terms import slug
from broadsheet.text import clean_block, clean_line

MAX_AUTHORS = 5_000
MAX_LINKS = 50
MAX_TAGS = 40
MAX_URL = 2_000
EARLIEST_YEAR, LATEST_YEAR = 1500, 2200


def clean(draft: Draft, taxonomy: Taxonomy) -> Draft:
    """The draft with its texts cleaned, its categories canonical and what cannot be used left out.

    Raises BadInput where nothing usable is left: a paper needs a title.
    """
    title = clean_line(draft.title, 1000)
    if not title:
        raise BadInput("it has no title")
    categories, tags = _subjects(draft, taxonomy)
    return replace(
        draft,
        title=title,
        abstract=clean_block(draft.abstract, 20_000),
        identifiers=draft.identifiers or (Identifier("other", f"{draft.source}:{draft.key}"),),
        authors=tuple(_authors(draft)),
        published=_sane_date(draft.published),
        comment=clean_line(draft.comment, 2000),
        venue=clean_line(draft.venue, 300),
        summary=clean_line(draft.summary, 1000),
        organisation=_organisation(draft.organisation),
        links=tuple(_links(draft)),
        categories=categories,
        tags=tags,
    )


def _authors(draft: Draft) -> list[PrintedAuthor]:
    return [
        PrintedAuthor(name, author.orcid, clean_line(author.affiliation, 300) if author.affiliation else "")
        for author in draft.authors[:MAX_AUTHORS]
        if (name := clean_line(author.name, 200))
    ]


def _subjects(draft: Draft, taxonomy: Taxonomy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The draft's categories as the taxonomy names them; what the taxonomy does not know becomes a tag."""
    categories: dict[str, None] = {}
    tags: dict[str, str] = {}
    for name in draft.categories:
        code = taxonomy.canonical(name)
        if code:
            categories[code] = None
        elif tag := clean_line(name, 80):
            tags.setdefault(slug(tag), tag)
    for name in draft.tags:
        if tag := clean_line(name, 80):
            tags.setdefault(slug(tag), tag)
    return tuple(categories), tuple(list(tags.values())[:MAX_TAGS])


def _links(draft: Draft) -> list[DraftLink]:
    return [link for link in draft.links[:MAX_LINKS] if is_web_address(link.url)]


def is_web_address(url: str) -> bool:
    """Whether a text is an http or https address that a page may link to."""
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _organisation(organisation: Organisation | None) -> Organisation | None:
    if organisation is None:
        return None
    name = clean_line(organisation.name, 200)
    return Organisation(slug(organisation.slug or name), name) if name else None


def _sane_date(published: PartialDate | None) -> PartialDate | None:
    if published is None or not EARLIEST_YEAR <= published.day.year <= LATEST_YEAR:
        return None
    return published
