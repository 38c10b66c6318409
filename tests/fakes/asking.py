"""How the tests ask the fake upstream, and take its answers apart."""

import http.client
from urllib.parse import quote, urlencode

from lxml import etree

OAI, RAW = "{http://www.openarchives.org/OAI/2.0/}", "{http://arxiv.org/OAI/arXivRaw/}"
ATOM, SEARCH = "{http://www.w3.org/2005/Atom}", "{http://a9.com/-/spec/opensearch/1.1/}"
LIST = "/oai?verb=ListRecords&metadataPrefix=arXiv"


def get(upstream, path, headers=None, timeout=5.0):
    """Status, headers and raw body."""
    connection = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def tree(upstream, path):
    return etree.fromstring(get(upstream, path)[2], etree.XMLParser(resolve_entities=False, huge_tree=True))


def oai(**parts):
    return f"/oai?{urlencode({name.rstrip('_'): value for name, value in parts.items()})}"


def oai_pages(upstream, **parts):
    """The pages of a list, by tokens."""
    path = oai(verb="ListRecords", **parts)
    while path:
        page = tree(upstream, path)
        yield page
        token = page.findtext(f".//{OAI}resumptionToken")
        path = f"/oai?verb=ListRecords&resumptionToken={quote(token, safe='')}" if token else ""


def ids(pages):
    return [each.text.removeprefix("oai:arXiv.org:") for page in pages for each in page.iter(f"{OAI}identifier")]


def api(**parts):
    return f"/api/query?{urlencode(parts)}"


def tags(element, prefix=""):
    """All paths of elements and attributes below an element."""
    found = set()
    for child in element:
        if isinstance(child.tag, str):
            path = f"{prefix}/{child.tag}"
            found |= {path, *(f"{path}@{name}" for name in child.attrib), *tags(child, path)}
    return found
