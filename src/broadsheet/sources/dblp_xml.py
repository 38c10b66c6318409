"""dblp's records as XML, one or the whole dump, read into the fields that its search has."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from broadsheet.sources import wording, xml
from broadsheet.sources.xml import Element

KINDS = ("article", "inproceedings", "incollection", "book", "phdthesis", "mastersthesis")


def recognises(head: bytes) -> bool:
    """Whether a file is XML of dblp's."""
    namespace, root = xml.root_name(head)
    return not namespace and root in ("dblp", "dblpperson")


def records(stream: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    """Each publication of a document, under the names of the search. Raises Refusal.

    Proceedings and people's pages are passed over.
    """
    for element in xml.records(stream, name, *KINDS):
        yield _fields(element)


def _fields(element: Element) -> dict[str, Any]:
    """Letters with accents are entities of dblp's DTD, which are HTML's."""
    journal = element.find("journal")
    return {
        "key": element.get("key"),
        "type": element.get("publtype") or etree.QName(element).localname,
        "title": wording.marked(element.find("title")),
        "authors": {"author": [_author(each) for each in element.iterfind("author")]},
        "venue": wording.marked(element.find("booktitle") if journal is None else journal),
        "volume": xml.child(element, "volume"),
        "year": xml.child(element, "year"),
        "month": xml.child(element, "month"),
        "ee": [wording.plain(wording.marked(each)) for each in element.iterfind("ee")],
    }


def _author(author: Element) -> dict[str, str]:
    return {"text": wording.marked(author), "orcid": author.get("orcid") or ""}
