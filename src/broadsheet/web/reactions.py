"""Reactions: the buttons and counts of one comment. A page holds thousands, so they are written without a template."""

from markupsafe import Markup

from broadsheet.people import Viewer
from broadsheet.threads import REACTIONS, Comment

LABELS = {"up": "▲", "down": "▼", "thanks": "Thanks", "insight": "Insight", "question": "Question"}
MEANINGS = {"up": "Worth reading", "down": "Not worth reading"}
"""What stands for a sign where it is read aloud."""


def reactions_html(viewer: Viewer, comment: Comment) -> Markup:
    """Buttons for somebody who may react, counts for anybody else, the writer included."""
    shown = _buttons(comment) if viewer and viewer.id != comment.person else _counts(comment)
    return Markup(f'<span class="reactions">{shown}</span>')  # noqa: S704 - constants and numbers


def _number(comment: Comment, kind: str) -> int:
    return {"up": comment.up, "down": comment.down}.get(kind, comment.others.get(kind, 0))


def _buttons(comment: Comment) -> str:
    return "\n".join(_button(comment.id, kind, _number(comment, kind), kind in comment.mine) for kind in REACTIONS)


def _button(comment: int, kind: str, number: int, given: bool) -> str:  # noqa: FBT001
    """One button of the form that each page has for such acts."""
    act, pressed = ("drop", "true") if given else ("give", "false")
    spoken = f' aria-label="{MEANINGS[kind]}, {number}"' if kind in MEANINGS else ""
    return (
        f'<button form="act" formaction="/comments/{comment}/react" name="{act}" value="{kind}"'
        f' aria-pressed="{pressed}"{spoken}>{LABELS[kind]}{f" {number}" if number else ""}</button>'
    )


def _counts(comment: Comment) -> str:
    counted = ((kind, _number(comment, kind)) for kind in REACTIONS)
    return "\n".join(f"<span>{LABELS[kind]} {number}</span>" for kind, number in counted if number)
