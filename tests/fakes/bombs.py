"""Bodies made to harm: small on the wire, huge when opened, or opened in ways that never end."""

import base64
import gzip
import zlib
from functools import cache

UNPACKED = 256 << 20
"""Bytes that a compressed bomb grows to."""
# 256 MiB of blanks at quality 11 with a window of 2**24; the standard library cannot pack brotli.
BROTLI = (
    "z///f/glQOKxQCD3/p/////wSwDEYQGA7v0/////4ZcAiMMiAN37f/7//8MvARCHBQC69//8//+HXwIgDgsAdO//+f//D78EQBwWAOje"
    "//P//x9+CYA4LADQvf/n//8//BIAcVgAoHv/z///f/glAOKwAED3/p/////wSwDEYQGA7v0/////4ZcAiMMCAN37f/7//8MvARCHBQC6"
    "9//8//+HXwIgDgsAdO//+f//D78EQBwWAOje//P//x9+CYA4LADQvf/n//8//BIAcVgAoHv/Pw=="
)
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">'
RSS = '<rss version="2.0">'


@cache
def gzip_bomb() -> bytes:
    """One correct gzip member that unpacks to 256 MiB of blanks."""
    blanks = b" " * (1 << 20)
    packer = zlib.compressobj(9, wbits=-15)
    unit = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    count, check = UNPACKED // len(blanks), 0
    for _ in range(count):
        check = zlib.crc32(blanks, check)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + unit * count + packer.flush() + check.to_bytes(4, "little") + UNPACKED.to_bytes(4, "little")


def brotli_bomb() -> bytes:
    """A brotli stream that unpacks to 256 MiB of blanks."""
    return base64.b64decode(BROTLI)


def broken_gzip() -> bytes:
    """The head of a gzip member with garbage behind it."""
    return gzip.compress(b"")[:10] + bytes(range(256)) * 4


def _shell(route: str) -> tuple[str, str, str]:
    """The name of the root that a route's answers have, and its tags: bombs must get past the first look."""
    if route == "/oai":
        return "OAI-PMH", f"{OAI}<ListRecords>", "</ListRecords></OAI-PMH>"
    if route.startswith("/rss"):
        return "rss", f"{RSS}<channel><item><title>", "</title></item></channel></rss>"
    return "feed", f"{ATOM}<entry><title>", "</title></entry></feed>"


def entity_bomb(route: str) -> bytes:
    """A billion laughs."""
    root, opening, closing = _shell(route)
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    doctype = f'<!DOCTYPE {root} [<!ENTITY l0 "ha">{levels}]>'
    return f'<?xml version="1.0"?>\n{doctype}\n{opening}&l9;{closing}'.encode()


def external_entity(route: str) -> bytes:
    """An entity that stands for a file of whoever reads it."""
    root, opening, closing = _shell(route)
    doctype = f'<!DOCTYPE {root} [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    return f'<?xml version="1.0"?>\n{doctype}\n{opening}&file;{closing}'.encode()


def deep_xml(route: str, depth: int = 100_000) -> bytes:
    """Elements within elements."""
    _, opening, closing = _shell(route)
    return f"{opening}{'<a>' * depth}{'</a>' * depth}{closing}".encode()


def opening(route: str) -> bytes:
    """How an answer begins that will not end."""
    return f'<?xml version="1.0"?>\n{_shell(route)[1]}'.encode()
