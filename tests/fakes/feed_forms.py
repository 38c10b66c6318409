"""The fake arXiv's daily feeds, in RSS and in Atom, and their validators."""

import re
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape
from zlib import crc32

from tests.fakes.mailings import EASTERN, eastern, midnight_after
from tests.fakes.world import Item, View

NAME = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?(?:\+[a-z-]+(?:\.[A-Za-z-]+)?)*")
SPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
BUILT = timedelta(seconds=2)
"""After midnight US Eastern."""


def rss(name: str, view: View) -> str:
    """The day's feed of a category or archive in RSS; without items on days without announcement."""
    day, items = view.feed(name)
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<rss {SPACES} version=\"2.0\">\n  <channel>\n"
        f"    <title>{name} updates on arXiv.org</title>\n    <link>http://rss.arxiv.org/rss/{name}</link>\n"
        f"    <description>{name} updates on the arXiv.org e-print archive.</description>\n"
        f'    <atom:link href="http://rss.arxiv.org/rss/{name}" rel="self" type="application/rss+xml"/>\n'
        "    <docs>http://www.rssboard.org/rss-specification</docs>\n    <language>en-us</language>\n"
        f"    <lastBuildDate>{format_datetime(eastern(day) + BUILT)}</lastBuildDate>\n"
        f"    <managingEditor>rss-help@arxiv.org</managingEditor>\n    <pubDate>{_midnight(day)}</pubDate>\n"
        "    <skipDays>\n      <day>Sunday</day>\n      <day>Saturday</day>\n    </skipDays>\n"
        f"{''.join(_item(item, day) for item in items)}  </channel>\n</rss>\n"
    )


def _midnight(day: date) -> str:
    return format_datetime(eastern(day).astimezone(EASTERN))


def _lead(item: Item) -> str:
    record = item.record
    return f"arXiv:{record.id}v{record.version} Announce Type: {item.kind} \nAbstract: {escape(record.abstract)}"


def _item(item: Item, day: date) -> str:
    record = item.record
    lines = [
        f"<title>{escape(record.title)}</title>",
        f"<link>https://arxiv.org/abs/{record.id}</link>",
        f"<description>{_lead(item)}</description>",
        f'<guid isPermaLink="false">oai:arXiv.org:{record.id}v{record.version}</guid>',
        *(f"<category>{code}</category>" for code in record.categories),
        f"<pubDate>{_midnight(day)}</pubDate>",
        *_shared(item),
    ]
    return "    <item>\n" + "".join(f"      {line}\n" for line in lines) + "    </item>\n"


def _shared(item: Item) -> list[str]:
    record = item.record
    names = escape(", ".join(author.tex for author in record.authors))
    lines = [f"<arxiv:announce_type>{item.kind}</arxiv:announce_type>", f"<dc:rights>{record.licence}</dc:rights>"]
    if record.doi:
        lines.append(f"<arxiv:DOI>{record.doi}</arxiv:DOI>")
    if record.journal_ref:
        lines.append(f"<arxiv:journal_reference>{escape(record.journal_ref)}</arxiv:journal_reference>")
    return [*lines, f"<dc:creator>{names}</dc:creator>"]


def atom(name: str, view: View) -> str:
    """The same feed in Atom."""
    day, items = view.feed(name)
    built = (eastern(day) + BUILT).isoformat()
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns:arxiv=\"http://arxiv.org/schemas/atom\" "
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
        f"  <id>http://rss.arxiv.org/atom/{name}</id>\n  <title>{name} updates on arXiv.org</title>\n"
        f"  <updated>{built}</updated>\n"
        f'  <link href="http://rss.arxiv.org/atom/{name}" rel="self" type="application/atom+xml"/>\n'
        f"  <subtitle>{name} updates on the arXiv.org e-print archive.</subtitle>\n"
        f"{''.join(_entry(item, day, built) for item in items)}</feed>\n"
    )


def _entry(item: Item, day: date, built: str) -> str:
    record = item.record
    lines = [
        f"<id>oai:arXiv.org:{record.id}v{record.version}</id>",
        f"<title>{escape(record.title)}</title>",
        f"<updated>{built}</updated>",
        f'<link href="https://arxiv.org/abs/{record.id}" rel="alternate" type="text/html"/>',
        f"<summary>{_lead(item)}</summary>",
        *(f'<category term="{code}"/>' for code in record.categories),
        f"<published>{eastern(day).astimezone(EASTERN).isoformat()}</published>",
        *_shared(item),
    ]
    return "  <entry>\n" + "".join(f"    {line}\n" for line in lines) + "  </entry>\n"


def validators(body: str, view: View) -> dict[str, str]:
    """ETag and dates of a feed: it holds until the next midnight US Eastern."""
    day, until = view.feed("none")[0], midnight_after(view.now)
    return {
        "ETag": f'"{crc32(body.encode()):08x}"',
        "Last-Modified": format_datetime(eastern(day) + BUILT, usegmt=True),
        "Cache-Control": f"max-age={int((until - view.now).total_seconds())}",
        "Expires": format_datetime(until, usegmt=True),
    }


def unchanged(asked: dict[str, str], current: dict[str, str]) -> bool:
    """Whether the validators of a request still hold; an ETag goes before a date (RFC 9110, section 13.2.2)."""
    if tags := asked.get("if-none-match"):
        return current["ETag"] in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    since = _moment(asked.get("if-modified-since", ""))
    modified = _moment(current["Last-Modified"])
    return bool(since and modified and modified <= since)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except ValueError:
        return None
