"""Saved XML: records cut out of an answer, which have lost the namespaces that the whole one declared."""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from broadsheet.sources import xml
from broadsheet.sources.files import HEAD_BYTES
from broadsheet.sources.refusals import Malformed
from broadsheet.sources.xml import Element


def records(stream: BinaryIO, name: str, *kinds: str) -> Iterator[Element]:
    """The elements of these kinds in any namespace, one at a time, as `xml.records` gives them.

    A prefix that is declared nowhere (xsi, mostly) does not make a document malformed: the parser reads it to its
    end, and complains then.
    """
    head = stream.peek(HEAD_BYTES) if hasattr(stream, "peek") else b""
    root = xml.root_name(head)[1]
    ended = False
    try:
        for element in xml.records(stream, name, *(f"{{*}}{kind}" for kind in {*kinds, root} if kind)):
            ended = element.getparent() is None
            if etree.QName(element).localname in kinds:
                yield element
    except Malformed as error:
        if not ended or "Namespace prefix" not in str(error):
            raise
