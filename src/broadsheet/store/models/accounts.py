"""People, their keys to the programming interface, what they may still do today, and letters that wait to leave."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac


class PersonManager(BaseUserManager["Person"]):
    """How the account library finds people."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """The person of a handle, however it is written."""
        return self.get(handle=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody with an account. Who leaves keeps a row without a name, so that threads stay readable."""

    handle = models.TextField(unique=True)
    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    role = models.TextField(default="member")
    joined_at = models.DateTimeField(db_default=Now())
    suspended_until = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    affiliation = models.TextField(blank=True)
    about = models.TextField(blank=True)
    links = ArrayField(models.TextField(), default=list)
    public_votes = models.BooleanField(default=True)
    # Invented by `broadsheet fake-community`; a real instance has none.
    fake = models.BooleanField(default=False)

    objects = PersonManager()

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "person"
        constraints = (
            models.CheckConstraint(condition=Q(handle=Lower(F("handle"))), name="person_handle_lower"),
            models.CheckConstraint(
                condition=Q(role__in=["member", "trusted", "moderator", "admin"]), name="person_role_known"
            ),
        )
        indexes = (models.Index(Lower("email"), name="person_email"),)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What every session and token of this person must match: none outlives a change of these."""
        until = str(self.suspended_until.timestamp()) if self.suspended_until else ""
        stamp = "\n".join((self.password, self.role, until, str(self.is_active)))
        return salted_hmac("broadsheet.person.stamp", stamp, secret=secret, algorithm="sha256").hexdigest()


class Session(AbstractBaseSession):
    """A browser that somebody uses, signed in or on the way; `session_key` is the digest of what its cookie holds."""

    session_key = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")
    address = models.TextField(blank=True)
    agent = models.TextField(blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "session"


class ApiToken(models.Model):
    """A key that a program shows in place of a log-in; only its digest is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.TextField()
    digest = models.TextField(unique=True)
    # The person's stamp of the day it was made: a password change, a suspension or another role ends it.
    stamp = models.TextField()
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"


class LimitCount(models.Model):
    """How often something was done in a stretch of time."""

    pk = models.CompositePrimaryKey("key", "window_start")
    key = models.TextField()
    window_start = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "limit_count"
        indexes = (models.Index(fields=["window_start"], name="limit_count_old"),)


class MailMessage(models.Model):
    """A letter on its way out, written in the transaction that calls for it."""

    stream = models.TextField()
    recipient = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    message_id = models.TextField(unique=True)
    state = models.TextField(default="waiting")
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_message"
        indexes = (
            models.Index(fields=["not_before"], name="mail_message_due", condition=Q(state__in=["waiting", "sending"])),
            models.Index(fields=["-created_at"], name="mail_message_newest"),
        )
