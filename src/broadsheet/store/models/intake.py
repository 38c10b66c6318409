"""What came in and from where: source records, imported counts, problems, and the log the search index follows."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Cast, Now

from broadsheet.store.models.papers import Paper


class SourceRecord(models.Model):
    """One record of one source, and the digests of the payloads already taken in, newest last."""

    pk = models.CompositePrimaryKey("source", "key")
    source = models.TextField()
    key = models.TextField()
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="source_records")
    payload_hashes = ArrayField(models.TextField())
    observed_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "source_record"


class ImportedCount(models.Model):
    """What another system counted for a paper when it was last looked at."""

    pk = models.CompositePrimaryKey("paper_id", "source")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="imported_counts", db_index=False)
    source = models.TextField()
    votes = models.IntegerField(null=True)
    comments = models.IntegerField(null=True)
    stars = models.IntegerField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        db_table = "imported_count"


class IngestProblem(models.Model):
    """A record set aside, and why. It leaves the list when the same record later goes in."""

    pk = models.CompositePrimaryKey("source", "key")
    source = models.TextField()
    key = models.TextField()
    reason = models.TextField()
    excerpt = models.TextField(blank=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ingest_problem"


class CatalogueIdentity(models.Model):
    """One row: the name of this catalogue, which an index built from it remembers."""

    name = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        db_table = "catalogue_identity"


# The number of the running transaction; PostgreSQL gives it as xid8, which casts to text only.
CURRENT_TRANSACTION = Cast(
    Cast(models.Func(function="pg_current_xact_id", output_field=models.TextField()), models.TextField()),
    models.BigIntegerField(),
)


class Change(models.Model):
    """A paper that changed, written in the transaction that changed it.

    Followers read in the order (transaction, seq), and only what older than any transaction still open, so that
    a slow writer's rows are never skipped.
    """

    seq = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField(db_default=CURRENT_TRANSACTION)
    paper_id = models.BigIntegerField()
    removed = models.BooleanField(db_default=False)

    class Meta:
        db_table = "change"
        indexes = (models.Index(fields=["transaction", "seq"], name="change_order"),)
