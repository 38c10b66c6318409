"""The button beside each paper: votes, takes a vote back, or invites to sign in."""

from markupsafe import Markup

from broadsheet.people import Viewer

BUTTON = Markup(
    '<button class="vote" form="act" formaction="/votes/{paper}" name="to" value="{to}" aria-pressed="{pressed}"'
    ' title="{title}" hx-post="/votes/{paper}" hx-vals=\'{{"to": "{to}"}}\' hx-include="#act" hx-swap="outerHTML">'
    '<span aria-hidden="true">▲</span> {count} <span class="noun">{noun}</span></button>'
)
INVITATION = Markup('<a class="vote" rel="nofollow" href="/account/login">▲ {count} {noun}</a>')


def vote_button(viewer: Viewer, paper: int, count: int, *, mine: bool) -> Markup:
    """The control of one paper: a button for who may vote, an invitation for who is not known."""
    noun = "vote" if count == 1 else "votes"
    if not viewer:
        return INVITATION.format(count=f"{count:,}", noun=noun)
    title = "Take your vote back" if mine else "Vote for this paper"
    pressed, to = ("true", "none") if mine else ("false", "up")
    return BUTTON.format(paper=paper, to=to, pressed=pressed, title=title, count=f"{count:,}", noun=noun)
