"""Papers and what belongs to them alone: identifiers, versions, links.

Whatever hangs on a paper carries the paper's id in its primary key, so that the tables can be spread over many
machines by paper. Identifiers are the exception: they are how a paper is found, and every machine has them all.
"""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Paper(models.Model):
    """One work. Its fields hold the best that the sources say; `provenance` tells which source said it.

    A paper that turned out to be another one is emptied, and `merged_into` names the one that stands for both. Its key
    goes on leading there, and what people hung on it (votes, comments) keeps its id: whoever counts asks for
    `papers_of` the survivor, and taking the join back gives each paper its own again.
    """

    key = models.TextField()
    title = models.TextField()
    abstract = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    summary_by = models.TextField(blank=True)
    published = models.DateField(null=True)
    published_precision = models.TextField(default="day")
    updated = models.DateField(null=True)
    version = models.IntegerField(null=True)
    # How many names `authorships` holds, or how many authors a source counted without naming them.
    author_count = models.IntegerField(default=0)
    language = models.TextField(blank=True)
    licence = models.TextField(blank=True)
    comment = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False)
    venue = models.ForeignKey("Venue", null=True, on_delete=models.SET_NULL)
    # Digest of the title's key, empty where the title is too common to tell works apart (identity.py).
    title_digest = models.TextField(blank=True)
    provenance = models.JSONField(default=dict)
    # What other systems count, as a sum of the newest sightings; our own votes and comments will stand beside it.
    imported_votes = models.IntegerField(default=0)
    imported_comments = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False, db_column="merged_into"
    )

    class Meta:
        db_table = "paper"
        constraints = (models.UniqueConstraint(fields=["key"], name="paper_key", condition=Q(merged_into=None)),)
        indexes = (
            models.Index(fields=["title_digest"], name="paper_title_digest", condition=~Q(title_digest="")),
            models.Index(fields=["-published", "-id"], name="paper_newest"),
            models.Index(fields=["venue", "-published"], name="paper_venue"),
            models.Index(fields=["merged_into"], name="paper_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["key"], name="paper_merged_key", condition=Q(merged_into__isnull=False)),
        )


class PaperIdentifier(models.Model):
    """A name of a paper in one naming scheme, unique over the catalogue."""

    pk = models.CompositePrimaryKey("kind", "value")
    kind = models.TextField()
    value = models.TextField()
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifiers")

    class Meta:
        db_table = "paper_identifier"


class PaperVersion(models.Model):
    """A numbered version; `title` and `abstract` are kept where a later version replaced them."""

    pk = models.CompositePrimaryKey("paper_id", "number")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    day = models.DateField(null=True)
    title = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    source = models.TextField()

    class Meta:
        db_table = "paper_version"


class PaperLink(models.Model):
    """Code, project, data, model or media of a paper, with who says so and since when."""

    pk = models.CompositePrimaryKey("paper_id", "kind", "url")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="links", db_index=False)
    kind = models.TextField()
    url = models.TextField()
    said_by = models.TextField()
    # The moment of the draft that said so first, which is taken in in the same transaction.
    said_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "paper_link"
