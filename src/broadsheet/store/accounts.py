"""People as pages and commands ask for them, and what changes about an account."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from broadsheet.store.models import ApiToken, Notification, Person, Session


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody as an operator sees them."""

    id: int
    handle: str
    name: str
    address: str
    role: str
    joined_at: datetime
    suspended_until: datetime | None
    verified: bool


def find_signed_in(person: int) -> Person | None:
    """The person behind a session, with `verified` and `unread`; None if closed."""
    unread = Notification.objects.filter(person=OuterRef("pk"), read_at=None).order_by()
    counted = unread.values("person").annotate(number=Count("pk")).values("number")
    return (
        Person.objects.filter(pk=person, is_active=True)
        .annotate(verified=_verified(), unread=Coalesce(Subquery(counted), 0))
        .first()
    )


def find_by_name(name: str) -> Person | None:
    """Who signs in with a handle or an address. Of those who claim an address, whoever confirmed it."""
    if "@" not in name:
        return Person.objects.filter(handle=name.lower(), deleted_at=None).first()
    addresses = EmailAddress.objects.filter(email=name.lower()).order_by("-verified", "pk")
    found: EmailAddress | None = addresses.select_related("user").first()
    return found.user if found else None


def find_number(handle: str) -> int | None:
    """The number of whoever has a handle."""
    return Person.objects.filter(handle=handle, deleted_at=None).values_list("pk", flat=True).first()


def handle_exists(handle: str) -> bool:
    """Whether somebody has a handle, or asked for it and has not confirmed an address yet."""
    return Person.objects.filter(handle=handle).exists()


def is_confirmed(address: str) -> bool:
    """Whether somebody confirmed this address."""
    return bool(EmailAddress.objects.filter(email=address.strip().lower(), verified=True).exists())


def list_accounts(*, role: str = "", limit: int = 1_000) -> list[Account]:
    """Accounts that were not deleted, the oldest first."""
    people = Person.objects.filter(deleted_at=None, is_active=True).annotate(verified=_verified()).order_by("pk")
    return [_account(person) for person in (people.filter(role=role) if role else people)[:limit]]


def _account(person: Person) -> Account:
    return Account(
        person.pk,
        person.handle,
        person.name,
        person.email,
        person.role,
        person.joined_at,
        person.suspended_until,
        verified=person.verified,  # type: ignore[attr-defined]
    )


def add_person(handle: str, address: str, password: str, now: datetime) -> int:
    """Make an account with a confirmed address, as an operator does; raises ValueError where the handle is taken."""
    try:
        with transaction.atomic():
            made = Person.objects.create(
                handle=handle, email=address, password=make_password(password or None), joined_at=now
            )
            EmailAddress.objects.create(user=made, email=address, verified=True, primary=True)
    except IntegrityError as error:
        raise ValueError(handle) from error
    return made.pk


def add_decoy(handle: str, password: str) -> None:
    """An account that nobody can enter, in place of one for an address that has one. It lapses like an unconfirmed one.

    So a handle is taken by a try to join whether or not the address was known.
    """
    Person.objects.create(handle=handle, password=password, is_active=False)


def set_role(person: int, role: str) -> None:
    """Change a role."""
    Person.objects.filter(pk=person).update(role=role)


def set_suspended(person: int, until: datetime | None) -> None:
    """Change until when somebody may only read."""
    Person.objects.filter(pk=person).update(suspended_until=until)


def set_password(person: int, password: str) -> None:
    """Change a password; every session and token ends by it."""
    Person.objects.filter(pk=person).update(password=make_password(password))


def end_everything(person: int) -> None:
    """End all sessions and tokens of somebody."""
    Session.objects.filter(person_id=person).delete()
    ApiToken.objects.filter(person_id=person).delete()


def make_nameless(person: int, now: datetime) -> None:
    """Take from a row all that says who it was; the row stays for what others answered to."""
    Person.objects.filter(pk=person).update(
        handle=f"deleted-{person}",
        name="",
        email="",
        password=make_password(None),
        is_active=False,
        role="member",
        suspended_until=None,
        deleted_at=now,
        affiliation="",
        about="",
        links=[],
        public_votes=False,
        last_login=None,
    )


def forget_unconfirmed(before: datetime) -> int:
    """Drop accounts made before a moment that never had a confirmed address and were never entered; tells how many."""
    stale = Person.objects.filter(joined_at__lt=before, last_login=None, deleted_at=None, fake=False)
    numbers = list(stale.filter(~_verified(), comments=None, submissions=None).values_list("pk", flat=True))
    dropped = 0
    for number in numbers:
        dropped += Person.objects.filter(pk=number).delete()[1].get("store.Person", 0)
    return dropped


def _verified() -> Exists:
    return Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
