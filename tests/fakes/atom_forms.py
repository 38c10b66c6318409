"""The fake arXiv's search API: Atom pages, and errors as an entry, most of them with status 200."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

from tests.fakes import query as queries
from tests.fakes.lives import Record
from tests.fakes.world import View

HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns:opensearch=\"http://a9.com/-/spec/opensearch/1.1/\" "
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
)
ID = re.compile(r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(?P<version>\d+))?")
LARGEST_SLICE, LARGEST_RESULT = 2_000, 30_000


class Refusal(Exception):
    """A request that gets an error entry."""


def answer(query: Mapping[str, str], view: View) -> tuple[int, str]:
    """The status and the body of the answer to a request."""
    try:
        start, size = _number(query, "start", 0), _number(query, "max_results", 10)
        if size > LARGEST_RESULT or start > LARGEST_RESULT:
            return 400, failed(view.now, f"max_results and start must not exceed {LARGEST_RESULT}")
        found = _sorted(_found(query, view), query)
    except (Refusal, queries.Malformed) as refusal:
        return 200, failed(view.now, str(refusal))
    return 200, page(query, view.now, found[start : start + min(size, LARGEST_SLICE)], len(found), start, size)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise Refusal(f"{name} must be a non-negative integer")
    return int(text)


def _found(query: Mapping[str, str], view: View) -> list[Record]:
    ids, text = query.get("id_list", ""), query.get("search_query", "")
    matches = queries.parse(text) if text.strip() else lambda _record: True
    if not ids:
        return [record for record in view.searchable() if matches(record)] if text.strip() else []
    known = {record.id: record for record in view.searchable()}
    named = [_named(each.strip(), known, view) for each in ids.split(",") if each.strip()]
    return [record for record in named if record and matches(record)]


def _named(text: str, known: Mapping[str, Record], view: View) -> Record | None:
    told = ID.fullmatch(text)
    if not told:
        raise Refusal(f"incorrect id format for {text}")
    newest = known.get(told["id"])
    if newest is None or not told["version"]:
        return newest
    return view.version(told["id"], int(told["version"]))


def _sorted(found: list[Record], query: Mapping[str, str]) -> list[Record]:
    """In the order asked for; ids keep the order of the list where none is."""
    by, order = query.get("sortBy", "relevance"), query.get("sortOrder", "descending")
    if by == "relevance":
        return found if query.get("id_list") else sorted(found, key=lambda record: crc32(record.id.encode()))
    if by not in ("submittedDate", "lastUpdatedDate") or order not in ("ascending", "descending"):
        raise Refusal("sortBy must be in: relevance, lastUpdatedDate, submittedDate")
    place = 0 if by == "submittedDate" else -1
    return sorted(found, key=lambda record: (record.versions[place], record.id), reverse=order == "descending")


def page(query: Mapping[str, str], now: datetime, found: list[Record], total: int, start: int, size: int) -> str:
    """A page of entries, and how many there are in all."""
    parts = {
        "search_query": query.get("search_query", ""),
        "id_list": query.get("id_list", ""),
        "start": start,
        "max_results": size,
    }
    shown = "&".join(f"{name}={value}" for name, value in parts.items())
    address = f"https://arxiv.org/api/query?{urlencode(parts)}"
    head = (
        f"  <id>https://arxiv.org/api/{crc32(shown.encode()):08x}</id>\n  <title>arXiv Query: {escape(shown)}</title>\n"
        f'  <updated>{_moment(now)}</updated>\n  <link href={quoteattr(address)} type="application/atom+xml"/>\n'
    )
    return f"{HEAD}{head}{_counts(total, start, size)}{''.join(map(_entry, found))}</feed>\n"


def failed(now: datetime, message: str) -> str:
    """An error, as the API tells it: a feed with one entry."""
    where = f"https://arxiv.org/api/errors#{message.replace(' ', '_')}"
    entry = (
        f"  <entry>\n    <id>{escape(where)}</id>\n    <title>Error</title>\n    <updated>{_moment(now)}</updated>\n"
        f'    <link href={quoteattr(where)} rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(message)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n"
    )
    head = (
        f"  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n  <updated>{_moment(now)}</updated>\n"
    )
    return f"{HEAD}{head}{_counts(1, 0, 1)}{entry}</feed>\n"


def _counts(total: int, start: int, size: int) -> str:
    counts = {"itemsPerPage": size, "totalResults": total, "startIndex": start}
    return "".join(f"  <opensearch:{name}>{count}</opensearch:{name}>\n" for name, count in counts.items())


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _entry(record: Record) -> str:
    name = f"{record.id}v{record.version}"
    lines = [
        f"<id>http://arxiv.org/abs/{name}</id>",
        f"<title>{escape(record.title)}</title>",
        f"<updated>{_moment(record.versions[-1])}</updated>",
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{escape(record.abstract)}</summary>",
        *(f'<category term="{code}" scheme="http://arxiv.org/schemas/atom"/>' for code in record.categories),
        f"<published>{_moment(record.versions[0])}</published>",
        *([f"<arxiv:comment>{escape(record.comment)}</arxiv:comment>"] if record.comment else []),
        f'<arxiv:primary_category term="{record.categories[0]}"/>',
        *([f"<arxiv:journal_ref>{escape(record.journal_ref)}</arxiv:journal_ref>"] if record.journal_ref else []),
        *(_author(each.name, each.affiliation) for each in record.authors),
        *([f"<arxiv:doi>{record.doi}</arxiv:doi>"] if record.doi else []),
        *([f'<link rel="related" href="https://doi.org/{record.doi}" title="doi"/>'] if record.doi else []),
    ]
    return "  <entry>\n" + "".join(f"    {line}\n" for line in lines) + "  </entry>\n"


def _author(name: str, affiliation: str) -> str:
    told = f"\n      <arxiv:affiliation>{escape(affiliation)}</arxiv:affiliation>" if affiliation else ""
    return f"<author>\n      <name>{escape(name)}</name>{told}\n    </author>"
