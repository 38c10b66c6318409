"""Identity: what an identifier names, keys to compare titles and names by, and when two records are one work."""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlencode, urlsplit

from broadsheet.drafts import Identifier, IdentifierKind
from broadsheet.errors import BadInput
from broadsheet.terms import search_text, slug

MAX_IDENTIFIER: Final = 2000
# Title length counts letters and digits. Where all authors agree (two or more), less is asked of title and years:
# papers reach arXiv up to ten years after their conference.
MIN_TITLE: Final = 20
MIN_TITLE_SAME_AUTHORS: Final = 10
MIN_TITLE_OTHER_AUTHORS: Final = 40  # from here on a title that others bear too is worth a second look
MAX_YEARS_APART: Final = 2
MAX_YEARS_SAME_AUTHORS: Final = 10
LIKENESS: Final = 0.6  # titles under a shared name that are this much alike are forms of one title

_PRIORITY: Final[tuple[IdentifierKind, ...]] = (
    "arxiv", "doi", "openreview", "acl", "pubmed", "hub", "other", "url",
)  # fmt: skip
_ARCHIVES: Final = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|stat|supr-con|econ|eess|q-fin"
)
# Numbers have four digits up to 1412 and five since 1501 (info.arxiv.org, "Understanding the arXiv identifier").
_ARXIV: Final = re.compile(
    rf"""(?:arxiv\s*:\s*)?
    (?:(?P<new>(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{{4}}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{{5}})
      |(?P<archive>{_ARCHIVES})(?:\.[a-z-]{{2,10}})?/(?P<number>\d{{2}}(?:0[1-9]|1[0-2])\d{{3}}))
    (?:v(?P<version>[1-9]\d{{0,3}}))?(?:\.pdf)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_ARXIV_PATH: Final = re.compile(r"/(?:abs|pdf|html|format|e-print|src|ps|papers|overview|resources)/(.+?)/?", re.DOTALL)
_ARXIV_HOSTS: Final = ("arxiv.org", "xxx.lanl.gov", "alphaxiv.org", "huggingface.co", "hf.co", "ar5iv.org")
_ARXIV_DOI: Final = "10.48550/arxiv."
# Authors give arXiv several DOIs in one field; the first is the paper's. Old Wiley DOIs hold < and >.
_DOI: Final = re.compile(
    r"(?:doi\s*:\s*)?(10\.\d{4,9}(?:\.\d+)*/[^\s\"]++)\"?(?:\s+10\.\S*+)*+", re.IGNORECASE | re.ASCII
)
_ACL: Final = re.compile(r"[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+", re.ASCII)
_PREFIXED: Final = re.compile(r"(acl|openreview|pmid|pubmed|hub|mla|pl|s2|ismir)\s*:\s*(\S+)", re.IGNORECASE)
_KNOWN_SITE: Final = re.compile(
    r"(?:[a-z0-9]{1,20}\.){0,3}(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org|huggingface\.co|hf\.co)/",
    re.IGNORECASE,
)
_BAD_URL: Final = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}\ud800-\udfff]")


def parse_identifier(text: str) -> Identifier | None:
    """The identifier that `text` writes, as an id, a prefixed id or a URL; None when it is none we know."""
    text = text.strip() if len(text) <= MAX_IDENTIFIER else ""
    url = _web_address(text)
    arxiv = _arxiv(text, url)
    if arxiv:
        return Identifier("arxiv", arxiv[0])
    if url:
        return _from_url(url)
    doi = _DOI.fullmatch(text)
    return _from_doi(doi[1]) if doi else _from_prefix(text)


def arxiv_version(text: str) -> int | None:
    """The version an arXiv id or URL names (2401.12345v3: 3); None without one."""
    text = text.strip() if len(text) <= MAX_IDENTIFIER else ""
    arxiv = _arxiv(text, _web_address(text))
    return arxiv[1] if arxiv else None


def _arxiv(text: str, url: SplitResult | None = None) -> tuple[str, int | None] | None:
    """The bare arXiv id and its version, out of an id, a prefixed id or the URL of a site that shows arXiv papers."""
    if url:
        path = _ARXIV_PATH.fullmatch(url.path) if _host_within(url, *_ARXIV_HOSTS) else None
        text = path[1] if path else ""
    found = _ARXIV.fullmatch(text.rstrip(".,;"))
    if not found:
        return None
    value = found["new"] or f"{found['archive'].lower()}/{found['number']}"
    return value, int(found["version"]) if found["version"] else None


def _web_address(text: str) -> SplitResult | None:
    """The parts of an http(s) URL, also without its scheme where the site is one we know; None for anything else."""
    if not text[:8].lower().startswith(("http://", "https://")):
        if "/" not in text or not _KNOWN_SITE.match(text):
            return None
        text = f"https://{text}"
    if _BAD_URL.search(text):
        return None
    try:
        url = urlsplit(text)
        valid = bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return None
    return url if valid else None


def _host_within(url: SplitResult, *hosts: str) -> bool:
    name = url.hostname or ""
    return any(name == host or name.endswith(f".{host}") for host in hosts)


def _from_doi(value: str) -> Identifier | None:
    """A DOI in lower case without the punctuation of the sentence around it; arXiv's own DOIs are arXiv ids."""
    value = value.rstrip(".,;:'\"").lower()
    if value.endswith(")") and value.count("(") < value.count(")"):
        value = value.rstrip(")")
    arxiv = _arxiv(value.removeprefix(_ARXIV_DOI)) if value.startswith(_ARXIV_DOI) else None
    return Identifier("arxiv", arxiv[0]) if arxiv else Identifier("doi", value)


def _from_prefix(text: str) -> Identifier | None:
    found = _PREFIXED.fullmatch(text)
    if not found:
        return None
    prefix, value = found[1].lower(), found[2]
    match prefix:
        case "acl" | "openreview" | "hub":
            return Identifier(prefix, value)
        case "pmid" | "pubmed":
            return _pubmed(value)
        case _:
            return Identifier("other", f"{prefix}:{value}")


def _pubmed(value: str) -> Identifier | None:
    number = value.lstrip("0")
    return Identifier("pubmed", number) if number.isdecimal() and number.isascii() and len(number) <= 9 else None


def _from_url(url: SplitResult) -> Identifier | None:
    """The identifier behind a known site's address, else the address itself in one form."""
    named: Identifier | None = None
    path = url.path.strip("/")
    if _host_within(url, "doi.org"):
        doi = _DOI.fullmatch(unquote(path))
        named = _from_doi(doi[1]) if doi else None
    elif _host_within(url, "openreview.net"):
        forum = parse_qs(url.query).get("id", [""])[0].strip() if path in ("forum", "pdf") else ""
        named = Identifier("openreview", forum) if forum else None
    elif _host_within(url, "aclanthology.org", "aclanthology.info", "aclweb.org"):
        name = path.rsplit("/", 1)[-1].removesuffix(".pdf").removesuffix(".bib")
        named = Identifier("acl", name) if _ACL.fullmatch(name) else None
    elif _host_within(url, "pubmed.ncbi.nlm.nih.gov") or path.startswith("pubmed/"):
        named = _pubmed(path.removeprefix("pubmed/")) if _host_within(url, "ncbi.nlm.nih.gov") else None
    return named or Identifier("url", _normal_url(url))


def _normal_url(url: SplitResult) -> str:
    """Lower-case scheme and host; without credentials, default port, fragment, tracking parameters, last slash."""
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = 443 if url.scheme == "https" else 80
    port = f":{url.port}" if url.port and url.port != default else ""
    query = url.query
    if "utm_" in query.lower():
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, value) for name, value in pairs if not name.lower().startswith("utm_")])
    return f"{url.scheme}://{host}{port}{url.path.rstrip('/')}{'?' + query if query else ''}"


def by_priority(identifiers: Iterable[Identifier]) -> list[Identifier]:
    """The identifiers, those that name a work most surely first."""
    return sorted(identifiers, key=lambda each: (_PRIORITY.index(each.kind), each.value))


def public_key(identifiers: Iterable[Identifier]) -> str:
    """The key of a paper in URLs: its arXiv id, else `bs-` and 12 characters drawn from its best identifier alone."""
    ordered = by_priority(identifiers)
    if not ordered:
        raise BadInput("A paper without any identifier has no key: give it at least a source id or a URL.")
    best = ordered[0]
    if best.kind == "arxiv":
        return best.value
    digest = hashlib.sha256(f"{best.kind}:{best.value}".encode("utf-8", "surrogatepass")).digest()
    return f"bs-{base64.b32encode(digest).decode('ascii')[:12].lower()}"


_NOT_ALNUM: Final = re.compile(r"[\W_]+")
_NOTE: Final = re.compile(r"[(\[][^()\[\]]*[)\]]?")
_SUFFIX: Final = re.compile(r"(?:jr|sr|ii|iii|iv|phd|md)\.?", re.IGNORECASE)
# Titles that many different works bear.
_GENERIC: Final = re.compile(
    r"(?:(?:guest)?editorial(?:board|note|introduction)?|editorsnote|preface|foreword|introduction|conclusions?|obituary|inmemoriam"
    r"|erratum|errata|corrigendum|corrections?|retraction|discussion|rejoinder|tableofcontents|contents|contributors|abstracts?"
    r"|frontmatter|backmatter|titlepage|authorindex|subjectindex|index|bookreviews?|newsandnotes|lettertotheeditor|letterstotheeditor"
    r"|acknowledge?ments?|listofreviewers|programcommittee|organizingcommittee|abouttheauthors?|callforpapers|invitedtalks?"
    r"|keynote(?:talk|address|speech)?|tutorials?|posters?|paneldiscussion|untitled|supplementarymaterials?|supportinginformation)$"
    r"|(?:authors?)?(?:replyto|responseto|rejoinder|commentson|commenton|discussionof|discussionon|correctionto|"
    r"correctionsto|erratum|corrigendum|addendum|retraction)"
    r"|(?:introduction|preface|foreword)to(?:the)?(?:special|issue|proceedings|volume)|proceedingsof|messagefrom|bookreview"
    r"|editorial(?:for|to|on|the|special)|guesteditor"
)


def title_key(title: str) -> str:
    """Letters and digits of a title, folded: equal for titles that differ in case, accents, TeX or punctuation only."""
    # C, C++ and C# are three languages.
    return _NOT_ALNUM.sub("", search_text(title).replace("++", "plusplus").replace("#", "sharp"))


@lru_cache(maxsize=4096)
def title_digest(title: str) -> str:
    """16 hexadecimal characters that equal titles share; empty for a title too short or too common to tell works."""
    key = title_key(title)
    if len(key) < MIN_TITLE_SAME_AUTHORS or _GENERIC.match(key):
        return ""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@lru_cache(maxsize=65536)
def author_key(name: str) -> str:
    """Identity of a printed name: the whole name folded, in reading order ("Doe, Jane Q." is jane-q-doe)."""
    family, given = split_name(name)
    return slug(f"{given} {family}" if given else family)


def family_key(name: str) -> str:
    """The folded family name, without particles: "Jane van der Berg" and "van der Berg, J." are both `berg`."""
    family, _ = split_name(name)
    words = [word for word in family.split() if not _SUFFIX.fullmatch(word)]
    return title_key(words[-1]) if words else ""


def split_name(name: str) -> tuple[str, str]:
    """(family, given) of a printed name; given is empty for a name of one word. Notes in brackets are dropped."""
    name = (_NOTE.sub(" ", name).strip() or name.strip()) if "(" in name or "[" in name else name.strip()
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma and given and not _SUFFIX.fullmatch(given):
        return (family, given) if family else (given, "")
    words = f"{family} {given}".split()
    last = len(words) - 1
    # "Rajalakshmi S", "Smith J.": an initial at the end is no family name; nor is "Jr."
    while last > 0 and (_SUFFIX.fullmatch(words[last]) or len(words[last].rstrip(".")) == 1):
        last -= 1
    first = last
    # A particle is lower case and follows the given name: "Jane van der Berg", "Charles de Gaulle".
    while first > 1 and words[first - 1].islower():
        first -= 1
    return " ".join(words[first : last + 1]), " ".join(words[:first] + words[last + 1 :])


@dataclass(frozen=True, slots=True)
class Work:
    """What is compared to tell whether two records are one work. Keys come from `title_key` and `family_key`."""

    title_key: str
    family_keys: frozenset[str]
    first_family: str
    year: int | None
    identifiers: frozenset[Identifier] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """Why two records are one work, or might be: the rule, what it rests on in plain words, and whether it is sure.

    A match that is not sure is for people to look at; `evidence` then tells what speaks for it and what against.
    """

    rule: str
    evidence: str
    sure: bool = True


_NAMES: Final[dict[str, str]] = {
    "arxiv": "arXiv id", "doi": "DOI", "openreview": "OpenReview id", "acl": "ACL id", "pubmed": "PubMed id",
    "hub": "hub id", "other": "id",
}  # fmt: skip
# DOIs of preprint servers: they stand beside the DOI of the published version.
_PREPRINT_DOI: Final = re.compile(
    r"10\.(?:1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{5,8}|64898/|2139/ssrn|21203/|20944/preprints|31234/|31219/|26434/|36227/|22541/)"
)


_NUMERAL: Final = re.compile(r"[ivx\d]+")


def same_work(a: Work, b: Work) -> bool:
    """Whether two records surely are one work; when in doubt, no: a wrong merge is harder to mend than a double."""
    found = match(a, b)
    return found is not None and found.sure


def match(a: Work, b: Work) -> Match | None:
    """The rules. By a shared name of the work; else by title, authors and year; None where nothing says they are one.

    Web pages are no names: many works share one. Titles that many works bear prove nothing.
    """
    shared = a.identifiers & b.identifiers
    names = frozenset(each for each in shared if each.kind != "url")
    if names:
        return _by_name(a, b, names)
    if a.title_key != b.title_key or not a.title_key or _GENERIC.match(a.title_key):
        return None
    return Match("title and page", f"the same title and the page {min(shared).value}") if shared else _by_title(a, b)


def _by_name(a: Work, b: Work, shared: frozenset[Identifier]) -> Match:
    """Sources give papers the id of a neighbour, or of the whole volume.

    So a shared name is believed where the titles agree; else only if nobody speaks against it: not the authors, and,
    unless it is an arXiv id, no second name.
    """
    ordered = by_priority(shared)
    rule = _NAMES[ordered[0].kind]
    evidence = ", ".join(f"{_NAMES[each.kind]} {each.value}" for each in ordered[:3])
    if a.title_key != b.title_key:
        if ordered[0].kind != "arxiv":
            if clash := _clash(a.identifiers - shared, b.identifiers - shared):
                return Match(rule, f"{evidence}; but other titles and two different {clash}s", sure=False)
            if _are_siblings(a.title_key, b.title_key):
                return Match(
                    rule, f"{evidence}; but the titles of two parts, or of a work and a note on it", sure=False
                )
        if _are_strangers(a, b) and not _alike(a, b):
            return Match(rule, f"{evidence}; but other titles and other authors", sure=False)
    return Match(rule, evidence)


def _by_title(a: Work, b: Work) -> Match | None:
    """Both have the same title, and no name in common."""
    people = sorted(a.family_keys & b.family_keys)
    named = f"the same title, authors {', '.join(people[:5])}" if people else "the same title"
    years = " and ".join(str(year) for year in sorted({year for year in (a.year, b.year) if year}))
    evidence = f"{named}, {years}" if years else named
    objection = _objection(a, b)
    if not objection:
        return Match("title and authors", evidence)
    if _are_strangers(a, b) and _clash(a.identifiers, b.identifiers):
        return None
    long_enough = len(a.title_key) >= (MIN_TITLE if people else MIN_TITLE_OTHER_AUTHORS)
    return Match("title", f"{evidence}; but {objection}", sure=False) if long_enough else None


def _objection(a: Work, b: Work) -> str:
    """What speaks against one work where the titles agree; years that are not known do not."""
    apart = abs(a.year - b.year) if a.year and b.year else 0
    same_people = a.family_keys == b.family_keys and len(a.family_keys) > 1
    if clash := _clash(a.identifiers, b.identifiers):
        return f"two different {clash}s"
    if not same_people and not _share_first_author(a, b):
        return "other authors" if a.family_keys and b.family_keys else "one record names no authors"
    if len(a.title_key) < (MIN_TITLE_SAME_AUTHORS if same_people else MIN_TITLE):
        return "the title is short"
    if apart > (MAX_YEARS_SAME_AUTHORS if same_people else MAX_YEARS_APART):
        return f"{apart} years apart"
    return ""


def may_join(a: Work, b: Work) -> bool:
    """Whether two papers may become one because a single record surely matches both: a wrong id must not join them."""
    if _clash(a.identifiers, b.identifiers) or _are_strangers(a, b) or _are_siblings(a.title_key, b.title_key):
        return False
    return a.title_key == b.title_key or _alike(a, b) or same_work(a, b)


def _are_strangers(a: Work, b: Work) -> bool:
    """Both name authors, and nobody is on both."""
    return bool(a.family_keys and b.family_keys) and not a.family_keys & b.family_keys


def _alike(a: Work, b: Work) -> bool:
    one, other = a.title_key[:300], b.title_key[:300]
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= LIKENESS


def _are_siblings(one: str, other: str) -> bool:
    """Titles that differ in a number alone (Part I, Part II), or of which one is a reply, a comment, a correction."""
    numbered = _NUMERAL.sub("", one) == _NUMERAL.sub("", other)
    return one != other and (numbered or bool(_GENERIC.match(one)) != bool(_GENERIC.match(other)))


def _share_first_author(a: Work, b: Work) -> bool:
    """The first author of one is among the authors of the other."""
    return (a.first_family != "" and a.first_family in b.family_keys) or (
        b.first_family != "" and b.first_family in a.family_keys
    )


def _clash(a: frozenset[Identifier], b: frozenset[Identifier]) -> str:
    """The scheme in which records with no name in common have different ones though it names a work once, if any."""
    schemes = {_scheme(each) for each in a} & {_scheme(each) for each in b} - {"url"}
    return _NAMES.get(min(schemes), "id") if schemes else ""


def _scheme(identifier: Identifier) -> str:
    if identifier.kind == "doi" and _PREPRINT_DOI.match(identifier.value):
        return "preprint doi"
    return identifier.value.partition(":")[0] if identifier.kind == "other" else identifier.kind
