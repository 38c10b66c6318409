"""The fake arXiv's OAI-PMH: lists by set and days in pages, single records, and the protocol's own errors."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

from tests.fakes.lives import Record
from tests.fakes.wording import CATEGORIES, folded
from tests.fakes.world import Shown, View

ADDRESS = "https://oaipmh.arxiv.org/oai"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" '
    f'{XSI} xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ '
    'http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
)
PHYSICS = ("quant-ph", "hep-th", "astro-ph", "cond-mat")
LISTS = ("ListRecords", "ListIdentifiers")
LIST_PARTS = {"verb", "metadataPrefix", "set", "from", "until"}
DESCRIPTION = (
    "<repositoryName>arXiv</repositoryName><baseURL>{}</baseURL><protocolVersion>2.0</protocolVersion>"
    "<adminEmail>help@example.org</adminEmail><earliestDatestamp>2005-09-16</earliestDatestamp>"
    "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DD</granularity>"
)


class Refusal(Exception):
    """One of the protocol's errors: its code, and what it says."""


def answer(query: Mapping[str, str], view: View, page_size: int) -> str:
    """The answer to a request."""
    try:
        content = _content(query, view, page_size)
    except Refusal as refusal:
        code, message = refusal.args
        return _envelope({} if code in ("badVerb", "badArgument") else query, view.now, error(code, message))
    return _envelope(query, view.now, content)


def error(code: str, message: str = "") -> str:
    """The element of an error."""
    return f'<error code="{code}">{escape(message)}</error>\n'


def refused(query: Mapping[str, str], now: datetime, code: str, message: str = "") -> str:
    """A whole answer that is an error."""
    return _envelope(query, now, error(code, message))


def _envelope(query: Mapping[str, str], now: datetime, content: str) -> str:
    parts = "".join(f" {name}={quoteattr(value)}" for name, value in query.items())
    moment = f"<responseDate>{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</responseDate>\n"
    return f"{HEAD}{moment}<request{parts}>{ADDRESS}</request>\n{content}</OAI-PMH>\n"


def _content(query: Mapping[str, str], view: View, page_size: int) -> str:
    match query.get("verb", ""):
        case "Identify":
            return f"<Identify>{DESCRIPTION.format(ADDRESS)}</Identify>\n"
        case "ListSets":
            return f"<ListSets>{''.join(map(_set, sorted({*_archives(), *map(set_of, CATEGORIES)})))}</ListSets>\n"
        case "ListMetadataFormats":
            formats = "".join(
                f"<metadataFormat><metadataPrefix>{each}</metadataPrefix></metadataFormat>" for each in FORMS
            )
            return f"<ListMetadataFormats>{formats}</ListMetadataFormats>\n"
        case "GetRecord":
            return _one(query, view)
        case verb if verb in LISTS:
            return _page(verb, query, view, page_size)
        case verb:
            raise Refusal("badVerb", f"Illegal verb {verb!r}")


def _archives() -> set[str]:
    return {set_of(code).split(":")[0] for code in CATEGORIES}


def _set(spec: str) -> str:
    return f"<set><setSpec>{spec}</setSpec><setName>{spec.rpartition(':')[2]}</setName></set>\n"


def set_of(category: str) -> str:
    """The set of a category: cs.CL lies in cs:cs:CL, hep-th in physics:hep-th."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in PHYSICS else archive
    return ":".join(filter(None, (group, archive, subject)))


def _one(query: Mapping[str, str], view: View) -> str:
    form, wanted = _form(query), query.get("identifier", "")
    if not wanted:
        raise Refusal("badArgument", "identifier is missing")
    for shown in view.records():
        if wanted == f"oai:arXiv.org:{shown.record.id}":
            return f"<GetRecord>\n{_record(shown, form)}</GetRecord>\n"
    raise Refusal("idDoesNotExist", f"{wanted} is unknown")


def _form(query: Mapping[str, str]) -> str:
    prefix = query.get("metadataPrefix", "")
    if not prefix:
        raise Refusal("badArgument", "metadataPrefix is missing")
    if prefix not in FORMS:
        raise Refusal("cannotDisseminateFormat", f"{prefix} is unknown")
    return prefix


def _page(verb: str, query: Mapping[str, str], view: View, page_size: int) -> str:
    asked, after = _asked(verb, query, view.now)
    form = _form(asked)
    found = [shown for shown in _chosen(asked, view) if _place(shown) > after]
    if not found:
        raise Refusal("noRecordsMatch", "")
    page, rest = found[:page_size], found[page_size:]
    body = "".join(_header(each) if verb == "ListIdentifiers" else _record(each, form) for each in page)
    return f"<{verb}>\n{body}{_token(asked, page[-1], view.now) if rest else _end(after)}</{verb}>\n"


def _asked(verb: str, query: Mapping[str, str], now: datetime) -> tuple[dict[str, str], str]:
    """What a list is asked for, and after which place it goes on, be it by arguments or by a token."""
    if "resumptionToken" not in query:
        if unknown := set(query) - LIST_PARTS:
            raise Refusal("badArgument", f"unknown: {', '.join(sorted(unknown))}")
        return dict(query), ""
    if set(query) != {"verb", "resumptionToken"}:
        raise Refusal("badArgument", "resumptionToken is exclusive")
    told = dict(parse_qsl(unquote(query["resumptionToken"])))
    check = told.pop("check", "")
    if check != _check(told) or told.get("verb") != verb or told.pop("issued", "") != _day(now):
        raise Refusal("badResumptionToken", "The token is expired or invalid.")
    return told, told.pop("after")


def _token(asked: Mapping[str, str], last: Shown, now: datetime) -> str:
    """Tokens live until midnight UTC. They hold signs that must be quoted, and tell nothing of the list's size."""
    told = {**asked, "after": _place(last), "issued": _day(now)}
    token = quote(urlencode({**told, "check": _check(told)}), safe="")
    expires = f"{now.astimezone(UTC) + timedelta(days=1):%Y-%m-%dT00:00:00Z}"
    return f'<resumptionToken expirationDate="{expires}">{token}</resumptionToken>\n'


def _end(after: str) -> str:
    return "<resumptionToken/>\n" if after else ""


def _check(told: Mapping[str, str]) -> str:
    return f"{crc32(urlencode(sorted(told.items())).encode()):08x}"


def _day(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def _place(shown: Shown) -> str:
    return f"{shown.datestamp} {shown.record.id}"


def _chosen(asked: Mapping[str, str], view: View) -> list[Shown]:
    since, until, spec = (_bound(asked, "from"), _bound(asked, "until"), asked.get("set", ""))
    if since and until and since > until:
        raise Refusal("badArgument", "from is later than until")
    return [
        shown
        for shown in view.records()
        if (not since or shown.datestamp >= since) and (not until or shown.datestamp <= until) and _lies_in(shown, spec)
    ]


def _bound(asked: Mapping[str, str], name: str) -> date | None:
    text = asked.get(name)
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None
    except ValueError as problem:
        raise Refusal("badArgument", f"{name} is no day") from problem


def _lies_in(shown: Shown, spec: str) -> bool:
    return not spec or any(f"{set_of(code)}:".startswith(f"{spec}:") for code in shown.record.categories)


def _header(shown: Shown) -> str:
    record = shown.record
    status = ' status="deleted"' if record.deleted else ""
    sets = "".join(f"<setSpec>{set_of(code)}</setSpec>\n" for code in record.categories)
    return (
        f"<header{status}>\n<identifier>oai:arXiv.org:{record.id}</identifier>\n"
        f"<datestamp>{shown.datestamp}</datestamp>\n{sets}</header>\n"
    )


def _record(shown: Shown, form: str) -> str:
    metadata = "" if shown.record.deleted else f"<metadata>\n{FORMS[form](shown.record)}\n</metadata>\n"
    return f"<record>\n{_header(shown)}{metadata}</record>\n"


def _elements(**texts: str) -> str:
    """Elements for those texts that are not empty."""
    named = ((name.replace("_", "-"), text) for name, text in texts.items() if text)
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in named)


def _shared(record: Record) -> str:
    """What both of arXiv's own forms end with."""
    return _elements(
        comments=folded(record.comment),
        journal_ref=record.journal_ref,
        doi=record.doi,
        license=record.licence,
        abstract=f"  {folded(record.abstract, '')}\n",
    )


def _arxiv(record: Record) -> str:
    updated = f"{record.versions[-1]:%Y-%m-%d}" if record.version > 1 else ""
    authors = "".join(
        f"<author>{_elements(keyname=each.family, forenames=each.given, affiliation=each.affiliation)}</author>"
        for each in record.authors
    )
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/" {XSI} '
        'xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ http://arxiv.org/OAI/arXiv.xsd">'
        f"{_elements(id=record.id, created=f'{record.versions[0]:%Y-%m-%d}', updated=updated)}"
        f"<authors>{authors}</authors>"
        f"{_elements(title=folded(record.title), categories=' '.join(record.categories))}{_shared(record)}</arXiv>"
    )


def _raw(record: Record) -> str:
    versions = "".join(
        f'<version version="v{number}"><date>{format_datetime(moment, usegmt=True)}</date>'
        f"<size>{0 if record.withdrawn and number == record.version else 40 + number}kb</size>"
        f"<source_type>{'I' if record.withdrawn and number == record.version else 'D'}</source_type></version>"
        for number, moment in enumerate(record.versions, 1)
    )
    names = ", ".join(each.tex + (f" ({each.affiliation})" if each.affiliation else "") for each in record.authors)
    texts = _elements(title=folded(record.title), authors=folded(names), categories=" ".join(record.categories))
    return (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/" {XSI}>'
        f"{_elements(id=record.id, submitter=record.authors[-1].name)}{versions}{texts}{_shared(record)}</arXivRaw>"
    )


def _dublin_core(record: Record) -> str:
    spaces = 'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    several = [
        *(("creator", ", ".join(filter(None, (each.family, each.given)))) for each in record.authors),
        *(("subject", code) for code in record.categories),
        ("description", f"  {folded(record.abstract, '')}\n"),
        ("description", f"Comment: {record.comment}" if record.comment else ""),
        *(("date", f"{moment:%Y-%m-%d}") for moment in dict.fromkeys((record.versions[0], record.versions[-1]))),
        ("type", "text"),
        ("identifier", f"http://arxiv.org/abs/{record.id}"),
        ("identifier", record.journal_ref),
        ("identifier", f"doi:{record.doi}" if record.doi else ""),
    ]
    body = "".join(f"<dc:{name}>{escape(text)}</dc:{name}>\n" for name, text in several if text)
    return f"<oai_dc:dc {spaces} {XSI}>\n<dc:title>{escape(folded(record.title))}</dc:title>\n{body}</oai_dc:dc>"


FORMS = {"arXiv": _arxiv, "arXivRaw": _raw, "oai_dc": _dublin_core}
