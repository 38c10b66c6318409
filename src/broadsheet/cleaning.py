"""Cleaning: a draft as a source sent it becomes one that can be compared, merged and shown."""

import re
from dataclasses import replace
from datetime import date
from itertools import islice
from urllib.parse import urlsplit

from broadsheet.drafts import Draft, DraftLink, Identifier, Organisation, PrintedAuthor
from broadsheet.errors import BadInput
from broadsheet.schedule import FIRST_YEAR, LAST_YEAR
from broadsheet.taxonomy import Taxonomy
from broadsheet.terms import slug
from broadsheet.text import clean_block, clean_line

MAX_AUTHORS = 5_000
MAX_LINKS = 50
MAX_TAGS = 40
MAX_NAMED = 1_000
"""Categories and tags of one record that are looked at at all."""
MAX_URL = 2_000
MAX_IDENTIFIERS = 50
MAX_IDENTIFIER_BYTES = 2_000
"""As much as fits a row of a PostgreSQL index."""
ORCID = re.compile(r"(?:\d{4}-){3}\d{3}[\dX]", re.ASCII)
NOT_IN_ADDRESS = re.compile(r"[ \"<>\\^`{|}]")
MAX_VERSIONS = 200
MAX_VERSION_NUMBER = 10_000
EARLIEST_YEAR, LATEST_YEAR = 1500, 2200


def clean(draft: Draft, taxonomy: Taxonomy) -> Draft:
    """The draft with its texts cleaned, its categories canonical and what cannot be used left out.

    Raises BadInput where nothing usable is left: a paper needs a title.
    """
    title = clean_line(draft.title, 1000)
    if not title and not draft.gone:
        raise BadInput("it has no title")
    categories, tags = _subjects(draft, taxonomy)
    return replace(
        draft,
        title=title,
        abstract=clean_block(draft.abstract, 20_000),
        identifiers=_identifiers(draft) or (Identifier("other", f"{draft.source}:{draft.key}"),),
        authors=tuple(_authors(draft)),
        published=draft.published if draft.published and _is_sane(draft.published.day) else None,
        updated=draft.updated if draft.updated and _is_sane(draft.updated) else None,
        language=clean_line(draft.language, 20),
        licence=clean_line(draft.licence, 300),
        comment=clean_line(draft.comment, 2000),
        venue=clean_line(draft.venue, 300),
        summary=clean_line(draft.summary, 1000),
        summary_by=clean_line(draft.summary_by, 200),
        organisation=_organisation(draft.organisation),
        links=tuple(_links(draft)),
        categories=categories,
        tags=tags,
        edition=draft.edition if draft.edition and _has_page(draft.edition.day) else None,
        version_days=tuple(_version_days(draft)),
    )


def _identifiers(draft: Draft) -> tuple[Identifier, ...]:
    names = (name for name in draft.identifiers if name.value.isprintable())
    return tuple(name for name in names if len(name.value.encode()) <= MAX_IDENTIFIER_BYTES)[:MAX_IDENTIFIERS]


def _authors(draft: Draft) -> list[PrintedAuthor]:
    return [
        PrintedAuthor(name, _orcid(author.orcid), clean_line(author.affiliation, 300) if author.affiliation else "")
        for author in draft.authors[:MAX_AUTHORS]
        if (name := clean_line(author.name, 200))
    ]


def _orcid(orcid: str) -> str:
    return orcid if ORCID.fullmatch(orcid) else ""


def _subjects(draft: Draft, taxonomy: Taxonomy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The draft's categories as the taxonomy names them; what the taxonomy does not know becomes a tag."""
    categories: dict[str, None] = {}
    tags: dict[str, str] = {}
    for name in draft.categories[:MAX_NAMED]:
        code = taxonomy.canonical(name)
        if code:
            categories[code] = None
        elif tag := clean_line(name, 80):
            tags.setdefault(slug(tag), tag)
    for name in draft.tags[:MAX_NAMED]:
        if tag := clean_line(name, 80):
            tags.setdefault(slug(tag), tag)
    return tuple(categories), tuple(list(tags.values())[:MAX_TAGS])


def _links(draft: Draft) -> list[DraftLink]:
    usable = (link for link in draft.links if is_web_address(link.url))
    return [replace(link, said_by=clean_line(link.said_by, 100)) for link in islice(usable, MAX_LINKS)]


def is_web_address(url: str) -> bool:
    """Whether a text is an http or https address that a page may link to."""
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or NOT_IN_ADDRESS.search(url):
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


def _version_days(draft: Draft) -> list[tuple[int, date]]:
    days = draft.version_days[-MAX_VERSIONS:]
    return [(number, day) for number, day in days if 0 < number < MAX_VERSION_NUMBER and _is_sane(day)]


def _has_page(day: date) -> bool:
    """Whether a day can have an edition."""
    return max(FIRST_YEAR, EARLIEST_YEAR) <= day.year <= min(LAST_YEAR, LATEST_YEAR)


def _is_sane(day: date) -> bool:
    return EARLIEST_YEAR <= day.year <= LATEST_YEAR
