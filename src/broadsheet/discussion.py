"""Discussion: comments on papers, by whom, on what terms; and what each reader sees of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broadsheet.errors import BadInput, Forbidden, NotFound
from broadsheet.filtering import Rule
from broadsheet.limits import HOUR, Allowance, spend
from broadsheet.people import Trust, Viewer, may_moderate, trust_of
from broadsheet.prose import RENDERER, to_html, written
from broadsheet.store import discussion as stored
from broadsheet.store.discussion import NewComment
from broadsheet.store.matching import papers_of
from broadsheet.store.moderated import Subject, paper_state
from broadsheet.store.notifications import News, announce, set_subscription, subscription
from broadsheet.store.threads import (
    Revision,
    find_place,
    list_comments,
    list_revisions,
    list_stale,
    set_html,
)
from broadsheet.store.threads import get_comment as stored_comment
from broadsheet.store.transactions import together
from broadsheet.threads import REACTIONS, Comment, Node, Order, arrange, page_of
from broadsheet.watching import raise_flag, screen

WRITING = {
    Trust.NEWCOMER: Allowance(10, HOUR),
    Trust.MEMBER: Allowance(60, HOUR),
    Trust.TRUSTED: Allowance(200, HOUR),
}
"""Comments and edits of one person in an hour."""
FROM_ONE_NETWORK = Allowance(300, HOUR)
REACTING = Allowance(600, HOUR)
PREVIEWING = Allowance(600, HOUR)
CHOICES = ("follow", "mute", "none")
WAITING = "It waits for a moderator to look at it."

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Controls, direction overrides and lone surrogates: none belongs in what people read."""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody sends: the text, what it answers, the name of the form, and the network it comes from."""

    text: str
    parent: int | None = None
    form: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class Discussion:
    """A page of a paper's comments, as one reader sees it."""

    paper: int
    threads: Sequence[Node]
    order: Order
    page: int
    has_more: bool
    comments: int
    """Those that everybody may read, on all pages."""
    locked: bool
    subscription: str


def discussion_of(viewer: Viewer, paper: int, order: Order, now: datetime, *, page: int = 1) -> Discussion:
    """The comments on a paper, in order, with those on papers that were merged into it. Raises NotFound."""
    locked, family = paper_state(paper).locked, papers_of(paper)
    seen = [_seen(comment, viewer, now) for comment in list_comments(family, viewer.id)]
    threads, has_more = page_of(arrange(seen, order), page)
    visible = sum(comment.stands for comment in seen)
    return Discussion(paper, threads, order, page, has_more, visible, locked, subscription(family, viewer.id))


def thread_of(viewer: Viewer, paper: int, comment: int, now: datetime) -> Node | None:
    """The thread of a paper that a comment stands in; None where there is none."""
    comments = {each.id: _seen(each, viewer, now) for each in list_comments(papers_of(paper), viewer.id)}
    root = comments.get(comment)
    while root and root.parent in comments:
        root = comments[root.parent]
    return next((thread for thread in arrange(comments.values(), "old") if root and thread.comment.id == root.id), None)


def _seen(comment: Comment, viewer: Viewer, now: datetime) -> Comment:
    """A comment with HTML of today's renderer; without its text for who may not read it."""
    if comment.hidden and not (may_moderate(viewer, now) or comment.person == viewer.id):
        return replace(comment, body="", html="")
    if comment.html_by == RENDERER or comment.removed:
        return comment
    return replace(comment, html=to_html(comment.body))


def get_comment(viewer: Viewer, comment: int, now: datetime) -> Comment:
    """A comment that the viewer may read. Raises NotFound where it was taken back or hidden."""
    found = _seen(stored_comment(comment), viewer, now)
    if found.removed:
        raise NotFound("This comment was taken back by its author.")
    if found.hidden and not found.body:
        raise NotFound(f"This comment was hidden by a moderator: {found.hidden_reason}")
    return found


def get_own_comment(viewer: Viewer, comment: int, now: datetime) -> Comment:
    """A comment that the viewer wrote. Raises NotFound, or Forbidden where somebody else did."""
    found = get_comment(viewer, comment, now)
    if found.person != viewer.id:
        raise Forbidden("Only its author may change a comment.")
    return found


def place_of(comment: int) -> tuple[int, str]:
    """The paper that a comment is read at, as number and key. Raises NotFound."""
    found = find_place(comment)
    if found is None:
        raise NotFound(f"There is no comment {comment}.")
    return found


def add_comment(viewer: Viewer, paper: int, words: Words, now: datetime) -> int:
    """Add a comment, tell those who want to hear of it, and give its number.

    The same form, or the same text within a minute, is the same comment. Raises BadInput, Forbidden, NotFound, TooMany.
    """
    text = cleaned(words.text)
    parent = _answered(viewer, paper, words.parent, now)
    _check_open(paper, parent)
    made, rule = written(text), screen(text)
    new = NewComment(
        parent.paper if parent else paper, viewer.id, text, made.html, RENDERER, now, words.parent, words.form[:64]
    )
    with together():
        _spend_writing(viewer, words.network, now)
        number, is_new = stored.add_comment(new)
        if is_new and not _held(new.paper, number, rule, now):
            news = News(new.paper, number, viewer.id, now, parent.person if parent else 0, made.handles)
            announce(news, papers_of(paper), to_subscribers=True)
    return number


def _held(paper: int, comment: int, rule: Rule | None, now: datetime) -> bool:
    """Tell the moderators of a comment that a rule caught; whether it waits hidden for them."""
    if rule is None:
        return False
    raise_flag(Subject("comment", (paper, comment)), rule, now)
    return rule.action == "hold" and stored.set_comment_hidden(paper, comment, hidden=True, reason=WAITING, at=now)


def _answered(viewer: Viewer, paper: int, parent: int | None, now: datetime) -> Comment | None:
    if parent is None:
        return None
    if place_of(parent)[0] != paper:
        raise BadInput(f"Comment {parent} is on another paper.")
    return get_comment(viewer, parent, now)


def _check_open(paper: int, parent: Comment | None) -> None:
    if paper_state(paper).locked:
        raise Forbidden("The discussion of this paper is closed by a moderator.")
    if parent and stored.is_closed(parent.id):
        raise Forbidden("This thread is closed by a moderator.")


def _spend_writing(viewer: Viewer, network: str, now: datetime) -> None:
    spend(f"comment:person:{viewer.id}", WRITING[trust_of(viewer, now)], now, what="comments")
    if network:
        spend(f"comment:network:{network}", FROM_ONE_NETWORK, now, what="comments from one network")


def edit_comment(viewer: Viewer, comment: int, words: Words, now: datetime) -> None:
    """Give one's comment another text; the former stays to be read. Who is named now and was not before is told."""
    text = cleaned(words.text)
    found = get_own_comment(viewer, comment, now)
    if found.hidden:
        raise Forbidden("This comment is hidden by a moderator; it cannot be changed.")
    paper = place_of(comment)[0]
    _check_open(paper, found)
    made, rule = written(text), screen(text)
    with together():
        _spend_writing(viewer, words.network, now)
        changed = stored.edit_comment(found.paper, comment, text, made.html, RENDERER, now)
        if changed and not _held(found.paper, comment, rule, now):
            news = News(found.paper, comment, viewer.id, now, handles=made.handles)
            announce(news, papers_of(paper), to_subscribers=False)


def remove_comment(viewer: Viewer, comment: int, now: datetime) -> None:
    """Take one's comment back: a stub stays where others answered it."""
    found = get_own_comment(viewer, comment, now)
    stored.remove_comment(found.paper, comment, now)


def react(viewer: Viewer, comment: int, kind: str, now: datetime, *, given: bool) -> Comment:
    """Give a reaction to somebody else's comment, or take it back; doing so twice is doing it once."""
    if kind not in REACTIONS:
        raise BadInput(f"{kind[:40]!r} is no reaction: choose {', '.join(REACTIONS)}.")
    found = get_comment(viewer, comment, now)
    if found.person == viewer.id:
        raise Forbidden("One cannot react to one's own comment.")
    with together():
        spend(f"react:person:{viewer.id}", REACTING, now, what="reactions")
        stored.set_reaction(found.paper, comment, viewer.id, kind, given=given, at=now)
    return found


def preview(viewer: Viewer, text: str, now: datetime) -> str:
    """What a text will look like, as safe HTML. Raises BadInput or TooMany."""
    spend(f"preview:person:{viewer.id}", PREVIEWING, now, what="previews")
    return written(cleaned(text)).html


def history(viewer: Viewer, comment: int, now: datetime) -> tuple[Comment, list[Revision]]:
    """A comment and all that it ever said, the oldest first. Raises NotFound where the viewer may not read it."""
    found = get_comment(viewer, comment, now)
    return found, list_revisions(found)


def subscribe(viewer: Viewer, paper: int, choice: str, now: datetime) -> None:
    """Hear of every new comment on a paper (`follow`), of none (`mute`), or of answers and mentions alone (`none`)."""
    if choice not in CHOICES:
        raise BadInput(f"{choice[:40]!r}: choose {', '.join(CHOICES)}.")
    paper_state(paper)
    set_subscription(paper, viewer.id, choice, now)


def cleaned(text: str) -> str:
    """A text as it is kept: with plain line ends and without unseen characters. Raises BadInput where it is empty."""
    text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").rstrip()
    if not text.strip():
        raise BadInput("The comment is empty. Write something, or leave it.")
    return text


def renew(limit: int = 200) -> int:
    """Make HTML anew that another renderer made; tells how much there was to do. For the worker, a bit at a time."""
    stale = list_stale(RENDERER, limit)
    for paper, comment, body in stale:
        set_html(paper, comment, body, to_html(body), RENDERER)
    return len(stale)
