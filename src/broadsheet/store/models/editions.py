"""Editions: dated lists of papers."""

from django.db import models

from broadsheet.store.models.papers import Paper


class Edition(models.Model):
    """The papers of one day."""

    day = models.DateField(primary_key=True)

    class Meta:
        db_table = "edition"


class EditionEntry(models.Model):
    """A paper's place in an edition, counted from 1, as `source` gave it; `basis` as in `drafts.Basis`."""

    pk = models.CompositePrimaryKey("paper_id", "edition_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="editions", db_index=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries", db_column="edition_day")
    position = models.IntegerField()
    source = models.TextField()
    basis = models.TextField(default="list")

    class Meta:
        db_table = "edition_entry"


class EditionClosing(models.Model):
    """An edition that is closed, and the rule by which it was: rows are added and never changed."""

    edition = models.OneToOneField(
        Edition, primary_key=True, on_delete=models.PROTECT, related_name="closing", db_column="day"
    )
    closed_at = models.DateTimeField()
    zone = models.TextField()
    rule = models.JSONField(default=dict)

    class Meta:
        db_table = "edition_closing"


class EditionPlace(models.Model):
    """A paper's place in a closed edition, from 1, with its score and what the score was made of then."""

    pk = models.CompositePrimaryKey("paper_id", "closing_id")
    paper = models.ForeignKey(Paper, on_delete=models.DO_NOTHING, related_name="places", db_index=False)
    closing = models.ForeignKey(
        EditionClosing, on_delete=models.PROTECT, related_name="places", db_column="day", db_index=False
    )
    position = models.IntegerField()
    score = models.FloatField()
    parts = models.JSONField(default=dict)

    class Meta:
        db_table = "edition_place"
        indexes = (models.Index(fields=["closing", "position"], name="edition_place_order"),)


class Impression(models.Model):
    """How often a paper was shown, and opened, at a position of a listing on a day; of nobody in particular."""

    pk = models.CompositePrimaryKey("paper_id", "day", "listing", "position")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="impressions", db_index=False)
    day = models.DateField()
    listing = models.TextField()
    position = models.IntegerField()
    shown = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)

    class Meta:
        db_table = "impression"
