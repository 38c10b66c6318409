# ruff: noqa: E501 - documents are long
"""Documents that nobody honest sends: bombs, depths, torn ends, wrong kinds in every place."""

import json
import random
from collections.abc import Iterator

DEEP = 200_000
LONG = 4 << 20

ROOTS = {
    "oai": ('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>', "</ListRecords></OAI-PMH>"),
    "atom": ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title></entry>', "</feed>"),
    "rss": ('<rss version="2.0"><channel><title>T</title><item><title>A</title></item>', "</channel></rss>"),
    "pubmed": ("<PubmedArticleSet><PubmedArticle>", "</PubmedArticle></PubmedArticleSet>"),
    "jats": ("<article><front><article-meta>", "</article-meta></front></article>"),
    "datacite": ('<resource xmlns="http://datacite.org/schema/kernel-4"><titles>', "</titles></resource>"),
    "acl": ('<collection id="2024.acl"><volume id="long"><paper id="1">', "</paper></volume></collection>"),
    "dblp": ("<dblp><article>", "</article></dblp>"),
    "rdf": ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', "</rdf:RDF>"),
}
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ATTRIBUTES = " ".join(f'a{n}=""' for n in range(50_000))
WRONG = (None, True, -1, 10**40, 1.5, "", "x\0y\ud800", [], [[]], {}, {"": {}}, [None, 1, {}, []], "a" * 100_000)
JSON_SHAPES = {
    "crossref": lambda value: {"status": "ok", "message-type": "work-list", "message": {"items": [value], "total-results": value}},
    "crossref-work": lambda value: {"status": "ok", "message-type": "work", "message": value},
    "openalex": lambda value: {"meta": {"count": 1, "next_cursor": value}, "results": [value], "group_by": []},
    "openalex-work": lambda value: {"id": "https://openalex.org/W1", "title": value, "authorships": value, "ids": value,
                                    "abstract_inverted_index": value, "publication_date": value},
    "s2": lambda value: {"total": 1, "token": value, "data": [{"paperId": "a" * 40, "title": value, "authors": value,
                                                               "externalIds": value, "abstract": value}]},
    "datacite": lambda value: {"data": [{"id": "10.1/x", "type": "dois", "attributes": value}], "links": value},
    "dblp": lambda value: {"result": {"query": "x", "hits": {"@total": "1", "hit": [{"info": value}]}}},
    "biorxiv": lambda value: {"messages": [{"status": "ok", "cursor": value, "total": value}],
                              "collection": [{"doi": "10.1101/1", "title": value, "authors": value, "version": value,
                                              "date": value, "server": "biorxiv", "category": value, "abstract": value}]},
    "openreview": lambda value: {"notes": [{"id": "a", "forum": "a", "content": value, "cdate": value, "invitations": []}],
                                 "count": value},
    "csl": lambda value: [{"id": "a", "type": "article-journal", "title": value, "author": value, "issued": value}],
    "zotero": lambda value: [{"key": "A", "version": 1, "library": {}, "data": {"itemType": "journalArticle", "title": value,
                                                                               "creators": value, "extra": value}}],
    "hub": lambda value: [{"paper": {"id": "2601.00001", "title": value, "authors": value, "upvotes": value}, "title": value}],
    "jsonfeed": lambda value: {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [value, {"title": value}]},
    "jsonl": lambda value: {"id": "x", "title": value, "authors": value, "date": value},
}  # fmt: skip


def documents() -> Iterator[tuple[str, bytes]]:
    """Names and bytes, over two hundred of them."""
    yield from _xml()
    yield from _json()
    yield from _text()
    yield from _noise()


def _xml() -> Iterator[tuple[str, bytes]]:
    for name, (head, tail) in ROOTS.items():
        root = head.lstrip("<").split()[0].split(">")[0]
        doctype = f"<!DOCTYPE {root} [<!ENTITY l0 'ha'>{LAUGHS}]>"
        yield f"{name} laughs", f"{doctype}{head}<title>&l9;</title>{tail}".encode()
        yield f"{name} outer entity", f"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{head}&x;{tail}".encode()
        yield f"{name} outer dtd", f"<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd'>{head}{tail}".encode()
        yield f"{name} deep", f"{head}{'<a>' * DEEP}".encode()
        yield f"{name} deep and closed", f"{head}{'<a>' * 3_000}{'</a>' * 3_000}{tail}".encode()
        yield f"{name} attributes", f"{head}<a {ATTRIBUTES}/>{tail}".encode()
        yield f"{name} long text", f"{head}<title>{'x' * LONG}</title>{tail}".encode()
        yield f"{name} many", f"{head}{'<record/>' * 200_000}{tail}".encode()
        yield f"{name} torn", head[: len(head) // 2].encode()
        yield f"{name} open", head.encode()
        yield f"{name} bytes", head.encode() + b"<title>\xff\xfe\x00\x01</title>" + tail.encode()
        yield f"{name} unknown entity", f"{head}<title>&nbsp;&foo;</title>{tail}".encode()
        yield f"{name} utf-16", f"<?xml version='1.0' encoding='utf-16'?>{head}{tail}".encode("utf-16")
        yield f"{name} false encoding", f"<?xml version='1.0' encoding='utf-7'?>{head}{tail}".encode()


def _json() -> Iterator[tuple[str, bytes]]:
    for name, shape in JSON_SHAPES.items():
        for number, value in enumerate(WRONG):
            text = json.dumps(shape(value))
            yield f"{name} wrong {number}", text.encode("utf-8", "surrogatepass")
        whole = json.dumps(shape("x"))
        yield f"{name} torn document", whole[: len(whole) // 2].encode()
        yield f"{name} deep document", whole.replace('"x"', "[" * DEEP).encode()
        yield f"{name} not a number", whole.replace('"x"', "NaN").encode()
        yield f"{name} huge number", whole.replace('"x"', "9" * 5_000).encode()


def _text() -> Iterator[tuple[str, bytes]]:
    yield "bibtex braces", b"@article{a, title = {" + b"{" * DEEP
    yield "bibtex closed braces", b"@article{a, title = {" + b"{" * 50_000 + b"}" * 50_000 + b"}}"
    yield "bibtex long", b"@article{a, title = {" + b"x" * LONG + b"}}"
    yield "bibtex entries", b"@article{a, title = {T}}\n" * 12_000
    yield "bibtex fields", b"@article{a, " + b"f = {x}, " * 50_000 + b"}"
    yield "bibtex ats", b"@" * LONG
    yield (
        "bibtex strings",
        b"".join(b"@string{s%d = s%d # s%d}\n" % (n, n - 1, n - 1) for n in range(1, 60)) + b"@article{a, title=s59}",
    )
    yield "bibtex circle", b"@article{a, crossref={b}}\n@article{b, crossref={a}}\n@article{c, crossref={c}, title={T}}"
    yield "bibtex quotes", b'@article{a, title = "' + b'\\"' * 200_000
    yield "bibtex hashes", b"@article{a, title = " + b"x # " * 200_000 + b"}"
    yield "bibtex latin-1", "@article{a, title={Über Bäume}, author={Müller, Jörg}}".encode("latin-1")
    yield "ris endless", b"TY  - JOUR\n" + b"AU  - Somebody, A.\n" * 100_000
    yield "ris no end", b"TY  - JOUR\nTI  - T\n" * 12_000
    yield "ris long line", b"TY  - JOUR\nTI  - " + b"x" * LONG + b"\nER  - \n"
    yield "ris bytes", b"TY  - JOUR\nTI  - \xff\xfe\x00\nER  - \n"
    yield "nbib endless", b"PMID- 1\nTI  - " + b"      more\n" * 100_000
    yield "nbib many", b"PMID- 1\nTI  - T\n\n" * 12_000
    yield "endnote", b"%0 Journal Article\n%T T\n" * 12_000
    yield "isi", b"FN ISI\nVR 1.0\nPT J\n" + b"AU A\n" * 100_000


def _noise() -> Iterator[tuple[str, bytes]]:
    dice = random.Random(7)
    yield "nothing", b""
    yield "blanks", b" \n" * 1_000_000
    yield "nul", b"\0" * 1_000_000
    yield "html", b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body></body></html>"
    for number in range(20):
        yield f"noise {number}", dice.randbytes(10_000)
