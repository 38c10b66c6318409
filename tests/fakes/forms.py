"""The forms in which arXiv's interfaces answer, made from works of the fake world."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.fakes.world import Work

OAI_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>{now:%Y-%m-%dT%H:%M:%SZ}</responseDate><request>http://fake/oai</request>"
)


def oai_records(works: Sequence[Work], now: datetime, prefix: str, token: str) -> str:
    """A page of ListRecords."""
    body = "".join(_oai_record(work, now, prefix) for work in works)
    tail = f"<resumptionToken>{escape(token)}</resumptionToken>" if token else "<resumptionToken/>"
    return f"{OAI_HEAD.format(now=now.astimezone(UTC))}<ListRecords>{body}{tail}</ListRecords></OAI-PMH>"


def oai_error(now: datetime, code: str) -> str:
    """An answer that is one of the protocol's errors."""
    return f'{OAI_HEAD.format(now=now.astimezone(UTC))}<error code="{code}">fake</error></OAI-PMH>'


def _oai_record(work: Work, now: datetime, prefix: str) -> str:
    stamp = work.datestamp(now)
    head = f"<identifier>oai:arXiv.org:{work.id}</identifier><datestamp>{stamp}</datestamp>"
    if work.deleted_on:
        return f'<record><header status="deleted">{head}</header></record>'
    form = _raw if prefix == "arXivRaw" else _structured
    return f"<record><header>{head}</header><metadata>{form(work)}</metadata></record>"


def _raw(work: Work) -> str:
    last = work.revisions[-1]
    versions = "".join(
        f'<version version="v{each.number}"><date>{format_datetime(each.submitted, usegmt=True)}</date></version>'
        for each in work.revisions
    )
    return (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{work.id}</id>{versions}'
        f"<title>{escape(last.title)}</title><authors>{escape(', '.join(work.authors))}</authors>"
        f"<categories>{' '.join(work.categories)}</categories>{_comments(last.comment)}"
        f"<abstract>{escape(last.abstract)}</abstract></arXivRaw>"
    )


def _structured(work: Work) -> str:
    last = work.revisions[-1]
    authors = "".join(
        f"<author><keyname>{escape(family)}</keyname><forenames>{given}</forenames></author>"
        for given, family in (name.split(" ", 1) for name in work.authors)
    )
    updated = f"<updated>{last.submitted:%Y-%m-%d}</updated>" if last.number > 1 else ""
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{work.id}</id><created>{work.revisions[0].submitted:%Y-%m-%d}'
        f"</created>{updated}<authors>{authors}</authors><title>{escape(last.title)}</title>"
        f"<categories>{' '.join(work.categories)}</categories>{_comments(last.comment)}"
        f"<abstract>{escape(last.abstract)}</abstract></arXiv>"
    )


def _comments(comment: str) -> str:
    return f"<comments>{escape(comment)}</comments>" if comment else ""


def atom(works: Sequence[Work], total: int, start: int) -> str:
    """A page of the API."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<title>arXiv Query: fake</title><id>http://arxiv.org/api/fake</id><opensearch:totalResults>{total}"
        f"</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>"
        f"{''.join(map(_entry, works))}</feed>"
    )


def atom_error(message: str) -> str:
    """An error, as the API tells it: an entry, with status 200."""
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query: fake</title><entry>'
        f"<id>http://arxiv.org/api/errors#fake</id><title>Error</title><summary>{escape(message)}</summary></entry></feed>"
    )


def _entry(work: Work) -> str:
    last, first = work.revisions[-1], work.revisions[0]
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in work.authors)
    categories = "".join(f'<category term="{each}"/>' for each in work.categories)
    comment = f"<arxiv:comment>{escape(last.comment)}</arxiv:comment>" if last.comment else ""
    return (
        f"<entry><id>http://arxiv.org/abs/{work.id}v{last.number}</id><updated>{last.submitted:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<published>{first.submitted:%Y-%m-%dT%H:%M:%SZ}</published><title>{escape(last.title)}</title>"
        f"<summary>{escape(last.abstract)}</summary>{authors}{comment}"
        f'<arxiv:primary_category term="{work.categories[0]}"/>{categories}</entry>'
    )


def rss(category: str, day: date, items: Sequence[tuple[Work, str]]) -> str:
    """The feed of a category on a morning."""
    stamp = f"{day:%a, %d %b %Y} 00:00:00 -0500"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
        f"<title>{category} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{category}</link>"
        f"<pubDate>{stamp}</pubDate>{''.join(_item(work, kind) for work, kind in items)}</channel></rss>"
    )


def _item(work: Work, kind: str) -> str:
    last = work.revisions[-1]
    categories = "".join(f"<category>{each}</category>" for each in work.categories)
    return (
        f"<item><title>{escape(last.title)}</title><link>https://arxiv.org/abs/{work.id}</link>"
        f"<description>arXiv:{work.id}v{last.number} Announce Type: {kind} \nAbstract: {escape(last.abstract)}"
        f'</description><guid isPermaLink="false">oai:arXiv.org:{work.id}v{last.number}</guid>{categories}'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(work.authors))}</dc:creator></item>"
    )
