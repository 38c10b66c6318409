"""Comments and what hangs on them, subscriptions, and what people are told."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from broadsheet.store.models.accounts import Person
from broadsheet.store.models.papers import Paper


class Comment(models.Model):
    """A comment on a paper. One that its author took back, or a moderator hid, stays in its thread as a stub."""

    pk = models.CompositePrimaryKey("paper_id", "id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="comments", db_index=False)
    # From the sequence comment_id, unique over all papers.
    id = models.BigIntegerField(db_default=models.Func(models.Value("comment_id"), function="nextval"))
    parent_id = models.BigIntegerField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments", db_index=False)
    body = models.TextField()
    # What `body` became, and by which renderer; made anew when another one serves.
    html = models.TextField(blank=True)
    html_by = models.TextField(blank=True)
    # What the form that sent it was named, so that sending it twice adds one comment.
    form = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_reason = models.TextField(blank=True)
    locked = models.BooleanField(default=False)
    up = models.IntegerField(default=0)
    down = models.IntegerField(default=0)

    class Meta:
        db_table = "comment"
        constraints = (
            models.UniqueConstraint(fields=["paper", "person", "form"], name="comment_once", condition=~Q(form="")),
        )
        indexes = (
            models.Index(fields=["id"], name="comment_by_id"),
            models.Index(fields=["person", "-created_at"], name="comment_person"),
            models.Index(fields=["-created_at"], name="comment_newest"),
        )


class CommentRevision(models.Model):
    """What a comment said before it was edited, numbered from 1."""

    pk = models.CompositePrimaryKey("paper_id", "comment_id", "number")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+", db_index=False)
    comment_id = models.BigIntegerField()
    number = models.IntegerField()
    body = models.TextField()
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "comment_revision"


class CommentReaction(models.Model):
    """What somebody thinks of a comment, in one word."""

    pk = models.CompositePrimaryKey("paper_id", "comment_id", "person_id", "kind")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+", db_index=False)
    comment_id = models.BigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reactions")
    kind = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "comment_reaction"


class PaperSubscription(models.Model):
    """Somebody who wants to hear of new comments on a paper, or, muted, of none."""

    pk = models.CompositePrimaryKey("paper_id", "person_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="subscriptions", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="subscriptions")
    muted = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "paper_subscription"


class Notification(models.Model):
    """Something that somebody is told."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.TextField()
    paper = models.ForeignKey(Paper, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    comment_id = models.BigIntegerField(null=True)
    actor = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notification"
        indexes = (
            models.Index(fields=["person", "-id"], name="notification_newest"),
            models.Index(fields=["person"], name="notification_unread", condition=Q(read_at=None)),
            # What is taken back or hidden goes out of everybody's notices.
            models.Index(fields=["comment_id"], name="notification_comment", condition=Q(comment_id__isnull=False)),
        )
