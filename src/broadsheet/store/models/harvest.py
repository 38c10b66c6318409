"""Harvesting: which sources are asked, how far each stream has come, runs under way, and how hosts are spared."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class HarvestSource(models.Model):
    """A live source as the operator set it, and the circuit breaker that spares it after failures."""

    name = models.TextField(primary_key=True)
    active = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    # In place of the source's own address: a mirror, or a repository that any OAI-PMH client can read.
    root = models.TextField(blank=True)
    streams = ArrayField(models.TextField(), default=list)
    # How far back a stream goes that was never harvested.
    begin = models.DateField(null=True)
    failures = models.IntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "harvest_source"


class HarvestStream(models.Model):
    """How far one stream has come: `watermark` is the source's own date when the last whole run began."""

    pk = models.CompositePrimaryKey("source", "stream")
    source = models.TextField()
    stream = models.TextField()
    watermark = models.DateField(null=True)
    due_at = models.DateTimeField()
    # Empty answers in a row where news was due, and when the first of them came.
    empties = models.IntegerField(default=0)
    empty_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "harvest_stream"


class HarvestRun(models.Model):
    """One pass over a window of a stream. `next_url` is what to ask next, empty at the beginning."""

    source = models.TextField()
    stream = models.TextField()
    purpose = models.TextField()
    state = models.TextField(default="waiting")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    next_url = models.TextField(blank=True)
    # The source's own date at the first page: the watermark once the last page is in.
    answered = models.DateField(null=True)
    pages = models.IntegerField(default=0)
    total = models.IntegerField(null=True)
    read = models.IntegerField(default=0)
    new = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    merged = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    set_aside = models.IntegerField(default=0)
    restarts = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    note = models.TextField(blank=True)
    retry_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "harvest_run"
        indexes = (
            models.Index(fields=["source", "-id"], name="harvest_run_newest"),
            models.Index(fields=["id"], name="harvest_run_open", condition=Q(ended_at=None)),
        )


class RequestPace(models.Model):
    """A group of hosts that is asked over one connection, and the moment from which it may be asked again."""

    group = models.TextField(primary_key=True)
    free_at = models.DateTimeField()
    requests = models.BigIntegerField(default=0)

    class Meta:
        db_table = "request_pace"


class Validator(models.Model):
    """What an address gave for asking "only if it has changed" (RFC 9110, section 13.1)."""

    url = models.TextField(primary_key=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)

    class Meta:
        db_table = "validator"
