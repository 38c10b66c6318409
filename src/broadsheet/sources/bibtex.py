"""BibTeX and BibLaTeX libraries; bibtexparser takes them apart, what the fields mean is said here."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import BinaryIO

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import DuplicateBlockKeyBlock, Entry

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.identity import parse_identifier
from broadsheet.sources import fields
from broadsheet.sources.dating import partial
from broadsheet.sources.entry_keys import entry_key
from broadsheet.sources.refusals import Malformed, TooLarge
from broadsheet.sources.venues import printed
from broadsheet.sources.wording import reading_order, with_subtitle
from broadsheet.text import clean_block, clean_line

NAME = "bibtex"
MAX_BYTES = 32 << 20
MAX_MARKS = 1_500_000
"""Marks that bibtexparser looks at one by one (@ braces, quotes, commas, equals): a million a second."""
MAX_FIELD = 60_000
MAX_PARENTS = 3
ENTRY = re.compile(
    rb"^\s*@\s*[a-z]+\s*[{(]|@\s*(?:article|book|inproceedings|incollection|misc|online|techreport|phdthesis)\s*[{(]",
    re.IGNORECASE | re.MULTILINE,
)
ENCODING = re.compile(rb"%\s*encoding:\s*([\w-]+)", re.IGNORECASE)
TYPED = {"{": "", "}": "", "``": "\u201c", "''": "\u201d", "---": "\u2014", "--": "\u2013"}
MATH = re.compile(r"(\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\])", re.DOTALL)
ARXIV = re.compile(
    r"arxiv[.:\s]*(?:preprint\s+)?(?:arxiv[:\s]*)?([a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(v\d+)?", re.I
)
DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
OTHERS = re.compile(r"others|et al\.?|and", re.IGNORECASE)
IDENTIFIERS = ("doi", "arxivid", "arxiv", "eprint", "pmid", "pubmed", "url", "ee", "howpublished", "note")
PREFIXES = {"pmid": "pmid:", "pubmed": "pmid:", "doi": "doi:"}

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


def recognises(head: bytes) -> bool:
    """Whether a file has an entry, past comments and the like."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return not text.startswith((b"{", b"[", b"<")) and bool(ENTRY.search(text))


def read(stream: BinaryIO, name: str, _edition: date | None = None) -> Iterator[Draft | Problem]:
    """A draft for each entry; a block that breaks the rules is a problem. Raises TooLarge or Malformed."""
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES or sum(map(body.count, (b"@", b"{", b"}", b'"', b",", b"="))) > MAX_MARKS:
        raise TooLarge(f"{name} is too large for one library: {MAX_BYTES >> 20} MiB or a million marks. Split it.")
    try:
        library = parse_string(_decoded(body))
    except Exception as error:  # its middlewares let out whatever they meet
        raise Malformed(f"{name} cannot be read as BibTeX: {type(error).__name__}.") from error
    doubles = [block.ignore_error_block for block in library.failed_blocks if isinstance(block, DuplicateBlockKeyBlock)]
    entries = [*library.entries, *(block for block in doubles if isinstance(block, Entry))]
    parents = {entry.key.lower(): entry for entry in reversed(entries)}
    for entry in entries:
        yield from _item(entry, parents, name)
    for block in library.failed_blocks:
        if not isinstance(block, DuplicateBlockKeyBlock):
            place = f"{name}, line {(block.start_line or 0) + 1}"
            raw = (block.raw or "")[:2_000].encode("utf-8", "replace")
            yield fields.problem(NAME, None, place, BadInput("the entry is not closed, or breaks BibTeX's rules"), raw)


def _decoded(body: bytes) -> str:
    declared = ENCODING.search(body[:4_096])
    for encoding in ("utf-8-sig", declared[1].decode("ascii") if declared else "", "cp1252", "latin-1"):
        try:
            return body.decode(encoding) if encoding else body.decode("utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")


def _item(entry: Entry, parents: Mapping[str, Entry], name: str) -> Iterator[Draft | Problem]:
    told = _fields(entry, parents)
    try:
        yield draft(entry.entry_type.lower(), entry.key, told)
    except BadInput as error:
        payload = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
        yield fields.problem(NAME, entry.key, f"{name}, line {(entry.start_line or 0) + 1}", error, payload)


def _fields(entry: Entry, parents: Mapping[str, Entry]) -> dict[str, str]:
    """The entry's fields by lower-case name, with those it inherits from its `crossref`; a circle ends by itself."""
    told: dict[str, str] = {}
    current: Entry | None = entry
    for level in range(MAX_PARENTS):
        if current is None:
            break
        for field in current.fields:
            key = field.key.strip().lower()
            if level and key == "title":
                key = "booktitle" if entry.entry_type.lower().startswith("in") else "crossref-title"
            if isinstance(field.value, str) and field.value.strip():
                told.setdefault(key, field.value[:MAX_FIELD])
        current = parents.get(told.get("crossref", "").strip().lower()) if level + 1 < MAX_PARENTS else None
        if current is entry:
            break
    return told


def draft(kind: str, key: str, told: Mapping[str, str]) -> Draft:
    """An entry. Raises BadInput for one without title."""
    title = with_subtitle(_line(told, "title"), _line(told, "subtitle"))
    if not title:
        raise BadInput("the entry has no title")
    identifiers, authors, published = _identifiers(told), _authors(told.get("author", "")), _published(told)
    payload = json.dumps([kind, sorted(told.items())], ensure_ascii=False).encode("utf-8", "replace")
    return Draft(
        source=NAME,
        key=entry_key(identifiers, title, authors, published, key),
        payload_hash=fields.digest(payload),
        title=title,
        abstract=_unbraced(clean_block(told.get("abstract", ""), 20_000)),
        identifiers=identifiers,
        authors=authors,
        published=published,
        language=_line(told, "language") or _line(told, "langid"),
        categories=tuple(told.get("primaryclass", "").split()),
        tags=tuple(tag.strip() for tag in re.split(r"[;,]", _line(told, "keywords")) if tag.strip()),
        venue=_venue(told),
    )


def _line(told: Mapping[str, str], name: str) -> str:
    return _unbraced(clean_line(told.get(name, ""), 2_000)) if name in told else ""


def _unbraced(text: str) -> str:
    """Without the braces that protect capitals; those within formulas are the formula's."""
    parts = MATH.split(text)
    for place in range(0, len(parts), 2):
        bare = parts[place].replace("{", "").replace("}", "")
        parts[place] = (
            bare.replace("``", "\u201c").replace("''", "\u201d").replace("---", "\u2014").replace("--", "\u2013")
        )
    return "".join(parts).strip()


def _authors(text: str) -> tuple[PrintedAuthor, ...]:
    """Names in order; a name in braces is one of an organisation, whatever it holds."""
    if ";" in text and " and " not in text:
        text = " and ".join(filter(None, (part.strip() for part in text.split(";"))))
    try:
        names = split_multiple_persons_names(" ".join(text.split()))
    except Exception:  # unbalanced braces, and whatever else it minds
        names = re.split(r"\s+and\s+", text)
    clean = ((name.strip().startswith("{"), _unbraced(clean_line(name, 400))) for name in names)
    return tuple(
        PrintedAuthor(name if whole else _turned(name)) for whole, name in clean if name and not OTHERS.fullmatch(name)
    )


def _turned(name: str) -> str:
    """ "Family, Given" and "Family, Jr., Given" in reading order."""
    if name.count(",") != 2:
        return reading_order(name)
    family, suffix, given = (part.strip() for part in name.split(","))
    return f"{given} {family} {suffix}".strip()


def _identifiers(told: Mapping[str, str]) -> tuple[Identifier, ...]:
    found: list[Identifier] = []
    for name in IDENTIFIERS:
        text = told.get(name, "").replace("\\_", "_").replace("\\url", "").strip(" {}")
        if text and (each := _identifier(name, text, told)):
            found.append(each)
    for name in ("journal", "journaltitle", "note", "series", "volume"):
        if "arxiv" in told.get(name, "").lower() and (match := ARXIV.search(told[name])):
            found += filter(None, [parse_identifier(f"arxiv:{match[1]}")])
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.kind == "url"))


def _identifier(name: str, text: str, told: Mapping[str, str]) -> Identifier | None:
    if name == "doi" and "10." in text:
        text = text[text.index("10.") :]
    if name == "eprint" and told.get("archiveprefix", told.get("eprinttype", "arxiv")).lower() not in ("arxiv", ""):
        return parse_identifier(f"{told.get('archiveprefix', told.get('eprinttype', ''))}:{text}")
    if name in ("note", "howpublished"):
        return parse_identifier(text) if text.startswith("http") else None
    return parse_identifier(text) or parse_identifier(PREFIXES.get(name, "") + text)


def _published(told: Mapping[str, str]) -> PartialDate | None:
    whole = DATE.match(told.get("date", "").strip())
    if whole:
        return partial(whole[1], whole[2], whole[3])
    year = re.search(r"\d{4}", told.get("year", ""))
    return partial(year[0] if year else None, told.get("month", "").strip("{}. "), told.get("day"))


def _venue(told: Mapping[str, str]) -> str:
    names = (printed(_line(told, name)) for name in ("journal", "journaltitle", "booktitle", "maintitle"))
    return next((name for name in names if name and not ARXIV.search(name)), "")
