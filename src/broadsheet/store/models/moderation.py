"""Flags, what moderators did and why, the rules that watch new texts, and what papers are under."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from broadsheet.store.models.accounts import Person
from broadsheet.store.models.papers import Paper


class Flag(models.Model):
    """Somebody asks the moderators to look at a paper or a comment."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="flags")
    comment_id = models.BigIntegerField(null=True)
    # None where a rule of the instance raised it.
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="flags")
    reason = models.TextField()
    note = models.TextField(blank=True)
    state = models.TextField(default="open")
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "flag"
        constraints = (
            models.UniqueConstraint(
                fields=["paper", "comment_id", "person"],
                name="flag_once",
                condition=Q(state="open"),
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(fields=["state", "created_at"], name="flag_queue"),)


class ModerationEvent(models.Model):
    """Something a moderator did. Rows are added and never changed: a trigger refuses it."""

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    action = models.TextField()
    # Such as "comment:12:345", "paper:12", "person:7".
    subject = models.TextField()
    paper_id = models.BigIntegerField(null=True)
    reason = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # The event that this one takes back.
    undoes = models.OneToOneField("self", null=True, on_delete=models.DO_NOTHING, related_name="undone_by")

    class Meta:
        db_table = "moderation_event"
        indexes = (models.Index(fields=["subject", "-id"], name="moderation_event_subject"),)


class FilterRule(models.Model):
    """Words or domains that make a new text be flagged, held or refused."""

    kind = models.TextField()
    pattern = models.TextField()
    action = models.TextField(default="flag")
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "filter_rule"
        constraints = (models.UniqueConstraint(fields=["kind", "pattern"], name="filter_rule_once"),)


class PaperState(models.Model):
    """What moderators decided about a paper; a paper without a row is neither hidden nor locked."""

    paper = models.OneToOneField(
        Paper, primary_key=True, on_delete=models.CASCADE, related_name="moderated", db_index=False
    )
    hidden = models.BooleanField(default=False)
    locked = models.BooleanField(default=False)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "paper_state"
