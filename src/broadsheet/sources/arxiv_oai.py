"""arXiv's OAI-PMH interface, in its two own forms: `arXiv` with structured authors, `arXivRaw` with all versions.

Only the newest version is a record. Datestamps tell of changes of the metadata, to the day, and are renewed in bulk;
they are left out of a record's digest, so that a renewed one is known.
"""

from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from broadsheet.drafts import Draft, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import arxiv_fields, fields, oai_envelope, xml
from broadsheet.sources.live import Answer, Live, Page, Window
from broadsheet.sources.oai_envelope import Header, Told
from broadsheet.sources.refusals import WrongContent
from broadsheet.sources.xml import Element

NAME, NAME_RAW = "arxiv-oai", "arxiv-oai-raw"
SPACE, SPACE_RAW = "http://arxiv.org/OAI/arXiv/", "http://arxiv.org/OAI/arXivRaw/"
ROOT = "https://oaipmh.arxiv.org/oai"
EARLIEST = date(2005, 9, 16)
"""The first datestamp there is; arXiv refuses to be asked for days before it."""
LICENCES = {"http://arxiv.org/licenses/nonexclusive-distrib/1.0/": "arXiv non-exclusive"}


def recognises(head: bytes) -> bool:
    """Whether a file is an OAI answer with records in the form `arXiv`."""
    return _is_of(head, SPACE)


def recognises_raw(head: bytes) -> bool:
    """Whether a file is an OAI answer with records in the form `arXivRaw`."""
    return _is_of(head, SPACE_RAW)


def _is_of(head: bytes, space: str) -> bool:
    """Whether records of this form are in an answer, or were asked for: deleted ones and errors name no form."""
    named = space.encode() in head or f'metadataPrefix="{_form(space)}"'.encode() in head
    return named and xml.root_name(head)[0] == oai_envelope.NAMESPACE


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts of a saved answer in the form `arXiv`."""
    return oai_envelope.read(stream, name, NAME, draft, Told())


def read_raw(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """Drafts of a saved answer in the form `arXivRaw`."""
    return oai_envelope.read(stream, name, NAME_RAW, draft_raw, Told())


def _texts(metadata: Element, space: str) -> dict[str, str]:
    """The texts of the elements directly below, by name; those with elements of their own are left out."""
    if metadata.tag not in (f"{{{space}}}{_form(space)}", f"{oai_envelope.OAI}{_form(space)}"):
        raise WrongContent(f"The records are in another form: {metadata.tag[:100]}.")
    start = len(_space(metadata))
    return {child.tag[start:]: (child.text or "").strip() for child in metadata if not len(child)}


def _space(metadata: Element) -> str:
    """The namespace that a record is in: the envelope's, where a client has saved it without its own."""
    return metadata.tag[: metadata.tag.index("}") + 1]


def _form(space: str) -> str:
    return space.rstrip("/").rpartition("/")[2]


def _tombstone(header: Header, source: str) -> Draft:
    identifier = arxiv_fields.identifier(header.identifier)
    digest = fields.digest(b"deleted")
    return Draft(source, identifier.value, digest, "", identifiers=(identifier,), gone=True)


def draft(metadata: Element | None, header: Header) -> Draft:
    """A record in the form `arXiv`."""
    if header.deleted or metadata is None:
        return _tombstone(header, NAME)
    told = _texts(metadata, SPACE)
    space = _space(metadata)
    authors = tuple(filter(_is_named, map(_author, metadata.iterfind(f"{space}authors/{space}author"))))
    return _draft(
        NAME, told, authors, fields.partial_date(told.get("created", "")), fields.day(told.get("updated", ""))
    )


def draft_raw(metadata: Element | None, header: Header) -> Draft:
    """A record in the form `arXivRaw`: with the days of all versions, and authors in one line."""
    if header.deleted or metadata is None:
        return _tombstone(header, NAME_RAW)
    told = _texts(metadata, SPACE_RAW)
    moments = _version_moments(metadata)
    days = tuple((number, moment.date()) for number, moment in moments.items())
    authors = arxiv_fields.printed_authors(told.get("authors", ""))
    first, last = moments.get(1), max(moments, default=None)
    updated = moments[last].date() if last else None
    return _draft(
        NAME_RAW, told, authors, PartialDate(first.date()) if first else None, updated,
        version=last, version_days=days, submitted=first,
    )  # fmt: skip


def _draft(
    source: str,
    told: dict[str, str],
    authors: tuple[PrintedAuthor, ...],
    published: PartialDate | None,
    updated: date | None,
    *,
    version: int | None = None,
    version_days: tuple[tuple[int, date], ...] = (),
    submitted: datetime | None = None,
) -> Draft:
    identifier = arxiv_fields.identifier(told.get("id", ""))
    comment, abstract = told.get("comments", ""), told.get("abstract", "")
    names = "|".join(f"{each.name}/{each.affiliation}" for each in authors)
    content = "\x1f".join((*(f"{name}={text}" for name, text in sorted(told.items())), names, str(version_days)))
    return Draft(
        source=source,
        key=identifier.value,
        payload_hash=fields.digest(content.encode("utf-8", "replace")),
        title=told.get("title", ""),
        abstract=abstract,
        identifiers=(identifier, *arxiv_fields.doi(told.get("doi", ""))),
        authors=authors,
        published=published,
        updated=updated,
        version=version,
        version_days=version_days,
        licence=LICENCES.get(told.get("license", ""), told.get("license", "")),
        comment=comment,
        withdrawn=arxiv_fields.is_withdrawn(comment, abstract),
        categories=tuple(told.get("categories", "").split()),
        venue=told.get("journal-ref", ""),
        edition=arxiv_fields.estimated_place(identifier.value, submitted) if submitted else None,
    )


def _author(author: Element) -> PrintedAuthor:
    told = [(child.tag.rpartition("}")[2], (child.text or "").strip()) for child in author]
    parts = dict(told)
    name = " ".join(filter(None, (parts.get("forenames"), parts.get("keyname"), parts.get("suffix"))))
    return PrintedAuthor(name, "", "; ".join(text for tag, text in told if tag == "affiliation" and text))


def _is_named(author: PrintedAuthor) -> bool:
    """Whether this is a name: the colon in "Some Collaboration: A. Lee" is an author to arXiv."""
    return any(map(str.isalnum, author.name))


def _version_moments(metadata: Element) -> dict[int, datetime]:
    found, space = {}, _space(metadata)
    for each in metadata.iterfind(f"{space}version"):
        number = each.get("version", "").removeprefix("v")
        moment = _moment(each.findtext(f"{space}date") or "")
        if moment and number.isascii() and number.isdigit() and 0 < int(number[:6]) < 10_000:
            found[int(number[:6])] = moment
    return dict(sorted(found.items()))


def _moment(text: str) -> datetime | None:
    try:
        return fields.moment(parsedate_to_datetime(text).isoformat())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _live(source: str, prefix: str) -> Live:
    to_draft = draft_raw if source == NAME_RAW else draft

    def first_url(root: str, stream: str, window: Window) -> str:
        since = window.since if window.since and window.since > EARLIEST else None
        return oai_envelope.list_url(root, prefix, arxiv_fields.set_spec(stream), Window(since, window.until))

    def read_page(answer: Answer, _window: Window) -> Page:
        return oai_envelope.page(answer, source, to_draft)

    return Live(
        group=arxiv_fields.GROUP,
        root=ROOT,
        pace_s=arxiv_fields.PACE_S,
        rhythm="announcements",
        stream="a category such as cs.CL or an archive such as stat; all of arXiv without",
        first_url=first_url,
        read_page=read_page,
        check_stream=arxiv_fields.check_category,
        exact_total=True,
    )


LIVE, LIVE_RAW = _live(NAME, "arXiv"), _live(NAME_RAW, "arXivRaw")
