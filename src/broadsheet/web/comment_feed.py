"""The comments of a paper as Atom (RFC 4287)."""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from broadsheet.cards import Card
from broadsheet.discussion import Discussion
from broadsheet.tex import plain_text
from broadsheet.threads import Comment, Node
from broadsheet.web.feeds import ATOM, NO_DATE, NOT_XML
from broadsheet.web.rendering import paper_url

_E = ElementMaker(namespace=ATOM, nsmap={None: ATOM})


def comments_atom(discussion: Discussion, card: Card, site_name: str, root: str, limit: int) -> bytes:
    """A page of a discussion as a feed, the newest comment first, at most `limit`; `root` is the instance's address."""
    standing = [each for each in _all(discussion.threads) if each.stands]
    newest = sorted(standing, key=lambda each: each.id, reverse=True)[:limit]
    own = f"{root}/discussion/{discussion.paper}/comments.atom"
    changed = max((each.edited_at or each.created_at for each in newest), default=NO_DATE)
    document = _E.feed(
        _E.id(own),
        _E.title(_xml(f"{site_name}: comments on {plain_text(card.title)}")),
        _E.updated(changed.isoformat()),
        _E.author(_E.name(_xml(site_name))),
        _E.link(rel="alternate", type="text/html", href=f"{root}{paper_url(card.key)}#discussion"),
        _E.link(rel="self", type="application/atom+xml", href=own),
        *(_entry(each, root) for each in newest),
    )
    return bytes(etree.tostring(document, xml_declaration=True, encoding="utf-8"))


def _all(nodes: Sequence[Node]) -> Iterator[Comment]:
    for node in nodes:
        yield node.comment
        yield from _all((*node.replies, *node.folded))


def _entry(comment: Comment, root: str) -> Any:
    address = f"{root}/comments/{comment.id}"
    author = [_E.name(_xml(comment.by))]
    if not comment.is_gone:
        author.append(_E.uri(_xml(f"{root}/people/{comment.handle}")))
    return _E.entry(
        _E.id(address),
        _E.title(_xml(f"{comment.by} comments")),
        _E.link(rel="alternate", type="text/html", href=address),
        _E.published(comment.created_at.isoformat()),
        _E.updated((comment.edited_at or comment.created_at).isoformat()),
        _E.author(*author),
        _E.content(_xml(comment.html.replace('href="/', f'href="{root}/')), type="html"),
    )


def _xml(text: str) -> str:
    return NOT_XML.sub("", text)
