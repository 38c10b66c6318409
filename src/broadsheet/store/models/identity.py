"""Identity: every draft ever taken in, why records were joined, and pairs of papers that may be one work."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models.functions import Now

from broadsheet.store.models.papers import Paper


class SourceDraft(models.Model):
    """A draft as it was taken in. A paper is made of the drafts of its records, in the order of their ids.

    `draft` is JSON (`draftcode`), as text: nothing asks for a part of it, and the database need not read it.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    key = models.TextField()
    payload_hash = models.TextField()
    draft = models.TextField()
    taken_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "source_draft"
        indexes = (models.Index(fields=["source", "key", "id"], name="source_draft_record"),)


class PaperMatch(models.Model):
    """Why a record belongs to a paper that was there before it.

    `came_from` is the paper that brought the record when two papers were joined.
    """

    pk = models.CompositePrimaryKey("paper_id", "source", "key")
    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="matches", db_index=False, db_constraint=False
    )
    source = models.TextField()
    key = models.TextField()
    rule = models.TextField()
    evidence = models.TextField()
    came_from = models.BigIntegerField(null=True)
    matched_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "paper_match"


class PaperDoubt(models.Model):
    """Two papers that nearly match; `paper_id` is the older one. `state` is open, joined or apart."""

    pk = models.CompositePrimaryKey("paper_id", "other_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="doubts", db_index=False)
    other = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="doubted_by")
    reason = models.TextField()
    state = models.TextField(default="open")
    found_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "paper_doubt"
        indexes = (models.Index(fields=["state", "-found_at"], name="paper_doubt_newest"),)
