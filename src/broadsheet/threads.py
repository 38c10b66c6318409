"""Threads: comments in the order people read them, and what is folded away."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from broadsheet.ranking import wilson

Order = Literal["best", "new", "old"]
ORDERS: Final[tuple[Order, ...]] = ("best", "new", "old")
Reaction = Literal["up", "down", "thanks", "insight", "question"]
REACTIONS: Final[tuple[Reaction, ...]] = ("up", "down", "thanks", "insight", "question")

DEEPEST: Final = 6
"""Levels of replies that are set in; what lies deeper goes on at the last of them."""
LONG: Final = 2_500
"""Characters of a comment above which it is folded."""
MANY: Final = 8
"""Replies to one comment of which the rest is folded."""
UNWANTED: Final = -4
"""Ups less downs at which a comment is folded."""
PAGE: Final = 500
"""Comments on a page; threads are never cut."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as pages show it."""

    id: int
    paper: int
    parent: int | None
    person: int
    handle: str
    name: str
    affiliation: str
    html: str
    created_at: datetime
    body: str = ""
    html_by: str = ""
    edited_at: datetime | None = None
    removed: bool = False
    hidden: bool = False
    hidden_reason: str = ""
    locked: bool = False
    up: int = 0
    down: int = 0
    others: Mapping[str, int] = field(default_factory=dict)
    """Reactions but up and down, with how often each was given."""
    mine: frozenset[str] = frozenset()
    """The viewer's own reactions."""
    is_author: bool = False
    is_submitter: bool = False
    is_moderator: bool = False
    is_gone: bool = False
    """Whether the account was deleted."""

    @property
    def by(self) -> str:
        """The name to print."""
        return "deleted account" if self.is_gone else self.name or self.handle

    @property
    def stands(self) -> bool:
        """Whether everybody may read it."""
        return not (self.removed or self.hidden)


@dataclass(frozen=True, slots=True)
class Node:
    """A comment with its replies: those shown, and those folded behind them."""

    comment: Comment
    depth: int
    replies: tuple["Node", ...] = ()
    folded: tuple["Node", ...] = ()
    locked: bool = False
    """Whether nobody may answer here, because this comment or one above it is locked."""

    @property
    def size(self) -> int:
        """Comments in it."""
        return 1 + sum(node.size for node in (*self.replies, *self.folded))

    @property
    def is_long(self) -> bool:
        """Whether its text is folded."""
        return len(self.comment.body) > LONG

    @property
    def is_unwanted(self) -> bool:
        """Whether readers voted it down far enough to fold it."""
        return self.comment.up - self.comment.down <= UNWANTED


def arrange(comments: Iterable[Comment], order: Order) -> list[Node]:
    """The threads of a paper. A comment whose parent is missing begins one; stubs without replies are left out."""
    known = {comment.id: comment for comment in comments}
    children: dict[int | None, list[Comment]] = defaultdict(list)
    for comment in known.values():
        children[comment.parent if comment.parent in known else None].append(comment)
    made: dict[int, list[Node]] = {}
    for comment, depth, locked in reversed(_walk(children)):
        replies = _replies(made, children.get(comment.id, ()), order)
        if replies or not comment.removed:
            made[comment.id] = _nodes(comment, depth, replies, locked=locked)
    return _replies(made, children.get(None, ()), order, top=True)


def _walk(children: Mapping[int | None, Sequence[Comment]]) -> list[tuple[Comment, int, bool]]:
    """Every comment with its depth and whether it lies under a lock, parents before children; without recursion."""
    found = [(comment, 0, comment.locked) for comment in children.get(None, ())]
    for comment, depth, locked in found:
        found += [(child, min(depth + 1, DEEPEST), locked or child.locked) for child in children.get(comment.id, ())]
    return found


def _replies(
    made: Mapping[int, list[Node]], comments: Sequence[Comment], order: Order, *, top: bool = False
) -> list[Node]:
    """In order; what answers a comment reads from old to new unless the best is wanted first."""
    key = RANKS["old" if order == "new" and not top else order]
    return [node for comment in sorted(comments, key=key) for node in made.get(comment.id, ())]


def _nodes(comment: Comment, depth: int, replies: list[Node], *, locked: bool) -> list[Node]:
    """A comment with its replies; at the deepest level they follow it, side by side."""
    if depth == DEEPEST:
        return [Node(comment, depth, locked=locked), *replies]
    shown = len(replies) if len(replies) <= MANY + 2 else MANY
    return [Node(comment, depth, tuple(replies[:shown]), tuple(replies[shown:]), locked)]


RANKS: Final[Mapping[str, Callable[[Comment], tuple[float, ...]]]] = {
    "best": lambda comment: (-wilson(comment.up, comment.down), comment.down - comment.up, comment.id),
    "new": lambda comment: (-comment.id,),
    "old": lambda comment: (comment.id,),
}
"""Numbers of comments rise with time, and no two are the same."""


def page_of(threads: Sequence[Node], page: int) -> tuple[list[Node], bool]:
    """The threads of a page, counted from 1, and whether more follow; a thread too long for a page has one alone."""
    pages: list[list[Node]] = [[]]
    room = PAGE
    for thread in threads:
        if pages[-1] and thread.size > room:
            pages.append([])
            room = PAGE
        pages[-1].append(thread)
        room -= thread.size
    return (pages[page - 1] if page <= len(pages) else []), page < len(pages)
