"""XML from strangers: read record by record within bounds, without entities, DTDs or the network."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from broadsheet.sources.refusals import Malformed, TooLarge

MAX_XML_BYTES = 256 << 20
SAFE: Any = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

Element = etree._Element


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than a document may have, and documents that declare entities."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._left = stream, limit

    def readable(self) -> bool:
        """Yes: the way io asks."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises TooLarge."""
        chunk = self._stream.read(min(size, 1 << 16) if size > 0 else 1 << 16)
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLarge(f"more than {MAX_XML_BYTES >> 20} MiB of XML")
        if b"<!ENTITY" in chunk:
            raise TooLarge("it declares entities of its own, which an honest record has no need of")
        return chunk


def records(stream: BinaryIO, name: str, *tags: str, root: str = "") -> Iterator[Element]:
    """The elements of these tags (`{namespace}name`, `{*}name`), one at a time; each is emptied after use.

    Raises Malformed where the document breaks off or is none, after the elements that came before; also where its
    outermost element is another than `root`, if one is named.
    """
    try:
        events = etree.iterparse(_Bounded(stream, MAX_XML_BYTES), events=("end",), tag=tags, **SAFE)
        for _, element in events:
            yield element
            _forget(element)
        if root and events.root.tag != root:
            raise Malformed(f"{name} is a document of {str(events.root.tag)[:60]}, not of {root}.")
    except etree.XMLSyntaxError as error:
        raise _refusal(name, error) from error


def records_apart(stream: BinaryIO, name: str, whole: tuple[str, ...], parts: tuple[str, ...]) -> Iterator[Element]:
    """Like `records`, also for tags that may stand within those of `whole`: there they stay where they are."""
    depth = 0
    bounded, tags = _Bounded(stream, MAX_XML_BYTES), (*whole, *parts)
    try:
        for event, element in etree.iterparse(bounded, events=("start", "end"), tag=tags, **SAFE):
            if element.tag in whole:
                depth += 1 if event == "start" else -1
            if event == "end" and depth == 0:
                yield element
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise _refusal(name, error) from error


def document(body: bytes, name: str) -> Element:
    """The root of a whole document. Raises Malformed or TooLarge."""
    if b"<!ENTITY" in body[: 1 << 20]:
        raise TooLarge(f"{name} declares entities of its own, which an honest record has no need of.")
    try:
        return etree.fromstring(body, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as error:
        raise _refusal(name, error) from error
    except ValueError as error:
        raise Malformed(f"{name} is not XML: {error}.") from error


def _refusal(name: str, error: etree.XMLSyntaxError) -> Malformed | TooLarge:
    message = str(error)
    if "Excessive depth" in message or "huge" in message.lower() or "loop" in message:
        return TooLarge(f"{name} is nested or swollen beyond reason: {message}.")
    return Malformed(f"{name} is not well-formed XML, or cut short: {message}.")


def _forget(element: Element) -> None:
    """Free the element and what came before it, so that a long document takes no memory."""
    element.clear(keep_tail=True)  # type: ignore[call-arg]
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            return
        del parent[0]


def root_name(head: bytes) -> tuple[str, str]:
    """(namespace, local name) of the first element in a document's first bytes; two empty texts where there is none.

    A leading byte order mark, declaration, comments and DOCTYPE are passed over.
    """
    parser = etree.XMLPullParser(events=("start",), recover=True, **SAFE)
    try:
        parser.feed(head.lstrip())
        for _, element in parser.read_events():
            name = etree.QName(element)  # type: ignore[arg-type]
            return name.namespace or "", name.localname
    except (etree.XMLSyntaxError, ValueError):
        pass
    return "", ""


def content(element: Element | None) -> str:
    """All the text in an element, marks left out, blanks as they stand; empty for None."""
    return "".join(map(str, element.itertext())) if element is not None else ""


def child(element: Element, path: str) -> str:
    """The stripped text of the first descendant at `path` (ElementPath, `{*}name` for any namespace)."""
    found = element.find(path)
    return content(found).strip() if found is not None else ""
