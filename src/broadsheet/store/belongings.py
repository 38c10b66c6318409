"""What the database holds about somebody: every row that points at them, and what becomes of it when they leave."""

from collections.abc import Iterator
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import ForeignKey, Model

from broadsheet.store.models import (
    CollectionEntry,
    Comment,
    CommentRevision,
    LimitCount,
    MailMessage,
    ModerationEvent,
    Person,
    Vote,
)
from broadsheet.store.query import execute

REMOVE, KEEP = "remove", "keep"

FATE: Final = {
    ("account.EmailAddress", "user"): REMOVE,
    ("mfa.Authenticator", "user"): REMOVE,
    ("socialaccount.SocialAccount", "user"): REMOVE,
    ("store.Session", "person"): REMOVE,
    ("store.ApiToken", "person"): REMOVE,
    ("store.Vote", "person"): REMOVE,
    ("store.LibraryEntry", "person"): REMOVE,
    ("store.Collection", "owner"): REMOVE,
    ("store.CollectionEntry", "added_by"): KEEP,
    ("store.CollectionFollow", "person"): REMOVE,
    ("store.GroupMember", "person"): REMOVE,
    ("store.Membership", "person"): REMOVE,
    ("store.Notification", "person"): REMOVE,
    ("store.Notification", "actor"): REMOVE,
    ("store.PaperSubscription", "person"): REMOVE,
    ("store.Claim", "person"): REMOVE,
    ("store.Claim", "decided_by"): KEEP,
    ("store.ClaimEvent", "person"): REMOVE,
    ("store.ClaimEvent", "actor"): KEEP,
    ("store.Comment", "person"): KEEP,
    ("store.CommentReaction", "person"): KEEP,
    ("store.Submission", "person"): KEEP,
    ("store.Submission", "decided_by"): KEEP,
    ("store.PaperFile", "person"): KEEP,
    ("store.Flag", "person"): KEEP,
    ("store.Flag", "decided_by"): KEEP,
    ("store.FilterRule", "made_by"): KEEP,
    ("store.ModerationEvent", "actor"): KEEP,
    ("store.OrganisationProfile", "changed_by"): KEEP,
}
"""Each column that points at a person: whether its rows go with them, or stay with somebody who has no name."""

ONLY: Final = {("store.Collection", "owner"): {"group": None}}
"""Rows that go, of those that could: what somebody made with a group stays with it."""

SECRET: Final = {
    "store.Person": {"password"},
    "store.Session": {"session_key", "session_data"},
    "store.ApiToken": {"digest", "stamp"},
    "mfa.Authenticator": {"data"},
    "socialaccount.SocialToken": {"token", "token_secret"},
    "store.MailMessage": {"text", "html"},
    "store.Vote": {"origin"},
}
"""Columns that nobody gets out again, not even their owner: they let somebody in, or are ours alone."""


def pointing_at_people() -> Iterator[tuple[type[Model], str]]:
    """Every table with a column that points at a person, and the column's name."""
    for model in apps.get_models():
        for column in model._meta.get_fields():
            if isinstance(column, ForeignKey) and column.related_model is Person:
                yield model, column.name


def rows_about(person: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by table: the person, all that points at them, their letters, and what moderators did about them."""
    found = {"store.Person": _rows(Person, pk=person)}
    for model, column in pointing_at_people():
        rows = _rows(model, **{f"{column}_id": person})
        if rows:
            found.setdefault(model._meta.label, []).extend(row for row in rows if row not in found[model._meta.label])
    mine = Comment.objects.filter(person_id=person).values_list("id", flat=True)
    found["store.CommentRevision"] = _rows(CommentRevision, comment_id__in=list(mine))
    found["store.CollectionEntry"] = _rows(CollectionEntry, collection__owner_id=person)
    found["store.MailMessage"] = _rows(MailMessage, recipient__in=_addresses(person))
    about = _rows(ModerationEvent, subject=f"person:{person}")
    found.setdefault("store.ModerationEvent", []).extend(about)
    return {label: rows for label, rows in found.items() if rows}


def _rows(model: type[Model], **which: Any) -> list[dict[str, Any]]:
    secret = SECRET.get(model._meta.label, set())
    columns = [column.attname for column in model._meta.concrete_fields if column.name not in secret]
    return [
        dict(zip(columns, row, strict=True)) for row in model._default_manager.filter(**which).values_list(*columns)
    ]


def papers_voted_for(person: int) -> list[int]:
    """The papers that somebody voted for."""
    return list(Vote.objects.filter(person_id=person).values_list("paper_id", flat=True))


def remove(person: int) -> None:
    """Remove all that goes with somebody, and what was written to them."""
    MailMessage.objects.filter(recipient__in=_addresses(person)).delete()
    LimitCount.objects.filter(key__endswith=f":person:{person}").delete()
    execute("UPDATE collection_entry SET note = '' WHERE added_by_id = %s", person)
    execute("UPDATE submission SET note = '' WHERE person_id = %s AND own", person)
    for model, column in pointing_at_people():
        if FATE[model._meta.label, column] == REMOVE:
            which = {f"{column}_id": person, **ONLY.get((model._meta.label, column), {})}
            model._default_manager.filter(**which).delete()


def _addresses(person: int) -> list[str]:
    own = EmailAddress.objects.filter(user_id=person).values_list("email", flat=True)
    main = Person.objects.filter(pk=person).exclude(email="").values_list("email", flat=True)
    return sorted({*own, *main})
